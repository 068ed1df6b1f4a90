"""A process of an installation has loaded its pages before anybody asks for one. [PRT]"""

import subprocess
import sys
from pathlib import Path

import pytest

from workswith.app.service import LEASE_MS, shared
from workswith.settings import Settings
from workswith.webhooks.settings import Settings as Webhooks

SCRIPT = """
import asyncio, sys
from pathlib import Path
from workswith.app.service import open_service
from workswith.kernel.settings import load
from workswith.settings import Settings

async def main():
    settings = load(Settings, None, {"WORKSWITH_SERVICE_PORTAL": "https://developer.example"})
    service = await open_service(settings, Path(sys.argv[1]), background=sys.argv[2] == "worker")
    print("workswith.web.app" in sys.modules)
    await service.close()

asyncio.run(main())
"""


@pytest.mark.parametrize(("kind", "loaded"), [("serve", True), ("worker", False)])
def test_pages_are_loaded_where_they_are_shown(tmp_path: Path, kind: str, loaded: bool) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == [str(loaded)]
    assert done.stderr == "", "the first page was well"


@pytest.mark.parametrize(
    ("url", "set_to", "lease_ms"),
    [
        ("postgresql://workswith@localhost/workswith", 0, LEASE_MS),
        ("postgresql://workswith@localhost/workswith", 5_000, 5_000),
        ("sqlite:////var/lib/workswith/workswith.db", 0, 0),
    ],
)
def test_workers_on_postgresql_share_by_leases(url: str, set_to: int, lease_ms: int) -> None:
    """Otherwise the last to start had all endpoints, and nobody once it was gone."""
    settings = Settings(webhooks=Webhooks(lease_ms=set_to))
    assert shared(settings, url).webhooks.lease_ms == lease_ms

"""A process of an installation has loaded its pages before anybody asks for one. [PRT]"""

import subprocess
import sys
from pathlib import Path

import pytest

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

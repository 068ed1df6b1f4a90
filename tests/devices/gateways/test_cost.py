"""Who has no real gateways loads nothing of them and starts nothing."""

import subprocess
import sys

SCRIPT = """
import asyncio, pathlib, sys, tempfile
import workswith.cli
from workswith.app import opened
from workswith.settings import Settings

async def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "instance.key").write_bytes(bytes(32))
    async with opened(Settings(), folder, "http://localhost:1") as areas:
        print([work.name for work in areas.works])
    loaded = [name for name in sys.modules if "mqtt" in name or ".gateways." in name]
    print(sorted(set(loaded) - {"workswith.devices.gateways.settings"}))

asyncio.run(main())
"""


def test_nothing_is_loaded_or_started() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=100, check=True
    )
    works, loaded = done.stdout.splitlines()
    assert "'park'" in works
    assert "'gateways'" not in works
    assert loaded == "[]"

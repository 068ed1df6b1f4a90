"""A throw-away Valkey (or Redis) server for the tests, from the system's own package."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = ("valkey-server", "redis-server")
START_SECONDS = 10.0


def binary() -> str | None:
    return next(filter(None, map(shutil.which, BINARIES)), None)


@contextmanager
def server() -> Iterator[str]:
    """Runs a server on a socket in a temporary folder; yields its URL."""
    program = binary()
    if program is None:
        raise RuntimeError("neither Valkey nor Redis is installed: `make test` installs one")
    with tempfile.TemporaryDirectory(prefix="ww-valkey-") as folder:
        path = Path(folder) / "server.sock"
        options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder]
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + START_SECONDS
            while not path.exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{program} did not start")
                time.sleep(0.01)
            yield f"unix://{path}"
        finally:
            process.kill()
            process.wait()

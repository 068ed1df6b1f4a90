"""A throw-away Valkey (or Redis) server for the tests, from the system's own package."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import until

BINARIES = ("valkey-server", "redis-server")


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
            until(lambda: path.exists() or process.poll() is not None, program)
            if not path.exists():
                raise RuntimeError(f"{program} did not start")
            yield f"unix://{path}"
        finally:
            process.kill()
            process.wait()

"""A throw-away Valkey (or Redis) server for the tests, from the system's own package."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import until

PROGRAMS = ("valkey-server", "redis-server")
INSTALLED = [one for one in PROGRAMS if shutil.which(one)] or ["neither of them"]
"""What is tested with: each of the two that is here."""


@contextmanager
def server(program: str) -> Iterator[str]:
    """Runs one of `INSTALLED` on a socket in a temporary folder; yields its URL."""
    if program not in PROGRAMS:
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

"""A throw-away PostgreSQL server for the tests, from the system's own package."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def binaries() -> Path | None:
    """The folder of ``initdb`` of the newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Server:
    """On a socket in a temporary folder; ``url`` has ``{name}`` for the database."""

    def __init__(self, bin_: Path, *, durable: bool) -> None:
        self._bin = bin_
        self._durable = "on" if durable else "off"
        self.folder = Path(tempfile.mkdtemp(prefix="ww-pg-"))
        as_root = os.geteuid() == 0  # PostgreSQL refuses to run as root
        if as_root:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
        self.owner = "postgres" if as_root else pwd.getpwuid(os.geteuid()).pw_name
        self.url = f"postgresql://{self.owner}@/{{name}}?host={self.folder}"
        self._data = str(self.folder / "data")
        self._run("initdb", "-D", self._data, "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale=C.UTF-8")  # fmt: skip

    def start(self) -> None:
        options = (
            f"-k {self.folder} -c listen_addresses= -c fsync=off "
            f"-c synchronous_commit={self._durable} "
            "-c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB"
        )
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options,
                  "start")  # fmt: skip

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-m", how, "-w", "stop")

    def _run(self, program: str, *options: str) -> None:
        command = [*self._prefix, str(self._bin / program), *options]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)


@contextmanager
def running(*, durable: bool = True) -> Iterator[Server]:
    """A server of one's own, to stop and to start; a ``durable`` one keeps what it confirmed."""
    bin_ = binaries()
    if bin_ is None:
        raise RuntimeError("PostgreSQL is not installed: `make test` installs it")
    server = Server(bin_, durable=durable)
    server.start()
    try:
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):  # a test may have stopped it
            server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Runs a server; yields its URL without a database name."""
    with running(durable=False) as started:
        yield started.url

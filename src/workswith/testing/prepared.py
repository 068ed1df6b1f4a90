"""A seeded sandbox on the shelf, so that a test does not wait for migrations and the seed. [SBX-6]

It is made once for this version of the program, these settings and this seed, in the user's cache
folder, and copied for each cloud. Whatever changes in the program makes another one.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import msgspec

import workswith
from workswith.app import open_sandbox
from workswith.kernel.clock import ClockState, wall
from workswith.kernel.ident import Seeded
from workswith.sandbox.authority import Authority
from workswith.settings import Settings

from .known_keys import known_keys

KEPT = 8
"""The latest so many stay in the cache folder."""
_NOWHERE = "http://127.0.0.1:1"


async def put_in(
    folder: Path, settings: Settings, seed: int, now: int, homes: tuple[str, ...]
) -> None:
    """Makes ``folder``, which is not there yet, a seeded sandbox at the instant ``now``."""
    shelf = _shelf()
    if shelf is None:
        await _make(folder, settings, seed, now, homes)
        return
    prepared = shelf / _fingerprint(settings, seed, now, homes)
    if not prepared.exists():
        fresh = Path(tempfile.mkdtemp(dir=shelf, prefix=".making-"))
        try:
            await _make(fresh / "made", settings, seed, now, homes)
            with contextlib.suppress(OSError):  # another process was first
                (fresh / "made").rename(prepared)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _tidy(shelf)
    shutil.copytree(prepared, folder)


def _found(folder: Path, seed: int) -> Authority:
    folder.mkdir(mode=0o700)
    (folder / "instance.key").write_bytes(hashlib.sha256(f"workswith/{seed}".encode()).digest())
    authority = Authority(folder / "tls")
    authority.ensure()
    return authority


async def _make(
    folder: Path, settings: Settings, seed: int, now: int, homes: tuple[str, ...]
) -> None:
    authority = _found(folder, seed)
    cloud = await open_sandbox(
        settings,
        folder,
        origin=_NOWHERE,
        authority_file=authority.certificate_file,
        tls=False,
        clock=ClockState(wall=wall(), shown=now, rate=0.0),
        seeded=Seeded(seed),
        signing_keys=known_keys(),
        with_tokens=False,
        durable=False,
        inspector_port=0,
        homes=homes,
    )
    try:
        await cloud.keep_as_seeded()
    finally:
        await cloud.close()


def _fingerprint(settings: Settings, *others: object) -> str:
    package = Path(workswith.__file__).parent
    digest = hashlib.sha256(msgspec.json.encode((settings, others, str(package))))
    for path in sorted(package.rglob("*.*")):
        if path.suffix in (".py", ".yaml", ".txt"):
            about = path.stat()
            digest.update(f"{path}{about.st_mtime_ns}{about.st_size}".encode())
    return digest.hexdigest()[:24]


def _shelf() -> Path | None:
    """A folder of this user alone; ``None`` where there is no place for one."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    shelf = Path(base) / "workswith" / "testing"
    try:
        shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return shelf if os.access(shelf, os.W_OK) else None


def _tidy(shelf: Path) -> None:
    made = [path for path in shelf.iterdir() if not path.name.startswith(".")]
    with contextlib.suppress(OSError):  # others tidy at the same time
        for path in sorted(made, key=lambda path: path.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(path, ignore_errors=True)

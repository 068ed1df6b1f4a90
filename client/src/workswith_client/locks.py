"""A lock that processes and threads share: it ends with its holder, however that ends.

Only ever tried, never waited for, so that no thread is left behind holding it: who wants it tries
again a little later, and a flow does so by a step.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from .errors import StoreError
from .flow import Flow, wait

Release: TypeAlias = Callable[[], None]
TryLock: TypeAlias = Callable[[], Release | None]

_FIRST_WAIT = 0.004
_LONGEST_WAIT = 0.1


def acquire(try_lock: TryLock, seconds: float) -> Flow[Release]:
    """The release of the lock, once it is had. Raises `StoreError` after so many seconds."""
    pause, waited = _FIRST_WAIT, 0.0
    while (release := try_lock()) is None:
        if waited >= seconds:
            raise StoreError(f"Another process has held the lock for {seconds:.0f} s.")
        yield from wait(pause)
        waited += pause
        pause = min(pause * 1.5, _LONGEST_WAIT)
    return release


def try_file(path: Path) -> Release | None:
    """Locks a file that is only there for that; ``None`` while somebody else does.

    The file stays: removing it would let two hold it. Raises `StoreError`.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}.") from error
    try:
        _lock(handle)
    except OSError:
        os.close(handle)
        return None

    def release() -> None:
        os.close(handle)

    return release


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

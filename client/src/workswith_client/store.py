"""Where tokens and the day's count are kept: a file, the system's keyring, memory, or your own.

A store keeps two short texts under the names ``tokens`` and ``calls`` and has a lock for each. Its
methods block; flows hand them to a thread where there is an event loop.
"""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from .errors import StoreError
from .locks import Release, try_file

if TYPE_CHECKING:
    from collections.abc import Mapping

Name: TypeAlias = Literal["tokens", "calls"]


class Store(Protocol):
    """For one person. Several processes may use the same."""

    def try_lock(self, name: Name) -> Release | None:
        """The release of the lock, or ``None`` at once while somebody else has it.

        The lock must end with a process that dies.
        """

    def read(self, name: Name) -> str | None:
        """What was written last, ``None`` for nothing yet."""

    def write(self, name: Name, text: str | None) -> None:
        """Wholly or not at all, and for good once it returns; ``None`` forgets."""


class MemoryStore:
    """Until the program ends; a sign-in each time."""

    def __init__(self) -> None:
        self._texts: dict[Name, str | None] = {}
        self._locks: Mapping[Name, threading.Lock] = {
            "tokens": threading.Lock(),
            "calls": threading.Lock(),
        }

    def try_lock(self, name: Name) -> Release | None:
        lock = self._locks[name]
        return lock.release if lock.acquire(blocking=False) else None

    def read(self, name: Name) -> str | None:
        return self._texts.get(name)

    def write(self, name: Name, text: str | None) -> None:
        self._texts[name] = text


class FileStore:
    """``path`` for the tokens, ``path.calls`` for the count, and a ``.lock`` beside each.

    All are readable by their owner alone. A file is replaced in one step and on the disk before the
    call returns, so that neither a crash of the program nor of the machine leaves half of one. On
    file systems without locks between machines (NFS before version 4) keep to one machine.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def __repr__(self) -> str:
        return f"FileStore({str(self._path)!r})"

    def try_lock(self, name: Name) -> Release | None:
        path = self._of(name)
        return try_file(path.with_name(f"{path.name}.lock"))

    def read(self, name: Name) -> str | None:
        try:
            return self._of(name).read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._of(name)} cannot be read: {error}.") from error

    def write(self, name: Name, text: str | None) -> None:
        path = self._of(name)
        try:
            if text is None:
                path.unlink(missing_ok=True)
            else:
                _replace(path, text, durable=name == "tokens")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror}.") from error

    def _of(self, name: Name) -> Path:
        if name == "tokens":
            return self._path
        return self._path.with_name(f"{self._path.name}.{name}")


class KeyringStore:
    """Tokens in the system's keyring; the count, no secret, and the locks in files of ``folder``.

    Needs the extra ``keyring``.
    """

    def __init__(self, account: str, folder: str | Path, service: str = "workswith") -> None:
        import keyring  # noqa: PLC0415  an extra

        self._keyring = keyring
        self._service = service
        self._account = account
        self._files = FileStore(Path(folder) / f"{service}-{account}")

    def try_lock(self, name: Name) -> Release | None:
        return self._files.try_lock(name)

    def read(self, name: Name) -> str | None:
        if name != "tokens":
            return self._files.read(name)
        try:
            kept: str | None = self._keyring.get_password(self._service, self._account)
            return kept
        except self._keyring.errors.KeyringError as error:
            raise StoreError(f"The keyring cannot be read: {error}.") from error

    def write(self, name: Name, text: str | None) -> None:
        if name != "tokens":
            self._files.write(name, text)
            return
        try:
            if text is not None:
                self._keyring.set_password(self._service, self._account, text)
            elif self._keyring.get_password(self._service, self._account) is not None:
                self._keyring.delete_password(self._service, self._account)
        except self._keyring.errors.KeyringError as error:
            raise StoreError(f"The keyring cannot be written: {error}.") from error


def chosen(store: "Store | str | Path | None") -> Store:
    """What a client is given: a store, the path of a file, or nothing."""
    if store is None:
        return MemoryStore()
    return FileStore(store) if isinstance(store, str | Path) else store


def _replace(path: Path, text: str, *, durable: bool) -> None:
    """A count that the last second before a power cut loses is no harm; a token is.

    Writers hold the lock, so one name will do, and a killed one leaves no litter.
    """
    new = path.with_name(f".{path.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  a handle with its mode
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    new.replace(path)
    if durable and os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

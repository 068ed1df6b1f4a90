"""Saved states of a sandbox: whole databases by name, in ``states/`` of the data folder. [SBX-2]

Each is one SQLite file, and beside it a note of when it was saved and what else must come back: how
the clock stood, and how far the seeded ids had got. ``seeded`` is the state after the first start.
A note is written last, so a copy that was cut off has no name.
"""

import os
import re
import shutil
from pathlib import Path

import msgspec

from workswith.kernel.clock import ClockState
from workswith.kernel.database.copying import copy_database, settle_file
from workswith.kernel.problem import Kind, Problem

SEEDED = "seeded"
"""The state that `reset` goes back to; nobody saves over it or removes it."""
MAIN = "main"
"""What a sandbox is called before it is forked."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Note(msgspec.Struct, frozen=True):
    """What is known of a state; instants are ms of the sandbox's clock."""

    name: str
    saved_at: int
    clock: ClockState | None
    """``None``: the machine's own time."""
    drawn: dict[str, int] = {}
    """How many draws each area has made from ``seed``."""
    seed: str = ""
    origin: str = ""
    """The state that it began as."""
    fork: bool = False
    """Whether a fork has this name, so that whoever comes back goes on under it."""
    bytes: int = 0


class States:
    """The files. Nothing here stops or starts a sandbox. Methods block for the disk."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable

    def every(self) -> list[Note]:
        """The seeded one first, then by name."""
        notes = [self._read(path) for path in self._folder.glob("*.json")]
        return sorted(notes, key=lambda note: (note.name != SEEDED, note.name))

    def one(self, name: str) -> Note:
        """Raises `Problem` for a name that no state has."""
        path = self._note(name)
        if not path.exists():
            raise Problem(Kind.UNKNOWN, "state_unknown", f"There is no state called {name!r}.")
        return self._read(path)

    def knows(self, name: str) -> bool:
        return self._note(name).exists()

    def save(self, note: Note, database: Path) -> Note:
        """Keeps a database under a name, in place of what had it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept, fresh = self._file(note.name), self._folder / f".{note.name}.{os.getpid()}"
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            copy_database(database, fresh, durable=self._durable)
            settle_file(fresh)
            # Never a new note beside an old file: without its note a state does not exist.
            self._note(note.name).unlink(missing_ok=True)
            fresh.replace(kept)
        finally:
            fresh.unlink(missing_ok=True)
        note = msgspec.structs.replace(note, bytes=kept.stat().st_size)
        self._write(self._note(note.name), note)
        return note

    def put_back(self, name: str, database: Path) -> Note:
        """Makes ``database`` what it was; nobody may have it open. Raises `Problem`."""
        note = self.one(name)
        if self._durable:
            copy_database(self._file(name), database)
        else:
            for log in ("-wal", "-shm"):
                database.with_name(database.name + log).unlink(missing_ok=True)
            shutil.copyfile(self._file(name), database)
        return note

    def remove(self, name: str) -> None:
        """Raises `Problem`, also for the seeded one."""
        if name == SEEDED:
            raise Problem(
                Kind.CONFLICT, "state_kept", "The seeded state is what a reset goes back to."
            )
        self.one(name)
        self._note(name).unlink()
        self._file(name).unlink(missing_ok=True)

    def present(self) -> Note | None:
        """The note of the state that the sandbox goes on from, if it was ever changed."""
        path = self._folder / ".present"
        return self._read(path) if path.exists() else None

    def go_on_as(self, note: Note) -> None:
        self._write(self._folder / ".present", note)

    def _file(self, name: str) -> Path:
        return self._folder / f"{check_name(name)}.db"

    def _note(self, name: str) -> Path:
        return self._folder / f"{check_name(name)}.json"

    def _write(self, path: Path, note: Note) -> None:
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(note))
            if self._durable:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)

    @staticmethod
    def _read(path: Path) -> Note:
        return msgspec.json.decode(path.read_bytes(), type=Note)


def check_name(name: str) -> str:
    """Raises `Problem` for what cannot be the name of a state."""
    if not _NAME.fullmatch(name):
        raise Problem(
            Kind.INVALID,
            "state_name",
            "A state's name has 1 to 64 letters, digits, dots, dashes or underscores.",
            field="name",
        )
    return name

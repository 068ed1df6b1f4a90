"""Copies of a whole SQLite database, page by page. [SBX-2]

SQLite's own backup does it: the source is read as of one commit, and the target changes in one
transaction, so a kill leaves it as it was or as it is to be, even while others have it open.
"""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_database(source: Path, target: Path, *, durable: bool = True) -> None:
    """Makes ``target`` what ``source`` is; both are paths of files. Blocks; call it in a thread.

    ``durable`` waits for the disk. Raises ``sqlite3.Error`` and ``FileNotFoundError``.
    """
    if not source.exists():
        raise FileNotFoundError(source)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        writing.execute("PRAGMA busy_timeout = 5000")
        writing.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        reading.backup(writing)


def settle_file(path: Path) -> None:
    """Leaves one file that stands for itself, with no write-ahead log beside it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")

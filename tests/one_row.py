"""A database file of one row, as the program keeps its own: with a write-ahead log."""

import sqlite3
from contextlib import closing
from pathlib import Path


def write(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE IF NOT EXISTS thing (text)")
        db.execute("DELETE FROM thing")
        db.execute("INSERT INTO thing VALUES (?)", (text,))


def read(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return str(db.execute("SELECT text FROM thing").fetchone()[0])

"""A copied database is what the source was as of one commit."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.one_row import read, write
from workswith.kernel.database.copying import copy_database, settle_file


@pytest.mark.parametrize("durable", [True, False])
def test_the_target_becomes_the_source(tmp_path: Path, *, durable: bool) -> None:
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    write(source, "new")
    write(target, "old")
    copy_database(source, target, durable=durable)
    assert read(target) == "new"


def test_what_is_not_committed_is_not_copied_and_readers_see_all_or_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    write(source, "new")
    write(target, "old")
    with closing(sqlite3.connect(target)) as reader, closing(sqlite3.connect(source)) as writer:
        writer.execute("UPDATE thing SET text = 'half'")
        reader.execute("BEGIN")
        assert reader.execute("SELECT text FROM thing").fetchone()[0] == "old"
        copy_database(source, target)
        assert reader.execute("SELECT text FROM thing").fetchone()[0] == "old"
        reader.execute("ROLLBACK")
        assert reader.execute("SELECT text FROM thing").fetchone()[0] == "new"


def test_a_settled_file_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "source.db"
    write(path, "here")
    settle_file(path)
    assert [each.name for each in tmp_path.iterdir()] == ["source.db"]
    assert read(path) == "here"


def test_there_must_be_a_source(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_database(tmp_path / "none.db", tmp_path / "target.db")
    assert not (tmp_path / "target.db").exists()

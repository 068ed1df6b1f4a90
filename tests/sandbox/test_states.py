"""The files of saved states. [SBX-2]"""

from pathlib import Path

import pytest

from tests.one_row import read, write
from workswith.kernel.clock import ClockState
from workswith.kernel.problem import Kind, Problem
from workswith.sandbox.states import SEEDED, Note, States, check_name


@pytest.fixture
def states(tmp_path: Path) -> States:
    return States(tmp_path / "states")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "workswith.db"
    write(path, "first")
    return path


def note(name: str) -> Note:
    return Note(name, 1_000, ClockState(wall=5, shown=1_000, rate=0.0), drawn={"identity": 3})


def test_what_was_saved_comes_back(states: States, database: Path) -> None:
    kept = states.save(note("before"), database)
    write(database, "second")
    assert states.put_back("before", database) == kept
    assert read(database) == "first"
    assert (kept.drawn, kept.bytes > 0) == ({"identity": 3}, True)


def test_saving_again_replaces(states: States, database: Path) -> None:
    states.save(note("before"), database)
    write(database, "second")
    states.save(note("before"), database)
    write(database, "third")
    states.put_back("before", database)
    assert read(database) == "second"
    assert [each.name for each in states.every()] == ["before"]


def test_the_seeded_one_stays_and_comes_first(states: States, database: Path) -> None:
    for name in ("b", SEEDED, "a"):
        states.save(note(name), database)
    assert [each.name for each in states.every()] == [SEEDED, "a", "b"]
    with pytest.raises(Problem) as kept:
        states.remove(SEEDED)
    assert kept.value.kind is Kind.CONFLICT
    states.remove("a")
    assert [each.name for each in states.every()] == [SEEDED, "b"]


def test_a_copy_that_was_cut_off_has_no_name(states: States, database: Path) -> None:
    states.save(note("whole"), database)
    folder = database.parent / "states"
    (folder / "half.db").write_bytes(b"SQLite")
    (folder / ".other.123").write_bytes(b"")
    assert [each.name for each in states.every()] == ["whole"]
    with pytest.raises(Problem) as unknown:
        states.put_back("half", database)
    assert unknown.value.kind is Kind.UNKNOWN
    assert read(database) == "first"


def test_nobody_else_on_the_machine_reads_them(states: States, database: Path) -> None:
    states.save(note("secret"), database)
    folder = database.parent / "states"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("name", ["", ".hidden", "../up", "a/b", "a b", "x" * 65, "é", "a\n"])
def test_a_name_is_a_name(states: States, database: Path, name: str) -> None:
    with pytest.raises(Problem) as refused:
        check_name(name)
    assert refused.value.kind is Kind.INVALID
    with pytest.raises(Problem):
        states.save(note(name), database)

"""Seeds of sandboxes, start after start. [SBX-2]"""

from pathlib import Path

import pytest

from tests.cloud import Cloud
from workswith.app.seeding import seeded_of
from workswith.kernel.ident import Ident


def first_id(folder: Path, seed: int | None = None) -> str:
    seeded = seeded_of(folder, seed)
    assert seeded is not None
    return Ident.of(seeded).uuid()


def test_each_start_has_a_row_of_its_own_and_all_follow_from_the_seed(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    starts = [first_id(one, 7), first_id(one), first_id(one, 7)]
    assert len(set(starts)) == 3
    assert starts == [first_id(other, 7), first_id(other), first_id(other)]


def test_without_a_seed_ids_are_the_system_s(tmp_path: Path) -> None:
    assert seeded_of(tmp_path, None) is None
    assert not (tmp_path / "seed.json").exists()


def test_a_sandbox_keeps_the_seed_that_it_was_made_with(tmp_path: Path) -> None:
    first_id(tmp_path, 7)
    with pytest.raises(ValueError, match="seed 7"):
        seeded_of(tmp_path, 8)
    old = tmp_path / "old"
    old.mkdir()
    (old / "workswith.db").touch()
    with pytest.raises(ValueError, match="without a seed"):
        seeded_of(old, 7)


def told(cloud: Cloud) -> list[object]:
    return [cloud.document[name] for name in ("plants", "subscription", "application", "end_user")]


def test_two_sandboxes_of_one_seed_hold_the_same(tmp_path: Path) -> None:
    with (
        Cloud(tmp_path / "one", "--seed", "7") as one,
        Cloud(tmp_path / "two", "--seed", "7") as two,
    ):
        assert told(one) == told(two)
        before = told(one)
        assert one.stop() == 0
        one._options = ()
        one.start()
        assert told(one) == before
        made = [
            each.control("POST", "/reset") and each.control("POST", "/homes", {"template": "flat"})
            for each in (one, two)
        ]
        assert made[0] == made[1], "the same calls after a reset, also in another process"

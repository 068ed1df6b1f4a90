"""Slices go one after the other, never in the way of others, and never by two at once.

What must not go, with which data: `tests.events.test_slices` and `tests.webhooks.test_bodies`.
"""

import asyncio

import asyncpg
import pytest

from tests.conftest import NOON
from tests.events.test_outbox import put_unheard
from workswith.events.outbox import SERIES, of_plant
from workswith.kernel import slices
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database, open_database, query
from workswith.kernel.slices import AGAIN, SLICES, Rotation

KEEP = 70 * DAY
OPEN = 10 * DAY
_SLICES = query(
    lambda number, since: (number, since), "SELECT number, since FROM slice ORDER BY since"
)
_IDS = query(int, "SELECT id FROM event ORDER BY sequence")


async def test_one_after_the_other_is_opened_and_emptied(database: Database) -> None:
    rotation = Rotation(database, SERIES, KEEP)
    now, counts = NOON, []
    for _ in range(3 * SLICES):
        await database.write(put_unheard)
        due = await rotation.turn(now)
        counts.append(len(await of_plant(database, "plant-1")))
        assert due == now + OPEN
        assert await rotation.turn(due - 1) == due, "nothing before"
        now = due
    full = await database.all(_SLICES)
    assert [since for _, since in full] == [now - OPEN * n for n in range(SLICES, 0, -1)]
    numbers = [number for number, _ in full]
    assert sorted(numbers) == list(range(SLICES))
    # Two are in the first slice: one was written before anything was open.
    assert counts == [*range(1, 9), *[7] * 16]
    ids = await database.all(_IDS)
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


async def test_longer_is_kept_longer_and_shorter_goes_at_once(database: Database) -> None:
    now = NOON
    for _ in range(6):
        now = await Rotation(database, SERIES, KEEP).turn(now)
        await database.write(put_unheard)
    now = NOON + 12 * OPEN
    assert await Rotation(database, SERIES, 10 * KEEP).turn(now) > now
    assert len(await of_plant(database, "plant-1")) == 6
    assert await Rotation(database, SERIES, OPEN // 10).turn(now) > now
    assert len(await of_plant(database, "plant-1")) == 1, "what ended lately stays"


async def test_two_processes_open_one(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite two rotations of one process; on PostgreSQL each waits for the other."""
    patient = query(str, "SELECT set_config('lock_timeout', '60s', true)")
    monkeypatch.setitem(slices._BE_SHORT, "postgresql", patient)
    one = await open_database(database_url)
    other = await open_database(database_url) if one.dialect == "postgresql" else one
    rotations = [Rotation(database, SERIES, KEEP) for database in (one, other, one, other)]
    now = NOON
    for _ in range(SLICES + 2):
        await one.write(put_unheard)
        dues = await asyncio.gather(*(rotation.turn(now) for rotation in rotations))
        assert set(dues) == {now + OPEN}
        now += OPEN
    full = await one.all(_SLICES)
    assert [since for _, since in full] == [now - OPEN * n for n in range(SLICES, 0, -1)]
    for database in {one, other}:
        await database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_reads_is_not_waited_for(database_url: str, database: Database) -> None:
    rotation = Rotation(database, SERIES, KEEP)
    now = NOON
    for _ in range(SLICES):
        await database.write(put_unheard)
        now = await rotation.turn(now)
    reader = await asyncpg.connect(database_url)
    await reader.execute("BEGIN; SELECT count(*) FROM event")
    due = await rotation.turn(now)
    assert due == now + AGAIN
    await database.write(put_unheard)
    assert len(await of_plant(database, "plant-1")) == SLICES + 1, "others go on"
    await reader.execute("ROLLBACK")
    await reader.close()
    await rotation.turn(due)
    assert len(await of_plant(database, "plant-1")) < SLICES + 1

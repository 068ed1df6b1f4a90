"""The outbox: events are numbered per plant without gaps, and share the fate of their change."""

import asyncio
import uuid

import pytest

from tests.conftest import NOON
from workswith.events.outbox import Draft, append, append_all, event_id, hear, of_plant, unrelayed
from workswith.kernel.database import Database, Tx


async def put(tx: Tx, plant: str = "plant-1", value: int = 20, at: int = NOON) -> None:
    """An event of a plant of which somebody hears."""
    await hear(tx, plant)
    await put_unheard(tx, plant, value, at)


async def put_unheard(tx: Tx, plant: str = "plant-1", value: int = 20, at: int = NOON) -> None:
    await append(
        tx,
        plant_id=plant,
        module_id="module-1",
        kind="status",
        changed=("mode", "set-point"),
        state={"temperature": {"value": value}, "mode": "manual"},
        at=at,
        flow="flow-1",
    )


async def test_an_event_reads_back_as_it_was_written(database: Database) -> None:
    await database.write(put)
    (event,) = await unrelayed(database)
    assert (event.plant_id, event.module_id, event.sequence) == ("plant-1", "module-1", 1)
    assert event.changed == ("mode", "set-point")
    assert event.state == {"temperature": {"value": 20}, "mode": "manual"}
    assert (event.kind, event.at, event.flow) == ("status", NOON, "flow-1")


async def test_each_plant_counts_by_itself_without_gaps(database: Database) -> None:
    plants = ["a", "b"] * 10
    await asyncio.gather(*(database.write(put, plant) for plant in plants))
    for plant in "ab":
        assert [e.sequence for e in await of_plant(database, plant)] == list(range(1, 11))
    assert len({e.id for e in await unrelayed(database)}) == 20


async def test_what_is_rolled_back_leaves_no_event_and_no_gap(database: Database) -> None:
    async def fails(tx: Tx) -> None:
        await put(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fails)
    await database.write(put)
    assert [e.sequence for e in await unrelayed(database)] == [1]


async def test_what_nobody_asked_to_hear_of_is_listed_and_never_relayed(database: Database) -> None:
    await database.write(put_unheard)
    assert await unrelayed(database) == []
    await database.write(hear, "plant-1")
    assert await unrelayed(database) == [], "it was before"
    await database.write(put_unheard)
    await database.write(put_unheard, "plant-2")
    assert [e.sequence for e in await unrelayed(database)] == [2]
    assert [e.sequence for e in await of_plant(database, "plant-1")] == [1, 2]


async def test_many_at_once_are_numbered_in_their_order(database: Database) -> None:
    await database.write(put, "a")
    plants = ["a", "b", "a", "c", "b", "a"]
    drafts = [
        Draft(plant, "module-1", "status", ("mode",), f'{{"n":{number}}}', NOON, "")
        for number, plant in enumerate(plants)
    ]
    assert await database.write(append_all, drafts) == {"a"}, "who is heard"
    found = {plant: await of_plant(database, plant) for plant in "abc"}
    assert {plant: [e.sequence for e in events] for plant, events in found.items()} == {
        "a": [1, 2, 3, 4],
        "b": [1, 2],
        "c": [1],
    }
    assert [e.state["n"] for e in found["a"][1:]] == [0, 2, 5]
    assert [e.sequence for e in await unrelayed(database)] == [1, 2, 3, 4]


async def test_of_plant_goes_on_after_a_number(database: Database) -> None:
    for value in range(5):
        await database.write(put, "a", value)
    found = await of_plant(database, "a", after=2, limit=2)
    assert [e.sequence for e in found] == [3, 4]


def test_ids_are_uuids_that_lie_together_by_plant() -> None:
    ids = [event_id(plant, n) for plant in ("a", "b", "c") for n in (1, 2, 999, 2**40)]
    assert len(set(ids)) == 12
    assert {uuid.UUID(one).version for one in ids} == {8}
    assert {uuid.UUID(one).variant for one in ids} == {uuid.RFC_4122}
    assert len({one[:18] for one in ids}) == 3
    assert ids[:4] == sorted(ids[:4])

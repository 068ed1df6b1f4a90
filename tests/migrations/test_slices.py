"""The step to slices keeps every event, every body, and what is still to be relayed."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import NOON
from tests.events.test_outbox import put
from workswith.events.outbox import of_plant, unrelayed
from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx, open_database, query, statement
from workswith.kernel.database.migrate import upgrade
from workswith.webhooks import lanes, logbook

BEFORE = "0027_community"
WRITTEN = [
    "INSERT INTO event_sequence (plant_id, last, heard) VALUES ('a', 8, 1)",
    *(
        "INSERT INTO event (event_id, plant_id, module_id, sequence, kind, changed, state, at, "
        f"flow, relayed_at) VALUES ('event-{n}', 'a', 'module', {n}, 'status', 'mode', "
        f"'{{\"n\":{n}}}', {NOON + n}, 'flow', {NOON if n < 6 else 'NULL'})"
        for n in range(1, 9)
    ),
    "DELETE FROM event WHERE sequence IN (1, 8)",  # its id is not given again
    (
        "INSERT INTO webhook_endpoint (id, client_id, url, secret, failures, successes, lost, "
        f"created_at) VALUES ('endpoint', 'client', 'https://one.example/', 'x', 0, 0, 0, {NOON})"
    ),
    *(
        "INSERT INTO webhook_delivery (delivery_id, endpoint_id, subscription_id, client_id, "
        "event_id, plant_id, sequence, kind, event_at, expires_at, state, attempts, due_at, flow, "
        f"log) VALUES ('delivery-{n}', 'endpoint', 'subscription', 'client', 'event-{n}', 'a', "
        f"{n}, 'status', {NOON}, {NOON + DAY}, 'waiting', 0, {NOON}, '', '5.1 ')"
        for n in range(1, 4)
    ),
    (
        "INSERT INTO webhook_body (id, body) SELECT id, CAST(delivery_id AS {binary}) "
        "FROM webhook_delivery"
    ),
    *(
        f"INSERT INTO webhook_slice (number, since, until, delivery) VALUES ({values}, 0)"
        for values in (
            f"4, {NOON - 9}, {NOON - 9}",
            f"5, {NOON - 5}, {NOON}",
            f"6, {NOON}, {NOON + 5}",
        )
    ),
]
"""One event was swept and two wait; slice 4 of attempts is empty, 6 is open."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind as it was before the step, with something in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'former.db'}"
    else:
        server: str = request.getfixturevalue("postgres_url")
        admin = await asyncpg.connect(server.format(name="postgres"))
        await admin.execute("CREATE DATABASE former")
        await admin.close()
        url = server.format(name="former")
    await asyncio.to_thread(upgrade, url, BEFORE)
    database = await open_database(url)

    async def write(tx: Tx) -> None:
        for one in WRITTEN:
            binary = "BLOB" if tx.dialect == "sqlite" else "BYTEA"
            await tx.run(statement(one.replace("{binary}", binary)))

    await database.write(write)
    await database.close()
    return url


async def test_nothing_is_lost_on_the_way_to_slices(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
    database = await open_database(url)
    kept = await of_plant(database, "a")
    assert [(event.id, event.sequence) for event in kept] == [
        (f"event-{n}", n) for n in range(2, 8)
    ]
    assert [event.state["n"] for event in await unrelayed(database)] == [6, 7]
    await database.write(put, "a")
    assert [event.sequence for event in await unrelayed(database)] == [6, 7, 9]
    numbers = await database.all(query(int, "SELECT id FROM event ORDER BY id"))
    assert numbers == [2, 3, 4, 5, 6, 7, 9]
    due = await lanes.due_of(database, database.dialect, ["endpoint"], NOON, 10)
    assert [one.body for one in due["endpoint"]] == [b"delivery-1", b"delivery-2", b"delivery-3"]
    assert await database.all(_SLICES) == [("webhook", 5, NOON - 5), ("webhook", 6, NOON)]
    note = await database.write(logbook.append, [], {}, now=NOON)
    assert note == "6.1 ", "the slice that was open is"
    await database.close()


_SLICES = query(lambda *row: row, "SELECT name, number, since FROM slice ORDER BY since")

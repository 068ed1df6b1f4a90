"""The fan-out on PostgreSQL, when it has to wait for what another transaction does to a lane.

Its question began before that transaction ended, so most of what it sees is older.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import pytest

from tests.conftest import NOON
from tests.patience import eventually
from tests.webhooks.chain import ACCOUNT, PLANT, Chain
from workswith.kernel.clock import HOUR
from workswith.kernel.database import query
from workswith.webhooks.subscriptions import end_for_plant

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

URL = "https://example.com/"
NEXT_DUE = query(lambda due: due, "SELECT next_due FROM webhook_endpoint")
FIRST_BODY = query(bytes, "SELECT body FROM webhook_body_0 ORDER BY id LIMIT 1")


@dataclass
class Meanwhile:
    """Another process, which changes the lane while the relay waits for it."""

    chain: Chain
    connection: "asyncpg.Connection[asyncpg.Record]"

    async def happens(self, *statements: str) -> None:
        """With an event that waits to be relayed: it is relayed by then."""
        await self.chain.change()
        await self.connection.execute("BEGIN")
        for one in statements:
            await self.connection.execute(one)
        relaying = asyncio.create_task(self.chain.relay.turn(NOON))
        await eventually(self.waits, "the relay waits for the lane")
        await self.connection.execute("COMMIT")
        await relaying

    async def waits(self) -> bool:
        return bool(await self.connection.fetchval("SELECT 1 FROM pg_locks WHERE NOT granted"))


@pytest.fixture
async def meanwhile(database_url: str, chain: Chain) -> AsyncIterator[Meanwhile]:
    connection = await asyncpg.connect(database_url)
    yield Meanwhile(chain, connection)
    await connection.close()


async def test_a_lane_that_seemed_due_is_woken_when_nothing_was_left_of_it(
    meanwhile: Meanwhile,
) -> None:
    chain = meanwhile.chain
    await chain.subscribe(URL)
    await meanwhile.connection.execute("UPDATE webhook_endpoint SET next_due = 1")
    await meanwhile.happens("UPDATE webhook_endpoint SET next_due = NULL")
    assert await chain.database.one(NEXT_DUE) == NOON
    assert [one.state for one in await chain.deliveries()] == ["waiting"]


async def test_a_ban_that_was_written_meanwhile_holds(meanwhile: Meanwhile) -> None:
    chain = meanwhile.chain
    await chain.subscribe(URL)
    until = NOON + HOUR
    await meanwhile.happens(f"UPDATE webhook_endpoint SET ban_until = {until}, next_due = {until}")
    assert await chain.database.one(NEXT_DUE) == until
    assert await chain.deliveries() == []
    assert len(await chain.losses()) == 1


async def test_nothing_is_added_for_a_subscription_that_ended_meanwhile(
    meanwhile: Meanwhile,
) -> None:
    chain = meanwhile.chain
    await chain.subscribe(URL)
    await meanwhile.happens(
        "UPDATE webhook_endpoint SET next_due = next_due", "DELETE FROM webhook_subscription"
    )
    assert await chain.deliveries() == []


async def test_only_what_ended_is_left_out(meanwhile: Meanwhile) -> None:
    """Two plants hear at one address: of one of them the subscription ends."""
    chain = meanwhile.chain
    await chain.subscribe(URL, PLANT)
    await chain.subscribe(URL, "plant-2")
    await chain.change("plant-2")
    await meanwhile.happens(
        "UPDATE webhook_endpoint SET next_due = next_due",
        f"DELETE FROM webhook_subscription WHERE plant_id = '{PLANT}'",
    )
    (delivery,) = await chain.deliveries()
    assert delivery.plant_id == "plant-2"
    assert b"plant-2" in (await chain.database.one(FIRST_BODY) or b"")


Ends = Callable[[Chain, str], Awaitable[object]]

ENDS: dict[str, Ends] = {
    "one": lambda chain, id_: chain.subscriptions.unsubscribe(ACCOUNT, PLANT, id_),
    "of a plant": lambda chain, _: chain.database.write(end_for_plant, PLANT, NOON),
}


@pytest.mark.parametrize("how", ENDS)
async def test_whoever_ends_and_whoever_fans_out_never_miss_each_other(
    chain: Chain, how: str
) -> None:
    """Both at once, again and again: what was added is cancelled, or was not added."""
    for _ in range(20):
        id_ = await chain.subscribe(URL)
        await chain.change(times=3)
        await asyncio.gather(chain.relay.turn(NOON), ENDS[how](chain, id_))
        await chain.relay.turn(NOON)
    assert {one.state for one in await chain.deliveries()} <= {"cancelled"}

"""A look at the lanes brings along what is due of those that are new, where that is little."""

from typing import Any

import msgspec
import pytest

from tests.conftest import NOON
from tests.webhooks.chain import Chain, Ground, until
from tests.webhooks.test_worker import Scripted
from tests.webhooks.test_worker_races import Gate
from workswith.kernel.database import Database, Query, Statement, query, statement
from workswith.webhooks import lanes
from workswith.webhooks.ahead import BROUGHT
from workswith.webhooks.lanes import Found
from workswith.webhooks.settings import Settings

IDS = query(str, "SELECT id FROM webhook_endpoint ORDER BY url")
FAILED = statement("UPDATE webhook_endpoint SET failed_at = :at WHERE id = :id")
DUE = statement("UPDATE webhook_endpoint SET next_due = :at WHERE id = :id")


@pytest.fixture
async def endpoints(chain: Chain) -> list[str]:
    """Three, of which each has as many deliveries due as it has a number."""
    for number in range(3):
        plant = f"plant-{number}"
        await chain.subscribe(f"https://{number}.example/", plant)
        await chain.change(plant, times=number + 1)
    await chain.relay.turn(NOON)
    await chain.worker.shards.keep()
    return await chain.database.all(IDS)


async def look(chain: Chain, *known: str, bring: int = BROUGHT) -> Found:
    database, owner = chain.database, chain.worker.shards.owner
    return await lanes.look(
        database, database.dialect, owner, NOON, most=9, known=known, bring=bring
    )


async def change(chain: Chain, what: Statement, id_: str, at: int) -> None:
    await chain.database.write(lambda tx: tx.run(what, id=id_, at=at))


async def test_what_is_due_comes_along_in_the_order_of_its_turn(
    chain: Chain, endpoints: list[str]
) -> None:
    found = await look(chain)
    assert {one.id for one in found.healthy} == set(endpoints)
    alone = await lanes.due_of(chain.database, chain.database.dialect, endpoints, NOON, 9)
    assert found.due == alone
    bodies = [[msgspec.json.decode(one.body)[0]["sequence"] for one in found.due[id_]]
              for id_ in endpoints]  # fmt: skip
    assert bodies == [[1], [1, 2], [1, 2, 3]]


async def test_of_lanes_that_are_known_nothing_comes(chain: Chain, endpoints: list[str]) -> None:
    found = await look(chain, endpoints[1])
    assert {one.id for one in found.healthy} == set(endpoints)
    assert found.due.keys() == {endpoints[0], endpoints[2]}


async def test_where_much_is_due_nothing_comes(chain: Chain, endpoints: list[str]) -> None:
    """A part of it would be started, and the rest be read at the next turn only."""
    found = await look(chain, bring=3)
    assert {one.id for one in found.healthy} == set(endpoints)
    assert found.due.keys() == {endpoints[0], endpoints[1]}


async def test_unless_asked_for_nothing_comes(chain: Chain, endpoints: list[str]) -> None:
    found = await look(chain, bring=0)
    assert {one.id for one in found.healthy} == set(endpoints)
    assert found.due == {}


async def test_each_kind_of_lane_is_told_apart(chain: Chain, endpoints: list[str]) -> None:
    later = NOON + 7
    await change(chain, FAILED, endpoints[0], NOON - 1)
    await change(chain, DUE, endpoints[2], later)
    found = await look(chain)
    assert [one.id for one in found.ailing] == [endpoints[0]]
    assert [one.id for one in found.healthy] == [endpoints[1]]
    assert found.next_due == later
    assert found.due.keys() == {endpoints[0], endpoints[1]}


async def test_the_longest_waiting_come_first(chain: Chain, endpoints: list[str]) -> None:
    for earlier, id_ in enumerate(endpoints):
        await change(chain, DUE, id_, NOON - earlier)
    assert [one.id for one in (await look(chain)).healthy] == endpoints[::-1]


class Asked(Gate):
    """Which questions are asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.questions: list[str] = []

    async def all(self, query: Query[Any], /, **parameters: Any) -> list[Any]:
        self.questions.append(query.text)
        return await super().all(query, **parameters)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_one_question_lies_between_a_delivery_and_its_attempt(
    ground: Ground, settings: Settings
) -> None:
    """On PostgreSQL each is a round trip."""
    scripted, asked = Scripted(), Asked(ground.database)
    counted = Ground(asked, ground.clock, ground.ident, ground.bells, ground.cipher)
    chain = Chain(counted, settings, scripted)
    await chain.subscribe("https://example.com/")
    await chain.change()
    await chain.settle()
    await chain.change()
    await chain.relay.turn(NOON)
    asked.questions.clear()
    await chain.worker.turn(NOON)
    await until(lambda: len(scripted.posts) == 2)
    assert len(asked.questions) == 1
    await chain.settle()

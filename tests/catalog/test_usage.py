"""Usage for people: summed by hour, only for its owner, and not lost by a failing database."""

from dataclasses import dataclass

import pytest

from workswith.catalog import products, usage
from workswith.catalog.subscriptions import Subscriptions
from workswith.catalog.usage import FLUSH_EVERY, Hour, Line, Usage
from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database

KIT = products.STARTER_KIT


@dataclass
class Call:
    at: int
    subscription_id: str
    status: int = 200
    client_id: str = "app"
    account_id: str = "user"
    api: str = "echo"
    operation: str = "retrieve-resource"
    checks_us: int = 20
    handling_us: int = 100


@pytest.fixture
async def mine(subscriptions: Subscriptions) -> str:
    return (await subscriptions.subscribe("dev", KIT, "mine")).id


@pytest.fixture
def counted(database: Database) -> Usage:
    return Usage(database)


async def test_calls_are_summed_by_hour(
    database: Database, counted: Usage, mine: str, clock: Clock
) -> None:
    now = clock.now()
    for at, status in ((now, 200), (now + 1, 200), (now + 2, 404), (now + HOUR, 200)):
        counted.note(Call(at, mine, status, handling_us=50 * status))
    await counted.turn(now)
    counted.note(Call(now + 3, mine))
    await counted.turn(now + 1)
    span = {"since": now - now % HOUR, "until": now + DAY}
    found = await usage.hours(database, "dev", **span)
    assert [hour.calls for hour in found] == [3, 1], "the last call is not written down yet"
    await counted.turn(now + FLUSH_EVERY)
    first = now - now % HOUR
    assert await usage.hours(database, "dev", **span) == [
        Hour(first, 4, 1),
        Hour(first + HOUR, 1, 0),
    ]
    assert await usage.lines(database, "dev", "operation", **span) == [
        Line("echo/retrieve-resource", 200, 4, 20, 7525),
        Line("echo/retrieve-resource", 404, 1, 20, 20200),
    ]


@pytest.mark.parametrize(
    "asked", [("application", "app"), ("end_user", "user"), ("subscription", "")]
)
async def test_it_can_be_asked_by_whom(
    database: Database, counted: Usage, mine: str, clock: Clock, asked: tuple[str, str]
) -> None:
    by, name = asked
    counted.note(Call(clock.now(), mine))
    await counted.settle()
    found = await usage.lines(database, "dev", by, since=0, until=clock.now() + 1)
    assert [(line.name, line.calls) for line in found] == [(name or mine, 1)]


async def test_nobody_sees_the_usage_of_others(
    database: Database, counted: Usage, subscriptions: Subscriptions, mine: str, clock: Clock
) -> None:
    other = (await subscriptions.subscribe("other", KIT, "theirs")).id
    counted.note(Call(clock.now(), mine))
    counted.note(Call(clock.now(), other, account_id="someone"))
    counted.note(Call(clock.now(), "", 401, client_id="", account_id=""))
    await counted.settle()
    span = {"since": 0, "until": clock.now() + 1}
    assert sum(hour.calls for hour in await usage.hours(database, "dev", **span)) == 1
    assert await usage.hours(database, "dev", subscription_id=other, **span) == []
    assert await usage.lines(database, "dev", "end_user", subscription_id=other, **span) == []
    mine_alone = await usage.of_end_user(database, "user", **span)
    assert [(line.name, line.calls) for line in mine_alone] == [("app", 1)]


async def test_what_cannot_be_written_is_kept(
    database: Database, counted: Usage, mine: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted.note(Call(clock.now(), mine))
    with monkeypatch.context() as broken:
        broken.setattr(type(database), "write", None)
        with pytest.raises(TypeError):
            await counted.flush()
    counted.note(Call(clock.now(), mine))
    await counted.flush()
    [hour] = await usage.hours(database, "dev", since=0, until=clock.now() + 1)
    assert hour.calls == 2


async def test_memory_is_bounded_and_no_call_is_lost(
    database: Database, counted: Usage, mine: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MOST_ROWS", 3)
    for n in range(10):
        counted.note(Call(clock.now(), mine, account_id=f"user-{n}"))
    assert len(counted._counts) == 4
    await counted.flush()
    [hour] = await usage.hours(database, "dev", since=0, until=clock.now() + 1)
    assert hour.calls == 10


async def test_old_hours_are_removed(
    database: Database, counted: Usage, mine: str, clock: Clock
) -> None:
    counted.note(Call(clock.now(), mine))
    await counted.turn(clock.now())
    await counted.turn(clock.now() + 399 * DAY)
    assert len(await usage.hours(database, "dev", since=0, until=clock.now() + 1)) == 1
    await counted.turn(clock.now() + 401 * DAY)
    assert await usage.hours(database, "dev", since=0, until=clock.now() + 1) == []

"""Usage for people: summed by hour, only for its owner, and not lost by a failing database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalog.calls import Call
from workswith.catalog import products, usage, usage_reports
from workswith.catalog.latency import BUCKETS, EDGES_US, bucket, percentiles
from workswith.catalog.subscriptions import Subscriptions
from workswith.catalog.usage import FLUSH_EVERY, Usage
from workswith.catalog.usage_reports import Calls, Line, Period, Spent
from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database

KIT = products.STARTER_KIT


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
    dev = Calls("dev", now - now % HOUR, now + DAY)
    found = await usage_reports.periods(database, dev)
    assert [hour.calls for hour in found] == [3, 1], "the last call is not written down yet"
    await counted.turn(now + FLUSH_EVERY)
    first = now - now % HOUR
    assert await usage_reports.periods(database, dev) == [
        Period(first, 4, 1),
        Period(first + HOUR, 1, 0),
    ]
    assert await usage_reports.lines(database, dev, "operation") == [
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
    found = await usage_reports.lines(database, Calls("dev", 0, clock.now() + 1), by)
    assert [(line.name, line.calls) for line in found] == [(name or mine, 1)]


async def test_nobody_sees_the_usage_of_others(
    database: Database, counted: Usage, subscriptions: Subscriptions, mine: str, clock: Clock
) -> None:
    other = (await subscriptions.subscribe("other", KIT, "theirs")).id
    counted.note(Call(clock.now(), mine))
    counted.note(Call(clock.now(), other, account_id="someone"))
    counted.note(Call(clock.now(), "", 401, client_id="", account_id=""))
    await counted.settle()
    dev = Calls("dev", 0, clock.now() + 1)
    assert sum(hour.calls for hour in await usage_reports.periods(database, dev)) == 1
    theirs = dev._replace(subscription_id=other)
    assert await usage_reports.periods(database, theirs) == []
    assert await usage_reports.lines(database, theirs, "end_user") == []


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
    [hour] = await usage_reports.periods(database, Calls("dev", 0, clock.now() + 1))
    assert hour.calls == 2


async def test_memory_is_bounded_and_no_call_is_lost(
    database: Database, counted: Usage, mine: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MOST_ROWS", 3)
    for n in range(10):
        counted.note(Call(clock.now(), mine, account_id=f"user-{n}"))
    assert len(counted._counts) == 4
    await counted.flush()
    [hour] = await usage_reports.periods(database, Calls("dev", 0, clock.now() + 1))
    assert hour.calls == 10


async def test_old_hours_are_removed(
    database: Database, counted: Usage, mine: str, clock: Clock
) -> None:
    counted.note(Call(clock.now(), mine))
    await counted.turn(clock.now())
    await counted.turn(clock.now() + 399 * DAY)
    assert len(await usage_reports.periods(database, Calls("dev", 0, clock.now() + 1))) == 1
    await counted.turn(clock.now() + 401 * DAY)
    assert await usage_reports.periods(database, Calls("dev", 0, clock.now() + 1)) == []


async def test_calls_are_summed_by_day_and_by_end_user(
    database: Database, counted: Usage, mine: str, clock: Clock
) -> None:
    day = clock.now() - clock.now() % DAY
    for hour, user in ((0, "anna"), (5, "anna"), (23, "berta"), (24, "anna"), (25, "")):
        counted.note(Call(day + hour * HOUR, mine, account_id=user))
    await counted.settle()
    until = day + 2 * DAY
    dev = Calls("dev", day, until)
    assert await usage_reports.periods(database, dev, span=DAY) == [
        Period(day, 3, 0),
        Period(day + DAY, 2, 0),
    ]
    assert await usage_reports.spent(database, "dev", since=day, until=until) == [
        Spent(KIT, "Starter Kit", "anna", 3, 500),
        Spent(KIT, "Starter Kit", "berta", 1, 500),
    ]
    assert await usage_reports.spent(
        database, "dev", since=day, until=until, limit=1, offset=1
    ) == [Spent(KIT, "Starter Kit", "berta", 1, 500)]
    exported = await usage_reports.export(database, dev)
    assert [(row.hour - day, row.end_user_id, row.calls) for row in exported] == [
        (0, "anna", 1),
        (5 * HOUR, "anna", 1),
        (23 * HOUR, "berta", 1),
        (24 * HOUR, "anna", 1),
        (25 * HOUR, "", 1),
    ]
    assert await usage_reports.export(database, dev._replace(owner_id="somebody")) == []
    assert await usage_reports.spent(database, "somebody", since=day, until=until) == []


async def test_how_long_calls_took_adds_up(
    database: Database, counted: Usage, mine: str, clock: Clock
) -> None:
    """Also over flushes and hours, and only for the owner of the keys."""
    day = clock.now() - clock.now() % DAY
    for number in range(100):
        hour = day + (number % 4) * HOUR
        counted.note(Call(hour, mine, checks_us=0, handling_us=1_000 * (number + 1)))
        if number == 50:
            await counted.flush()
    await counted.settle()
    dev = Calls("dev", day, day + DAY)
    found = await usage_reports.latencies(database, dev)
    assert list(found) == ["echo/retrieve-resource"]
    half, most = percentiles(found["echo/retrieve-resource"], (0.5, 0.95))
    assert 40_000 <= half <= 60_000
    assert 85_000 <= most <= 100_000
    by_day = await usage_reports.latency_periods(database, dev, span=DAY)
    assert by_day == {day: found["echo/retrieve-resource"]}
    by_hour = await usage_reports.latency_periods(database, dev)
    assert [sum(counts.values()) for counts in by_hour.values()] == [25, 25, 25, 25]
    assert await usage_reports.latencies(database, dev._replace(owner_id="somebody")) == {}
    await counted.turn(day + 500 * DAY)
    assert await usage_reports.latencies(database, dev) == {}, "removed with the rest"


@given(st.lists(st.integers(1, EDGES_US[-1]), min_size=1, max_size=50))
def test_a_percentile_is_near_the_truth(times: list[int]) -> None:
    """It lies in the bucket of the call that has this rank, and grows with the share."""
    counts: dict[int, int] = {}
    for took in times:
        counts[bucket(took)] = counts.get(bucket(took), 0) + 1
    told = percentiles(counts, (0.5, 0.95, 1.0))
    assert told == sorted(told)
    ordered = sorted(times)
    for share, value in zip((0.5, 0.95, 1.0), told, strict=True):
        rank = max(1, -int(-share * len(ordered) // 1))
        index = bucket(ordered[rank - 1])
        low = EDGES_US[index - 1] if index else 0
        assert low <= value <= EDGES_US[index]


def test_no_call_is_too_short_or_too_long() -> None:
    assert (bucket(0), bucket(50), bucket(51)) == (0, 0, 1)
    assert bucket(10**9) == BUCKETS - 1
    assert percentiles({BUCKETS - 1: 3}, (0.5,)) == [EDGES_US[-1]]
    assert percentiles({}, (0.5,)) == [0.0]

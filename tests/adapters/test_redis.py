"""The counter on a real Valkey or Redis keeps every promise of the port."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from tests import valkey
from tests.conformance.counter import DAY, CounterSuite, allowed
from workswith.adapters.redis import RedisReservations
from workswith.catalog.leases import LeasedCounter
from workswith.catalog.quota import Counter
from workswith.catalog.reservations import grant


@pytest.fixture(scope="module", params=valkey.INSTALLED)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with valkey.server(request.param) as address:
        yield address


@pytest.fixture
async def reservations(url: str) -> AsyncIterator[RedisReservations]:
    async with Redis.from_url(url) as client:
        await client.flushall()
    opened = RedisReservations.open(url)
    yield opened
    await opened.close()


class TestRedisCounter(CounterSuite):
    @pytest.fixture
    def counter(self, reservations: RedisReservations) -> Counter:
        return LeasedCounter(reservations)


async def test_the_script_grants_as_the_port_says(reservations: RedisReservations) -> None:
    for limit in (1, 7, 500, 100_000):
        before = 0
        for step in range(60):
            largest, waiting = 25, step % 5
            expected = grant(before, limit, largest=largest, waiting=waiting)
            assert await reservations.reserve(
                f"{limit}", DAY, limit, largest=largest, waiting=waiting
            ) == (before, expected)
            before += expected


async def test_large_counts_stay_whole_numbers(reservations: RedisReservations) -> None:
    limit = 10**15
    await reservations.reserve("a", DAY, limit, largest=limit, waiting=limit - 5)
    assert await reservations.reserved("a", DAY) == limit - 5


async def test_several_processes_never_exceed_the_limit(reservations: RedisReservations) -> None:
    processes = [LeasedCounter(reservations) for _ in range(4)]
    calls = [processes[n % 4].take("a", DAY, 500) for n in range(700)]
    assert len(await allowed(calls)) == 500


async def test_what_is_given_back_is_there_for_others(reservations: RedisReservations) -> None:
    counter = LeasedCounter(reservations)
    await counter.take("a", DAY, 500)
    assert await reservations.reserved("a", DAY) == 25
    await counter.settle()
    assert await reservations.reserved("a", DAY) == 1


async def test_a_count_ends_by_itself(url: str, reservations: RedisReservations) -> None:
    await LeasedCounter(reservations).take("a", DAY, 500)
    async with Redis.from_url(url) as client:
        [name] = await client.keys("*")
        assert 61 * 86_400 < await client.ttl(name) <= 62 * 86_400

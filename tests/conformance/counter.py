"""What every `Counter` promises. An adapter's test hands itself to this suite."""

import asyncio
from collections.abc import Awaitable, Iterable

import pytest

from workswith.catalog.quota import Counter
from workswith.kernel.problem import Kind, Problem

DAY = 20_465


async def allowed(calls: Iterable[Awaitable[int]]) -> list[int]:
    """The numbers of the calls that were let through, sorted; any other error fails."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    numbers = []
    for result in results:
        if isinstance(result, Problem):
            assert (result.kind, result.code) == (Kind.EXHAUSTED, "quota_exhausted")
        elif isinstance(result, BaseException):
            raise result
        else:
            numbers.append(result)
    return sorted(numbers)


class CounterSuite:
    """Subclasses provide the fixture ``counter``."""

    @pytest.fixture
    def counter(self) -> Counter:
        raise NotImplementedError

    async def test_counts_from_one(self, counter: Counter) -> None:
        assert [await counter.take("a", DAY, 500) for _ in range(4)] == [1, 2, 3, 4]
        assert await counter.used("a", DAY) == 4

    async def test_nothing_used_is_zero(self, counter: Counter) -> None:
        assert await counter.used("nobody", DAY) == 0

    async def test_the_limit_itself_is_allowed_and_one_more_is_not(self, counter: Counter) -> None:
        for _ in range(3):
            await counter.take("a", DAY, 3)
        with pytest.raises(Problem) as refusal:
            await counter.take("a", DAY, 3)
        assert refusal.value.kind is Kind.EXHAUSTED
        assert await counter.used("a", DAY) == 3

    async def test_keys_do_not_touch_each_other(self, counter: Counter) -> None:
        await counter.take("a", DAY, 1)
        assert await counter.take("b", DAY, 1) == 1

    async def test_what_is_taken_without_waiting_counts_the_same(self, counter: Counter) -> None:
        """Mixed as it comes: never a number twice, none left out, none beyond the limit."""

        async def either() -> int:
            now = counter.take_now("a", DAY, 60)
            return await counter.take("a", DAY, 60) if now is None else now

        assert [await either() for _ in range(60)] == list(range(1, 61))
        with pytest.raises(Problem) as refusal:
            await either()
        assert refusal.value.kind is Kind.EXHAUSTED
        assert await counter.used("a", DAY) == 60

    async def test_sixty_four_callers_around_the_five_hundredth_call(
        self, counter: Counter
    ) -> None:
        for _ in range(480):
            await counter.take("a", DAY, 500)
        numbers = await allowed([counter.take("a", DAY, 500) for _ in range(64)])
        assert numbers == list(range(481, 501))
        assert await counter.used("a", DAY) == 500

    async def test_sixty_four_callers_from_the_first_to_beyond_the_last(
        self, counter: Counter
    ) -> None:
        numbers: list[int] = []

        async def caller() -> None:
            for _ in range(10):
                numbers.extend(await allowed([counter.take("a", DAY, 500)]))

        await asyncio.gather(*(caller() for _ in range(64)))
        assert sorted(numbers) == list(range(1, 501))

    async def test_midnight_replenishes(self, counter: Counter) -> None:
        await allowed([counter.take("a", DAY, 500) for _ in range(510)])
        assert await counter.take("a", DAY + 1, 500) == 1

    async def test_callers_on_both_sides_of_midnight(self, counter: Counter) -> None:
        await allowed([counter.take("a", DAY, 500) for _ in range(490)])
        before = [counter.take("a", DAY, 500) for _ in range(32)]
        after = [counter.take("a", DAY + 1, 500) for _ in range(32)]
        mixed = [call for pair in zip(before, after, strict=True) for call in pair]
        assert await allowed(mixed) == sorted([*range(491, 501), *range(1, 33)])
        assert await counter.used("a", DAY) == 500
        assert await counter.used("a", DAY + 1) == 32

    async def test_a_higher_limit_lets_go_on(self, counter: Counter) -> None:
        await allowed([counter.take("a", DAY, 2) for _ in range(5)])
        assert await counter.take("a", DAY, 3) == 3

    async def test_a_lower_limit_refuses(self, counter: Counter) -> None:
        await allowed([counter.take("a", DAY, 500) for _ in range(10)])
        assert await allowed([counter.take("a", DAY, 5)]) == []
        assert await counter.take("a", DAY, 500) == 11

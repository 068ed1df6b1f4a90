"""Background work: everything due is done, in order, also when the clock jumps."""

import asyncio
from dataclasses import dataclass, field

import pytest

from workswith.kernel.clock import HOUR, MINUTE, Clock
from workswith.kernel.tasks import Bells, Supervisor


@dataclass
class Ticker:
    """Acts every ``every`` ms of the clock and rings another work's bell."""

    every: int
    bells: Bells
    rings: str = ""
    name: str = "ticker"
    at: list[int] = field(default_factory=list)
    due: int = 0

    async def turn(self, now: int) -> int | None:
        while self.due <= now:
            self.at.append(self.due)
            self.due = (self.due or now) + self.every
            if self.rings:
                self.bells.ring(self.rings)
        return self.due

    async def settle(self) -> bool:
        return False


@dataclass
class Echo:
    """Does one thing for each ring, and leaves it under way until settled."""

    bells: Bells
    name: str = "echo"
    under_way: int = 0
    done: list[int] = field(default_factory=list)
    rung: int = 0

    async def turn(self, now: int) -> int | None:
        self.rung += 1
        self.under_way = now
        return None

    async def settle(self) -> bool:
        if not self.under_way:
            return False
        self.done.append(self.under_way)
        self.under_way = 0
        return False


async def test_advance_does_all_work_at_its_own_instant(clock: Clock, bells: Bells) -> None:
    start = clock.now()
    ticker = Ticker(MINUTE, bells, rings="echo", due=start)
    echo = Echo(bells)
    supervisor = Supervisor(clock, bells)
    supervisor.add(ticker, echo)
    await supervisor.advance(start + HOUR)
    assert ticker.at == [start + n * MINUTE for n in range(61)]
    assert set(ticker.at) <= set(echo.done)
    assert clock.now() == start + HOUR


async def test_who_is_due_later_is_left_alone_unless_rung(clock: Clock, bells: Bells) -> None:
    """A day has thousands of instants, and most works have nothing to do in most of them."""
    start = clock.now()
    asked: list[int] = []

    @dataclass
    class Nightly:
        name: str = "nightly"

        async def turn(self, now: int) -> int | None:
            asked.append(now)
            return start + 10 * HOUR

        async def settle(self) -> bool:
            return False

    class Ringing(Ticker):
        async def turn(self, now: int) -> int | None:
            if now == start + 30 * MINUTE:
                bells.ring("nightly")
            return await super().turn(now)

    supervisor = Supervisor(clock, bells)
    supervisor.add(Ringing(MINUTE, bells, due=start), Nightly())
    await supervisor.advance(start + HOUR)
    assert asked == [start, start + 30 * MINUTE, start + HOUR]


async def test_advance_refuses_the_past_and_keeps_the_rate(clock: Clock, bells: Bells) -> None:
    supervisor = Supervisor(clock, bells)
    clock.run_at(5)
    with pytest.raises(ValueError, match="forward"):
        await supervisor.advance(0)
    assert clock.rate == 5


async def test_works_that_wake_each_other_for_ever_are_told(clock: Clock, bells: Bells) -> None:
    @dataclass
    class Restless:
        name: str = "restless"

        async def turn(self, now: int) -> int | None:
            bells.ring("restless")
            return None

        async def settle(self) -> bool:
            return False

    supervisor = Supervisor(clock, bells)
    supervisor.add(Restless())
    with pytest.raises(RuntimeError, match="never become quiet"):
        await supervisor.advance(clock.now() + 1)


async def test_a_failing_work_is_tried_again_and_does_not_disturb_others(
    clock: Clock, bells: Bells
) -> None:
    calls: list[str] = []
    recovered = asyncio.Event()

    @dataclass
    class Fragile:
        name: str = "fragile"

        async def turn(self, now: int) -> int | None:
            calls.append("turn")
            if len(calls) == 1:
                raise OSError("the disk is away")
            recovered.set()
            return None

        async def settle(self) -> bool:
            return False

    supervisor = Supervisor(clock, bells)
    supervisor.add(Fragile(), Echo(bells))
    supervisor.start()
    await recovered.wait()
    await supervisor.stop()
    assert len(calls) >= 2


async def test_a_ring_wakes_at_once_and_stop_drains(clock: Clock, bells: Bells) -> None:
    echo = Echo(bells)
    supervisor = Supervisor(clock, bells, poll=60)
    supervisor.add(echo)
    supervisor.start()
    await asyncio.sleep(0)
    first = echo.rung
    bells.ring("echo")
    for _ in range(5):
        await asyncio.sleep(0)
    assert echo.rung == first + 1
    await supervisor.stop()
    assert not echo.under_way

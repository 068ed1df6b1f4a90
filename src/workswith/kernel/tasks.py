"""Supervised background work on the clock.

A `Work` does in one *turn* whatever is due, and says when it is due next. The `Supervisor` runs
each in a loop of its own, restarts it with back-off when it fails, and drains it on stop. When the
clock is moved, `Supervisor.advance` runs all turns itself, instant by instant, and answers only
when nothing is left to do: that is what makes a day pass in a test. [SBX-2]
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from . import log
from .clock import Clock

_log = log.get("tasks")

BACK_OFF_SECONDS = (0.1, 0.5, 2.0, 5.0, 15.0, 30.0)
SETTLE_ROUNDS = 10_000
"""More rounds than this at one instant mean that two works wake each other for ever."""


class Work(Protocol):
    """Something that happens in the background."""

    @property
    def name(self) -> str: ...

    async def turn(self, now: int) -> int | None:
        """Does what is due at ``now``; returns the next due instant, ``None`` for not known."""

    async def settle(self) -> bool:
        """Waits for what earlier turns left under way; returns whether there was anything."""


class Bells:
    """Wake-up calls by name. A lost ring costs latency, never work: each work also looks itself."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}
        self._carriers: list[Callable[[str], None]] = []

    def of(self, name: str) -> asyncio.Event:
        return self._bells.setdefault(name, asyncio.Event())

    def carry(self, carrier: Callable[[str], None]) -> None:
        """Hands every ring to ``carrier`` as well, which takes it to other processes."""
        self._carriers.append(carrier)

    def ring(self, name: str) -> None:
        self.of(name).set()
        for carrier in self._carriers:
            carrier(name)


class Supervisor:
    """Runs works; one turn of a work at a time."""

    def __init__(self, clock: Clock, bells: Bells, *, poll: float = 1.0) -> None:
        self._clock = clock
        self._bells = bells
        self._poll = poll
        self._works: list[Work] = []
        self._turns: dict[str, asyncio.Lock] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._advancing = asyncio.Lock()
        self._leading = False
        clock.on_change(self._follow_the_clock)

    def add(self, *works: Work) -> None:
        for work in works:
            self._works.append(work)
            self._turns[work.name] = asyncio.Lock()

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._drive(work), name=work.name) for work in self._works
        ]

    async def stop(self, grace: float = 5.0) -> None:
        """Lets running turns end, then stops; what is still under way after ``grace`` s is cut."""
        self._stopping.set()
        self._wake_all()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for work in self._works:
            try:
                await asyncio.wait_for(work.settle(), grace)
            except TimeoutError:
                _log.warning("cut off while draining", work=work.name)

    async def advance(self, to: int) -> None:
        """Moves the clock to ``to`` and returns when all work due on the way is done.

        Raises ``ValueError`` for an instant in the past; an error of a turn stops the clock there.
        """
        if to < self._clock.now():
            raise ValueError("a clock only moves forward")
        async with self._advancing:
            for lock in self._turns.values():
                await lock.acquire()  # a running clock may pass ``to`` meanwhile: then it is now
            was = self._clock.rate
            self._leading = True
            try:
                self._clock.freeze()
                dues = await self._settle_instant({})
                while (due := _earliest(dues)) is not None and due < to:
                    self._clock.jump(max(due, self._clock.now()))
                    dues = await self._settle_instant(dues)
                self._clock.jump(max(to, self._clock.now()))
                await self._settle_instant({})
            finally:
                self._leading = False
                self._clock.run_at(was)
                for lock in self._turns.values():
                    lock.release()

    async def settle(self) -> None:
        """Does everything that is due now."""
        await self.advance(self._clock.now())

    async def _settle_instant(self, dues: dict[str, int | None]) -> dict[str, int | None]:
        """Runs turns at the present instant until all are quiet.

        ``dues`` are the next due instants of works; who is due later and whose bell is silent has
        nothing to do. Returns them as they are then.
        """
        now = self._clock.now()
        waiting = [(work, self._bells.of(work.name)) for work in self._works]
        for _ in range(SETTLE_ROUNDS):
            quiet = True
            for work, bell in waiting:
                due = dues.get(work.name)
                if due is not None and due > now and not bell.is_set():
                    continue
                bell.clear()
                dues[work.name] = due = await work.turn(now)
                if await work.settle() or (due is not None and due <= now):
                    quiet = False
            if quiet and not any(bell.is_set() for _, bell in waiting):
                return dues
        raise RuntimeError(f"the works never become quiet at {now}")

    async def _drive(self, work: Work) -> None:
        bell = self._bells.of(work.name)
        failures = 0
        while not self._stopping.is_set():
            delay: float | None = None
            async with self._turns[work.name]:
                bell.clear()
                try:
                    due = await work.turn(self._clock.now())
                    failures = 0
                except Exception as error:
                    due = None
                    delay = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
                    failures += 1
                    _log.error("a turn failed", work=work.name, again_in=delay, exc_info=error)
            if delay is not None:
                await self._pause(self._stopping, delay)
                continue
            real = None if due is None else self._clock.real_delay(due)
            await self._pause(bell, self._poll if real is None else min(real, self._poll))

    @staticmethod
    async def _pause(event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def _follow_the_clock(self) -> None:
        """Whoever waits for an instant counts anew, unless the clock is led past every one."""
        if not self._leading:
            self._wake_all()

    def _wake_all(self) -> None:
        for work in self._works:
            self._bells.ring(work.name)


def _earliest(dues: dict[str, int | None]) -> int | None:
    return min((due for due in dues.values() if due is not None), default=None)

"""The whole dispatcher under seeded misfortune, in memory and on the moved clock: endpoints that
come, go and leave, a database that fails before or after a commit, a process that dies at a commit
or is replaced while it still sends, days of clock time.

A failing seed is in the message, with the command that tells its story again:

    WORKSWITH_SEEDS=1234 .venv/bin/pytest tests/webhooks/test_simulation.py

``WORKSWITH_SEEDS=2000-9999`` are others, ``WORKSWITH_REAL_SEEDS=0-99`` more of those that are told on
the real databases.
"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOON
from tests.webhooks import properties
from tests.webhooks.chain import ACCOUNT, CLIENT, Chain, Ground
from tests.webhooks.memory import MemoryDatabase
from tests.webhooks.properties import AT_ONCE, DELAYS, Post, Told
from workswith.events.outbox import of_plant
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock, ClockState
from workswith.kernel.database import Database, Query, Tx, query
from workswith.kernel.ident import Ident
from workswith.kernel.slices import SLICES
from workswith.kernel.tasks import Bells
from workswith.webhooks import logbook
from workswith.webhooks.logbook import Attempt
from workswith.webhooks.reading import (
    DeliveryView,
    LossView,
    deliveries_of,
    endpoints_of,
    losses_of,
)
from workswith.webhooks.recorder import ENOUGH
from workswith.webhooks.recording import Outcome
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings
from workswith.webhooks.shards import NEVER

PLANTS = ("plant-a", "plant-b")
LEAVER = "https://leaver.example/"
URLS = (*(f"https://endpoint-{n}.example/" for n in range(2)), LEAVER)
BLOCK = 50
"""Seeds of one test."""
ANSWERS = (Sent(503), Sent(302), Sent(None, "timeout"), Sent(None, "reset"))
PATIENCE = (0, 1, 2, 3, 4, 8, 16, 40)
"""How many turns of the loop an answer takes."""

Fate = Callable[[int], str]
"""What happens at the so-manieth commit: nothing, an error before or after it (``fail before``,
``fail after``), or the end of the process (``die before``, ``die after``)."""

happened: Counter[str] = Counter()
"""(j) over all stories of this run."""


MUST_HAPPEN = {
    "fail before", "fail after", "die before", "die after", "dead with something under way",
    "usurped with something under way", "recorded while rows were on their way", "stale", "repeated", "lost", "delivered", "exhausted",
    "expired", "cancelled",
}  # fmt: skip


class Misfortune(Exception):
    """The database failed, or the process has died."""


class World:
    """The endpoints of the outside."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.dice = random.Random(f"{seed}/world")
        self.ways = random.Random(f"{seed}/ways")
        self.well = dict.fromkeys(URLS, 1.0)
        self.posts: list[Post] = []
        self.left: set[str] = set()
        self.late = 0
        self.broken: set[str] = set()

    def require(self, kept: bool, rule: str) -> None:
        """Not raised at once: an error of an attempt or of a commit is nothing to the worker."""
        if not kept:
            self.broken.add(rule)


class Process:
    """One process: its connection to the database, and its way to the outside."""

    def __init__(self, real: Database, world: World, fate: Fate, commits: Iterator[int]) -> None:
        self.real = real
        self.world = world
        self.fate = fate
        self.commits = commits
        self.alive = True
        self.leaving = self.stale = False
        self.dialect = real.dialect
        self.changes = real.changes
        self.under_way: defaultdict[str, int] = defaultdict(int)
        self.not_before: dict[str, int] = {}
        """Until when it must not send a delivery again: `NEVER` while it is under way or done."""
        self.unheard = self.recorded = 0

    # as the database: whatever else goes on goes on before a question is read and before its answer
    # is heard, before a transaction begins and after it was committed

    async def one(self, query: Query[Any], /, **parameters: Any) -> Any:
        await self.way()
        self.require_life()
        row = await self.real.one(query, **parameters)
        await self.way()
        return row

    async def all(self, query: Query[Any], /, **parameters: Any) -> list[Any]:
        await self.way()
        self.require_life()
        rows: list[Any] = await self.real.all(query, **parameters)
        recorded = self.recorded
        await self.way()
        happened["recorded while rows were on their way"] += bool(rows) > (
            recorded == self.recorded
        )
        return rows

    def together(self) -> AbstractAsyncContextManager[None]:
        return self.real.together()

    async def write(self, body: Callable[..., Awaitable[Any]], /, *args: Any, **kw: Any) -> Any:
        recording = getattr(body, "__name__", "") == "_record"
        await self.way()
        if not self.alive:
            self.unheard += len(args[0]) if recording else 0
            raise Misfortune
        what, when = [*self.fate(next(self.commits)).split(), "", ""][:2]
        happened[f"{what} {when}".strip()] += 1

        async def doomed(tx: Tx) -> Any:
            result = await body(tx, *args, **kw)
            if when == "before":
                self.alive = self.alive and what != "die"
                raise Misfortune
            return result

        if when and recording:
            self.unheard += len(args[0])
            for outcome in args[0]:
                del self.not_before[outcome.due.id]
        before = self.written()
        result = await self.real.write(doomed)
        self.recorded += recording
        if self.stale and recording:
            happened["stale"] += 1
            self.world.require(self.written() == before, "(i) a stale owner changes nothing")
        if when == "after":
            self.alive = self.alive and what != "die"
            raise Misfortune
        if recording:
            self.acknowledge(args[0])
        await self.way()
        return result

    write_aside = write

    def acknowledge(self, outcomes: Sequence[Outcome]) -> None:
        """From here on it knows, whether it has heard or not."""
        for outcome in outcomes:
            if not outcome.succeeded:
                self.not_before[outcome.due.id] = outcome.ended + DELAYS[0]

    async def way(self) -> None:
        """To the database or back."""
        for _ in range(self.world.ways.randrange(4)):
            await asyncio.sleep(0)

    async def close(self) -> None: ...

    # as the sender

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        world = self.world
        if not self.alive:
            raise asyncio.CancelledError
        world.require(url not in world.left, "(c) nothing to whoever left")
        id_ = dict(headers)["webhook-id"]
        world.require(
            self.not_before.get(id_, 0) <= world.clock.now(), "(g) no process repeats itself"
        )
        self.not_before[id_] = NEVER
        world.late += self.leaving
        world.posts.append(Post(world.clock.now(), url, id_, body))
        self.under_way[url] += 1
        world.require(self.under_way[url] <= AT_ONCE, "(e) few at once to one endpoint")
        try:
            for _ in range(world.dice.choice(PATIENCE)):
                await asyncio.sleep(0)
            if world.dice.random() < world.well[url]:
                return Sent(200)
            return world.dice.choice(ANSWERS)
        finally:
            self.under_way[url] -= 1

    def require_life(self) -> None:
        if not self.alive:
            raise Misfortune

    def written(self) -> int:
        return self.real.connection.total_changes if hasattr(self.real, "connection") else 0


class Story:
    """``steps`` of what the dice say, then a day of calm."""

    def __init__(self, ground: Ground, settings: Settings, seed: int, *, fate: Fate | None) -> None:
        # Dice of their own: what happens follows from the seed alone, however answers interleave.
        self.dice = random.Random(seed)
        self.database_dice = random.Random(f"{seed}/database")
        self.ground = ground
        self.settings = settings
        self.world = World(ground.clock, seed)
        self.fate = fate or self.by_dice
        self.calm = True
        self.commits = iter(range(10_000_000))
        self.repeats = 0
        self.former: list[Chain] = []
        self.chain = self.begin()

    def by_dice(self, _commit: int) -> str:
        if self.calm:
            return ""
        at = self.database_dice.random()
        fates = ("fail before", "fail after", "die before", "die after")
        return fates[int(at / 0.025)] if at < 0.1 else ""

    def begin(self) -> Chain:
        self.process = Process(
            self.ground.database,
            self.world,
            lambda commit: "" if self.calm else self.fate(commit),
            self.commits,
        )
        ground = Ground(
            self.process,
            self.ground.clock,
            self.ground.ident,
            self.ground.bells,
            self.ground.cipher,
        )
        chain = Chain(ground, self.settings, self.process)
        # Whether outcomes are written one by one or by the dozen changes what meets what.
        chain.worker._recorder._enough = self.database_dice.choice((1, 4, ENOUGH))
        return chain

    async def surely(self, act: Callable[[], Awaitable[object]]) -> None:
        """Again after each failure, as the supervisor's loops do; in a new process if need be."""
        while True:
            try:
                return void(await act())
            except Misfortune:
                if not self.process.alive:
                    await self.bury()

    async def bury(self) -> None:
        """What the process had under way or not acknowledged is repeated by the next one."""
        worker = self.chain.worker
        happened["dead with something under way"] += bool(worker._flights)
        self.forget()
        await stop(self.chain)
        self.chain = self.begin()

    def forget(self) -> None:
        """What the process has sent and nobody will have heard of."""
        worker = self.chain.worker
        self.repeats += len(worker._flights) + worker._unwritten + self.process.unheard

    async def advance(self, milliseconds: int) -> None:
        to = self.ground.clock.now() + milliseconds
        await self.surely(lambda: self.chain.supervisor.advance(max(to, self.ground.clock.now())))

    async def change(self) -> None:
        plant, times = self.dice.choice(PLANTS), self.dice.randrange(1, 15)
        try:
            await self.chain.change(plant, times=times)
        except Misfortune:
            if not self.process.alive:
                await self.bury()

    async def bustle(self) -> None:
        """Turn upon turn while attempts begin and end, as the supervisor's own loops do."""
        for _ in range(self.dice.randrange(2, 12)):
            if self.dice.random() < 0.3:
                await self.change()
            now = self.ground.clock.now()
            try:
                await self.chain.relay.turn(now)
                await self.chain.worker.turn(now)
            except Misfortune:
                if not self.process.alive:
                    await self.bury()

    async def usurp(self) -> None:
        """Another process takes over while this one still sends."""
        try:
            await self.chain.relay.turn(self.ground.clock.now())
            await self.chain.worker.turn(self.ground.clock.now())
        except Misfortune:
            pass
        await asyncio.sleep(0)
        old, former = self.process, self.chain
        happened["usurped with something under way"] += bool(former.worker._flights)
        old.leaving = True
        self.forget()
        self.chain = self.begin()
        await self.surely(lambda: self.chain.worker.turn(self.ground.clock.now()))
        old.stale = True
        self.former.append(former)

    async def leave(self) -> None:
        """An endpoint is unsubscribed from everything; nothing is under way to it."""
        was, self.calm = self.calm, True
        await self.chain.worker.settle()
        if not self.process.alive:
            await self.bury()
        for former in self.former:
            await stop(former)
        for subscription in await self.chain.subscriptions.of_account(ACCOUNT, "smarther-v2.0"):
            if subscription.url == LEAVER:
                await self.chain.subscriptions.unsubscribe(
                    ACCOUNT, subscription.plant_id, subscription.id
                )
        self.world.left.add(LEAVER)
        self.calm = was

    async def run(self, steps: int = 16) -> None:
        for url in URLS:
            for plant in PLANTS:
                await self.chain.subscribe(url, plant)
        self.calm = False
        leaves = self.dice.randrange(steps)
        for step in range(steps):
            if step == leaves:
                await self.leave()
            await self.step()
        await self.advance(self.dice.randrange(2 * HOUR))
        self.calm = True
        await self.advance(DAY + HOUR)
        for former in self.former:
            await stop(former)

    async def step(self) -> None:
        match self.dice.choices(range(7), weights=(9, 3, 6, 3, 1, 6, 6))[0]:
            case 0:
                await self.change()
            case 1:
                await self.advance(self.dice.randrange(30 * SECOND))
            case 2:
                await self.advance(self.dice.randrange(15 * MINUTE))
            case 3:
                await self.usurp()
            case 4:  # the machine was off
                await self.chain.worker.settle()
                self.ground.clock.jump(self.ground.clock.now() + self.dice.randrange(2 * DAY))
            case 5:
                await self.bustle()
            case _:
                url = self.dice.choice(URLS)
                self.world.well[url] = self.dice.choice((0.0, 0.0, 0.5, 1.0))

    async def told(self) -> Told:
        database = self.ground.database
        deliveries = await deliveries_of(database, [CLIENT], limit=100_000)
        endpoint_of = {d.number: d.endpoint_id for d in deliveries}
        id_of = {d.number: d.id for d in deliveries}
        attempts: dict[str, list[Attempt]] = {d.id: [] for d in deliveries}
        by_endpoint: defaultdict[str, list[Attempt]] = defaultdict(list)
        for attempt in await every_attempt(database):
            attempts[id_of[attempt.delivery]].append(attempt)
            by_endpoint[endpoint_of[attempt.delivery]].append(attempt)
        losses = []
        now = self.ground.clock.now()
        for endpoint in await endpoints_of(database, [CLIENT], self.settings.rules, now):
            own = await losses_of(database, [CLIENT], endpoint.id, limit=100_000)
            assert len(own) == endpoint.lost
            losses += own
            happened["lost"] += len(own)
        return Told(
            deliveries,
            attempts,
            by_endpoint,
            losses,
            self.world.posts,
            self.repeats + self.world.late,
        )

    async def check(self, *, prompt: bool = False) -> None:
        assert not self.world.broken
        self.forget()
        told = await self.told()
        properties.hold(told)
        if prompt:
            properties.retries_are_prompt(told)
        events = [
            event
            for plant in PLANTS
            for event in await of_plant(self.ground.database, plant, 0, 100_000)
        ]
        stayed = {d.endpoint_id for d in told.deliveries if d.state == "cancelled"}
        happened["cancelled"] += len(stayed)
        for state in {d.state for d in told.deliveries}:
            happened[state] += 1
        written = sum(len(several) for several in told.attempts.values())
        happened["repeated"] += len(told.posts) > written
        # (a) nobody who stayed has missed one
        ended: list[DeliveryView | LossView] = [*told.deliveries, *told.losses]
        rows = Counter(row.subscription_id for row in ended if row.plant_id in PLANTS)
        subscriptions = await self.chain.subscriptions.of_account(ACCOUNT, "smarther-v2.0")
        for subscription in subscriptions:
            own = sum(event.plant_id == subscription.plant_id for event in events)
            assert rows[subscription.id] == own


def void(_result: object) -> None:
    return None


async def stop(chain: Chain) -> None:
    tasks = [*chain.worker._flights]
    if chain.worker._recorder._pump is not None:
        tasks.append(chain.worker._recorder._pump)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def every_attempt(database: Database) -> list[Attempt]:
    """In the order in which they were written."""
    found = []
    for number in range(SLICES):
        log_rows = query(
            lambda at, packed: (at, packed),
            f"SELECT at, attempts FROM webhook_log_{number} ORDER BY id",
        )
        found += await database.all(log_rows)
    found.sort(key=lambda row: row[0])
    return [attempt for _, packed in found for attempt in logbook._attempts.decode(packed)]


def in_memory(template: Path, seed: int) -> Ground:
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    database = MemoryDatabase(template)
    return Ground(database, clock, Ident.seeded(seed), Bells(), Cipher(bytes(32)))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Hundreds of failures with their stack would cost more than the rest."""
    log.configure("CRITICAL")
    yield
    log.configure()


def chosen(variable: str, otherwise: str) -> range:
    """``5000-9999`` are so many, ``17`` is a single one."""
    first, _, last = os.environ.get(variable, otherwise).partition("-")
    return range(int(first), int(last or first) + 1)


def seeds() -> list[range]:
    """Blocks of `BLOCK`."""
    every = chosen("WORKSWITH_SEEDS", "0-1999")
    return [every[at : at + BLOCK] for at in range(0, len(every), BLOCK)]


@pytest.mark.parametrize("block", seeds(), ids=lambda block: f"{block.start}-{block.stop - 1}")
async def test_the_properties_hold_whatever_happens(
    block: range, sqlite_template: Path, settings: Settings
) -> None:
    happened.clear()
    for seed in block:
        ground = in_memory(sqlite_template, seed)
        story = Story(ground, settings, seed, fate=None)
        try:
            await story.run()
            await story.check()
        except BaseException as error:
            error.add_note(
                f"again: WORKSWITH_SEEDS={seed} .venv/bin/pytest tests/webhooks/test_simulation.py"
            )
            raise
        finally:
            await ground.database.close()
    if len(block) == BLOCK:
        missing = {each for each in MUST_HAPPEN if not happened[each]}
        assert not missing, "(j) a simulation in which nothing goes wrong proves nothing"


@pytest.mark.parametrize("when", ["die before", "die after"])
async def test_a_death_at_every_commit(
    when: str, sqlite_template: Path, settings: Settings
) -> None:
    """The same story over and over, each time with the end of the process at another commit."""
    commit = 0
    while commit < (commits := await _die_at(commit, when, sqlite_template, settings)):
        commit += 1
    assert commits > 30


async def _die_at(at: int, when: str, template: Path, settings: Settings) -> int:
    ground = in_memory(template, 7)
    count = 0

    def fate(commit: int) -> str:
        nonlocal count
        count += 1
        return when if count == at + 1 else ""

    story = Story(ground, settings, 7, fate=fate)
    try:
        await story.run(steps=14)
        await story.check()
    except BaseException as error:
        error.add_note(f"{when} commit {at}")
        raise
    finally:
        await ground.database.close()
    return count


async def test_without_misfortune_retries_are_prompt_and_nothing_is_sent_twice(
    sqlite_template: Path, settings: Settings
) -> None:
    """(b), the other half, and (g) where nothing crashes."""
    for seed in range(20):
        ground = in_memory(sqlite_template, seed)
        story = Story(ground, settings, seed, fate=lambda _commit: "")
        await story.run()
        await story.check(prompt=not story.former)
        await ground.database.close()


@pytest.mark.parametrize("seed", chosen("WORKSWITH_REAL_SEEDS", "0-1"))
async def test_the_same_stories_on_real_databases(
    seed: int, ground: Ground, settings: Settings
) -> None:
    story = Story(ground, settings, seed, fate=None)
    await story.run()
    await story.check()

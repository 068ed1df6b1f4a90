"""Whatever happens to the clock and to the relay: no event goes too early, none before it was told.

A story is a list of steps; many are told in memory, a few on the real databases.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.events.test_outbox import put, put_unheard
from tests.webhooks.memory import MemoryDatabase
from workswith.events.outbox import SERIES, Event, unrelayed
from workswith.events.relay import Relay
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.slices import Rotation
from workswith.kernel.tasks import Bells

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 30 * 24)),
        st.tuples(st.just("heard"), st.integers(1, 3)),
        st.tuples(st.just("unheard"), st.integers(1, 3)),
        st.tuples(st.just("relay"), st.just(0)),
        st.tuples(st.just("turn"), st.integers(0, 1)),
        st.tuples(st.just("keep"), st.integers(1, 40)),
    ),
    max_size=60,
)
_ALL = query(
    lambda plant_id, sequence: (plant_id, sequence),
    "SELECT plant_id, sequence FROM event ORDER BY id",
)


@dataclass
class Story:
    """``may_go`` was older than it had to be kept, at a turn."""

    database: Database
    now: int = NOON
    keep: int = 7
    written: dict[tuple[str, int], int] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)
    may_go: set[tuple[str, int]] = field(default_factory=set)

    async def tell(self, steps: Sequence[Step]) -> None:
        relay = Relay(self.database, Bells(), self._fan_out)
        rotations = self._rotations()
        for what, number in steps:
            match what:
                case "wait":
                    self.now += number * HOUR
                case "heard" | "unheard":
                    await self._write(what, number)
                case "relay":
                    await relay.turn(self.now)
                case "keep":
                    self.keep = number
                    rotations = self._rotations()
                case "turn":
                    await rotations[number].turn(self.now)
                    for event, at in self.written.items():
                        if self.now - at >= self.keep * DAY:
                            self.may_go.add(event)
                    await self._check()
        await relay.turn(self.now)
        await self._check()
        heard = [event for event in self.written if event[0].startswith("heard")]
        assert self.told == heard, "each once, in order"

    def _rotations(self) -> list[Rotation]:
        """Of two processes, which do not know of each other."""
        return [Rotation(self.database, SERIES, self.keep * DAY) for _ in range(2)]

    async def _fan_out(self, _tx: Tx, events: Sequence[Event], _now: int) -> None:
        self.told += [(event.plant_id, event.sequence) for event in events]

    async def _write(self, kind: str, times: int) -> None:
        plant = f"{kind}-{times}"
        write = put if kind == "heard" else put_unheard
        for _ in range(times):
            await self.database.write(write, plant, 20, self.now)
            last = sum(one == plant for one, _ in self.written)
            self.written[plant, last + 1] = self.now

    async def _check(self) -> None:
        kept = await self.database.all(_ALL)
        assert kept == [event for event in self.written if event in set(kept)], "ids ascend"
        told = set(self.told)
        waiting = [event for event in self.written if event[0][0] == "h" and event not in told]
        found = await unrelayed(self.database, 10_000)
        assert [(event.plant_id, event.sequence) for event in found] == waiting
        assert set(self.written) - set(kept) <= self.may_go - set(waiting)


@given(steps=STEPS)
@hypothesis_settings(max_examples=300, deadline=None, derandomize=True)
def test_no_event_goes_too_early_or_untold(sqlite_template: Path, steps: list[Step]) -> None:
    database = MemoryDatabase(sqlite_template)
    asyncio.run(Story(database).tell(steps))
    asyncio.run(database.close())


@pytest.mark.parametrize("seed", range(3))
async def test_nor_on_a_real_database(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    steps: list[Step] = []
    for _ in range(80):
        steps += [("wait", rng.randint(1, 40)), ("heard", 1), ("unheard", 2), ("turn", 0)]
        steps += [("turn", 1), ("relay", 0)] if rng.random() < 0.3 else []
    story = Story(database)
    await story.tell(steps)
    assert len(story.may_go) > 100, "it was about something"

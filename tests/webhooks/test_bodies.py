"""Bodies and attempts go in slices: whatever is listed has its body, what waits above all."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.patience import eventually
from tests.webhooks.memory import MemoryDatabase
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Database, Statement, Tx, query, statement
from workswith.kernel.slices import Rotation
from workswith.webhooks import lanes, queue, retention
from workswith.webhooks.reading import delivery_of
from workswith.webhooks.settings import Settings

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 10 * 24)),
        st.tuples(st.just("add"), st.integers(1, 4)),
        st.tuples(st.just("finish"), st.integers(0, 30)),
        st.tuples(st.just("replay"), st.integers(0, 30)),
        st.tuples(st.just("turn"), st.integers(0, 1)),
    ),
    max_size=60,
)
KEEP = 7
_ENDPOINT = statement(
    "INSERT INTO webhook_endpoint (id, client_id, url, secret, failures, successes, lost, "
    "created_at) VALUES ('endpoint', 'client', 'https://one.example/', :secret, 0, 0, 0, 0)"
)
_END = statement(
    "UPDATE webhook_delivery SET due_at = NULL, finished_at = :now, state = 'delivered' "
    "WHERE delivery_id = :id"
)
_REPLAY = statement(
    "UPDATE webhook_delivery SET due_at = :now, finished_at = NULL, state = 'waiting' "
    "WHERE delivery_id = :id"
)
_LISTED = query(str, "SELECT delivery_id FROM webhook_delivery ORDER BY id")


@dataclass
class Story:
    """``finished`` says when; what is not in it waits. ``old`` had ended before it had to go."""

    database: Database
    now: int = NOON
    made: list[str] = field(default_factory=list)
    finished: dict[str, int] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)

    async def tell(self, steps: Sequence[Step]) -> None:
        settings = Settings(keep_days=KEEP)
        await self.database.write(lambda tx: tx.run(_ENDPOINT, secret=b""))
        rotations: list[Rotation] = [
            retention.rotation(self.database, settings) for _ in range(2)
        ]  # of two processes, which do not know of each other
        for what, number in steps:
            name = self.made[number % len(self.made)] if self.made else ""
            match what:
                case "wait":
                    self.now += number * HOUR
                case "add":
                    await self._add(number)
                case "finish" if name and name not in self.finished:
                    self.finished[name] = self.now
                    await self._run(_END, name)
                case "replay" if name in self.finished and name not in self.old:
                    del self.finished[name]
                    await self._run(_REPLAY, name)
                case "turn":
                    await rotations[number].turn(self.now)
                    for one, at in self.finished.items():
                        if self.now - at > KEEP * DAY:
                            self.old.add(one)
                    await self._check()
        await self._check()

    async def _run(self, what: Statement, name: str) -> None:
        async def run(tx: Tx) -> None:
            await tx.run(what, id=name, now=self.now)

        await self.database.write(run)

    async def _add(self, count: int) -> None:
        names = [f"delivery-{len(self.made) + n}" for n in range(count)]
        self.made += names
        rows = [
            {
                "delivery_id": name,
                "endpoint_id": "endpoint",
                "subscription_id": "subscription",
                "client_id": "client",
                "event_id": name,
                "plant_id": "plant",
                "sequence": 1,
                "kind": "status",
                "at": self.now,
                "expires_at": self.now + DAY,
                "body": name.encode(),
                "now": self.now,
                "flow": "",
                "cause": "event",
                "proof": "",
            }
            for name in names
        ]
        await self.database.write(queue.add, rows)

    async def _check(self) -> None:
        listed = await self.database.all(_LISTED)
        assert set(self.made) - set(listed) <= self.old, "nothing goes early"
        for name in listed:
            view = await delivery_of(self.database, ["client"], name)
            assert view is not None
            assert view.body == name.encode()
        due = await lanes.due_of(self.database, self.database.dialect, ["endpoint"], self.now, 999)
        waiting = {one.id: one.body for one in due["endpoint"]}
        expected = [name for name in self.made if name not in self.finished]
        assert waiting == {name: name.encode() for name in expected}


@given(steps=STEPS)
@hypothesis_settings(max_examples=300, deadline=None, derandomize=True)
def test_whatever_is_listed_has_its_body(sqlite_template: Path, steps: list[Step]) -> None:
    database = MemoryDatabase(sqlite_template)
    asyncio.run(Story(database).tell(steps))
    asyncio.run(database.close())


@pytest.mark.parametrize("seed", range(3))
async def test_so_it_does_on_a_real_database(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    steps: list[Step] = []
    for _ in range(80):
        steps += [("wait", rng.randint(1, 30)), ("add", 3), ("turn", rng.randint(0, 1))]
        steps += [("finish", rng.randint(0, 240)) for _ in range(3)]
        steps += [("replay", rng.randint(0, 240))] if rng.random() < 0.3 else []
    story = Story(database)
    await story.tell(steps)
    assert len(await database.all(_LISTED)) < len(story.made), "some have gone"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_is_replayed_while_it_is_about_to_go_stays(
    database_url: str, database: Database
) -> None:
    story = Story(database)
    await story.tell([("add", 2), ("finish", 0), ("finish", 1), ("turn", 0), ("wait", 25)])
    rotation = retention.rotation(database, Settings(keep_days=KEEP))
    await rotation.turn(story.now)
    desk = await asyncpg.connect(database_url)
    await desk.execute(
        "BEGIN; UPDATE webhook_delivery SET due_at = 1, finished_at = NULL, state = 'waiting' "
        "WHERE delivery_id = 'delivery-0'"
    )
    turning = asyncio.create_task(rotation.turn(story.now + KEEP * DAY))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    async def waits() -> bool:
        return bool(await desk.fetchval(waiting))

    await eventually(waits, "the deletion waits for the replay")
    await desk.execute("COMMIT")
    await desk.close()
    await turning
    due = await lanes.due_of(database, "postgresql", ["endpoint"], story.now, 9)
    assert [one.body for one in due["endpoint"]] == [b"delivery-0"]
    assert await database.all(_LISTED) == ["delivery-0"]

"""Random edits keep what must always be so: every module in one plant, its room in the same plant,
only the owner edits, the numbers of events have no gaps.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.conftest import SETTINGS
from tests.devices.homes.conftest import Estate
from workswith.devices.homes import Homes
from workswith.devices.homes.goods import SOLD
from workswith.devices.park import Park
from workswith.devices.plants import ambients_of, gateways_of, modules_of, plants_of
from workswith.devices.scenes import scenes_of
from workswith.devices.twin import Twin
from workswith.events import outbox
from workswith.kernel.clock import MINUTE, Clock, ClockState
from workswith.kernel.database import open_database, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem
from workswith.kernel.tasks import Bells, Supervisor

PEOPLE = ("anna", "bruno")
ACTS = (
    "create", "remove", "share", "unshare", "leave", "add_ambient", "remove_ambient", "add_module",
    "remove_module", "reset_module", "move_module", "rename", "take", "restore", "fork", "wait",
    "export", "drop",
)  # fmt: skip
step = st.tuples(
    st.sampled_from(ACTS),
    st.sampled_from(PEOPLE),
    *(st.integers(0, 7) for _ in range(3)),
)
_STRAYS = query(
    str,
    "SELECT m.id FROM modules m JOIN ambients a ON a.id = m.ambient_id "
    "JOIN gateways g ON g.id = m.gateway_id WHERE a.plant_id <> m.plant_id "
    "OR g.plant_id <> m.plant_id",
)
_OWNERS = query(lambda *row: row, "SELECT id, owner_id FROM plants ORDER BY id")


class Person:
    """Does something at random, as somebody, to anything that anybody has."""

    def __init__(self, estate: Estate, who: str, choices: tuple[int, ...]) -> None:
        self.estate, self.who, self.choices = estate, who, choices

    def of(self, things: list[Any], turn: int = 0) -> Any:
        return things[self.choices[turn] % len(things)] if things else None

    async def act(self, what: str) -> bool:
        """Whether it was allowed."""
        estate, who = self.estate, self.who
        database, homes = estate.database, estate.homes
        every = await database.all(_OWNERS)
        if what == "create" and len(every) < 4:
            await homes.create(who, self.of(["flat", "empty", "one_of_each"]))
            return True
        if what == "wait":
            await estate.supervisor.advance(estate.clock.now() + self.choices[1] * 7 * MINUTE)
            return True
        if not every:
            return True
        plant, owner = self.of(every)
        rooms = await ambients_of(database, owner, plant)
        modules = await modules_of(database, owner, plant)
        room, module = self.of(rooms, 1), self.of(modules, 2)
        kept = self.of(await homes.copies.of(owner, plant), 1)
        api = next(one.api for one in await plants_of(database, owner) if one.id == plant)
        fittings, other = homes.fittings, PEOPLE[who == "anna"]
        acts: dict[str, Any] = {
            "remove": lambda: homes.remove(who, plant),
            "share": lambda: homes.share(who, plant, other),
            "unshare": lambda: homes.unshare(who, plant, other),
            "leave": lambda: homes.leave(who, plant),
            "rename": lambda: homes.rename(who, plant, f"Home {self.choices[1]}"),
            "add_ambient": lambda: fittings.add_ambient(who, plant, "Room"),
            "add_module": lambda: fittings.add_module(
                who, plant, self.of(list(SOLD[api]), 1), "Thing", room.id if room else ""
            ),
            "take": lambda: homes.copies.take(who, plant, "Kept"),
            "fork": lambda: homes.copies.fork(who, plant),
            "export": lambda: homes.copies.export(who, plant),
        }
        if room:
            acts["remove_ambient"] = lambda: fittings.remove_ambient(who, plant, room.id)
        if module:
            acts["remove_module"] = lambda: fittings.remove_module(who, plant, module.id)
            acts["reset_module"] = lambda: fittings.reset_module(who, plant, module.id)
            target = room.id if room and self.choices[0] % 2 else ""
            acts["move_module"] = lambda: fittings.move_module(who, plant, module.id, target)
        if kept:
            acts["restore"] = lambda: homes.copies.restore(who, plant, kept.id)
            acts["drop"] = lambda: homes.copies.drop(who, plant, kept.id)
        if what not in acts or (what == "fork" and len(every) >= 4):
            return True
        try:
            await acts[what]()
        except Problem:
            return False
        assert (what == "leave") != (who == owner), f"{who} may not {what} what is {owner}'s"
        return True


async def check(estate: Estate) -> None:
    database = estate.database
    assert await database.all(_STRAYS) == []
    seen: set[str] = set()
    for plant, owner in await database.all(_OWNERS):
        assert plant in {one.id for one in await plants_of(database, owner)}
        modules = await modules_of(database, owner, plant)
        assert not seen & {one.id for one in modules}
        seen |= {one.id for one in modules}
        assert {one.gateway_id for one in modules} <= {
            one.id for one in await gateways_of(database, owner, plant)
        }
        read = await estate.twin.read_all(owner, plant)
        assert {one.module_id for one in read} == {one.id for one in modules}
        for one in read:
            assert (await estate.park.said(one.module_id)).at >= one.reading.at
        for scene in await scenes_of(database, owner, plant):
            assert {step.module_id for step in scene.steps} <= {one.id for one in modules}
        events = await outbox.of_plant(database, plant, limit=10_000)
        assert [one.sequence for one in events] == list(range(1, len(events) + 1))


@given(st.lists(step, min_size=5, max_size=30))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_edits_keep_homes_whole(
    sqlite_template: Path, story: list[tuple[str, str, int, int, int]]
) -> None:
    async def tell(path: Path) -> None:
        database = await open_database(f"sqlite:///{path}")
        clock, bells, ident = _frozen(), Bells(), Ident.seeded(7)
        park = Park(database, clock, bells, SETTINGS)
        supervisor = Supervisor(clock, bells)
        supervisor.add(park)
        twin = Twin(database, clock, park, SETTINGS)
        homes = Homes(database, clock, ident, park, SETTINGS)
        estate = Estate(database, clock, supervisor, park, twin, homes)
        try:
            for what, who, *choices in story:
                await Person(estate, who, tuple(choices)).act(what)
                await check(estate)
        finally:
            await supervisor.stop()
            await database.close()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "homes.db"
        shutil.copy(sqlite_template, path)
        asyncio.run(tell(path))


def _frozen() -> Clock:
    return Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))

"""Many thermostats are foreseen together, and nobody can tell."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from tests.conftest import NOON
from tests.devices.conftest import SETTINGS
from tests.devices.test_park import EVERYTHING
from tests.devices.test_plants import clear
from workswith.devices.homes import Home, furnish
from workswith.devices.kinds import KINDS
from workswith.devices.park import Park
from workswith.devices.simulators.fleet import Fleet
from workswith.devices.simulators.thermostats import THERMOSTATS
from workswith.devices.thermostat import DEVICE, Command, Function, Mode
from workswith.devices.twin import Twin
from workswith.events import outbox
from workswith.kernel.clock import HOUR, MINUTE, Clock, ClockState
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor

TEMPLATE, HOMES = "eleven_thermostats", 4
HEAT = Function.HEATING
NEVER_TOGETHER = 1_000_000


@dataclass(slots=True)
class Town:
    """Some homes and the park that they live in."""

    database: Database
    clock: Clock
    park: Park
    supervisor: Supervisor
    twin: Twin
    homes: list[Home]

    async def world(self) -> list[object]:
        events = [
            await outbox.of_plant(self.database, one.plant.id, limit=100_000) for one in self.homes
        ]
        return [await self.database.all(EVERYTHING), events]


def town(database: Database, homes: list[Home], now: int, vector_from: int) -> Town:
    """As a process that is started ``now`` has it."""
    clock = Clock(read_wall=lambda: now, state=ClockState(wall=now, shown=now, rate=0.0))
    bells = Bells()
    settings = msgspec.structs.replace(SETTINGS, vector_from=vector_from)
    park = Park(database, clock, bells, settings)
    supervisor = Supervisor(clock, bells)
    supervisor.add(park)
    return Town(database, clock, park, supervisor, Twin(database, clock, park, settings), homes)


async def homes(database: Database) -> list[Home]:
    ident = Ident.seeded(5)
    return [
        home
        for _ in range(HOMES)
        for home in await database.write(furnish, "anna", ident, TEMPLATE, NOON)
    ]


async def some_hours(of: Town, vector_from: int, *, restarts: bool) -> Town:
    """Commands to some, a cable pulled, a device gone and come back; killed in between, or not."""
    for step, wait in enumerate((7 * MINUTE, 35 * MINUTE + 321, HOUR, 20 * MINUTE)):
        await of.supervisor.advance(of.clock.now() + wait)
        now = of.clock.now()
        for number, home in enumerate(of.homes):
            plant, module = home.plant.id, home.modules[(step + number) % 11].id
            if step == 2:
                await of.park.set_online(module, online=False)
            elif number % 2:
                await of.twin.command("anna", plant, module, Command(HEAT, Mode.MANUAL, 170 + step))
            else:
                boost = Command(HEAT, Mode.BOOST, end=now + 30 * MINUTE)
                await of.twin.command("anna", plant, module, boost)
        async with of.park.changing(of.homes[step].plant.id):
            pass
        if restarts:
            of = town(of.database, of.homes, now, vector_from)
    await of.supervisor.advance(of.clock.now() + HOUR)
    return of


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_town_lives_alike_together_and_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch, restarts: bool
) -> None:
    """The same states, reports and events to the byte; also when it is killed now and then."""
    of_any_size = replace(KINDS[DEVICE], together=lambda: Fleet(THERMOSTATS, worth=1))
    monkeypatch.setitem(KINDS, DEVICE, of_any_size)
    worlds = []
    for vector_from in (NEVER_TOGETHER, 1):
        of = town(database, await homes(database), NOON, vector_from)
        of = await some_hours(of, vector_from, restarts=restarts and vector_from == 1)
        worlds.append(await of.world())
        await database.write(clear)
    assert worlds[0] == worlds[1]


async def test_many_are_taken_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above compares is not twice the same path."""
    sizes = []
    foresee = Fleet.foresee

    def counted(self: Fleet, members: list[Any]) -> list[Any]:
        sizes.append(len(members))
        return foresee(self, members)

    monkeypatch.setattr(Fleet, "foresee", counted)
    of = town(database, await homes(database), NOON, 1)
    await of.supervisor.advance(NOON + 20 * MINUTE)
    assert sizes[0] == 11 * HOMES
    assert sum(sizes) > 2 * len(sizes)


async def test_a_few_load_nothing_for_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def together() -> Fleet:
        raise AssertionError("a fleet was made")

    monkeypatch.setitem(KINDS, DEVICE, replace(KINDS[DEVICE], together=together))
    of = town(database, await homes(database), NOON, 11 * HOMES + 1)
    await of.supervisor.advance(NOON + 10 * MINUTE)

"""SIGKILL at random instants, between commands at once: what was acknowledged is there afterwards."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.devices.conftest import SETTINGS
from workswith.devices.homes import furnish
from workswith.devices.park import Park
from workswith.devices.plants import modules_of, plants_of
from workswith.devices.thermostat import Command, Function, Mode
from workswith.devices.twin import Twin
from workswith.events import outbox
from workswith.kernel.clock import Clock, ClockState
from workswith.kernel.database import open_database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells


async def _command_for_ever(url: str, first: int) -> None:
    """The program that is killed: says each set-point once the command was acknowledged."""
    database = await open_database(url)
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    twin = Twin(database, clock, Park(database, clock, Bells(), SETTINGS), SETTINGS)
    (plant,) = await plants_of(database, "anna")
    modules = await modules_of(database, "anna", plant.id)

    async def command(number: int, module_id: str) -> None:
        order = Command(Function.HEATING, Mode.MANUAL, set_point=30 + number % 370)
        await twin.command("anna", plant.id, module_id, order)
        print(number, flush=True)  # noqa: T201 - how it acknowledges

    for number in range(first, 10_000, len(modules)):
        await asyncio.gather(*(command(number + n, one.id) for n, one in enumerate(modules)))


async def _furnish(url: str) -> str:
    database = await open_database(url)
    (home,) = await database.write(furnish, "anna", Ident.seeded(1), "house", NOON)
    await database.close()
    return home.plant.id


async def _events(url: str, plant_id: str) -> list[outbox.Event]:
    database = await open_database(url)
    events = await outbox.of_plant(database, plant_id, limit=10_000)
    await database.close()
    return events


@pytest.mark.slow
def test_no_acknowledged_command_is_lost(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "kill.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    plant_id = asyncio.run(_furnish(url))
    chance, acknowledged = random.Random(4), {-1}
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.devices.test_kill", url, str(max(acknowledged) + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for _ in range(chance.randint(1, 40)):
            acknowledged.add(int(child.stdout.readline()))
        child.kill()
        acknowledged |= set(map(int, child.stdout.read().split()))
        child.wait()
        child.stdout.close()
        events = asyncio.run(_events(url, plant_id))
        told = {one.state["set_point"] for one in events}
        assert {30 + number % 370 for number in acknowledged - {-1}} <= told
        assert [one.sequence for one in events] == list(range(1, len(events) + 1))


if __name__ == "__main__":
    asyncio.run(_command_for_ever(sys.argv[1], int(sys.argv[2])))

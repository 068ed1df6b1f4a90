"""What simulated devices cost: a day of each kind by itself, and a home with everything stored.

The first table is pure computation. The second runs whole homes on SQLite (`synchronous=FULL`):
states, reports, events and history, with the clock advanced as a test would.
"""

import asyncio
import tempfile
import time
import tracemalloc
from pathlib import Path

import msgspec

from workswith.devices import furniture
from workswith.devices.furniture import Piece, Site
from workswith.devices.homes import furnish
from workswith.devices.kinds import KINDS
from workswith.devices.park import Park
from workswith.devices.settings import Settings
from workswith.devices.simulators.appliances import Appliance
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.simulators.weather import Climate
from workswith.events import outbox
from workswith.kernel.clock import DAY, HOUR, Clock, ClockState, parse_iso
from workswith.kernel.database import Tx, migrate, open_database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor

START = parse_iso("2026-01-12T12:00:00Z")
DAYS = 10
PIECES = (
    furniture.light("light", None, 12),
    furniture.plug("fridge", None, Appliance.FRIDGE, 95),
    furniture.plug("kettle", None, Appliance.KETTLE, 2_000),
    furniture.shutter("shutter", None),
    furniture.heater("heater", None),
    furniture.remote("remote", None),
    furniture.thermostat("thermostat"),
)
HOMES = (
    ("one_of_each", 1, 24),
    ("eleven_thermostats", 1, 24),
    ("one_of_each", 100, 3),
    ("eleven_thermostats", 91, 1),
)
"""Template, how many of it, hours."""


def lives(piece: Piece) -> tuple[float, int]:
    """(CPU µs, reports) of a day."""
    kind = KINDS[piece.device]
    model = msgspec.json.encode(piece.model(Site(Climate(), 7_000, 7, {}))).decode()
    configuration = msgspec.json.encode(piece.configuration).decode()
    body = kind.simulator.body_of(model, configuration, "Europe/Rome", USUAL_PACE)
    state, said = kind.begin(body, START, 7), 0
    began = time.process_time()
    while (ahead := kind.simulator.foresee(body, state)).wake_at <= START + DAYS * DAY:
        state, said = ahead.step.state, said + 1
    return (time.process_time() - began) / DAYS * 1e6, said // DAYS


async def homes(template: str, count: int, hours: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'park.db'}"
        database = await open_database(url)
        await migrate(database, url)

        async def move_in(tx: Tx) -> list[int]:
            ident = Ident.seeded(1)
            return [
                len(home.modules)
                for _ in range(count)
                for home in await furnish(tx, "anna", ident, template, START)
            ]

        modules = sum(await database.write(move_in))
        clock = Clock(read_wall=lambda: START, state=ClockState(wall=START, shown=START, rate=0.0))
        bells = Bells()
        supervisor = Supervisor(clock, bells)
        tracemalloc.start()
        supervisor.add(Park(database, clock, bells, Settings()))
        await supervisor.settle()
        memory, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        cpu, wall = time.process_time(), time.perf_counter()
        await supervisor.advance(START + hours * HOUR)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        events = len(await outbox.unrelayed(database, 1_000_000))
        print(
            f"{count:4} x {template:20} {modules:6} modules {hours:3} h:"
            f" {cpu:7.2f} s CPU, {wall:7.2f} s, {events / cpu:7.0f} events per CPU second,"
            f" {modules * hours * 3600 / cpu:12,.0f} modules in real time per core,"
            f" {memory / modules / 1000:5.1f} kB each"
        )
        await database.close()


async def main() -> None:
    for piece in PIECES:
        micros, reports = lives(piece)
        print(f"{piece.name:12} {micros:8.0f} µs CPU a day, {reports:4} reports")
    for template, count, hours in HOMES:
        await homes(template, count, hours)


if __name__ == "__main__":
    asyncio.run(main())

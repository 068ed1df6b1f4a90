"""What simulated devices cost: a day of each kind by itself, homes with everything stored, and towns.

The first table is pure computation. The second runs whole homes on SQLite (`synchronous=FULL`):
states, reports, events and history, with the clock advanced as a test would. The third does that
with 1,000 and 100,000 thermostats, and the catching up of a park that was stopped for hours:

    python -m benchmarks park                     # all of it, some minutes
    python -m benchmarks park 1000 1000000        # towns of these sizes only; a million takes an hour
                                                  # of a shared core, 9 GB of memory and 5 of disk

CPU time is of the whole process: rooms, storing, and the disk's share of it.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from workswith.devices import furniture
from workswith.devices.furniture import Piece, Site
from workswith.devices.homes import furnish
from workswith.devices.homes.crowds import furnish_many
from workswith.devices.kinds import KINDS
from workswith.devices.park import Park
from workswith.devices.settings import Settings
from workswith.devices.simulators.appliances import Appliance
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.simulators.weather import Climate
from workswith.kernel.clock import DAY, HOUR, MINUTE, Clock, ClockState, parse_iso
from workswith.kernel.database import Database, Tx, migrate, open_database, query
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
)
"""Template, how many of it, hours."""
TOWNS = (1_000, 100_000)
TOWN, EACH = "eleven_thermostats", 11
MINUTES = 15
"""Of a town's life, of which the second quarter of an hour is told."""
AWAY = 6 * HOUR
_EVENTS = query(int, "SELECT count(*) FROM event")


class Meter:
    """CPU and wall seconds since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        return time.process_time() - self._cpu, time.perf_counter() - self._wall


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


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


def started(database: Database, now: int) -> tuple[Clock, Supervisor]:
    """As a process has it that starts then."""
    clock = Clock(read_wall=lambda: now, state=ClockState(wall=now, shown=now, rate=0.0))
    bells = Bells()
    supervisor = Supervisor(clock, bells)
    supervisor.add(Park(database, clock, bells, Settings()))
    return clock, supervisor


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
        _, supervisor = started(database, START)
        await supervisor.settle()
        meter = Meter()
        await supervisor.advance(START + hours * HOUR)
        cpu, wall = meter.read()
        events = await database.one(_EVENTS) or 0
        print(
            f"{count:4} x {template:20} {modules:6} modules {hours:3} h:"
            f" {cpu:7.2f} s CPU, {wall:7.2f} s, {events / cpu:7.0f} events per CPU second"
        )
        await database.close()


async def town(count: int) -> None:
    """Furnished, started, lived in, stopped for hours and started again."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'town.db'}"
        database = await open_database(url)
        await migrate(database, url)
        ident, left, meter = Ident.seeded(1), -(-count // EACH), Meter()
        modules = left * EACH
        while left:
            some = min(left, 100)
            await database.write(furnish_many, "anna", ident, TOWN, START, names=[""] * some)
            left -= some
        cpu, wall = meter.read()
        print(f"{modules:9,} thermostats furnished: {cpu:8.1f} s CPU, {wall:8.1f} s", flush=True)
        before, meter = resident(), Meter()
        clock, supervisor = started(database, START)
        await supervisor.settle()
        cpu, wall = meter.read()
        each = (resident() - before) / modules / 1_000
        print(
            f"{modules:9,} started:   {cpu:8.1f} s CPU, {wall:8.1f} s, {1e6 * cpu / modules:6.0f} µs"
            f" and {each:4.1f} kB each",
            flush=True,
        )
        events = 0
        for _ in range(2):
            told, meter = events, Meter()
            await supervisor.advance(clock.now() + MINUTES * MINUTE)
            cpu, wall = meter.read()
            events = await database.one(_EVENTS) or 0
            each = (resident() - before) / modules / 1_000
            print(
                f"{modules:9,} {MINUTES} min:    {cpu:8.1f} s CPU, {wall:8.1f} s:"
                f" {100 * cpu / MINUTES / 60:6.2f} % of a core,"
                f" {1e9 * cpu / modules / MINUTES / 60:6.0f} ns each a second, {each:4.1f} kB each,"
                f" {(events - told) / MINUTES / 60:7.1f} events a second,"
                f" {(events - told) / cpu:6.0f} a CPU second",
                flush=True,
            )
        later, meter = clock.now() + AWAY, Meter()
        del clock, supervisor
        _, supervisor = started(database, later)
        await supervisor.settle()
        cpu, wall = meter.read()
        print(
            f"{modules:9,} back after {AWAY // HOUR} h: {cpu:8.1f} s CPU, {wall:8.1f} s,"
            f" {1e6 * cpu / modules:6.0f} µs each",
            flush=True,
        )
        await database.close()


async def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]]
    if not sizes:
        for piece in PIECES:
            micros, reports = lives(piece)
            print(f"{piece.name:12} {micros:8.0f} µs CPU a day, {reports:4} reports")
        for template, count, hours in HOMES:
            await homes(template, count, hours)
    for count in sizes or TOWNS:
        await town(count)


if __name__ == "__main__":
    asyncio.run(main())

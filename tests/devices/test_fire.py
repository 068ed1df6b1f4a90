"""Commands under fire: a thousand homes, cables pulled, the clock moved, the process killed.

Afterwards state, events and history are of one piece. A trigger of the database keeps every row of a
module's state that ever was committed, so that all of it can be held against what really happened.
"""

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import NOON
from workswith.devices.homes.crowds import furnish_many
from workswith.devices.kinds import KINDS
from workswith.devices.park import Park
from workswith.devices.settings import Settings
from workswith.devices.thermostat import DEVICE, Command, Function, Mode
from workswith.devices.twin import Twin
from workswith.kernel.clock import HOUR, MINUTE, Clock, ClockState
from workswith.kernel.database import open_database
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem
from workswith.kernel.tasks import Bells, Supervisor

HOMES = (("flat", 485), ("flat", 485), ("one_of_each", 30))
"""Templates and how many of them: a thousand in all, and ids that follow from the place."""
LIVES = 3
AT_ONCE = 25
SETTINGS = Settings(answer_timeout_ms=60_000)  # nobody is silent here, and machines may be slow
HOLD = 2 * HOUR
"""How long a temperature is taken to stay as it was said. (`devices.tally`)"""
TRIGGERS = """
    CREATE TABLE raw (module_id TEXT, version INTEGER, reported TEXT);
    CREATE TRIGGER raw_first AFTER INSERT ON module_states BEGIN
        INSERT INTO raw VALUES (NEW.module_id, NEW.version, NEW.reported);
    END;
    CREATE TRIGGER raw_next AFTER UPDATE OF version ON module_states BEGIN
        INSERT INTO raw VALUES (NEW.module_id, NEW.version, NEW.reported);
    END;
"""


async def _furnish(url: str) -> None:
    database, ident = await open_database(url, durable=False), Ident.seeded(3)
    for template, count in HOMES:
        await database.write(furnish_many, "anna", ident, template, NOON, names=[""] * count)
    await database.close()


async def _live(url: str, life: int, now: int) -> None:
    """The program that is killed. It says each command once it was answered, and what time it is."""
    database = await open_database(url)
    clock = Clock(read_wall=lambda: now, state=ClockState(wall=now, shown=now, rate=0.0))
    bells = Bells()
    park, supervisor = Park(database, clock, bells, SETTINGS), Supervisor(clock, bells)
    twin = Twin(database, clock, park, SETTINGS)
    supervisor.add(park)
    await supervisor.settle()
    modules = _modules(url)
    chance, away, number = random.Random(life), list[str](), 0
    thermostats = [one for one in modules if one[2] == DEVICE]

    async def command(plant_id: str, module_id: str, order: int) -> None:
        flow = f"f-{life}-{order}"
        # Another one each time, so that something changes.
        told = Command(Function.HEATING, Mode.MANUAL, set_point=30 + (order * 7 + life) % 370)
        with contextlib.suppress(Problem):  # its cable is pulled
            await twin.command("anna", plant_id, module_id, told, flow)
            print("told", flow, module_id, told.set_point, flush=True)  # noqa: T201

    while True:
        some = chance.sample(thermostats, AT_ONCE)
        orders = range(number, number + AT_ONCE)
        number += AT_ONCE
        pulled = chance.choice(modules)[1]
        await asyncio.gather(
            *(command(*one[:2], order) for one, order in zip(some, orders, strict=True)),
            park.set_online(pulled, online=False),
        )
        away.append(pulled)
        if len(away) > 10:
            await park.set_online(away.pop(0), online=True)
        await supervisor.advance(clock.now() + chance.choice((0, 1, 2, 5)) * MINUTE + 321)
        print("time", clock.now(), flush=True)  # noqa: T201


def _modules(url: str) -> list[tuple[str, str, str]]:
    """Plant, module and kind of each."""
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return connection.execute("SELECT plant_id, id, device FROM modules ORDER BY id").fetchall()


@pytest.mark.slow
def test_a_thousand_homes_under_fire(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "fire.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(TRIGGERS)
    asyncio.run(_furnish(url))
    chance, now, answered = random.Random(8), NOON, dict[str, tuple[str, int]]()
    for life in range(LIVES):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.devices.test_fire", url, str(life), str(now)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(chance.randint(60, 160))]
        child.kill()
        lines += child.stdout.read().splitlines()
        child.wait()
        child.stdout.close()
        for line in lines:
            match line.split():
                case ["told", flow, module_id, set_point]:
                    answered[flow] = module_id, int(set_point)
                case ["time", at]:
                    now = max(now, int(at))
        now += chance.choice((0, 20 * MINUTE, 5 * HOUR))  # the process was away, the homes lived on
    with contextlib.closing(sqlite3.connect(path)) as connection:
        _require_whole(connection, answered)


def _require_whole(connection: sqlite3.Connection, answered: dict[str, tuple[str, int]]) -> None:
    assert len(answered) > 50 * LIVES
    (homes,) = connection.execute("SELECT count(*) FROM plants").fetchone()
    assert homes == 1_000
    devices = dict(connection.execute("SELECT id, device FROM modules"))
    _require_events(connection, answered)
    raw: dict[str, list[Any]] = defaultdict(list)
    for module_id, version, reported in connection.execute("SELECT * FROM raw ORDER BY rowid"):
        raw[module_id].append(msgspec.json.decode(reported, type=KINDS[devices[module_id]].reading))
        assert version == len(raw[module_id])  # counted without a gap
    states = connection.execute(
        "SELECT t.module_id, t.version, t.reported, t.tally, s.state, m.reach FROM module_states t "
        "JOIN simulators s ON s.module_id = t.module_id JOIN modules m ON m.id = t.module_id"
    ).fetchall()
    assert len(states) == len(devices)
    for module_id, version, reported, tally, state, reach in states:
        kind, said = KINDS[devices[module_id]], raw[module_id]
        assert (version, msgspec.json.decode(reported, type=kind.reading)) == (len(said), said[-1])
        assert [one.at for one in said] == sorted(one.at for one in said)
        if reach == "online":  # what it has stored of itself is what the cloud has heard
            assert kind.simulator.state_of(state).said == said[-1]
        _require_history(connection, module_id, said, tally)


def _require_events(connection: sqlite3.Connection, answered: dict[str, tuple[str, int]]) -> None:
    """Numbers of a plant without a gap; every command that was answered is told of."""
    sequences: dict[str, list[int]] = defaultdict(list)
    told = {}
    events = connection.execute(
        "SELECT plant_id, sequence, module_id, flow, state FROM event ORDER BY plant_id, sequence"
    )
    for plant_id, sequence, module_id, flow, state in events:
        sequences[plant_id].append(sequence)
        if flow:
            told[flow] = module_id, msgspec.json.decode(state)["set_point"]
    for plant_id, numbers in sequences.items():
        assert numbers == list(range(1, len(numbers) + 1)), plant_id
    assert dict(connection.execute("SELECT plant_id, last FROM event_sequence")) == {
        plant_id: len(numbers) for plant_id, numbers in sequences.items()
    }
    assert answered.items() <= told.items()


def _require_history(
    connection: sqlite3.Connection, module_id: str, said: list[Any], tally: str
) -> None:
    """All hours together are what was said, and so are all days."""
    running = msgspec.json.decode(tally)[1] if tally else {}
    for measure, total, span in _sums(said):
        hours = _sum(connection, "module_hours", module_id, measure)
        assert hours == _sum(connection, "module_days", module_id, measure)
        now_span, now_total, *_ = running.get(measure, (0, 0))
        assert (hours[0] + now_span, hours[1] + now_total) == (span, total), (module_id, measure)


def _sums(said: list[Any]) -> Iterator[tuple[str, int, int]]:
    """Measure, value · milliseconds, milliseconds, of what was really said one after the other."""
    if len(said) < 2:
        return
    for measure in ("temperature", "humidity", "set_point"):
        if hasattr(said[0], measure):
            spans = [min(after.at - before.at, HOLD) for before, after in pairwise(said)]
            values = [getattr(one, measure) for one in said]
            total = sum(value * span for value, span in zip(values, spans, strict=False))
            yield measure, total, sum(spans)
    if hasattr(said[0], "energy"):
        yield "power", said[-1].energy - said[0].energy, said[-1].at - said[0].at


def _sum(
    connection: sqlite3.Connection, table: str, module_id: str, measure: str
) -> tuple[int, int]:
    found = connection.execute(
        f"SELECT COALESCE(SUM(span), 0), COALESCE(SUM(total), 0) FROM {table} "
        "WHERE module_id = ? AND measure = ?",
        (module_id, measure),
    ).fetchone()
    return int(found[0]), int(found[1])


if __name__ == "__main__":
    asyncio.run(_live(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

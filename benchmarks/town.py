"""Thermostats by the thousand, as the park lets them live: what they cost in time and memory.

Each number of them lives for half an hour after the first; once a minute all that have spoken are
foreseen together. Beside it the same one by one, of a few. Nothing is stored here: see ``park``.
"""

import heapq
import sys
import time
from pathlib import Path

import msgspec

from workswith.devices import furniture
from workswith.devices.furniture import Site
from workswith.devices.simulators import thermostat
from workswith.devices.simulators.fleet import Fleet
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.simulators.thermostat import Body, State
from workswith.devices.simulators.thermostats import THERMOSTATS
from workswith.devices.simulators.weather import Climate
from workswith.kernel.clock import HOUR, MINUTE, parse_iso

START = parse_iso("2026-01-12T16:00:00Z")
COUNTS = (1_000, 100_000)
ALONE = 300
HALF = 30
"""Minutes that are lived through, and again as many that are measured."""
_PIECE = furniture.thermostat("t")
_CONFIGURATION = msgspec.json.encode(_PIECE.configuration).decode()


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


def body(number: int) -> Body:
    site = Site(Climate("denver", number // 3), number * 7_919 % MINUTE, number, {})
    model = msgspec.json.encode(_PIECE.model(site)).decode()
    return thermostat.body_of(model, _CONFIGURATION, "Europe/Rome", USUAL_PACE)


def begun(bodies: list[Body]) -> list[State]:
    return [
        thermostat.begin(each, START, warmth=18.5 + n % 21 / 10) for n, each in enumerate(bodies)
    ]


def town(count: int) -> None:
    before = resident()
    bodies = [body(number) for number in range(count)]
    states = begun(bodies)
    fleet = Fleet(THERMOSTATS)
    rows = [fleet.enrol(each) or 0 for each in bodies]
    wakes: list[tuple[int, int, State]] = []
    reports = minutes = 0

    def foresee(some: list[int]) -> None:
        nonlocal minutes
        members = [fleet.member(rows[n], bodies[n], states[n]) for n in some]
        for n, ahead in zip(some, fleet.foresee(members), strict=True):
            heapq.heappush(wakes, (ahead.wake_at, n, ahead.step.state))
            minutes += (ahead.wake_at - states[n].at) // MINUTE

    foresee(list(range(count)))
    memory = (resident() - before) / count
    cpu = 0.0
    for half in range(2):
        began, reports, minutes = time.process_time(), 0, 0
        for minute in range(HALF):
            now, spoken = START + (half * HALF + minute + 1) * MINUTE, []
            while wakes and wakes[0][0] <= now:
                _, n, states[n] = heapq.heappop(wakes)
                spoken.append(n)
            foresee(spoken)
            reports += len(spoken)
        cpu = time.process_time() - began
    print(
        f"{count:9,} together: {cpu * 60 / HALF:8.2f} s CPU an hour, {100 * cpu / HALF / 60:6.2f} % of a core,"
        f" {1e9 * cpu / minutes:6.0f} ns a minute, {1e6 * cpu / reports:5.1f} µs a report,"
        f" {reports / HALF / 60:7.1f} reports a second, {memory / 1000:5.1f} kB each"
    )


def alone(count: int) -> None:
    bodies = [body(number) for number in range(count)]
    reports, began = 0, 0.0
    states = begun(bodies)
    for hour in range(2):
        began, reports = time.process_time(), 0
        for n, each in enumerate(bodies):
            while (ahead := thermostat.foresee(each, states[n])).wake_at <= START + (
                hour + 1
            ) * HOUR:
                states[n], reports = ahead.step.state, reports + 1
    cpu = time.process_time() - began
    print(
        f"{count:9,} alone:    {1e9 * cpu / count / 60:6.0f} ns a minute, {1e6 * cpu / reports:5.1f} µs a report"
    )


def main() -> None:
    for count in [int(each) for each in sys.argv[1:]] or COUNTS:
        alone(ALONE)
        town(count)


if __name__ == "__main__":
    main()

"""Together or one by one: the same bytes, whatever happens to whom."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices import furniture
from workswith.devices.furniture import Site
from workswith.devices.physics.year import PLACES
from workswith.devices.simulators import thermostat
from workswith.devices.simulators.fleet import Fleet
from workswith.devices.simulators.kind import Pace, Step
from workswith.devices.simulators.thermostat import Body, State
from workswith.devices.simulators.thermostats import THERMOSTATS
from workswith.devices.simulators.weather import Climate
from workswith.devices.thermostat import Command, Function, Mode
from workswith.kernel.clock import DAY, HOUR, MINUTE

ZONES = ("Europe/Rome", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""To make an example smaller takes minutes here, and shows no more."""
PACES = (Pace(), Pace(measure=7 * MINUTE, heartbeat=20 * MINUTE, humidity_step=3))
COUNT = 32


def fleet(seed: int) -> list[Body]:
    """Homes of every age, radiators and floors, under four zones and three climates."""
    bodies = []
    for number in range(COUNT):
        own = seed * 1_000 + number
        piece = furniture.thermostat("t", 0.3 + number % 5 / 4, floor_heating=number % 4 == 0)
        site = Site(Climate(PLACES[own % 3], own % 5), own * 7_919 % MINUTE, own, {})
        bodies.append(
            thermostat.body_of(
                msgspec.json.encode(piece.model(site)).decode(),
                msgspec.json.encode(piece.configuration).decode(),
                ZONES[own % 4],
                PACES[own % 7 == 0],
            )
        )
    return bodies


def commands(at: int) -> st.SearchStrategy[Command]:
    ends = st.none() | st.integers(1, 200).map(lambda minutes: at + minutes * MINUTE + 77)
    modes = st.sampled_from([Mode.MANUAL, Mode.OFF, Mode.PROTECTION])
    functions = st.sampled_from(Function)
    return (
        st.builds(Command, functions, modes, st.integers(160, 260), end=ends)
        | st.builds(Command, functions, st.just(Mode.AUTOMATIC), program=st.integers(0, 3))
        | st.builds(Command, functions, st.just(Mode.BOOST), end=st.just(at + 30 * MINUTE))
    )


def both(together: Fleet, rows: list[int], bodies: list[Body], states: list[State]) -> list[State]:
    """Their next states, which are the same for both."""
    alone = [thermostat.foresee(*each) for each in zip(bodies, states, strict=True)]
    members = [together.member(*each) for each in zip(rows, bodies, states, strict=True)]
    aheads = together.foresee(members)
    assert aheads == alone
    # Equal is not yet the same: -0.0 is 0.0, and 1 is True.
    assert [msgspec.json.encode(one) for one in aheads] == [
        msgspec.json.encode(one) for one in alone
    ]
    return [one.step.state for one in aheads]


def enrolled(together: Fleet, bodies: list[Body]) -> list[int]:
    rows = [together.enrol(body) for body in bodies]
    return [row for row in rows if row is not None]


@pytest.mark.parametrize("month", [0, 3, 6, 9])
def test_days_of_a_fleet_have_the_bytes_of_days_alone(month: int) -> None:
    """Afternoons and evenings in winter and summer, nights and mornings in between."""
    bodies = fleet(month)
    together = Fleet(THERMOSTATS, worth=1)
    rows = enrolled(together, bodies)
    begin = NOON + month * 91 * DAY + month % 2 * 12 * HOUR
    states = [thermostat.begin(body, begin, warmth=15.0 + n / 2) for n, body in enumerate(bodies)]
    while min(one.at for one in states) < begin + 12 * HOUR:
        states = both(together, rows, bodies, states)


def _moved(command: Command, by: int) -> Command:
    """Its end, if it has one, as much later."""
    return command if command.end is None else replace(command, end=command.end + by)


def whole(steps: Sequence[Step[Any]]) -> list[bytes]:
    return [msgspec.json.encode(one) for one in steps]


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(
    seed=st.integers(0, 50),
    days=st.integers(0, 364),
    away=st.integers(0, 5 * 24 * 60).map(lambda minutes: minutes * MINUTE + minutes * 37),
    told=st.lists(commands(NOON), min_size=3, max_size=3),
)
def test_an_absence_has_the_bytes_of_an_absence_alone(
    seed: int, days: int, away: int, told: list[Command]
) -> None:
    """Through nights, switches of programs, ends of modes; longer than is lived through."""
    bodies = fleet(seed)
    together = Fleet(THERMOSTATS, worth=1)
    rows = enrolled(together, bodies)
    now = NOON + days * DAY
    states = [thermostat.begin(body, now, warmth=12.0 + n / 2) for n, body in enumerate(bodies)]
    states = [
        thermostat.step(body, state, now + MINUTE, _moved(told[n % 3], now - NOON)).state
        if n % 2
        else state
        for n, (body, state) in enumerate(zip(bodies, states, strict=True))
    ]
    for _ in range(2):
        now = max(now, *(one.said.at for one in states)) + away
        alone = [thermostat.step(*each, now) for each in zip(bodies, states, strict=True)]
        members = [together.member(*each) for each in zip(rows, bodies, states, strict=True)]
        steps = together.live(members, now)
        assert whole(steps) == whole(alone)
        states = [one.state for one in steps]


@settings(max_examples=12, deadline=None)
@given(data=st.data(), seed=st.integers(0, 50), days=st.integers(0, 364))
def test_whatever_they_are_told(data: st.DataObject, seed: int, days: int) -> None:
    bodies = fleet(seed)
    together = Fleet(THERMOSTATS, worth=1)
    rows = enrolled(together, bodies)
    now = NOON + days * DAY
    states = [thermostat.begin(body, now, warmth=12.0 + n / 2) for n, body in enumerate(bodies)]
    for _ in range(4):
        now += data.draw(st.integers(1, 6 * HOUR))
        told = data.draw(st.lists(commands(now), min_size=3, max_size=3))
        states = [
            thermostat.step(body, state, max(now, state.said.at), told[n % 3]).state
            for n, (body, state) in enumerate(zip(bodies, states, strict=True))
        ]
        for _ in range(3):
            states = both(together, rows, bodies, states)

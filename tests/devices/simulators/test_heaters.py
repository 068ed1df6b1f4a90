"""Heaters together or one by one: the same bytes, whatever they are told and however long one is away."""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices import furniture
from workswith.devices.furniture import Site
from workswith.devices.heater import Command, Mode
from workswith.devices.physics.year import PLACES
from workswith.devices.simulators import heater
from workswith.devices.simulators.fleet import Fleet
from workswith.devices.simulators.heater import SIMULATOR, Heater, State
from workswith.devices.simulators.heaters import HEATERS
from workswith.devices.simulators.kind import Pace
from workswith.devices.simulators.weather import Climate
from workswith.kernel.clock import DAY, HOUR, MINUTE

ZONES = ("Europe/Rome", "America/New_York")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""To make an example smaller takes minutes here, and shows no more."""
PACES = (Pace(), Pace(measure=7 * MINUTE, heartbeat=20 * MINUTE, power=3 * MINUTE))
COUNT = 24


def heaters(seed: int) -> list[Heater]:
    piece = furniture.heater("h", None)
    bodies = []
    for number in range(COUNT):
        own = seed * 1_000 + number
        site = Site(Climate(PLACES[own % 3], own % 5), own * 7_919 % HOUR, own, {})
        model = msgspec.json.encode(piece.model(site)).decode()
        configuration = msgspec.json.encode(piece.configuration).decode()
        zone, pace = ZONES[own % 2], PACES[own % 7 == 0]
        bodies.append(SIMULATOR.body_of(model, configuration, zone, pace))
    return bodies


def whole(things: Sequence[Any]) -> list[bytes]:
    """Equal is not yet the same: -0.0 is 0.0, and 1 is True."""
    return [msgspec.json.encode(one) for one in things]


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(
    seed=st.integers(0, 50),
    days=st.integers(0, 364),
    told=st.lists(st.sampled_from(Mode), min_size=3, max_size=3),
    away=st.integers(0, 4 * DAY),
)
def test_the_bytes_of_each_alone(seed: int, days: int, told: list[Mode], away: int) -> None:
    bodies, together, now = heaters(seed), Fleet(HEATERS, worth=1), NOON + days * DAY
    rows = [together.enrol(body) or 0 for body in bodies]
    states: list[State] = [heater.begin(body, now, n) for n, body in enumerate(bodies)]

    def members() -> list[Any]:
        return [together.member(*each) for each in zip(rows, bodies, states, strict=True)]

    for mode in told:
        for _ in range(3):
            alone = [SIMULATOR.foresee(*each) for each in zip(bodies, states, strict=True)]
            aheads = together.foresee(members())
            assert whole(aheads) == whole(alone)
            states = [one.step.state for one in aheads]
        now = max(one.said.at for one in states) + away
        lived = [SIMULATOR.step(*each, now) for each in zip(bodies, states, strict=True)]
        assert whole(together.live(members(), now)) == whole(lived)
        states = [
            SIMULATOR.step(body, step.state, now, Command(mode)).state
            for body, step in zip(bodies, lived, strict=True)
        ]

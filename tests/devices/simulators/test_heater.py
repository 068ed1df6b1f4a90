"""Heaters: each order of the pilot wire keeps its own warmth."""

import pytest

from tests.conftest import NOON
from tests.devices.simulators.household import HOUSEHOLD, put
from workswith.devices.heater import Command, Mode
from workswith.devices.simulators.heater import soonest
from workswith.kernel.clock import DAY, HOUR

HEATER = put(HOUSEHOLD["heater"])


@pytest.mark.parametrize(
    ("mode", "least", "most"), [(Mode.COMFORT, 185, 215), (Mode.AWAY, 152, 180)]
)
def test_it_keeps_the_warmth_of_its_mode(mode: Mode, least: int, most: int) -> None:
    state = HEATER.simulator.step(HEATER.body, HEATER.start, NOON, Command(mode)).state
    state, _ = HEATER.heard(state, NOON + 3 * DAY)
    _, heard = HEATER.heard(state, NOON + 5 * DAY)
    assert all(least <= one.temperature <= most for one in heard)
    assert {one.power for one in heard} == {0, 1_500}


def test_frost_guard_lets_the_room_cool_and_saves_the_power() -> None:
    state = HEATER.simulator.step(HEATER.body, HEATER.start, NOON, Command(Mode.FROST_GUARD)).state
    assert state.said.power == 0
    _, heard = HEATER.heard(state, NOON + DAY)
    assert heard[-1].temperature < HEATER.start.said.temperature
    assert heard[-1].energy == 0


def test_an_order_counts_on_its_millisecond() -> None:
    state = HEATER.simulator.step(HEATER.body, HEATER.start, NOON, Command(Mode.COMFORT)).state
    assert state.said.power == 1_500
    now = NOON + 12_345
    state = HEATER.simulator.step(HEATER.body, state, now, Command(Mode.FROST_GUARD)).state
    assert (state.said.power, state.said.energy) == (0, 1_500 * 12_345)
    state, _ = HEATER.heard(state, NOON + HOUR)
    assert state.said.energy == 1_500 * 12_345


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("after", [0, 1, 59_000, 7 * HOUR + 11])
def test_it_does_not_speak_before_it_says_it_could(mode: Mode, after: int) -> None:
    state, _ = HEATER.heard(HEATER.start, NOON + after)
    state = HEATER.simulator.step(HEATER.body, state, NOON + after, Command(mode)).state
    assert soonest(HEATER.body, state) <= HEATER.simulator.foresee(HEATER.body, state).wake_at

"""Lights: a switch is at once, a dimmer takes its time; both keep their level."""

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import HOUSEHOLD, Put, put
from workswith.devices.light import Command
from workswith.devices.simulators import light, power
from workswith.kernel.clock import HOUR, SECOND

PLAIN, DIMMER = put(HOUSEHOLD["light"]), put(HOUSEHOLD["dimmer"])


def told(
    one: Put, state: light.State, at: int, *, on: bool | None = None, level: int | None = None
) -> light.State:
    after: light.State = one.simulator.step(one.body, state, at, Command(on, level)).state
    return after


def test_a_plain_light_is_on_at_once_and_has_no_level() -> None:
    state = told(PLAIN, PLAIN.start, NOON, on=True)
    assert (state.said.on, state.said.level, state.said.power) == (True, None, 12)
    off = told(PLAIN, state, NOON + HOUR, on=False)
    assert (off.said.power, off.said.energy) == (0, 12 * HOUR)


def test_a_dimmer_ramps_and_says_when_it_is_there() -> None:
    state = told(DIMMER, DIMMER.start, NOON, level=50)
    assert (state.said.on, state.said.level, state.said.power) == (True, 50, 0)
    halfway = NOON + SECOND // 2
    assert light.brightness(DIMMER.body, state, halfway) == 25
    ahead = DIMMER.simulator.foresee(DIMMER.body, state)
    assert (ahead.wake_at, ahead.step.reading.power) == (NOON + SECOND, 12)


def test_turned_back_on_the_way_it_goes_on_from_where_it_is() -> None:
    state = told(DIMMER, DIMMER.start, NOON, level=100)
    state = told(DIMMER, state, NOON + SECOND, on=False)
    assert light.brightness(DIMMER.body, state, NOON + SECOND) == 50
    assert light.brightness(DIMMER.body, state, NOON + 2 * SECOND) == 0


@given(st.integers(1, 100), st.sampled_from([Command(on=False), Command(level=0)]))
def test_it_keeps_its_level_while_it_is_off(level: int, off: Command) -> None:
    state = told(DIMMER, DIMMER.start, NOON, level=level)
    state = told(DIMMER, state, NOON + HOUR, on=off.on, level=off.level)
    assert (state.said.on, state.said.level) == (False, level)
    state = told(DIMMER, state, NOON + 2 * HOUR, on=True)
    assert (state.said.on, state.said.level) == (True, level)


def test_both_members_at_once_mean_both() -> None:
    state = told(DIMMER, DIMMER.start, NOON, on=False, level=35)
    assert (state.said.on, state.said.level) == (False, 35)


@given(st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(0, 100)), max_size=10))
def test_a_dimmer_never_jumps_and_its_watts_follow_its_brightness(
    orders: list[tuple[int, int]],
) -> None:
    state, now = DIMMER.start, NOON
    for pause, level in orders:
        for at in range(now, now + pause, 100):
            here, soon = (light.brightness(DIMMER.body, state, each) for each in (at, at + 100))
            assert abs(soon - here) <= 100 // DIMMER.body.model.ramp
            assert 0 <= here <= 100
            watts = DIMMER.simulator.look(DIMMER.body, state, at).reading.power
            assert watts == round(DIMMER.body.model.watts * here / 100)
        now += pause
        before = light.brightness(DIMMER.body, state, now)
        state = told(DIMMER, state, now, level=level)
        assert light.brightness(DIMMER.body, state, now) == before
    settled = light.brightness(DIMMER.body, state, now + HOUR)
    assert settled == (state.level if state.on else 0)


@given(
    levels=st.lists(st.integers(0, 100), min_size=1, max_size=4),
    pauses=st.lists(st.integers(0, 3 * SECOND), min_size=4, max_size=4),
    since=st.integers(0, 3 * SECOND),
    span=st.integers(0, 3 * SECOND),
)
def test_a_ramp_uses_what_each_percent_of_it_draws(
    levels: list[int], pauses: list[int], since: int, span: int
) -> None:
    """To the millijoule, on the way up and down, also when it turns back on the way."""
    state, now = DIMMER.start, NOON
    for level, pause in zip(levels, pauses, strict=False):
        now += pause
        state = told(DIMMER, state, now, level=level)
    since += now
    curve = light._curve(DIMMER.body, state)
    expected = power.energy(curve, since, since + span)
    assert light.used(DIMMER.body, state, since, since + span) == expected

"""Meters: they speak of changes that matter, not too often, and at each heartbeat."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices.meter import Configuration, Measured
from workswith.devices.simulators import meter
from workswith.devices.simulators.machine import Body
from workswith.kernel.clock import HOUR, MINUTE, SECOND

BODY = Body(meter.Model(("a", "b")), Configuration(), ZoneInfo("UTC"))
START = meter.begin(BODY, NOON, 0)


def test_what_changes_soon_after_a_report_is_told_when_the_pause_is_over() -> None:
    first = meter.step(BODY, START, NOON + 2 * MINUTE, Measured(500, 10))
    assert (first.reading.power, first.reading.energy) == (500, 10)
    later = meter.step(BODY, first.state, NOON + 2 * MINUTE + SECOND, Measured(900, 20))
    assert later.reading is None
    assert meter.foresee(BODY, later.state).wake_at == NOON + 3 * MINUTE


def test_without_a_change_it_speaks_at_its_heartbeat() -> None:
    quiet = meter.step(BODY, START, NOON + MINUTE, Measured(4, 10))
    assert quiet.reading is None
    assert meter.foresee(BODY, quiet.state).wake_at == NOON + HOUR
    beat = meter.step(BODY, quiet.state, NOON + HOUR, Measured(4, 99))
    assert (beat.reading.power, beat.reading.energy) == (4, 99)


def test_a_step_without_a_measure_changes_nothing() -> None:
    assert meter.step(BODY, START, NOON + HOUR) == (START, None)


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 3_000)), max_size=40))
def test_it_never_floods_and_never_says_what_was_not(flows: list[tuple[int, int]]) -> None:
    state, now, energy, said = START, NOON, 0, []
    for minutes, watts in flows:
        now += minutes * SECOND
        energy += watts
        step = meter.step(BODY, state, now, Measured(watts, energy))
        assert meter.state_of(meter.text_of(step.state)) == step.state
        assert meter.foresee(BODY, step.state).wake_at > now
        state = step.state
        if step.reading is not None:
            assert (step.reading.power, step.reading.energy, step.reading.at) == (
                watts,
                energy,
                now,
            )
            said.append(now)
    assert all(b - a >= MINUTE for a, b in zip([NOON, *said], said, strict=False))

"""Sums of an hour: nothing is lost, nothing counted twice, whatever the instants of the reports."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices.kind import POWER, Measure
from workswith.devices.tally import HOLD, Sums, Tally, advance
from workswith.kernel.clock import DAY, HOUR, MINUTE

WARMTH = Measure("temperature", lambda one: one.temperature)


@dataclass(frozen=True)
class Said:
    at: int
    power: int = 0
    energy: int = 0
    temperature: int = 0


def summed(said: list[Said], measure: Measure) -> dict[int, Sums]:
    """All hours, with the one that is running."""
    tally, hours = Tally(0, {}), {}
    for before, after in pairwise(said):
        tally, over = advance(tally, (measure,), before, after)
        for hour, sums in over.items():
            assert hour not in hours, "an hour is over once"
            hours[hour] = sums[measure.name]
        assert tally.hour == after.at - after.at % HOUR
    running = tally.sums.get(measure.name)
    return hours if running is None else {**hours, tally.hour: running}


reports = st.lists(
    st.tuples(st.integers(0, 5 * HOUR), st.integers(0, 3_000), st.integers(0, 10**10)), max_size=20
)


@given(st.integers(0, DAY), reports)
def test_what_a_counter_gained_is_in_the_hours_to_the_last_unit(
    start: int, gaps: list[tuple[int, int, int]]
) -> None:
    said = [Said(NOON + start, 5, 1_000)]
    for gap, power, gained in gaps:
        now = said[-1]
        said.append(Said(now.at + gap, power, now.energy + (gained if gap else 0)))
    hours = summed(said, POWER)
    assert sum(one.total for one in hours.values()) == said[-1].energy - 1_000
    assert sum(one.span for one in hours.values()) == said[-1].at - said[0].at
    assert all(0 <= one.span <= HOUR and one.low <= one.high for one in hours.values())
    assert all(hour % HOUR == 0 for hour in hours)


@given(reports)
def test_without_a_counter_a_figure_holds_for_a_while(gaps: list[tuple[int, int, int]]) -> None:
    said, held = [Said(NOON, temperature=200)], 0
    for gap, warmth, _ in gaps:
        held += min(gap, HOLD) * said[-1].temperature
        said.append(Said(said[-1].at + gap, temperature=warmth))
    hours = summed(said, WARMTH)
    assert sum(one.total for one in hours.values()) == held


def test_a_steady_hour_is_a_steady_hour() -> None:
    said = [Said(NOON + m * MINUTE, 100, 100 * m * MINUTE, 205) for m in range(0, 181, 20)]
    assert summed(said, POWER)[NOON + HOUR] == Sums(HOUR, 100 * HOUR, 100, 100)
    assert summed(said, WARMTH)[NOON + HOUR] == Sums(HOUR, 205 * HOUR, 205, 205)


def test_after_years_away_two_days_are_filled_and_no_more() -> None:
    hours = summed([Said(NOON), Said(NOON + 3_000 * DAY, energy=4_800)], POWER)
    assert sum(one.total for one in hours.values()) == 4_800
    assert len(hours) <= 50


def test_a_counter_that_was_reset_gains_what_it_shows() -> None:
    hours = summed([Said(NOON, energy=9_000), Said(NOON + MINUTE, energy=70)], POWER)
    assert hours[NOON].total == 70

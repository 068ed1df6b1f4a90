"""Never a call too many: the count, the pace, the forecast, and what a plan costs."""

import doctest
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Make
from workswith.testing import Cloud
from workswith_client import Budget, Poll, cost, errors, plan
from workswith_client.budget import DAY, SKEW_SECONDS, Count, Refusal, decide, forecast, learned
from workswith_client.wire import Response

MIDNIGHT = 20_000 * DAY


def spent_by(budget: Budget, calls: list[tuple[float, bool]]) -> list[float]:
    """When which calls may go, one after the other."""
    count, gone = Count(), []
    for at, command in calls:
        decided = decide(budget, count, at, command=command)
        if isinstance(decided, Count):
            count = decided
            gone.append(at)
    return gone


@given(
    st.integers(1, 20),
    st.floats(-4.9, 4.9),
    st.lists(st.tuples(st.floats(0, 3 * DAY), st.booleans()), max_size=120),
    st.sampled_from(["off", "even"]),
)
def test_no_day_of_the_cloud_has_a_call_too_many(
    limit: int, skew: float, calls: list[tuple[float, bool]], pace: Literal["off", "even"]
) -> None:
    """Also where the clocks of program and cloud disagree by some seconds about midnight."""
    budget = Budget(per_day=limit, kept_for_commands=0, pace=pace, burst=3)
    gone = spent_by(budget, sorted((MIDNIGHT + at, command) for at, command in calls))
    days: dict[int, int] = {}
    for at in gone:
        day = int((at + skew) // DAY)
        days[day] = days.get(day, 0) + 1
    assert all(number <= limit for number in days.values())


def test_the_last_calls_are_for_commands() -> None:
    budget = Budget(per_day=10, kept_for_commands=3)
    noon = MIDNIGHT + DAY / 2
    assert len(spent_by(budget, [(noon, False)] * 10)) == 7
    assert len(spent_by(budget, [(noon, False)] * 10 + [(noon, True)] * 10)) == 10


def test_an_even_pace() -> None:
    """Reading goes on all day: after the first ones, one each 240 s for a day of 360."""
    budget = Budget(per_day=360, kept_for_commands=0, pace="even", burst=10)
    gone = spent_by(budget, [(MIDNIGHT + 6 + each, False) for each in range(0, 86_000, 10)])
    assert [one < MIDNIGHT + 200 for one in gone].count(True) == 10
    assert gone[-1] > MIDNIGHT + 0.97 * DAY
    refused = decide(budget, Count({20_000: 100}), MIDNIGHT + 3600, command=False)
    assert isinstance(refused, Refusal)
    assert refused.until == MIDNIGHT + (100 - 10 + 1) * 240


def test_who_is_refused_hears_until_when() -> None:
    refused = decide(
        Budget(per_day=1, kept_for_commands=0), Count({20_000: 1}), MIDNIGHT + 60, command=True
    )
    assert refused == (MIDNIGHT + DAY + SKEW_SECONDS, False, "By the budget")


def test_a_forecast() -> None:
    eight = MIDNIGHT + 8 * 3600
    told = forecast(Budget(), Count({20_000: 240}), eight)
    assert (told.spent, told.left, told.per_hour) == (240, 260, 30)
    assert told.ends_at == pytest.approx(eight + 260 / 30 * 3600)
    assert told.resets_at == MIDNIGHT + DAY
    assert forecast(Budget(), Count({20_000: 40}), eight).ends_at is None
    assert forecast(Budget(), Count(), eight).ends_at is None
    assert forecast(Budget(), Count(closed_until=eight + 60), eight).left == 0


def test_what_a_plan_costs() -> None:
    """The plan of a popular integration: plants, topology, and status of every home."""
    told = cost([Poll("plants", 7200), Poll("topology", 3600), Poll("status", 300)])
    assert (told.calls, told.fits, told.slowdown) == (12 + 24 + 288, True, 1.0)
    too_much = cost([Poll("status", 300, times=11)])
    assert too_much.calls == 3168
    assert not too_much.fits
    assert cost([Poll("status", 300 * too_much.slowdown, times=11)]).calls <= 480 + 11


def test_the_example_in_the_text() -> None:
    assert doctest.testmod(plan).failed == 0


def test_what_the_cloud_tells_is_learned(make: Make, workswith: Cloud) -> None:
    """Others have spent some of the day: the header says so, where the cloud sends it."""
    headers = {"ratelimit": '"day";r=37;t=50000', "ratelimit-policy": '"day";q=300;w=86400'}
    count = learned(Budget(), Count({20_000: 5}), Response(200, headers), MIDNIGHT + 100)
    assert (count.limit, count.spent) == (300, {20_000: 263})


def test_two_programs_share_the_count(make: Make, workswith: Cloud) -> None:
    budget = Budget(per_day=6, kept_for_commands=0)
    one, other = make(budget=budget), make(budget=budget)
    for _ in range(3):
        one.smarther.plants()
        other.smarther.plants()
    for each in (one, other):
        with pytest.raises(errors.BudgetSpent) as told:
            each.smarther.plants()
        assert told.value.until == 1_772_496_005
    assert one.forecast().left == 0
    workswith.clock.set("2026-03-03T00:00:06Z")
    one.smarther.plants()

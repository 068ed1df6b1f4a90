"""The forecast tells in time that a day's quota will not last, and never promises what is spent."""

from hypothesis import given
from hypothesis import strategies as st

from workswith.kernel.clock import DAY, HOUR, MINUTE
from workswith.web.portal.forecast import forecast


def test_the_pace_of_today_is_carried_on() -> None:
    seen = forecast(300, 500, 12 * HOUR, DAY)
    assert (seen.used, seen.by_end, seen.spent_at, seen.tone) == (300, 600, 20 * HOUR, "warn")
    assert forecast(200, 500, 12 * HOUR, DAY).tone == "good"
    assert forecast(0, 500, 12 * HOUR, DAY).spent_at is None


def test_a_spent_quota_is_spent_however_often_more_is_asked() -> None:
    seen = forecast(700, 500, 12 * HOUR, DAY)
    assert (seen.used, seen.tone) == (500, "bad")


def test_the_first_calls_of_a_day_are_no_alarm() -> None:
    assert forecast(10, 500, MINUTE, DAY).tone == "good"


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, DAY - 1))
def test_it_agrees_with_itself(calls: int, limit: int, now: int) -> None:
    """Not spent by the end of the day means fewer calls than the limit, and the other way round."""
    seen = forecast(calls, limit, now, DAY)
    if seen.tone == "good":
        assert seen.by_end <= limit + 1
    elif seen.tone == "warn":
        assert seen.spent_at is not None
        assert now <= seen.spent_at < DAY
        assert seen.by_end >= limit - 1

"""Weekly programs on local clocks, in the nights that change them too."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.devices.schedule import in_force
from workswith.devices.thermostat import Week
from workswith.kernel.clock import DAY, iso, parse_iso

ROME = ZoneInfo("Europe/Rome")
NIGHT = (((0, 170), (150, 200), (360, 210)),) * 7  # 00:00, 02:30, 06:00
MONDAYS = (((480, 205),), (), (), (), (), (), ())


def at(instant: str) -> tuple[int, str]:
    set_point, until = in_force(NIGHT, ROME, parse_iso(instant))
    return set_point, iso(until)


def test_an_ordinary_night() -> None:
    assert at("2026-01-12T01:29:59.999Z") == (170, "2026-01-12T01:30:00Z")
    assert at("2026-01-12T01:30:00Z") == (200, "2026-01-12T05:00:00Z")
    assert at("2026-01-12T12:00:00Z") == (210, "2026-01-12T23:00:00Z")


def test_a_time_that_a_day_does_not_have_comes_when_it_would_have_been() -> None:
    """On 2026-03-29 clocks go from 02:00 to 03:00, which is 01:00Z."""
    assert at("2026-03-29T01:29:59Z") == (170, "2026-03-29T01:30:00Z")
    assert at("2026-03-29T01:30:00Z") == (200, "2026-03-29T04:00:00Z")


def test_a_time_that_a_day_has_twice_comes_the_first_time() -> None:
    """On 2026-10-25 clocks show 02:30 at 00:30Z and again at 01:30Z."""
    assert at("2026-10-25T00:29:59Z") == (170, "2026-10-25T00:30:00Z")
    assert at("2026-10-25T01:30:00Z") == (200, "2026-10-25T05:00:00Z")


def test_one_switch_a_week_is_enough_and_none_is_an_error() -> None:
    wednesday = parse_iso("2026-01-14T12:00:00Z")
    assert in_force(MONDAYS, ROME, wednesday) == (205, parse_iso("2026-01-19T07:00:00Z"))
    just_before = parse_iso("2026-01-19T06:59:59Z")
    assert in_force(MONDAYS, ROME, just_before) == (205, parse_iso("2026-01-19T07:00:00Z"))
    with pytest.raises(ValueError, match="needs a switch"):
        in_force(((),) * 7, ROME, wednesday)


_days = st.lists(st.integers(0, 1_439), unique=True, max_size=4).map(
    lambda minutes: tuple((minute, 100 + minute % 200) for minute in sorted(minutes))
)
_weeks = st.tuples(*[_days] * 7).filter(any)
_zones = st.sampled_from(["Europe/Rome", "America/St_Johns", "Australia/Lord_Howe", "UTC"])


@given(_weeks, _zones, st.integers(1_700_000_000_000, 1_900_000_000_000))
def test_the_next_switch_is_the_next(week: Week, zone: str, instant: int) -> None:
    place = ZoneInfo(zone)
    set_point, until = in_force(week, place, instant)
    assert instant < until <= instant + 8 * DAY
    assert in_force(week, place, until - 1) == (set_point, until)

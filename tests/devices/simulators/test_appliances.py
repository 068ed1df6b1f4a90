"""Appliances: each day is the same whenever it is looked at, and plausible."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices.simulators import power
from workswith.devices.simulators.appliances import Appliance, draw
from workswith.kernel.clock import DAY, HOUR, MINUTE, parse_iso

ROME = ZoneInfo("Europe/Rome")
zones = st.sampled_from(["Europe/Rome", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"])


def used(appliance: Appliance, watts: int, seed: int, days: int) -> float:
    """Watt-hours a day."""
    total = power.energy(lambda at: draw(appliance, watts, seed, ROME, at), NOON, NOON + days * DAY)
    return total / 3_600_000 / days


@pytest.mark.parametrize(
    ("appliance", "watts", "least", "most"),
    [
        (Appliance.LAMP, 40, 960, 960),
        (Appliance.FRIDGE, 95, 600, 1_000),
        (Appliance.KETTLE, 2_000, 150, 400),
        (Appliance.WASHING_MACHINE, 2_100, 150, 500),
        (Appliance.TELEVISION, 110, 130, 350),
    ],
)
def test_a_month_uses_what_such_an_appliance_uses(
    appliance: Appliance, watts: int, least: int, most: int
) -> None:
    for seed in range(5):
        assert least <= used(appliance, watts, seed, 30) <= most


@settings(max_examples=60)
@given(st.sampled_from(Appliance), st.integers(0, 99), st.integers(0, 400 * DAY), zones)
def test_steps_hold_until_they_say_they_end(
    appliance: Appliance, seed: int, after: int, zone: str
) -> None:
    at, where = NOON + after, ZoneInfo(zone)
    for _ in range(60):
        watts, until = draw(appliance, 2_000, seed, where, at)
        assert 0 <= watts <= 4_000
        assert until > at
        assert draw(appliance, 2_000, seed, where, (at + until) // 2) == (watts, until)
        assert draw(appliance, 2_000, seed, where, until - 1) == (watts, until)
        at = until


@pytest.mark.parametrize("night", ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"])
def test_a_day_of_23_or_25_hours_has_no_hole(night: str) -> None:
    at = start = parse_iso(night)
    while at < start + 2 * DAY:
        _, until = draw(Appliance.FRIDGE, 95, 1, ROME, at)
        assert at < until <= at + 2 * HOUR
        at = until


def test_breakfast_is_at_breakfast_time_on_local_clocks() -> None:
    for at in ("2026-01-12T06:00:00Z", "2026-07-13T05:00:00Z"):
        seven = parse_iso(at)
        watts = [draw(Appliance.KETTLE, 2_000, 3, ROME, seven + m * MINUTE)[0] for m in range(55)]
        assert max(watts) == 2_000


def test_two_households_have_two_habits() -> None:
    def starts(seed: int) -> list[int]:
        watts = [
            draw(Appliance.KETTLE, 2_000, seed, ROME, NOON + m * MINUTE)[0] for m in range(1440)
        ]
        return [place for place, (a, b) in enumerate(pairwise(watts)) if a < b]

    assert starts(1) != starts(2)

"""Charts of what was measured, a table beside them, and a file. [END-1]"""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from tests.web.wiring import Parts
from workswith.devices import plug
from workswith.devices.history import Span
from workswith.identity.account import Account
from workswith.kernel.clock import DAY, HOUR
from workswith.web.home.history import RANGES, window
from workswith.web.site.chart import BOTTOM, LEFT, RIGHT, TOP, Point, columns, curve, ticks
from workswith.web.site.services import Services


async def live(parts: Parts, hours: int) -> None:
    for _ in range(hours):
        parts.clock.jump(parts.clock.now() + HOUR)
        await parts.park.turn(parts.clock.now())


async def test_temperatures_are_drawn_and_listed(
    browser: Browser, services: Services, parts: Parts, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    await live(parts, 26)
    here = f"/home/{home.plant.id}/history/{home.modules[0].id}"
    await browser.sign_in(grace.email, PASSWORD, here)
    assert len(re.findall(r'<polyline class="first"', browser.page.text)) == 1
    assert len(re.findall(r'<polyline class="second"', browser.page.text)) == 1, "the set-point"
    assert browser.page.text.count("<tr>") >= 1 + 23, "hours that are over, and the head"
    for range_ in RANGES:
        for measure in ("temperature", "humidity"):
            await browser.open(f"{here}?measure={measure}&range={range_}")
            assert browser.page.status_code == 200
            assert '<svg class="chart"' in browser.page.text


async def test_energy_is_summed_and_the_file_says_the_same(
    browser: Browser,
    services: Services,
    parts: Parts,
    grace: Account,
    furnished: Furnish,
) -> None:
    home = await furnished(grace, "one_of_each")
    await live(parts, 5)
    fridge = home.module("Frigorifero").id
    here = f"/home/{home.plant.id}/history/{fridge}"
    await browser.sign_in(grace.email, PASSWORD, here)
    assert browser.page.text.count('<rect class="bar"') >= 5
    await browser.open(f"{here}/csv?measure=power&range=day")
    assert browser.page.headers["content-type"].startswith("text/csv")
    assert "attachment" in browser.page.headers["content-disposition"]
    rows = list(csv.DictReader(browser.page.text.splitlines()))
    said = await parts.park.said(fridge)
    assert isinstance(said, plug.Reading)
    assert sum(float(one["power (Wh)"]) for one in rows) == pytest.approx(
        said.energy / 3_600_000, abs=0.01
    )


async def test_what_is_not_kept_is_no_page(
    browser: Browser, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "one_of_each")
    await browser.sign_in(grace.email, PASSWORD, "/home")
    base = f"/home/{home.plant.id}/history"
    remote, light = home.module("Comando letto").id, home.module("Luce cucina").id
    for path in (
        remote,
        f"{light}?measure=temperature",
        f"{light}?range=century",
        f"{light}?measure=set_point",
        "nowhere",
        f"{remote}/csv",
    ):
        await browser.open(f"{base}/{path}")
        assert browser.page.status_code == 404, path


async def test_before_the_first_hour_the_page_says_so(
    browser: Browser, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    await browser.sign_in(
        grace.email, PASSWORD, f"/home/{home.plant.id}/history/{home.modules[0].id}?range=year"
    )
    assert browser.page.status_code == 200


@pytest.mark.parametrize("range_", sorted(RANGES))
def test_a_window_ends_with_the_hour_or_day_that_runs(range_: str) -> None:
    """Also on the day on which clocks change."""
    now = 1_774_742_400_000  # 2026-03-29 00:00 UTC
    since, until = window(RANGES[range_], "Europe/Rome", now)
    assert since < now <= until
    if RANGES[range_].span is Span.HOUR:
        assert until - since == RANGES[range_].days * DAY
    else:
        assert abs(until - since - RANGES[range_].days * DAY) <= HOUR


values = st.floats(-40, 60, allow_nan=False)


@given(
    st.lists(st.tuples(st.integers(0, 167), values, values), max_size=60, unique_by=lambda t: t[0])
)
def test_a_chart_stays_within_its_frame(found: list[tuple[int, float, float]]) -> None:
    points = [
        Point(at * HOUR, (one + other) / 2, min(one, other), max(one, other))
        for at, one, other in sorted(found)
    ]
    drawn = curve(points, points, since=0, until=168 * HOUR, span=HOUR, times=[0, DAY])
    every = [
        tuple(map(float, pair.split(",")))
        for line in (*drawn.lines, *drawn.second, *drawn.bands)
        for pair in line.split()
    ]
    assert all(LEFT - 1 <= x <= RIGHT + 1 and TOP - 1 <= y <= BOTTOM + 1 for x, y in every)
    positive = [Point(one.at, abs(one.mean), 0, 0) for one in points]
    bars = columns(positive, since=0, until=168 * HOUR, span=HOUR, times=[])
    assert all(
        y >= TOP - 1 and height >= 0 and y + height <= BOTTOM + 1 for _, y, _, height in bars.bars
    )


@given(values, st.floats(0, 5_000, allow_nan=False))
def test_a_scale_is_round_and_covers_what_it_measures(low: float, more: float) -> None:
    found = ticks(low, low + more)
    assert found[0] <= low + 1e-6
    assert found[-1] >= low + more - 1e-6
    assert 2 <= len(found) <= 9

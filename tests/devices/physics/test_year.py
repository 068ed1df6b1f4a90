"""Typical years: every row is kept, every instant has a weather, and moist air behaves."""

import pytest

from workswith.devices.physics import moisture, year
from workswith.devices.physics.year import PLACES, SECONDS, outside

places = pytest.mark.parametrize("place", PLACES)


@places
def test_the_figures_are_those_of_the_place(place: str) -> None:
    of = year.year(place)
    sunny, mean, north = {
        "denver": (1_977, 10.9, 39.83),
        "chicago": (1_300, 10.0, 41.98),
        "san_francisco": (1_700, 13.8, 37.62),
    }[place]
    assert of.latitude == north
    assert "TMY3" in of.source
    assert "public domain" in of.source
    assert sum(of.air) / 8760 == pytest.approx(mean, abs=0.6)
    assert sum(of.normal) / 1000 == pytest.approx(sunny, rel=0.15), "kWh/m2 of direct sun a year"
    assert all(dew <= air + 0.5 for air, dew in zip(of.air, of.dew, strict=True))


@places
def test_at_a_full_hour_it_is_as_warm_as_the_row_says_and_in_between_in_between(place: str) -> None:
    of = year.year(place)
    for hour in range(0, 8760, 37):
        assert outside(place, hour * 3600).air == pytest.approx(of.air[hour])
        half = (of.air[hour] + of.air[(hour + 1) % 8760]) / 2
        assert outside(place, hour * 3600 + 1800).air == pytest.approx(half)


@places
def test_each_hour_keeps_the_energy_of_the_sun(place: str) -> None:
    of = year.year(place)
    for hour in [*range(4000, 4048), *range(50, 98)]:
        six = [outside(place, hour * 3600 + tenth) for tenth in range(300, 3600, 600)]
        assert sum(each.diffuse for each in six) / 6 == pytest.approx(of.diffuse[hour + 1])
        # Where the sun is up for minutes only, more than there is outside the air is not believed.
        assert sum(each.normal for each in six) / 6 == pytest.approx(of.normal[hour + 1], abs=8)
        assert all(each.sun.altitude > 0 for each in six if each.normal)


@places
def test_the_year_closes(place: str) -> None:
    assert outside(place, SECONDS) == outside(place, 0)
    assert outside(place, SECONDS - 1).air == pytest.approx(outside(place, 0).air, abs=0.01)


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        year.year("milan")


@pytest.mark.parametrize(
    ("celsius", "grams"), [(0.0, 3.8), (10.0, 7.6), (20.0, 14.7), (30.0, 27.3)]
)
def test_air_holds_what_tables_say(celsius: float, grams: float) -> None:
    """Saturated air at sea level."""
    assert moisture.saturation(celsius) * 1000 == pytest.approx(grams, rel=0.02)


def test_warming_air_dries_it_and_people_make_it_moist() -> None:
    water = moisture.saturation(10.0)
    assert moisture.relative(water, 10.0) == 99
    assert moisture.relative(water, 20.0) == pytest.approx(52, abs=1)
    four = moisture.balanced(160.0, 0.45, 4 * 0.05)
    assert 5 <= moisture.relative(water + four, 20.0) - moisture.relative(water, 20.0) <= 20
    assert moisture.remaining(0.45, 8.0, 3600) > moisture.remaining(0.45, 1.0, 3600)

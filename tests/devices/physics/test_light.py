"""Sun, sky and glass, against what is published of them."""

from math import asin, cos, degrees, exp, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.devices.physics import glass
from workswith.devices.physics.glass import Glazing, curve
from workswith.devices.physics.sky import on_plane
from workswith.devices.physics.sun import Sun, incidence, sun
from workswith.kernel.clock import parse_iso

TRANSMITTED = {
    0: 0.7475,
    10: 0.7468,
    20: 0.7447,
    30: 0.7395,
    40: 0.7298,
    50: 0.7073,
    60: 0.6523,
    70: 0.5168,
    80: 0.2630,
}
"""Of the beam, by ASHRAE 140's double window of clear glass, by degrees of incidence."""


def test_the_sun_stands_where_nrel_s_example_has_it() -> None:
    """Reda and Andreas, Solar Position Algorithm (2004), A.4; 0.017° of its height is refraction."""
    now = sun(39.742476, -105.1786, parse_iso("2003-10-17T19:30:30Z"))
    assert 90 - degrees(now.altitude) == pytest.approx(50.11162 + 0.017, abs=0.01)
    assert degrees(now.azimuth) == pytest.approx(194.34024, abs=0.01)


@pytest.mark.parametrize(
    ("day", "noon", "beyond"),
    [("2026-06-21", 68.4, 1_322), ("2026-12-21", 21.6, 1_412), ("2026-03-20", 45.0, 1_375)],
)
def test_seasons(day: str, noon: float, beyond: float) -> None:
    """At 45° north the sun's noon is 45° ± 23.4°; the earth is nearest to it in January."""
    highest = max(
        (sun(45.0, 0.0, parse_iso(f"{day}T00:00:00Z") + hour * 360_000) for hour in range(240)),
        key=lambda each: each.altitude,
    )
    assert degrees(highest.altitude) == pytest.approx(noon, abs=0.3)
    assert degrees(highest.azimuth) == pytest.approx(180, abs=3)
    assert highest.beyond == pytest.approx(beyond, abs=5)


def test_the_morning_is_in_the_east() -> None:
    morning = sun(45.0, 0.0, parse_iso("2026-03-20T09:00:00Z"))
    assert 90 < degrees(morning.azimuth) < 180
    assert incidence(morning, 90.0, 90.0) > incidence(morning, 180.0, 90.0) > 0
    assert incidence(morning, 270.0, 90.0) < 0


suns = st.builds(
    lambda height, azimuth: Sun(radians(height), radians(azimuth), 1_367.0),
    st.floats(0.5, 90.0),
    st.floats(0.0, 360.0),
)
powers = st.floats(0.0, 1_000.0)


@given(suns, powers, st.floats(1.0, 500.0))
def test_a_level_plane_gets_what_is_measured_on_level_ground(
    now: Sun, normal: float, diffuse: float
) -> None:
    level = on_plane(now, normal, diffuse, 0.0, 0.0)
    if degrees(now.altitude) > 5:  # below, the halo is held to what it is at 5°
        expected = normal * sin(now.altitude) + diffuse
        assert level.total == pytest.approx(expected, rel=1e-6)
    assert level.ground == 0


@given(suns, powers, powers, st.floats(0.0, 360.0), st.floats(0.0, 180.0))
def test_no_plane_gets_less_than_nothing_or_more_than_everything(
    now: Sun, normal: float, diffuse: float, azimuth: float, tilt: float
) -> None:
    plane = on_plane(now, normal, diffuse, azimuth, tilt)
    assert min(plane.direct, plane.diffuse, plane.ground) >= 0
    assert plane.direct + plane.diffuse <= normal + diffuse * 13, "the halo at 5° or higher"


def test_under_an_even_sky_a_wall_sees_half_of_it() -> None:
    """Overcast: hardly a halo, and somewhat darker towards the horizon."""
    wall = on_plane(Sun(radians(30), radians(180), 1_367.0), 0.0, 100.0, 0.0, 90.0)
    assert wall.diffuse == pytest.approx(45, abs=5)
    assert wall.ground == pytest.approx(10)


def test_at_night_there_is_nothing() -> None:
    assert on_plane(Sun(-0.3, 0.0, 1_367.0), 0.0, 0.0, 180.0, 90.0).total == 0


def test_two_panes_let_through_what_ashrae_140_lists() -> None:
    extinction = Glazing(0.789, 3.1).extinction
    for angle, expected in TRANSMITTED.items():
        refracted = asin(sin(radians(angle)) / glass.REFRACTION)
        left = exp(-extinction / cos(refracted))
        through = 0.0
        for face in glass._faces(radians(angle), refracted):
            pane = (1 - face) ** 2 * left / (1 - (face * left) ** 2)
            back = face * (1 + left * pane)
            through += pane**2 / (1 - back**2) / 2
        assert through == pytest.approx(expected, abs=0.005 if angle <= 60 else 0.021)


@given(st.floats(0.2, 0.9), st.floats(0.8, 5.5))
def test_a_window_lets_in_less_the_flatter_the_sun_stands(g: float, u: float) -> None:
    of = curve(Glazing(g, u))
    angles = [of.of(angle) for angle in range(91)]
    assert angles[0] == pytest.approx(g)
    assert angles == sorted(angles, reverse=True)
    assert angles[-1] == 0
    assert 0.8 * g < of.hemispherical < 0.95 * g

"""The 5R1C zone: the standard's own equations, balances of energy, steps of any length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.devices.physics.network import Network, solve
from workswith.devices.physics.zone import AIR, Heat, Zone, gains, need, shares, solved, step

some = st.floats(1.0, 1_000.0)
celsius = st.floats(-30.0, 45.0)
watts = st.floats(-5_000.0, 5_000.0)
seconds = st.sampled_from([1.0, 60.0, 600.0, 3_600.0])
ventilations = st.just(0.0) | some
zones = st.builds(
    lambda opaque, glazed, capacity, mass: Zone(
        opaque=opaque,
        glazed=glazed,
        capacity=capacity,
        mass_area=opaque / 9.1 + mass,
        surface_area=4.5 * (opaque / 9.1 + mass),
    ),
    some,
    some,
    st.floats(1e4, 1e8),
    st.floats(10.0, 500.0),
)
heats = st.builds(Heat, watts, watts, watts)


def annex_c(
    zone: Zone, before: float, heat: Heat, outside: float, ventilation: float
) -> tuple[float, float, float]:
    """Air, surface and mass after an hour, by equations C.4 to C.11 as they stand."""
    to_air = zone.surface_to_air * zone.surface_area
    to_mass = zone.mass_to_surface * zone.mass_area
    one = 1 / (1 / ventilation + 1 / to_air)
    two = one + zone.glazed
    three = 1 / (1 / two + 1 / to_mass)
    blown = one * (heat.air / ventilation + outside)
    total = (
        heat.mass
        + zone.outside_to_mass * outside
        + three * (heat.surface + zone.glazed * outside + blown) / two
    )
    hourly, half = zone.capacity / 3600, 0.5 * (three + zone.outside_to_mass)
    after = (before * (hourly - half) + total) / (hourly + half)
    mass = (before + after) / 2
    surface = (to_mass * mass + heat.surface + zone.glazed * outside + blown) / (
        to_mass + zone.glazed + one
    )
    air = (to_air * surface + ventilation * outside + heat.air) / (to_air + ventilation)
    return air, surface, after


@given(zones, celsius, heats, celsius, some)
def test_an_hour_is_what_annex_c_says(
    zone: Zone, before: float, heat: Heat, outside: float, ventilation: float
) -> None:
    now = step(zone, before, heat, outside=outside, ventilation=ventilation, seconds=3600)
    expected = annex_c(zone, before, heat, outside, ventilation)
    assert (now.air, now.surface, now.mass) == pytest.approx(expected, rel=1e-9, abs=1e-7)


weathers = st.fixed_dictionaries(
    {"outside": celsius, "ventilation": ventilations, "seconds": seconds}
)


@given(zones, celsius, heats, weathers, celsius)
def test_what_flows_in_is_what_is_stored(
    zone: Zone, before: float, heat: Heat, around: dict[str, float], supply: float
) -> None:
    now = step(zone, before, heat, supply=supply, **around)
    flows = (
        *heat,
        around["ventilation"] * (supply - now.air),
        zone.glazed * (around["outside"] - now.surface),
        zone.outside_to_mass * (around["outside"] - now.inner),
    )
    stored = zone.capacity * (now.mass - before) / around["seconds"]
    turnover = sum(map(abs, flows)) + abs(stored) + zone.capacity / around["seconds"]
    assert abs(sum(flows) - stored) <= 1e-9 * turnover


@given(zones, celsius, heats, weathers)
def test_what_is_needed_brings_the_air_into_the_range(
    zone: Zone, before: float, heat: Heat, around: dict[str, float]
) -> None:
    free = step(zone, before, heat, **around).air
    ventilation, length = around["ventilation"], around["seconds"]
    power = need(zone, free, lowest=20, highest=27, ventilation=ventilation, seconds=length)
    assert (power > 0) == (free < 20)
    assert (power < 0) == (free > 27)
    kept = step(zone, before, heat._replace(air=heat.air + power), **around).air
    assert 20 - 1e-6 <= kept <= 27 + 1e-6


@given(zones, st.floats(0.0, 3_000.0), st.floats(0.0, 5_000.0), st.floats(0.0, 1.0))
def test_gains_are_spread_and_only_what_falls_on_windows_is_lost(
    zone: Zone, inner: float, sun: float, convective: float
) -> None:
    heat = gains(zone, inner=inner, sun=sun, convective=convective)
    lost = 1 - sum(shares(zone))
    assert lost == pytest.approx(zone.glazed / (9.1 * zone.surface_area))
    radiant = sun + (1 - convective) * inner
    assert sum(heat) == pytest.approx(inner + sun - lost * radiant)


def test_short_steps_and_long_ones_tell_the_same() -> None:
    """A day of a light room: steps of a minute and of ten differ by hundredths of a kelvin."""
    zone = Zone(50.0, 25.0, 5e6, 120.0, 240.0)

    def day(length: float) -> float:
        mass = 20.0
        for place in range(round(86_400 / length)):
            sun = 2_000.0 if 9 <= place * length / 3600 < 15 else 0.0
            heat = gains(zone, inner=200.0, sun=sun)
            mass = step(zone, mass, heat, outside=0.0, ventilation=20.0, seconds=length).mass
        return mass

    assert day(600.0) == pytest.approx(day(60.0), abs=0.02)


def test_a_room_left_alone_goes_to_the_temperature_outside() -> None:
    zone, mass = Zone(50.0, 25.0, 5e6, 120.0, 240.0), 20.0
    for _ in range(60 * 24):
        now = step(zone, mass, Heat(), outside=-4.0, ventilation=20.0, seconds=3600)
        mass = now.mass
    assert (now.air, now.surface, now.mass) == pytest.approx((-4.0, -4.0, -4.0))


def test_a_capacity_that_hangs_on_a_resistance_falls_as_its_time_constant_says() -> None:
    solution = solve(Network((1_000.0,), (), ((0, 0, 10.0),)), 0.1)
    nodes = [1.0]
    for _ in range(1_000):  # 100 s, one time constant
        nodes, _ = solution.step(nodes, (0.0,), (0.0,))
    assert nodes[0] == pytest.approx(0.36788, abs=1e-5)


def test_more_heat_in_the_air_never_makes_anything_colder() -> None:
    influence = solved(Zone(50.0, 25.0, 5e6, 120.0, 240.0), 20.0, 60.0).influence
    assert all(each > 0 for row in influence for each in row)
    assert influence[AIR][AIR] == max(max(row) for row in influence)

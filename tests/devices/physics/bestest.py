"""The thermal cases 600, 900 and their free-floating kin of ASHRAE 140-2020 (BESTEST), on the 5R1C zone.

The box, its constructions and the two mass classes are those of the published 5R1C mapping of LBL's
Modelica Buildings library; one parametrisation serves all cases.
"""

from dataclasses import dataclass
from functools import lru_cache

from workswith.devices.physics import year
from workswith.devices.physics.glass import Glazing, curve
from workswith.devices.physics.sky import on_plane
from workswith.devices.physics.sun import angle
from workswith.devices.physics.zone import Heat, Zone, gains, need, step, transmission, ventilated

STEP = 600
WARM_UP = 30 * 86_400
FLOOR, VOLUME = 48.0, 129.6
U_WALL, U_ROOF, U_FLOOR = 0.534, 0.327, 0.0377
WINDOW_AREA = 12.0
WINDOW = Glazing(g=0.789, u=3.1)
WALLS = ((21.6, 0.0), (16.2, 90.0), (9.6, 180.0), (16.2, 270.0))
"""m² and azimuth of the opaque walls."""
ABSORBED = 0.6
FILM = 0.04
SKY_COOLING = 5 * 0.9 * 11.0
"""W/m² that a surface of emissivity 0.9 loses to a sky 11 K colder than the air (ISO 13790, 11.3.5)."""
INNER = 200.0
AIR_CHANGES = 0.414
"""An hour; the altitude is in it."""
NIGHT_FAN = 1_703.16
"""m³/h, 18:00 to 07:00."""
THIN_AIR = 1_200.0 * AIR_CHANGES / 0.5
"""J/(m³K), for the fan: thinner by what 0.5 changes an hour became 0.414 of."""
MASSES = {"6": (42_167.0, 2.95), "9": (307_750.0, 2.43)}
"""J/K and m² of mass for each m² of floor: the light and the heavy box."""


@dataclass(frozen=True, slots=True)
class Result:
    """MWh a year, °C."""

    heating: float
    cooling: float
    highest: float
    lowest: float


def box(case: str) -> Zone:
    capacity, mass = MASSES[case[0]]
    return Zone(
        opaque=transmission(
            [*((area, U_WALL) for area, _ in WALLS), (FLOOR, U_ROOF), (FLOOR, U_FLOOR)]
        ),
        glazed=WINDOW_AREA * WINDOW.u,
        capacity=capacity * FLOOR,
        mass_area=mass * FLOOR,
        surface_area=4.5 * FLOOR,
        surface_to_air=2.1,
    )


@lru_cache(maxsize=1)
def denver() -> list[tuple[float, float]]:
    """Air and the sun's watts in the box, for each step of the year."""
    through = curve(WINDOW)
    opaque = [(area * U_WALL, azimuth, 90.0, 0.5) for area, azimuth in WALLS]
    opaque.append((FLOOR * U_ROOF, 0.0, 0.0, 1.0))
    found = []
    for second in range(STEP // 2, year.SECONDS, STEP):
        now = year.outside("denver", second)
        sun = -sum(weight * FILM * seen * SKY_COOLING for weight, _, _, seen in opaque)
        if now.normal or now.diffuse:
            south = on_plane(now.sun, now.normal, now.diffuse, 180.0, 90.0)
            sun += WINDOW_AREA * (
                through.of(angle(south.incidence)) * south.direct
                + through.hemispherical * (south.diffuse + south.ground)
            )
            for weight, azimuth, tilt, _ in opaque:
                plane = on_plane(now.sun, now.normal, now.diffuse, azimuth, tilt)
                sun += weight * FILM * ABSORBED * plane.total
        found.append((now.air, sun))
    return found


def run(case: str) -> Result:
    zone, floating = box(case), case.endswith("FF")
    still = ventilated(VOLUME, AIR_CHANGES)
    fanned = still + THIN_AIR * NIGHT_FAN / 3600 if case[1] == "5" else still
    weather = denver()
    mass, heating, cooling, hourly = 20.0, 0.0, 0.0, []
    air = 0.0
    for place in range(-WARM_UP // STEP, len(weather)):
        outside, sun = weather[place]
        hour = place * STEP % 86_400 / 3600
        ventilation = still if 7 <= hour < 18 else fanned
        heat = gains(zone, inner=INNER, sun=sun)
        now = step(zone, mass, heat, outside=outside, ventilation=ventilation, seconds=STEP)
        if not floating:
            power = need(
                zone, now.air, lowest=20.0, highest=27.0, ventilation=ventilation, seconds=STEP
            )
            if power:
                heat = Heat(heat.air + power, heat.surface, heat.mass)
                now = step(zone, mass, heat, outside=outside, ventilation=ventilation, seconds=STEP)
            if place >= 0:
                heating += max(0.0, power) * STEP
                cooling += max(0.0, -power) * STEP
        mass = now.mass
        air += now.air * STEP / 3600
        if (place + 1) * STEP % 3600 == 0:
            if place >= 0:
                hourly.append(air)
            air = 0.0
    return Result(heating / 3.6e9, cooling / 3.6e9, max(hourly), min(hourly))

"""What furnished homes need in a year to be at 20 °C by day and night, people and sun included.

By the standard's own step of an hour; windows stay shut and blinds up.
"""

from functools import cache
from zoneinfo import ZoneInfo

from workswith.devices import furniture
from workswith.devices.physics.year import PLACES, Place, year
from workswith.devices.physics.zone import Heat, gains, need, step, ventilated
from workswith.devices.simulators.indoors import around
from workswith.devices.simulators.room import House
from workswith.devices.simulators.weather import Climate
from workswith.kernel.clock import HOUR, MINUTE, parse_iso

AGES = (
    (4.9, "one pane, hollow brick"),
    (2.8, "two panes, some insulation"),
    (1.8, "coated panes, insulated walls"),
)
"""The window by which a home's age is known, and what else it is built of."""
ZONE = ZoneInfo("Europe/Rome")
BEGIN = parse_iso("2026-01-01T00:00:00Z")


def home(u: float) -> House:
    """The first of an age."""
    return next(one for one in (furniture.house(n, 1.0) for n in range(99)) if one.u == u)


@cache
def heating() -> dict[tuple[float, Place], float]:
    """kWh a year for each square metre of floor."""
    return {(u, place): _heated(home(u), place) for place in PLACES for u, _ in AGES}


def name(place: str) -> str:
    return year(place).source.partition(" Intl")[0].partition(" Ohare")[0]


def _heated(house: House, place: Place) -> float:
    zone, climate, mass, used = house.zone, Climate(place), 19.0, 0.0
    air = ventilated(house.volume, house.air_changes)
    for hour in range(-30 * 24, 8760):
        now = around(house, climate, ZONE, BEGIN + hour * HOUR + 30 * MINUTE)
        heat = gains(zone, inner=now.inner, sun=now.sun + now.walls)
        here = step(zone, mass, heat, outside=now.air, ventilation=air, seconds=3600)
        power = need(zone, here.air, lowest=20, highest=99, ventilation=air, seconds=3600)
        if power:
            heat = Heat(heat.air + power, heat.surface, heat.mass)
            here = step(zone, mass, heat, outside=now.air, ventilation=air, seconds=3600)
        mass = here.mass
        used += power if hour >= 0 else 0.0
    return used / 1000 / house.floor

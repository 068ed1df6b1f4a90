"""A room as five resistances and one capacity: the simple hourly method of ISO 13790, annex C.

Three nodes, air, surfaces and mass; only the mass stores heat. The annex solves it for steps of an
hour; here the same network is solved by `network` for steps of any length.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .network import Network, Solution, solve

AIR, SURFACE, MASS = 0, 1, 2
"""The nodes, in the order of the network."""
AIR_HEAT = 1_200.0
"""J/(m³K) of air at sea level: 1.2 kg/m³ of 1,000 J/(kgK)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """What a room is built of. Symbols of the standard stand behind each member.

    ``opaque`` is the transmission of walls, roof and floor with their films (H_tr,op), ``glazed``
    that of windows (H_tr,w); ``mass_area`` is the effective area of the mass (A_m),
    ``surface_area`` that of everything that faces the room (A_t).
    """

    opaque: float
    glazed: float
    capacity: float
    mass_area: float
    surface_area: float
    surface_to_air: float = 3.45
    """h_is, W/(m²K)."""
    mass_to_surface: float = 9.1
    """h_ms, W/(m²K)."""

    @property
    def outside_to_mass(self) -> float:
        """H_tr,em: what is left of ``opaque`` once the way from mass to surface is taken off."""
        return 1 / (1 / self.opaque - 1 / (self.mass_to_surface * self.mass_area))


class Heat(NamedTuple):
    """Watts into each node (Φ_ia, Φ_st, Φ_m)."""

    air: float = 0.0
    surface: float = 0.0
    mass: float = 0.0


class Temperatures(NamedTuple):
    """``mass`` at the end of a step; ``air``, ``surface`` and ``inner`` (of the mass) are its means."""

    air: float
    surface: float
    mass: float
    inner: float


class Shares(NamedTuple):
    """How what radiates is spread over the nodes (equations C.2 and C.3)."""

    surface: float
    mass: float


@lru_cache(maxsize=4_096)
def shares(zone: Zone) -> Shares:
    """The rest, which falls on windows and is lost through them, is no gain."""
    mass = zone.mass_area / zone.surface_area
    lost = zone.glazed / (zone.mass_to_surface * zone.surface_area)
    return Shares(1 - mass - lost, mass)


def gains(zone: Zone, *, inner: float, sun: float, convective: float = 0.5) -> Heat:
    """Where internal gains and the sun's go. ``convective`` is the share of the inner ones."""
    to = shares(zone)
    radiant = (1 - convective) * inner + sun
    return Heat(convective * inner, to.surface * radiant, to.mass * radiant)


@lru_cache(maxsize=16_384)
def solved(zone: Zone, ventilation: float, seconds: float) -> Solution:
    """For an exchange of air with outside of ``ventilation`` W/K."""
    return solve(
        Network(
            capacities=(0.0, 0.0, zone.capacity),
            links=(
                (AIR, SURFACE, zone.surface_to_air * zone.surface_area),
                (SURFACE, MASS, zone.mass_to_surface * zone.mass_area),
            ),
            leaks=(
                (AIR, 0, ventilation),
                (SURFACE, 1, zone.glazed),
                (MASS, 1, zone.outside_to_mass),
            ),
        ),
        seconds,
    )


def step(
    zone: Zone,
    mass: float,
    heat: Heat,
    *,
    outside: float,
    ventilation: float,
    seconds: float,
    supply: float | None = None,
) -> Temperatures:
    """One step from the temperature of the mass before it; air comes in at ``supply`` °C."""
    leaving = outside if supply is None else supply
    after, mean = solved(zone, ventilation, seconds).step(
        (0.0, 0.0, mass), (leaving, outside), heat
    )
    return Temperatures(mean[AIR], mean[SURFACE], after[MASS], mean[MASS])


def need(
    zone: Zone, air: float, *, lowest: float, highest: float, ventilation: float, seconds: float
) -> float:
    """Watts into the air that bring it from ``air``, without any, into the range.

    More than 0 is heating, less is cooling (C.4.2, with the slope known instead of tried).
    """
    slope = solved(zone, ventilation, seconds).influence[AIR][AIR]
    return (min(max(air, lowest), highest) - air) / slope


def ventilated(volume: float, changes: float, *, air_heat: float = AIR_HEAT) -> float:
    """W/K of ``changes`` of the air in ``volume`` m³ an hour."""
    return air_heat * volume * changes / 3600


def transmission(parts: Iterable[tuple[float, float]]) -> float:
    """W/K of parts, each m² and W/(m²K)."""
    return sum(area * u for area, u in parts)

"""Where things stand on the round display of a thermostat: three quarters of a circle, 5 to 30 °C."""

from dataclasses import dataclass
from math import cos, pi, sin

from workswith.devices.thermostat import Reading

COLDEST, WARMEST = 50, 300
"""The ends of the scale, in tenths of a degree."""
CENTRE, RADIUS = 150, 118
SWEEP = 75
"""The scale's part of the circle, in percent of ``pathLength``."""


@dataclass(frozen=True, slots=True)
class Dial:
    """``filled``: percent of the circle up to the set-point; ``x``, ``y``: of its handle;
    ``tick``: ends of the mark of the measured temperature.
    """

    filled: float
    x: float
    y: float
    tick: tuple[float, float, float, float]


def dial(reading: Reading) -> Dial:
    share = _share(reading.set_point)
    x, y = _at(share, RADIUS)
    measured = _share(reading.temperature)
    tick = (*_at(measured, RADIUS - 24), *_at(measured, RADIUS - 14))
    return Dial(round(share * SWEEP, 2), x, y, tick)


def _share(tenths: int) -> float:
    return (min(max(tenths, COLDEST), WARMEST) - COLDEST) / (WARMEST - COLDEST)


def _at(share: float, radius: float) -> tuple[float, float]:
    angle = (0.375 + share * 0.75) * 2 * pi
    return round(CENTRE + radius * cos(angle), 2), round(CENTRE + radius * sin(angle), 2)

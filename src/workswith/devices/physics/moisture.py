"""Water in air: Magnus' formula, and the balance of a room whose walls and things take part.

At sea-level pressure everywhere, for only the ratio of two such figures is ever seen.
"""

from math import exp

AIR_DENSITY = 1.2
"""kg/m³."""
PRESSURE = 101_325.0


def saturation(celsius: float) -> float:
    """The most water that air can hold, kg/kg; at the dew point, what it holds."""
    vapour = 611.2 * exp(17.62 * celsius / (243.12 + celsius))
    return 0.622 * vapour / (PRESSURE - vapour)


def relative(water: float, celsius: float) -> float:
    """Relative humidity in percent, 1 … 99."""
    return min(99.0, max(1.0, 100 * water / saturation(celsius)))


def balanced(volume: float, changes: float, source: float) -> float:
    """How much more than outside air a room's air holds in the long run, kg/kg.

    ``changes`` of its air an hour, ``source`` kg of water an hour.
    """
    return source / (AIR_DENSITY * volume * changes)


def remaining(changes: float, buffering: float, seconds: float) -> float:
    """What is left after a while of a difference from that balance.

    ``buffering`` is how many times the air's own water is on the move with it.
    """
    return exp(-changes / 3600 * seconds / buffering)

"""Where the sun stands, after the Astronomical Almanac's short formulas (J. J. Michalsky, 1988:
Solar Energy 40, 227-235), good to 0.01° until 2050; refraction is left out.
"""

from math import asin, atan2, cos, degrees, pi, radians, sin
from typing import NamedTuple

from workswith.kernel.clock import DAY, HOUR, parse_iso

SOLAR_CONSTANT = 1_367.0
"""W/m², as in the sky models of `sky`."""
_J2000 = parse_iso("2000-01-01T12:00:00Z")


class Sun(NamedTuple):
    """Radians. ``azimuth`` is clockwise from north; ``beyond`` the W/m² outside the atmosphere."""

    altitude: float
    azimuth: float
    beyond: float


def sun(latitude: float, longitude: float, at: int) -> Sun:
    """Over a place in degrees (north and east), at an instant in ms."""
    days = (at - _J2000) / DAY
    mean = radians((280.460 + 0.9856474 * days) % 360)
    anomaly = radians((357.528 + 0.9856003 * days) % 360)
    ecliptic = mean + radians(1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    oblique = radians(23.439 - 4e-7 * days)
    declination = asin(sin(oblique) * sin(ecliptic))
    ascension = atan2(cos(oblique) * sin(ecliptic), cos(ecliptic))
    sidereal = (6.697375 + 0.0657098242 * days + at % DAY / HOUR) % 24 * 15 + longitude
    hour_angle = radians(sidereal) - ascension
    north = radians(latitude)
    height = sin(north) * sin(declination) + cos(north) * cos(declination) * cos(hour_angle)
    altitude = asin(max(-1.0, min(1.0, height)))
    west = cos(declination) * sin(hour_angle)
    south = cos(declination) * cos(hour_angle) * sin(north) - sin(declination) * cos(north)
    azimuth = (atan2(west, south) + pi) % (2 * pi)
    distance = 1.00014 - 0.01671 * cos(anomaly) - 0.00014 * cos(2 * anomaly)
    return Sun(altitude, azimuth, SOLAR_CONSTANT / distance**2)


def incidence(of: Sun, azimuth: float, tilt: float) -> float:
    """The cosine of the angle between the sun's rays and a plane's normal; below 0 from behind."""
    slope = radians(tilt)
    turned = of.azimuth - radians(azimuth)
    return sin(of.altitude) * cos(slope) + cos(of.altitude) * sin(slope) * cos(turned)


def angle(cosine: float) -> float:
    """Degrees of an angle of incidence."""
    return degrees(pi / 2 - asin(max(-1.0, min(1.0, cosine))))

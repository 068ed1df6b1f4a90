"""What falls on a tilted plane: the anisotropic sky of Perez and others.

R. Perez, P. Ineichen, R. Seals, J. Michalsky, R. Stewart (1990): Modeling daylight availability
and irradiance components from direct and global irradiance, Solar Energy 44, 271-289; table 6, all
sites. Air mass after F. Kasten and A. T. Young (1989).
"""

from bisect import bisect_right
from math import cos, degrees, pi, radians, sin
from typing import NamedTuple

from .sun import Sun, incidence

ALBEDO = 0.2
"""What the ground throws back."""


class Irradiance(NamedTuple):
    """W/m² on a plane. ``direct`` comes from the sun and its halo at the cosine ``incidence``."""

    direct: float
    diffuse: float
    ground: float
    incidence: float

    @property
    def total(self) -> float:
        return self.direct + self.diffuse + self.ground


def on_plane(
    of: Sun, normal: float, diffuse: float, azimuth: float, tilt: float, *, albedo: float = ALBEDO
) -> Irradiance:
    """From ``normal`` W/m² of the sun and ``diffuse`` W/m² of the sky on the horizontal."""
    cosine = max(0.0, incidence(of, azimuth, tilt))
    slope, height = radians(tilt), sin(of.altitude)
    seen = (1 + cos(slope)) / 2
    ground = albedo * (diffuse + normal * max(0.0, height)) * (1 - seen)
    beam = normal * cosine if of.altitude > 0 else 0.0
    if diffuse <= 0 or of.altitude <= 0:
        return Irradiance(beam, max(0.0, diffuse) * seen, ground, cosine)
    halo, horizon = _brightness(of, normal, diffuse)
    around = cosine / max(_LEAST_HEIGHT, height)
    circumsolar = diffuse * halo * around
    rest = max(0.0, diffuse * ((1 - halo) * seen + horizon * sin(slope)))
    return Irradiance(beam + circumsolar, rest, ground, cosine)


def _brightness(of: Sun, normal: float, diffuse: float) -> tuple[float, float]:
    """F1 of the halo around the sun and F2 of the band above the horizon."""
    zenith = pi / 2 - of.altitude
    curve = _KAPPA * zenith**3
    clearness = ((diffuse + normal) / diffuse + curve) / (1 + curve)
    mass = 1 / (sin(of.altitude) + 0.50572 * (degrees(of.altitude) + 6.07995) ** -1.6364)
    brightness = diffuse * mass / of.beyond
    f11, f12, f13, f21, f22, f23 = _COEFFICIENTS[bisect_right(_CLEARNESS, clearness)]
    halo = min(1.0, max(0.0, f11 + f12 * brightness + f13 * zenith))
    return halo, f21 + f22 * brightness + f23 * zenith


_KAPPA = 1.041
_LEAST_HEIGHT = cos(radians(85))
_CLEARNESS = (1.065, 1.230, 1.500, 1.950, 2.800, 4.500, 6.200)
_COEFFICIENTS = (
    (-0.0083117, 0.5877285, -0.0620636, -0.0596012, 0.0721249, -0.0220216),
    (0.1299457, 0.6825954, -0.1513752, -0.0189325, 0.0659650, -0.0288748),
    (0.3296958, 0.4868735, -0.2210958, 0.0554140, -0.0639588, -0.0260542),
    (0.5682053, 0.1874525, -0.2951290, 0.1088631, -0.1519229, -0.0139754),
    (0.8730280, -0.3920403, -0.3616149, 0.2255647, -0.4620442, 0.0012448),
    (1.1326077, -1.2367284, -0.4118494, 0.2877813, -0.8230357, 0.0558651),
    (1.0601591, -1.5999137, -0.3589221, 0.2642124, -1.1272340, 0.1310694),
    (0.6777470, -0.3272588, -0.2504286, 0.1561313, -1.3765031, 0.2506212),
)
"""F11 F12 F13 F21 F22 F23 for each class of clearness."""

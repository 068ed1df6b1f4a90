"""How much of the sun a window lets in at each angle, by Fresnel's equations for its panes.

Each pane reflects at both faces (both polarisations) and absorbs on its way through (Bouguer); panes
reflect to and fro; of what a pane absorbs, the share of the resistance outside it comes in
(EN 410, EN 673: films of 0.04 and 0.13 m²K/W). Only the shape of the curve is used: the g-value at
normal incidence is the window's own.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, exp, pi, radians, sin, tan
from typing import NamedTuple

REFRACTION = 1.526
"""Of window glass."""
_FILMS = (0.04, 0.13)


@dataclass(frozen=True, slots=True)
class Glazing:
    """Two panes. ``u`` W/(m²K) is between films; ``extinction`` is that of one whole pane."""

    g: float
    u: float
    extinction: float = 0.0622
    """3.175 mm of clear glass, 19.6 a metre."""


class Curve(NamedTuple):
    """g at each whole degree of incidence from 0 to 90, and for light from all sides."""

    at: tuple[float, ...]
    hemispherical: float

    def of(self, angle: float) -> float:
        """At any angle of incidence in degrees."""
        whole = min(89, int(angle))
        return self.at[whole] + (self.at[whole + 1] - self.at[whole]) * (angle - whole)


@lru_cache(maxsize=256)
def curve(glazing: Glazing) -> Curve:
    raw = [_admitted(glazing, radians(degree)) for degree in range(90)] + [0.0]
    at = tuple(glazing.g * each / raw[0] for each in raw)
    # Lambert: light from all sides comes at an angle as often as sin 2θ says; trapezes of 1°.
    whole = sum(each * sin(2 * radians(degree)) for degree, each in enumerate(at)) * pi / 180
    return Curve(at, whole)


def _admitted(glazing: Glazing, angle: float) -> float:
    """The mean of both polarisations, each of which goes through both panes."""
    refracted = asin(sin(angle) / REFRACTION)
    left = exp(-glazing.extinction / cos(refracted))
    return sum(_through_both(glazing.u, face, left) for face in _faces(angle, refracted)) / 2


def _through_both(u: float, face: float, left: float) -> float:
    """``face`` is what a face throws back, ``left`` what is left after the way through a pane."""
    through = (1 - face) ** 2 * left / (1 - (face * left) ** 2)
    back = face * (1 + left * through)
    absorbed, between = 1 - through - back, 1 - back * back
    outer = absorbed * (1 + through * back / between)
    inner = absorbed * through / between
    outside, inside = _FILMS
    return through * through / between + outer * outside * u + inner * (1 - inside * u)


def _faces(angle: float, refracted: float) -> tuple[float, float]:
    """What one face throws back of light polarised across and along the plane of incidence."""
    if angle < 1e-6:
        normal = ((REFRACTION - 1) / (REFRACTION + 1)) ** 2
        return normal, normal
    less, more = angle - refracted, angle + refracted
    return (sin(less) / sin(more)) ** 2, (tan(less) / tan(more)) ** 2

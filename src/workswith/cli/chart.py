"""Curves over time as SVG: panels one above the other, with one axis of days for all.

Plain text with its own style for light and dark; the same curves give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

WIDTH = 960
LEFT, RIGHT, TOP, GAP, BOTTOM = 56, 110, 64, 30, 34
"""Room for the scale, for the curves' names, for the heading, between panels, for the days."""
STRIP = 16
"""How high stretches of time are drawn, at a panel's foot."""

_STYLE = """
text{font:13px system-ui,sans-serif;fill:#47605c}.h{font-size:17px;font-weight:600;fill:#12302c}
.bg{fill:#fff}.g{stroke:#dfe7e5;stroke-width:1}.c{fill:none;stroke-width:1.8;stroke-linejoin:round}
.warm{stroke:#1f5c54}.aim{stroke:#b4532a}.cold{stroke:#2f6db3}.on{fill:#d9822b}
.n.warm{stroke:none;fill:#1f5c54}.n.aim{stroke:none;fill:#b4532a}.n.cold{stroke:none;fill:#2f6db3}
.n.on{fill:#9a5a17}
@media(prefers-color-scheme:dark){text{fill:#a9c0bb}.h{fill:#e6f0ee}.bg{fill:#12201e}.g{stroke:#2a3d3a}
.warm{stroke:#6fc3b5}.aim{stroke:#ee9a72}.cold{stroke:#8ab8ee}.n.warm{fill:#6fc3b5}.n.aim{fill:#ee9a72}
.n.cold{fill:#8ab8ee}.n.on{fill:#e9a15b}}
"""


class Curve(NamedTuple):
    """``points`` are instants and values; ``look`` is warm, aim or cold."""

    name: str
    look: str
    points: Sequence[tuple[int, float]]
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves on one scale; ``bands`` are stretches of time in which something was on."""

    unit: str
    height: int
    curves: tuple[Curve, ...]
    bands: Sequence[tuple[int, int]] = ()
    band_name: str = ""


def draw(title: str, below: str, days: Sequence[tuple[int, str]], panels: Sequence[Panel]) -> str:
    """An SVG. ``days`` are instants of midnight with their names, the last without one, the end."""
    height = TOP + sum(one.height for one in panels) + GAP * (len(panels) - 1) + BOTTOM
    return "\n".join(_lines(title, below, days, panels, height))


def _lines(
    title: str, below: str, days: Sequence[tuple[int, str]], panels: Sequence[Panel], height: int
) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}: {escape(below)}">'
    )
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="bg" width="{WIDTH}" height="{height}" rx="12"/>'
    yield f'<text class="h" x="{LEFT}" y="28">{escape(title)}</text>'
    yield f'<text x="{LEFT}" y="48">{escape(below)}</text>'
    across = _Across(days[0][0], days[-1][0])
    top = TOP
    for panel in panels:
        yield from _panel(panel, top, across, days)
        top += panel.height + GAP
    for (begins, name), (ends, _) in pairwise(days):
        middle = (across.of(begins) + across.of(ends)) / 2
        yield f'<text x="{middle:.1f}" y="{height - 12}" text-anchor="middle">{escape(name)}</text>'
    yield "</svg>\n"


class _Across(NamedTuple):
    begins: int
    ends: int

    def of(self, at: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at - self.begins) / (self.ends - self.begins)


class _Scale(NamedTuple):
    least: int
    most: int
    step: int
    top: int
    height: int

    def of(self, value: float) -> float:
        return self.top + self.height * (self.most - value) / (self.most - self.least)


def _panel(
    panel: Panel, top: int, across: _Across, days: Sequence[tuple[int, str]]
) -> Iterator[str]:
    scale = _scale(panel, top)
    right, bottom = WIDTH - RIGHT, top + panel.height
    for begins, ends in panel.bands:
        x = across.of(begins)
        yield (
            f'<rect class="on" x="{x:.1f}" y="{bottom - STRIP}" '
            f'width="{across.of(ends) - x:.1f}" height="{STRIP}"/>'
        )
    for value in range(scale.least, scale.most + 1, scale.step):
        y = scale.of(value)
        yield f'<path class="g" d="M{LEFT} {y:.1f}H{right}"/>'
        shown = f"{value}".replace("-", "−") + panel.unit
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>'
    for at, _ in days:
        yield f'<path class="g" d="M{across.of(at):.1f} {top}V{bottom}"/>'
    names = [(scale.of(one.points[-1][1]), one.look, one.name) for one in panel.curves]
    if panel.band_name:
        names.append((bottom - STRIP / 2, "on", panel.band_name))
    for one in panel.curves:
        yield f'<path class="c {one.look}" d="{_path(one, across, scale)}"/>'
    for y, look, name in _apart(names):
        yield f'<text class="n {look}" x="{right + 8}" y="{y + 4:.1f}">{escape(name)}</text>'


def _path(curve: Curve, across: _Across, scale: _Scale) -> str:
    parts, before = [], None
    for at, value in curve.points:
        x, y = f"{across.of(at):.1f}", f"{scale.of(value):.1f}"
        if before is None:
            parts.append(f"M{x} {y}")
        elif y == before and curve.stepped:
            continue
        else:
            parts.append(f"H{x}V{y}" if curve.stepped else f"L{x} {y}")
        before = y
    if curve.stepped:
        parts.append(f"H{across.of(curve.points[-1][0]):.1f}")
    return "".join(parts)


def _scale(panel: Panel, top: int) -> _Scale:
    values = [value for curve in panel.curves for _, value in curve.points]
    least, most = min(values), max(values)
    step = next(each for each in (1, 2, 5, 10, 20) if (most - least) / each <= panel.height / 28)
    foot = step if panel.bands else 0
    least = floor(least / step) * step - foot
    return _Scale(least, ceil(most / step) * step, step, top, panel.height)


def _apart(names: Sequence[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """From the top down, no name over another."""
    lowest = float("-inf")
    for y, look, name in sorted(names):
        lowest = max(y, lowest + 16)
        yield lowest, look, name

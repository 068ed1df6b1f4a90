"""The tables of docs/physics.md: the accepted bands, and our figures as they come out."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from workswith.devices.physics.year import PLACES

from . import bestest, homes, vdi6007

PAGE = Path(__file__).parents[3] / "docs" / "physics.md"
BEGINS, ENDS = "<!-- figures: python -m tests.devices.physics -->\n", "<!-- end of figures -->\n"


class Row(NamedTuple):
    """``least`` and ``most`` accepted (or found by the six tools), what LBL's 5R1C finds, decimals."""

    case: str
    quantity: str
    figure: str
    least: float
    most: float
    other: float
    decimals: int
    accepted: bool


ROWS = (
    Row("600", "heating, MWh a year", "heating", 3.75, 4.98, 4.66, 2, accepted=True),
    Row("600", "cooling, MWh a year", "cooling", 5.00, 6.83, 5.80, 2, accepted=True),
    Row("900", "heating, MWh a year", "heating", 1.04, 2.28, 1.83, 2, accepted=True),
    Row("900", "cooling, MWh a year", "cooling", 2.35, 2.60, 2.28, 2, accepted=True),
    Row("600FF", "highest, °C", "highest", 62.4, 68.4, 67.0, 1, accepted=False),
    Row("600FF", "lowest, °C", "lowest", -13.8, -9.9, -12.9, 1, accepted=False),
    Row("900FF", "highest, °C", "highest", 43.3, 46.0, 43.4, 1, accepted=False),
    Row("900FF", "lowest, °C", "lowest", 0.6, 2.2, 0.3, 1, accepted=False),
    Row("650FF", "highest, °C", "highest", 61.1, 66.8, 66.2, 1, accepted=False),
    Row("650FF", "lowest, °C", "lowest", -17.8, -16.7, -17.5, 1, accepted=False),
    Row("950FF", "highest, °C", "highest", 36.1, 37.1, 36.6, 1, accepted=False),
    Row("950FF", "lowest, °C", "lowest", -13.4, -12.5, -13.4, 1, accepted=False),
)
"""ASHRAE 140-2020: bands of acceptance where the standard has them, else the spread of its six tools."""


@cache
def result(case: str) -> bestest.Result:
    return bestest.run(case)


@cache
def vdi() -> float:
    return vdi6007.deviation()


def found(row: Row) -> float:
    """As it is printed."""
    return round(float(getattr(result(row.case), row.figure)), row.decimals)


def missed(row: Row) -> float:
    """By how much our figure lies outside; below is less than 0."""
    figure = found(row)
    return round(figure - min(max(figure, row.least), row.most), row.decimals)


def tables() -> str:
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield "| case | quantity | accepted | six tools | LBL's 5R1C | WorksWith | |"
    yield "|---|---|---|---|---|---|---|"
    for row in ROWS:
        band = f"{_figure(row.least, row)} … {_figure(row.most, row)}"
        columns = (
            row.case,
            row.quantity,
            band if row.accepted else "–",
            "" if row.accepted else band,
            _figure(row.other, row),
            f"**{_figure(found(row), row)}**",
            _verdict(row),
        )
        yield f"| {' | '.join(columns)} |".replace("|  |", "| |")
    yield ""
    yield "| case | quantity | accepted | WorksWith | |"
    yield "|---|---|---|---|---|"
    inside = "in band" if vdi() <= vdi6007.TOLERANCE else "outside"
    yield (
        "| VDI 6007-1, 1 | worst of 72 hours, K | "
        f"{vdi6007.TOLERANCE:.2f} | **{vdi():.2f}** | {inside} |"
    )
    yield ""
    yield f"| heating in a year, kWh/m² of floor | {' | '.join(map(homes.name, PLACES))} |"
    yield "|---|---|---|---|"
    for u, built in homes.AGES:
        needs = (f"{homes.heating()[u, place]:.0f}" for place in PLACES)
        yield f"| {built} | {' | '.join(needs)} |"


def _figure(value: float, row: Row) -> str:
    return f"{value:.{row.decimals}f}".replace("-", "−")


def _verdict(row: Row) -> str:
    off = missed(row)
    if not off:
        return "in band" if row.accepted else "in spread"
    return f"{_figure(abs(off), row)} {'above' if off > 0 else 'below'}"

"""How a thermostat moves its relay, as a form: the installer's menu of the device. [END-1 DEV-2]"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from workswith.devices.homes.tuning import RANGES
from workswith.devices.thermostat import Manner, Regulation
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import lazy

MANNERS = {
    Manner.HYSTERESIS: lazy("Around the set-point, with hysteresis"),
    Manner.PROPORTIONAL: lazy("By shares of a cycle, as for floors"),
}
_FIGURES = {
    "hysteresis": (lazy("Hysteresis to either side, K"), 10),
    "band": (lazy("Full power from this far below on, K"), 10),
    "cycle": (lazy("Length of a cycle, minutes"), 1),
    "least_on": (lazy("On for at least, minutes"), 1),
    "least_off": (lazy("Off for at least, minutes"), 1),
}
"""Members of a `Regulation`, and how many of its units make one of people's."""


class Figure(NamedTuple):
    """A field of numbers."""

    name: str
    label: Any
    value: str
    least: str
    most: str
    step: str


def figures(regulation: Regulation) -> list[Figure]:
    """As they are now."""
    return [
        Figure(
            name,
            label,
            _said(getattr(regulation, name), units),
            _said(RANGES[name][0], units),
            _said(RANGES[name][1], units),
            _said(1, units),
        )
        for name, (label, units) in _FIGURES.items()
    ]


def regulation_of(typed: Mapping[str, str], now: Regulation) -> Regulation:
    """What was typed; what was not stays. Raises `Kind.INVALID` for what is no number."""
    members: dict[str, Any] = {
        name: _read(typed[name], units) for name, (_, units) in _FIGURES.items() if typed.get(name)
    }
    if typed.get("manner") in set(Manner):
        members["manner"] = Manner(typed["manner"])
    return replace(now, **members)


def _said(value: int, units: int) -> str:
    return f"{value / units:g}"


def _read(text: str, units: int) -> int:
    try:
        value = Decimal(text.strip().replace(",", ".")) * units
        return int(value.to_integral_exact())
    except (InvalidOperation, ValueError, OverflowError):
        raise Problem(Kind.INVALID, "number_invalid", "That is no number.") from None

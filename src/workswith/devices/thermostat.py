"""What a chronothermostat is, in the terms of the trade and of no API (`contract/smarther.md` 4-7).

Temperatures and humidities are whole tenths (205 is 20.5 °C), so that nothing is ever rounded
twice; instants are milliseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from workswith.kernel.clock import MINUTE
from workswith.kernel.problem import Kind, Problem

from .kind import Capability

DEVICE = "chronothermostat"
"""The name of this kind of module in topologies."""

LOWEST, HIGHEST = 30, 400
"""The set-points that can be asked for, in tenths of a degree Celsius."""
FROST, HEAT = 70, 350
"""The set-points of protection when heating and when cooling, in tenths of a degree Celsius."""
BOOSTS = (30, 60, 90)
"""How long a boost may last, in minutes."""
BOOST_SLACK = 5 * MINUTE
"""How far the clock of whoever starts a boost may be off."""


class Function(StrEnum):
    HEATING = "HEATING"
    COOLING = "COOLING"


class Mode(StrEnum):
    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"
    BOOST = "BOOST"
    OFF = "OFF"
    PROTECTION = "PROTECTION"


Day = tuple[tuple[int, int], ...]
"""Switches of one day: minute of the local day, set-point in tenths; in order."""
Week = tuple[Day, ...]
"""Seven days, Monday first."""


@dataclass(frozen=True, slots=True)
class Program:
    """A weekly program. Number 0 is the pseudo entry that the original names ``"0"``."""

    number: int
    name: str
    heating: Week
    cooling: Week


class Manner(StrEnum):
    HYSTERESIS = "hysteresis"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True)
class Regulation:
    """How a thermostat moves its relay. Temperatures are tenths of a K, times minutes.

    With hysteresis it closes ``hysteresis`` below the set-point and opens as much above it.
    Proportionally, the relay is closed for a share of each ``cycle``: all of it from ``band`` below
    the set-point on, plus what was lacking on the long run (its integral, over ``reset``).
    Either way it stays closed and open for ``least_on`` and ``least_off`` at least.
    """

    manner: Manner = Manner.HYSTERESIS
    hysteresis: int = 2
    band: int = 15
    cycle: int = 20
    reset: int = 120
    least_on: int = 3
    least_off: int = 3


USUAL_REGULATION = Regulation()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is set up once on a thermostat: what it can drive, and its programs 0 … 11.

    ``display_locked``: hands on it change nothing, and keep no command away.
    """

    functions: tuple[Function, ...]
    programs: tuple[Program, ...]
    regulation: Regulation = USUAL_REGULATION
    display_locked: bool = False

    def program(self, number: int) -> Program | None:
        return next((each for each in self.programs if each.number == number), None)


@dataclass(frozen=True, slots=True)
class Command:
    """What a thermostat is told to do.

    ``end`` is until when the mode is kept; ``None`` for good. ``set_point`` counts in manual mode,
    ``program`` in automatic mode.
    """

    function: Function
    mode: Mode
    set_point: int | None = None
    program: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a thermostat says of itself at the instant ``at``."""

    function: Function
    mode: Mode
    set_point: int
    program: int
    activation_end: int | None
    load_active: bool
    temperature: int
    humidity: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "function": attrgetter("function"),
    "mode": attrgetter("mode"),
    "setPoint": attrgetter("set_point"),
    "program": attrgetter("program"),
    "activationTime": attrgetter("activation_end"),
    "loadState": attrgetter("load_active"),
    "temperature": attrgetter("temperature"),
    "humidity": attrgetter("humidity"),
}
"""The members whose change is told to applications. [C2C-2]"""


CAPABILITIES = (
    Capability("function", command=True, request=True, notification=True),
    Capability("mode", command=True, request=True, notification=True),
    Capability("setPoint", command=True, request=True, notification=True),
    Capability("programs", command=True, request=True, notification=True),
    Capability("activationTime", command=True, request=True, notification=True),
    Capability("temperatureFormat", command=False, request=True, notification=False),
    Capability("loadState", command=False, request=True, notification=True),
    Capability("time", command=False, request=True, notification=False),
    Capability("thermometer", command=False, request=True, notification=True),
    Capability("hygrometer", command=False, request=True, notification=True),
)
"""In the order of the status; ``function``, ``mode``, ``setPoint`` and ``time`` are captured."""


def check(command: Command, configuration: Configuration, now: int) -> None:
    """Refuses what this thermostat cannot do: `Kind.INVALID`, naming the member."""
    if command.function not in configuration.functions:
        raise _invalid(
            "function_unsupported",
            f"This thermostat is not set up for {command.function.value.lower()}.",
            "function",
        )
    if command.mode is Mode.MANUAL:
        _check_set_point(command.set_point)
    elif command.mode is Mode.AUTOMATIC:
        _check_program(command.program, configuration)
    if command.mode is Mode.BOOST:
        _check_boost(command.end, now)
    elif command.mode is not Mode.AUTOMATIC and command.end is not None and command.end <= now:
        raise _invalid("end_in_past", "The activation time has already passed.", "activationTime")


def _check_set_point(set_point: int | None) -> None:
    if set_point is None:
        raise _invalid("set_point_missing", "Manual mode needs a set-point.", "setPoint")
    if not LOWEST <= set_point <= HIGHEST:
        raise _invalid("set_point_range", "The set-point is from 3 to 40 °C.", "setPoint.value")


def _check_program(number: int | None, configuration: Configuration) -> None:
    if number is None:
        raise _invalid("program_missing", "Automatic mode needs a program.", "programs")
    if configuration.program(number) is None:
        raise _invalid(
            "program_unknown",
            f"This thermostat has no program {number}.",
            "programs[0].number",
        )


def _check_boost(end: int | None, now: int) -> None:
    if end is None:
        raise _invalid("boost_end_missing", "Boost needs an activation time.", "activationTime")
    if end <= now:
        raise _invalid("end_in_past", "The activation time has already passed.", "activationTime")
    if end > now + max(BOOSTS) * MINUTE + BOOST_SLACK:
        raise _invalid(
            "boost_duration", "A boost lasts 30, 60 or 90 minutes from now.", "activationTime"
        )


def _invalid(code: str, detail: str, field: str) -> Problem:
    return Problem(Kind.INVALID, code, detail, field=field)

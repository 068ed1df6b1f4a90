"""Reads what clients in use send to a thermostat. (`contract/smarther.md` 5.1, 14)

The contract has checked members and forms already; here is what words mean. Times are the
thermostat's local time, and so are those that end in ``Z``, for that is what clients who write it
mean; a numeric offset says by itself which instant it is. A boost that gives only its end, in
``Z``, and makes no sense as local time is taken as UTC.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from workswith.devices.schedule import instant_of
from workswith.devices.thermostat import (
    BOOST_SLACK,
    BOOSTS,
    HIGHEST,
    LOWEST,
    Command,
    Function,
    Mode,
)
from workswith.kernel.clock import MINUTE
from workswith.kernel.problem import Kind, Problem

T = TypeVar("T")

_TIME = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})T(?P<time>\d{2}:\d{2}:\d{2})(?:\.(?P<fraction>\d+))?"
    r"(?P<suffix>Z|[-+]\d{2}:?\d{2})?",
    re.ASCII,
)
_FUNCTIONS: Mapping[str, Function] = {each.value: each for each in Function}
_MODES: Mapping[str, Mode] = {each.value: each for each in Mode}
_YEARS = (1970, 9_000)
"""Outside these the arithmetic of time zones may leave what a date can be."""


def command(body: Mapping[str, Any], time_zone: str, now: int) -> Command:
    """What the body of Set Status asks for. Raises `Kind.INVALID`."""
    function = _word(_FUNCTIONS, body, "function")
    mode = _word(_MODES, body, "mode")
    if mode is Mode.AUTOMATIC:
        return Command(function, mode, program=_program(body))
    zone, times = ZoneInfo(time_zone), _times(body.get("activationTime") or "")
    if mode is Mode.BOOST:
        return Command(function, mode, end=_boost_end(times, zone, now))
    return Command(
        function,
        mode,
        set_point=_set_point(body) if mode is Mode.MANUAL else None,
        end=_end(times[-1], zone, now) if times else None,
    )


@dataclass(frozen=True, slots=True)
class _Time:
    """What was written: a time (as if in UTC), its suffix, and the offset in a numeric one."""

    written: datetime
    suffix: str
    offset: tzinfo | None

    def instants(self, zone: ZoneInfo) -> Iterator[int]:
        """The instants that it can mean; two in the hour that clocks have twice."""
        if self.offset is not None:
            yield instant_of(self.written.replace(tzinfo=self.offset))
            return
        for fold in (0, 1):
            yield instant_of(self.written.replace(tzinfo=zone, fold=fold))


def _times(text: str) -> list[_Time]:
    return [_time(half.strip()) for half in text.split("/")] if text.strip() else []


def _time(text: str) -> _Time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise _invalid("activation_time", "activationTime is no time.")
    suffix = found["suffix"] or ""
    numeric = suffix if suffix != "Z" else ""
    try:
        at = datetime.strptime(
            f"{found['day']}T{found['time']}{numeric or 'Z'}", "%Y-%m-%dT%H:%M:%S%z"
        )
    except ValueError:
        raise _invalid("activation_time", "activationTime is no time of any day.") from None
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise _invalid("activation_time", "activationTime is too far away.")
    thousandths = int(((found["fraction"] or "") + "000")[:3])
    written = at.replace(tzinfo=UTC) + timedelta(milliseconds=thousandths)
    return _Time(written, suffix, at.tzinfo if numeric else None)


def _end(time: _Time, zone: ZoneInfo, now: int) -> int:
    """The first instant after now that it can mean, else one that has passed."""
    instants = list(time.instants(zone))
    return next((each for each in instants if each > now), instants[-1])


def _boost_end(times: list[_Time], zone: ZoneInfo, now: int) -> int | None:
    if not times:
        return None
    if len(times) == 1:
        return _lone_boost_end(times[0], zone, now)
    start, end = times
    pairs = [
        (finish, finish - begin) for begin in start.instants(zone) for finish in end.instants(zone)
    ]
    if start.suffix == end.suffix:
        written = round((end.written - start.written) / timedelta(milliseconds=1))
        pairs += [(begin + written, written) for begin in start.instants(zone)]
    fitting = [pair for pair in pairs if round(pair[1] / MINUTE) in BOOSTS]
    if not fitting:
        raise _boost_duration()
    finish, duration = min(fitting, key=lambda pair: abs(pair[0] - pair[1] - now))
    if finish > now + duration + BOOST_SLACK:
        raise _boost_duration()
    return finish


def _lone_boost_end(end: _Time, zone: ZoneInfo, now: int) -> int:
    instants = list(end.instants(zone))
    if end.suffix == "Z":
        instants.append(instant_of(end.written.replace(tzinfo=UTC)))
    for instant in instants:
        if any(abs(instant - now - minutes * MINUTE) <= BOOST_SLACK for minutes in BOOSTS):
            return instant
    if instants[0] <= now:
        return instants[0]  # which the thermostat refuses as past
    raise _boost_duration()


def _set_point(body: Mapping[str, Any]) -> int | None:
    """Tenths of a degree; half a tenth goes up. ``None`` when there is none."""
    given = body.get("setPoint")
    if not given or given.get("value") is None:
        return None
    text = str(given["value"])
    return _usual_tenths(text) if len(text) < 16 else _tenths(text)


def _tenths(text: str) -> int:
    try:
        value = Decimal(text) * 10
    except InvalidOperation:
        raise _invalid("set_point", "The set-point is no number.", "setPoint.value") from None
    if not (value.is_finite() and LOWEST <= value <= HIGHEST):
        raise _invalid("set_point_range", "The set-point is from 3 to 40 °C.", "setPoint.value")
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


_usual_tenths = lru_cache(maxsize=1_024)(_tenths)
"""People set a few dozen numbers."""


def _program(body: Mapping[str, Any]) -> int | None:
    programs = body.get("programs")
    if not programs:
        return None
    number = str(programs[0].get("number")).strip()
    if not (number.isascii() and number.isdigit()):
        raise _invalid("program", "The program's number is no number.", "programs[0].number")
    return int(number)


def _word(words: Mapping[str, T], body: Mapping[str, Any], member: str) -> T:
    word = words.get(str(body.get(member)).upper())
    if word is None:
        allowed = ", ".join(each.lower() for each in words)
        raise _invalid(member, f"{member} is one of {allowed}.", member)
    return word


def _boost_duration() -> Problem:
    return _invalid("boost_duration", "A boost lasts 30, 60 or 90 minutes from now.")


def _invalid(code: str, detail: str, field: str = "activationTime") -> Problem:
    return Problem(Kind.INVALID, code, detail, field=field)

"""How two reports add to the sums of an hour: pure arithmetic on whole numbers."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from workswith.kernel.clock import HOUR

from .kind import Measure
from .simulators.kind import MEMORY

HOLD = 2 * HOUR
"""How long a figure without a counter is taken to stay as it was said."""


class Sums(NamedTuple):
    """Milliseconds covered, value · milliseconds, and the extremes."""

    span: int
    total: int
    low: int
    high: int


class Tally(NamedTuple):
    """The sums of the hour that began at ``hour``, by measure."""

    hour: int
    sums: dict[str, Sums]


NOTHING = Tally(0, {})
"""Before the first figure."""

Hours = dict[int, dict[str, Sums]]


def advance(
    tally: Tally, measures: Iterable[Measure], before: Any, after: Any
) -> tuple[Tally, Hours]:
    """The sums after one more report, and those of the hours that it completed.

    What a counter gained is spread evenly over the time since the report before, at most over the
    last two days; so nothing is lost and nothing counted twice.
    """
    last = after.at - after.at % HOUR
    if tally.hour == last <= before.at < after.at:
        return Tally(last, _within(tally.sums, measures, before, after)), {}
    hours: Hours = {tally.hour: dict(tally.sums)} if tally.sums else {}
    for measure in measures:
        value, now = measure.value(before), measure.value(after)
        since, until = before.at, after.at
        if measure.total is None:
            until = min(until, since + HOLD)
            total = value * (until - since)
        else:
            total = _gained(measure.total(before), measure.total(after))
            since = max(since, until - MEMORY)
        _spread(hours, measure.name, since, until, total=total, value=value)
        _put(hours, last, measure.name, Sums(0, 0, now, now))
    return Tally(last, hours.pop(last, {})), hours


def _within(
    running: Mapping[str, Sums], measures: Iterable[Measure], before: Any, after: Any
) -> dict[str, Sums]:
    """The same for two reports of the hour that is running, which is the usual case."""
    found, span = dict(running), after.at - before.at
    for measure in measures:
        value, now = measure.value(before), measure.value(after)
        if measure.total is None:
            total = value * span
        else:
            total = _gained(measure.total(before), measure.total(after))
        low, high = (value, now) if value < now else (now, value)
        had = found.get(measure.name)
        # `merge`, which would cost as much as all the rest of this.
        found[measure.name] = (
            Sums(span, total, low, high)
            if had is None
            else Sums(
                had[0] + span,
                had[1] + total,
                min(had[2], low),
                max(had[3], high),
            )
        )
    return found


def _gained(before: int, after: int) -> int:
    """What a counter gained; if it was reset, what it shows is what it gained."""
    return after - before if after >= before else after


def merge(one: Sums | None, other: Sums) -> Sums:
    if one is None:
        return other
    return Sums(
        one.span + other.span,
        one.total + other.total,
        min(one.low, other.low),
        max(one.high, other.high),
    )


def _spread(hours: Hours, name: str, since: int, until: int, *, total: int, value: int) -> None:
    """Cuts a stretch of time at the full hours; the parts add up to ``total`` exactly."""
    whole, given, at = until - since, 0, since
    while at < until:
        hour = at - at % HOUR
        end = min(hour + HOUR, until)
        share = total * (end - since) // whole
        _put(hours, hour, name, Sums(end - at, share - given, value, value))
        given, at = share, end


def _put(hours: Hours, hour: int, name: str, sums: Sums) -> None:
    measures = hours.setdefault(hour, {})
    measures[name] = merge(measures.get(name), sums)

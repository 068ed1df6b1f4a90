"""Power that changes in steps: what it adds up to, and which of its steps are worth a report."""

from collections.abc import Callable

from .kind import Pace

Curve = Callable[[int], tuple[int, int]]
"""At an instant: the watts, and until when they stay."""


def energy(curve: Curve, since: int, until: int) -> int:
    """The millijoules of that time; exact, for watts times milliseconds are whole."""
    total = 0
    while since < until:
        watts, change = curve(since)
        change = min(change, until)
        total += watts * (change - since)
        since = change
    return total


def next_report(curve: Curve, said: int, said_at: int, at: int, pace: Pace) -> int:
    """When the power has to be told again, if ``said`` watts were told at ``said_at``.

    Not before ``at``, nor sooner after the last report than the pace allows; then at the first
    step that reaches the pace's; at the next heartbeat at the latest.
    """
    due = max(at, said_at + pace.power)
    last = max(at, said_at + pace.heartbeat)
    while due < last:
        watts, change = curve(due)
        if abs(watts - said) >= pace.power_step:
            return due
        due = change
    return last

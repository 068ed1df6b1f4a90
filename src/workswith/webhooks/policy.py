"""The delivery policy as a pure state machine: values in, decisions out.

What counts as delivered, when a failed attempt is tried again, when an event is given up, and when
an endpoint is banned. The numbers stand in `Rules`. [C2C-3 C2C-4, contract §8.5]

    waiting --2xx in time--> delivered
       |  ^--- retry ---- failed --no delay left--> exhausted
       +--24 h after the event--> expired
       +--unsubscribed, consent ended--> cancelled

A `Lane` is the memory of one endpoint. Attempts of one lane are counted one after the other.
"""

from dataclasses import dataclass, replace
from enum import Enum

from workswith.kernel.clock import HOUR, MINUTE, SECOND

from .settings import Rules

_USUAL = (10, 600)
"""Seconds, where the rules have no delays."""
_EVENT_GRID_TAIL = (30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)


@dataclass(frozen=True, slots=True)
class Lane:
    """What is known of an endpoint: failures on its counter, successes in a row, instants in ms."""

    failures: int = 0
    successes: int = 0
    failed_at: int | None = None
    ban_until: int | None = None


class Start(Enum):
    """What to do with a delivery now."""

    SEND = "send"
    HOLD = "hold"
    EXPIRE = "expire"


def succeeded(status: int | None) -> bool:
    """Whether an answer that came in time is a success; redirects are failures."""
    return status is not None and 200 <= status < 300


def banned(lane: Lane, now: int) -> bool:
    """Whether nothing may be sent, and what changes is lost. The end itself is outside the ban."""
    return lane.ban_until is not None and now < lane.ban_until


def expires_at(rules: Rules, event_at: int) -> int:
    return event_at + rules.expire_hours * HOUR


def start(lane: Lane, due_at: int, expires: int, now: int) -> Start:
    """What to do at ``now`` with a delivery that is due at ``due_at``."""
    if now >= expires:
        return Start.EXPIRE
    if now < due_at or (lane.ban_until is not None and now < lane.ban_until):
        return Start.HOLD
    return Start.SEND


def rested(rules: Rules, lane: Lane, now: int) -> Lane:
    """The lane as it counts at ``now``: a clean day clears the counter."""
    clean = rules.reset_after_clean_hours * HOUR
    if clean and lane.failed_at is not None and now - lane.failed_at >= clean:
        return replace(lane, failures=0, failed_at=None)
    return lane


def counted(rules: Rules, lane: Lane, *, success: bool, now: int) -> Lane:
    """The lane after an attempt that ended at ``now``. Every attempt counts, retries too."""
    lane = rested(rules, lane, now)
    if success:
        successes = lane.successes + 1
        if rules.reset_after_successes and successes >= rules.reset_after_successes:
            return replace(lane, failures=0, successes=0)
        return Lane(lane.failures, successes, lane.failed_at, lane.ban_until)
    failures = lane.failures + 1
    until = lane.ban_until
    if failures % rules.failures_per_set == 0:
        # An attempt that was under way when a ban began may add the next set: never shorten.
        until = max(until or 0, now + ban_length(rules, failures))
    return Lane(failures, 0, now, until)


def ban_length(rules: Rules, failures: int) -> int:
    """Milliseconds of the ban that this many failures bring: 200 make 10 minutes."""
    sets = failures // rules.failures_per_set
    return min(sets * rules.ban_minutes, rules.ban_max_minutes) * MINUTE


def retry_at(
    rules: Rules, attempts: int, failed_at: int, expires: int, jitter: float = 0.0
) -> int | None:
    """When to try again after ``attempts`` attempts, or ``None``: exhausted.

    Counted from the failure; ``jitter`` in 0 … 1 only ever makes it later. An event that expires
    first is due at its expiry, where `start` ends it.
    """
    delay = _delay(rules, attempts)
    if delay is None:
        return None
    return min(failed_at + delay + int(delay * jitter * rules.jitter_percent / 100), expires)


def spared_at(rules: Rules, failed_at: int, expires: int) -> int:
    """When to try again what failed by a fault of ours: that uses none of the schedule up.

    After as long as it has been waiting, within the shortest and the longest of the delays.
    """
    delays = rules.delays or _USUAL
    waited = failed_at - (expires - rules.expire_hours * HOUR)
    delay = min(max(waited, min(delays) * SECOND), max(delays) * SECOND)
    return min(failed_at + delay, expires)


def lane_due(lane: Lane, earliest: int | None) -> int | None:
    """When the lane has to be looked at: its earliest delivery, but not inside a ban."""
    return None if earliest is None else max(earliest, lane.ban_until or 0)


def _delay(rules: Rules, attempts: int) -> int | None:
    scheduled = len(rules.delays)
    if attempts <= scheduled:
        return rules.delays[attempts - 1] * SECOND
    if rules.after_schedule == "repeat_last" and scheduled:
        return rules.delays[-1] * SECOND
    if rules.after_schedule == "event_grid":
        beyond = attempts - scheduled - 1
        return _EVENT_GRID_TAIL[min(beyond, len(_EVENT_GRID_TAIL) - 1)]
    return None

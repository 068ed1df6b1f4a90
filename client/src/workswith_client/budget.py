"""The calls of a day: counted before they are sent, by all programs of a person together.

The cloud counts 500 calls a day for each person (and product), failed ones included, from 00:00 UTC.
A call is written down before it leaves, so that no crash makes it free. Near midnight, where two
clocks may disagree about the day, it counts for both days. [contract §9.4; platform.md A1]
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from .errors import BudgetSpent, QuotaSpent, StoreError
from .flow import Flow, blocking, wait
from .locks import Release, acquire
from .store import Store
from .wire import Response

DAY = 86_400
SKEW_SECONDS = 5.0
LOCK_SECONDS = 30
_USUAL_PAUSE = 3600
_LEFT = re.compile(r'"day";\s*r=(\d+)')
_LIMIT = re.compile(r'"day";\s*q=(\d+)')
_IN = re.compile(r"replenished in (?:(\d+)\.)?(\d+):(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Budget:
    """What of the day may be spent, and how.

    ``kept_for_commands`` are calls that only commands may use, so that polling never takes the last
    ones. ``pace`` ``even`` spreads reading over the day, beginning with ``burst`` calls at once;
    commands are not paced. ``when_spent`` ``wait`` holds a call up until it may go, ``refuse`` raises
    `BudgetSpent`. ``reset_minutes`` is when the day begins, after 00:00 UTC.
    """

    per_day: int = 500
    kept_for_commands: int = 20
    when_spent: Literal["refuse", "wait"] = "refuse"
    pace: Literal["off", "even"] = "off"
    burst: int = 50
    reset_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """What is written down; instants in seconds since 1970 UTC, days counted from there."""

    spent: Mapping[int, int] = field(default_factory=dict)
    closed_until: float = 0.0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """``ends_at``: when the calls run out at the day's pace so far, ``None`` if they last."""

    per_day: int
    spent: int
    left: int
    resets_at: float
    per_hour: float
    ends_at: float | None


class Refusal(NamedTuple):
    until: float
    by_cloud: bool
    why: str


def decide(budget: Budget, count: Count, now: float, *, command: bool) -> Count | Refusal:
    """The count with one more call, or why and until when not."""
    if now < count.closed_until:
        return Refusal(count.closed_until, by_cloud=True, why="The cloud has said that")
    days = _days(budget, now)
    limit = _limit(budget, count)
    spent = max(count.spent.get(day, 0) for day in days)
    if spent >= (limit if command else limit - budget.kept_for_commands):
        end = (days[-1] + 1) * DAY + budget.reset_minutes * 60 + SKEW_SECONDS
        return Refusal(end, by_cloud=False, why="By the budget")
    if budget.pace == "even" and not command:
        begun = days[0] * DAY + budget.reset_minutes * 60
        early = (spent - budget.burst + 1) * DAY / limit
        if now < begun + early:
            return Refusal(begun + early, by_cloud=False, why="By the pace")
    kept = {day: count.spent.get(day, 0) for day in count.spent if day >= days[0] - 1}
    return replace(count, spent={**kept, **{day: count.spent.get(day, 0) + 1 for day in days}})


def learned(budget: Budget, count: Count, response: Response, now: float) -> Count:
    """What an answer tells about the day: by its headers, where the cloud sends them."""
    left = _LEFT.search(response.headers.get("ratelimit", ""))
    limit = _LIMIT.search(response.headers.get("ratelimit-policy", ""))
    if limit is not None:
        count = replace(count, limit=int(limit[1]))
    if left is not None:
        day = _days(budget, now)[-1]
        spent = max(count.spent.get(day, 0), _limit(budget, count) - int(left[1]))
        count = replace(count, spent={**count.spent, day: spent})
    return count


def closed(count: Count, response: Response, now: float) -> Count:
    """After the cloud has said that the day is spent."""
    seconds = response.retry_after
    if seconds is None:
        said = _IN.search(response.body.decode("utf-8", "replace"))
        seconds = _USUAL_PAUSE
        if said is not None:
            days, hours, minutes, rest = (int(part or 0) for part in said.groups())
            seconds = days * DAY + hours * 3600 + minutes * 60 + rest
    return replace(count, closed_until=max(count.closed_until, now + seconds))


def forecast(budget: Budget, count: Count, now: float) -> Forecast:
    day = _days(budget, now)[-1]
    begun = day * DAY + budget.reset_minutes * 60
    limit, spent = _limit(budget, count), count.spent.get(day, 0)
    per_hour = spent / max((now - begun) / 3600, 1 / 60)
    left = max(0, limit - spent)
    resets_at = float(begun + DAY)
    if now < count.closed_until:
        left, ends = 0, now
    else:
        ends = now + left / per_hour * 3600 if per_hour else resets_at
    return Forecast(limit, spent, left, resets_at, per_hour, ends if ends < resets_at else None)


class Spending:
    """The count in a store, shared by everyone who uses it."""

    def __init__(self, budget: Budget, store: Store, now: Callable[[], float]) -> None:
        self.budget = budget
        self._store = store
        self._now = now

    def spend(self, *, command: bool) -> Flow[float]:
        """Writes one call down, and says when that was. Waits, or raises `QuotaError`."""
        while True:
            release = yield from self._lock()
            try:
                now = self._now()
                decided = decide(self.budget, (yield from self._load()), now, command=command)
                if isinstance(decided, Count):
                    yield from self._save(decided)
                    return now
            finally:
                release()
            if self.budget.when_spent == "refuse":
                raise _error(decided)
            yield from wait(min(max(decided.until - now, 0.05), 60.0))

    def give_back(self, at: float) -> Flow[None]:
        """A call that never left."""
        release = yield from self._lock()
        try:
            count = yield from self._load()
            days = _days(self.budget, at)
            spent = {day: n - (day in days and n > 0) for day, n in count.spent.items()}
            yield from self._save(replace(count, spent=spent))
        finally:
            release()

    def learn(self, response: Response) -> Flow[None]:
        if "ratelimit" not in response.headers:
            return
        release = yield from self._lock()
        try:
            count = yield from self._load()
            yield from self._save(learned(self.budget, count, response, self._now()))
        finally:
            release()

    def close(self, response: Response) -> Flow[QuotaSpent]:
        """After a refusal by the cloud: nobody calls before it says."""
        release = yield from self._lock()
        try:
            count = closed((yield from self._load()), response, self._now())
            yield from self._save(count)
        finally:
            release()
        return spent(count)

    def forecast(self) -> Flow[Forecast]:
        return forecast(self.budget, (yield from self._load()), self._now())

    def _lock(self) -> Flow[Release]:
        return (yield from acquire(lambda: self._store.try_lock("calls"), LOCK_SECONDS))

    def _load(self) -> Flow[Count]:
        return parsed((yield from blocking(lambda: self._store.read("calls"))))

    def _save(self, count: Count) -> Flow[None]:
        members = {
            "spent": {str(day): spent for day, spent in count.spent.items()},
            "closed_until": count.closed_until,
            "limit": count.limit,
        }
        yield from blocking(lambda: self._store.write("calls", json.dumps(members)))


def spent(count: Count) -> QuotaSpent:
    """What is told of a day that the cloud has closed."""
    return QuotaSpent("The cloud says that the calls of the day are spent.", count.closed_until)


def parsed(text: str | None) -> Count:
    """Raises `StoreError` for what is no count."""
    if text is None:
        return Count()
    try:
        members = json.loads(text)
        spent = {int(day): int(n) for day, n in members["spent"].items()}
        limit = members.get("limit")
        until = float(members.get("closed_until", 0))
        return Count(spent, until, None if limit is None else int(limit))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError("What is kept is no count of calls; remove it.") from error


def _error(refusal: Refusal) -> BudgetSpent | QuotaSpent:
    kind = QuotaSpent if refusal.by_cloud else BudgetSpent
    return kind(f"{refusal.why} no call may be made now.", refusal.until)


def _limit(budget: Budget, count: Count) -> int:
    return budget.per_day if count.limit is None else min(budget.per_day, count.limit)


def _days(budget: Budget, now: float) -> tuple[int, ...]:
    """One day, or both where clocks may disagree."""
    since = now - budget.reset_minutes * 60
    first, last = int((since - SKEW_SECONDS) // DAY), int((since + SKEW_SECONDS) // DAY)
    return (first,) if first == last else (first, last)

"""How often what was called, by whom, and how it ended: one row for each hour. [PRD-5]

Counted in memory as calls end and written a few times a minute, so that a call costs no write; a
crash loses the counts of at most `FLUSH_EVERY`. This is for people: what the quota needs is counted
by `quota`, exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from workswith.kernel.clock import DAY, HOUR, SECOND
from workswith.kernel.database import Database, Reads, Tx, query, statement

from .settings import Settings

FLUSH_EVERY = 10 * SECOND
MOST_ROWS = 20_000
"""More rows than this in one flush are kept without end-user and application."""
LISTED = 1_000


class Call(Protocol):
    """A finished call, as the gateway records it: ``at`` in ms, the rest of the time in µs."""

    @property
    def at(self) -> int: ...
    @property
    def subscription_id(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def api(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def checks_us(self) -> int: ...
    @property
    def handling_us(self) -> int: ...


Row = tuple[int, str, str, str, str, str, int]
"""Hour (ms), subscription, application, end-user, API, operation, status."""


@dataclass(frozen=True, slots=True)
class Hour:
    """``at`` is its beginning in ms; ``refused`` are the answers from 400 on."""

    at: int
    calls: int
    refused: int


@dataclass(frozen=True, slots=True)
class Line:
    """Calls of one kind; ``name`` is what was asked for: an operation, an application, …

    ``checks_us`` and ``handling_us`` are means in microseconds.
    """

    name: str
    status: int
    calls: int
    checks_us: int
    handling_us: int


_ADD = statement(
    "INSERT INTO usage_hours (hour, subscription_id, client_id, end_user_id, api, operation, "
    "status, calls, checks_us, handling_us) VALUES (:hour, :subscription_id, :client_id, "
    ":end_user_id, :api, :operation, :status, :calls, :checks_us, :handling_us) "
    "ON CONFLICT (hour, subscription_id, client_id, end_user_id, api, operation, status) "
    "DO UPDATE SET calls = usage_hours.calls + excluded.calls, "
    "checks_us = usage_hours.checks_us + excluded.checks_us, "
    "handling_us = usage_hours.handling_us + excluded.handling_us"
)
_PURGE = statement("DELETE FROM usage_hours WHERE hour < :oldest")
_OF_OWNER = (
    "FROM usage_hours u JOIN subscriptions s ON s.id = u.subscription_id "
    "WHERE s.account_id = :owner_id AND u.hour >= :since AND u.hour < :until "
    "AND (:subscription_id = '' OR u.subscription_id = :subscription_id) "
)
_HOURS = query(
    Hour,
    "SELECT u.hour, CAST(SUM(u.calls) AS BIGINT), "
    "CAST(SUM(CASE WHEN u.status >= 400 THEN u.calls ELSE 0 END) AS BIGINT) "
    f"{_OF_OWNER} GROUP BY u.hour ORDER BY u.hour",
)
_SUMS = (
    "CAST(SUM(u.calls) AS BIGINT), CAST(SUM(u.checks_us) / SUM(u.calls) AS BIGINT), "
    "CAST(SUM(u.handling_us) / SUM(u.calls) AS BIGINT)"
)
_NAMES = {
    "operation": "u.api || '/' || u.operation",
    "application": "u.client_id",
    "end_user": "u.end_user_id",
    "subscription": "u.subscription_id",
}
_LINES = {
    by: query(
        Line,
        f"SELECT {name}, u.status, {_SUMS} {_OF_OWNER} "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :limit",
    )
    for by, name in _NAMES.items()
}
_OF_END_USER = query(
    Line,
    f"SELECT u.client_id, u.status, {_SUMS} FROM usage_hours u "
    "WHERE u.end_user_id = :end_user_id AND u.hour >= :since AND u.hour < :until "
    "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :limit",
)


class Usage:
    """`note` for the gateway; the work ``usage`` writes it down and removes what is old."""

    name = "usage"

    def __init__(self, database: Database, settings: Settings | None = None) -> None:
        self._database = database
        self._days_kept = (settings or Settings()).usage_days_kept
        self._counts: dict[Row, list[int]] = {}
        self._flushed_at = 0
        self._purged_day = -1

    def note(self, call: Call) -> None:
        """Counts a finished call; neither waits nor fails."""
        row = (
            call.at - call.at % HOUR,
            call.subscription_id,
            call.client_id,
            call.account_id,
            call.api,
            call.operation,
            call.status,
        )
        counts = self._counts.get(row)
        if counts is None:
            counts = self._begin(row)
        counts[0] += 1
        counts[1] += call.checks_us
        counts[2] += call.handling_us

    async def turn(self, now: int) -> int | None:
        if now >= self._flushed_at + FLUSH_EVERY:
            self._flushed_at = now
            await self.flush()
        if now // DAY != self._purged_day:
            oldest = now - self._days_kept * DAY
            await self._database.write(lambda tx: tx.run(_PURGE, oldest=oldest))
            self._purged_day = now // DAY
        return None

    async def settle(self) -> bool:
        await self.flush()
        return False

    async def flush(self) -> None:
        """Writes what was counted, in one transaction; what cannot be written is kept."""
        counted, self._counts = self._counts, {}
        if not counted:
            return
        try:
            await self._database.write(_add, sorted(counted.items()))
        except BaseException:
            for row, numbers in counted.items():
                later = self._counts.setdefault(row, [0, 0, 0])
                later[:] = [one + other for one, other in zip(later, numbers, strict=True)]
            raise

    def _begin(self, row: Row) -> list[int]:
        if len(self._counts) >= MOST_ROWS:
            hour, subscription_id, _, _, api, operation, status = row
            row = (hour, subscription_id, "", "", api, operation, status)
        return self._counts.setdefault(row, [0, 0, 0])


async def _add(tx: Tx, counted: Iterable[tuple[Row, list[int]]]) -> None:
    names = "hour", "subscription_id", "client_id", "end_user_id", "api", "operation", "status"
    sums = "calls", "checks_us", "handling_us"
    rows = [
        {**dict(zip(names, row, strict=True)), **dict(zip(sums, numbers, strict=True))}
        for row, numbers in counted
    ]
    await tx.run_many(_ADD, rows)


async def hours(
    reads: Reads, owner_id: str, *, since: int, until: int, subscription_id: str = ""
) -> list[Hour]:
    """Calls with the keys of this developer, hour by hour; hours without calls are left out.

    ``since`` and ``until`` in ms, the latter excluded.
    """
    return await reads.all(
        _HOURS, owner_id=owner_id, since=since, until=until, subscription_id=subscription_id
    )


async def lines(
    reads: Reads,
    owner_id: str,
    by: str,
    *,
    since: int,
    until: int,
    subscription_id: str = "",
    limit: int = LISTED,
) -> list[Line]:
    """The same calls by ``operation``, ``application``, ``end_user`` or ``subscription``, each with
    its statuses, the most frequent first.
    """
    return await reads.all(
        _LINES[by],
        owner_id=owner_id,
        since=since,
        until=until,
        subscription_id=subscription_id,
        limit=limit,
    )


async def of_end_user(
    reads: Reads, end_user_id: str, *, since: int, until: int, limit: int = LISTED
) -> list[Line]:
    """What applications have called in this person's name; ``name`` is the application."""
    return await reads.all(
        _OF_END_USER, end_user_id=end_user_id, since=since, until=until, limit=limit
    )

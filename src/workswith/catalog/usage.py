"""How often what was called, by whom, and how it ended: one row for each hour. [PRD-5]

Counted in memory as calls end and written a few times a minute, so that a call costs no write; a
crash loses the counts of at most `FLUSH_EVERY`. This is for people: what the quota needs is counted
by `quota`, exactly.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from workswith.kernel.clock import DAY, HOUR, SECOND
from workswith.kernel.database import Database, Tx, statement

from .latency import BUCKETS, bucket
from .settings import Settings

FLUSH_EVERY = 10 * SECOND
MOST_ROWS = 20_000
"""More rows than this in one flush are kept without end-user and application."""
_SUMS = 3
"""Calls and both times stand before the buckets of a row's numbers."""


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


_ADD = statement(
    "INSERT INTO usage_hours (hour, subscription_id, client_id, end_user_id, api, operation, "
    "status, calls, checks_us, handling_us) VALUES (:hour, :subscription_id, :client_id, "
    ":end_user_id, :api, :operation, :status, :calls, :checks_us, :handling_us) "
    "ON CONFLICT (hour, subscription_id, client_id, end_user_id, api, operation, status) "
    "DO UPDATE SET calls = usage_hours.calls + excluded.calls, "
    "checks_us = usage_hours.checks_us + excluded.checks_us, "
    "handling_us = usage_hours.handling_us + excluded.handling_us"
)
_ADD_LATENCY = statement(
    "INSERT INTO usage_latencies (hour, subscription_id, api, operation, bucket, calls) "
    "VALUES (:hour, :subscription_id, :api, :operation, :bucket, :calls) "
    "ON CONFLICT (hour, subscription_id, api, operation, bucket) "
    "DO UPDATE SET calls = usage_latencies.calls + excluded.calls"
)
_PURGE = statement("DELETE FROM usage_hours WHERE hour < :oldest")
_PURGE_LATENCIES = statement("DELETE FROM usage_latencies WHERE hour < :oldest")


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
        counts[_SUMS + bucket(call.checks_us + call.handling_us)] += 1

    async def turn(self, now: int) -> int | None:
        if now >= self._flushed_at + FLUSH_EVERY:
            self._flushed_at = now
            await self.flush()
        if now // DAY != self._purged_day:
            oldest = now - self._days_kept * DAY
            await self._database.write(_purge, oldest)
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
                later = self._counts.setdefault(row, _nothing())
                later[:] = [one + other for one, other in zip(later, numbers, strict=True)]
            raise

    def _begin(self, row: Row) -> list[int]:
        if len(self._counts) >= MOST_ROWS:
            hour, subscription_id, _, _, api, operation, status = row
            row = (hour, subscription_id, "", "", api, operation, status)
        return self._counts.setdefault(row, _nothing())


def _nothing() -> list[int]:
    return [0] * (_SUMS + BUCKETS)


async def _add(tx: Tx, counted: Iterable[tuple[Row, list[int]]]) -> None:
    names = "hour", "subscription_id", "client_id", "end_user_id", "api", "operation", "status"
    sums = "calls", "checks_us", "handling_us"
    latencies: Counter[tuple[int, str, str, str, int]] = Counter()
    rows = []
    for row, numbers in counted:
        rows.append(
            {**dict(zip(names, row, strict=True)), **dict(zip(sums, numbers, strict=False))}
        )
        hour, subscription_id, _, _, api, operation, _ = row
        for index, calls in enumerate(numbers[_SUMS:]):
            if calls:
                latencies[hour, subscription_id, api, operation, index] += calls
    await tx.run_many(_ADD, rows)
    places = "hour", "subscription_id", "api", "operation", "bucket"
    await tx.run_many(
        _ADD_LATENCY,
        [
            {**dict(zip(places, place, strict=True)), "calls": calls}
            for place, calls in sorted(latencies.items())
        ],
    )


async def _purge(tx: Tx, oldest: int) -> None:
    await tx.run(_PURGE, oldest=oldest)
    await tx.run(_PURGE_LATENCIES, oldest=oldest)

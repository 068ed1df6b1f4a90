"""What was counted, as people ask for it: by time, by what, and how long it took. [PRD-5]

Every question names the owner of the keys first; what was called with others' keys is not told.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from workswith.kernel.clock import HOUR
from workswith.kernel.database import Reads, query

K = TypeVar("K")

LISTED = 1_000
EXPORTED = 100_000
"""So many lines a file has at most."""


class Calls(NamedTuple):
    """Those with the keys of ``owner_id``, of one subscription or of all.

    ``since`` and ``until`` in ms, the latter excluded.
    """

    owner_id: str
    since: int
    until: int
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class Period:
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


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls in the name of one end-user, with all keys that share this end-user's quota."""

    product_id: str
    product_name: str
    end_user_id: str
    calls: int
    daily_quota: int


@dataclass(frozen=True, slots=True)
class Counted:
    """One stored row: an hour (ms), what was called by whom, sums of µs."""

    hour: int
    subscription_id: str
    client_id: str
    end_user_id: str
    api: str
    operation: str
    status: int
    calls: int
    checks_us: int
    handling_us: int


_WHOSE = (
    "JOIN subscriptions s ON s.id = u.subscription_id "
    "WHERE s.account_id = :owner_id AND u.hour >= :since AND u.hour < :until "
    "AND (:subscription_id = '' OR u.subscription_id = :subscription_id) "
)
_OF_OWNER = f"FROM usage_hours u {_WHOSE}"
_PERIODS = query(
    Period,
    "SELECT u.hour - u.hour % CAST(:span AS BIGINT), CAST(SUM(u.calls) AS BIGINT), "
    "CAST(SUM(CASE WHEN u.status >= 400 THEN u.calls ELSE 0 END) AS BIGINT) "
    f"{_OF_OWNER} GROUP BY 1 ORDER BY 1",
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
_SPENT = query(
    Spent,
    "SELECT p.id, p.name, u.end_user_id, CAST(SUM(u.calls) AS BIGINT), "
    "MAX(COALESCE(s.daily_quota, p.daily_quota)) "
    "FROM usage_hours u JOIN subscriptions s ON s.id = u.subscription_id "
    "JOIN products p ON p.id = s.product_id "
    "WHERE s.account_id = :owner_id AND u.hour >= :since AND u.hour < :until "
    "AND (:product_id = '' OR p.id = :product_id) AND u.end_user_id <> '' "
    "GROUP BY p.id, p.name, u.end_user_id ORDER BY 4 DESC, 1, 3 LIMIT :limit OFFSET :offset",
)
_EXPORT = query(
    Counted,
    "SELECT u.hour, u.subscription_id, u.client_id, u.end_user_id, u.api, u.operation, u.status, "
    f"u.calls, u.checks_us, u.handling_us {_OF_OWNER} "
    "ORDER BY u.hour, u.subscription_id, u.client_id, u.end_user_id, u.api, u.operation, u.status "
    "LIMIT :limit",
)
_LATENCIES = query(
    lambda name, index, calls: (name, index, calls),
    "SELECT u.api || '/' || u.operation, u.bucket, CAST(SUM(u.calls) AS BIGINT) "
    f"FROM usage_latencies u {_WHOSE} GROUP BY 1, 2",
)
_LATENCY_PERIODS = query(
    lambda at, index, calls: (at, index, calls),
    "SELECT u.hour - u.hour % CAST(:span AS BIGINT), u.bucket, CAST(SUM(u.calls) AS BIGINT) "
    f"FROM usage_latencies u {_WHOSE} GROUP BY 1, 2",
)


async def periods(reads: Reads, of: Calls, *, span: int = HOUR) -> list[Period]:
    """By spans of ms; those without calls are left out. ``span`` is a multiple of an hour."""
    return await reads.all(_PERIODS, **of._asdict(), span=span)


async def lines(reads: Reads, of: Calls, by: str, *, limit: int = LISTED) -> list[Line]:
    """By ``operation``, ``application``, ``end_user`` or ``subscription``, each with its statuses,
    the most frequent first.
    """
    return await reads.all(_LINES[by], **of._asdict(), limit=limit)


async def spent(
    reads: Reads,
    owner_id: str,
    *,
    since: int,
    until: int,
    product_id: str = "",
    limit: int = LISTED,
    offset: int = 0,
) -> list[Spent]:
    """By product and end-user, most first; calls without an end-user have no quota.

    Only what was called with this owner's keys: an end-user's quota is shared with other keys.
    """
    return await reads.all(
        _SPENT,
        owner_id=owner_id,
        since=since,
        until=until,
        product_id=product_id,
        limit=limit,
        offset=offset,
    )


async def export(reads: Reads, of: Calls, *, limit: int = EXPORTED) -> list[Counted]:
    """Every stored row, the oldest first."""
    return await reads.all(_EXPORT, **of._asdict(), limit=limit)


async def latencies(reads: Reads, of: Calls) -> dict[str, dict[int, int]]:
    """How many by operation and bucket of `latency`."""
    return _nested(await reads.all(_LATENCIES, **of._asdict()))


async def latency_periods(
    reads: Reads, of: Calls, *, span: int = HOUR
) -> dict[int, dict[int, int]]:
    """How many by span, as `periods` has them, and bucket of `latency`."""
    return _nested(await reads.all(_LATENCY_PERIODS, **of._asdict(), span=span))


def _nested(rows: Iterable[tuple[K, int, int]]) -> dict[K, dict[int, int]]:
    found: dict[K, dict[int, int]] = defaultdict(dict)
    for key, index, calls in rows:
        found[key][index] = calls
    return dict(found)

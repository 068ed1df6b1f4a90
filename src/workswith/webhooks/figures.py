"""What the operator looks at: queues, lag, rates, the hosts that fail most, who serves. [C2C-6]"""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Reads, keys, query
from workswith.kernel.exposition import Metric, by, gauge

from . import logbook
from .shards import SHARDS

TOP = 10


@dataclass(frozen=True, slots=True)
class Host:
    """``attempts`` of the window and how many of them ``failed``."""

    name: str
    attempts: int
    failed: int


@dataclass(frozen=True, slots=True)
class Owner:
    """A worker: its name, how many shards of endpoints it serves, and until when it holds them."""

    name: str
    shards: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Figures:
    """``endpoints`` are those with a subscription.

    ``lag_ms`` is how long the longest due delivery has been waiting for its turn. ``answer_ms`` is
    the mean of those that were well, 0 without any. It, ``per_minute`` and ``failed_per_minute``
    are of the window that was asked for.
    """

    endpoints: int
    banned: int
    waiting: int
    due: int
    lag_ms: int
    unrelayed: int
    per_minute: float
    failed_per_minute: float
    answer_ms: float
    failing_hosts: tuple[Host, ...]
    owners: tuple[Owner, ...]


# An endpoint outlives its subscriptions, as what was sent to it does.
_ENDPOINTS = query(
    lambda total, banned: (total, banned or 0),
    "SELECT count(*), sum(CASE WHEN ban_until > :now THEN 1 ELSE 0 END) FROM webhook_endpoint "
    "WHERE id IN (SELECT endpoint_id FROM webhook_subscription)",
)
# What waits for the end of a ban does not lag.
_QUEUE = query(
    lambda waiting, due, first: (waiting, due or 0, first),
    "SELECT count(*), sum(CASE WHEN ready THEN 1 ELSE 0 END), "
    "min(CASE WHEN ready THEN due_at END) FROM (SELECT d.due_at, d.due_at <= :now "
    "AND (e.ban_until IS NULL OR e.ban_until <= :now) AS ready FROM webhook_delivery d "
    "JOIN webhook_endpoint e ON e.id = d.endpoint_id WHERE d.due_at IS NOT NULL) AS queue",
)
_UNRELAYED = query(int, "SELECT count(*) FROM event_queue")
_URLS = query(
    lambda id_, url: (id_, url),
    "SELECT id, url FROM webhook_endpoint WHERE id IN (SELECT key FROM json_each(:ids))",
)


_OWNERS = query(
    Owner,
    f"SELECT owner, count(*), min(expires_at) FROM webhook_shard WHERE shard < {SHARDS} "
    "AND owner <> '' AND expires_at > :now GROUP BY owner ORDER BY owner",
)


async def figures(reads: Reads, now: int, *, window: int = 15 * MINUTE) -> Figures:
    """As of ``now``; rates over the ``window`` in ms before it."""
    endpoints, banned = await reads.one(_ENDPOINTS, now=now) or (0, 0)
    waiting, due, first = await reads.one(_QUEUE, now=now) or (0, 0, None)
    attempts: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    spent = 0.0
    tallies = await logbook.tallies(reads, now - window)
    for endpoint_id, url in await reads.all(_URLS, ids=keys(tallies)):
        host, tally = urlsplit(url).netloc, tallies[endpoint_id]
        attempts[host] += tally.attempts
        failed[host] += tally.failed
        spent += tally.answer_ms
    minutes = window / MINUTE
    every = attempts.total()
    return Figures(
        endpoints=endpoints,
        banned=banned,
        waiting=waiting,
        due=due,
        lag_ms=0 if first is None else now - first,
        unrelayed=await reads.one(_UNRELAYED) or 0,
        per_minute=every / minutes,
        failed_per_minute=failed.total() / minutes,
        answer_ms=spent / good if (good := every - failed.total()) else 0.0,
        failing_hosts=tuple(
            Host(host, attempts[host], bad) for host, bad in failed.most_common(TOP) if bad
        ),
        owners=tuple(await reads.all(_OWNERS, now=now)),
    )


_GAUGES = (
    ("endpoints", "Endpoints."),
    ("banned", "Endpoints that are banned."),
    ("waiting", "Deliveries that wait for their turn, a retry or the end of a ban."),
    ("due", "Deliveries that are due."),
    ("lag_ms", "Milliseconds that the longest due delivery has been waiting."),
    ("unrelayed", "Events that nobody has fetched yet."),
    ("per_minute", "Attempts a minute, over the last quarter of an hour."),
    ("failed_per_minute", "Failed attempts a minute, over the last quarter of an hour."),
    ("answer_ms", "Mean milliseconds to a good answer, over the last quarter of an hour."),
)


def metrics(found: Figures) -> list[Metric]:
    """The same for Prometheus."""
    shards = {owner.name[:8]: owner.shards for owner in found.owners}
    return [
        *(gauge(f"webhook_{name}", help_, getattr(found, name)) for name, help_ in _GAUGES),
        Metric("webhook_shards", "gauge", "Shards of endpoints, by worker.", by("worker", shards)),
    ]

"""Calls of today for Prometheus, from the rows that the usage page reads as well. [PRD-5 OPR]

They are counters that begin anew at 00:00 UTC, so that a question costs a day's rows, not a year's.
"""

from workswith.kernel.clock import DAY
from workswith.kernel.database import Reads, query
from workswith.kernel.exposition import Metric, Value

from .latency import EDGES_US
from .usage import FLUSH_EVERY

_CALLS = query(
    lambda api, status, calls, us: (api, int(status), int(calls), int(us)),
    "SELECT api, status, SUM(calls), SUM(checks_us + handling_us) FROM usage_hours "
    "WHERE hour >= :since GROUP BY api, status ORDER BY api, status",
)
_LATENCIES = query(
    lambda api, bucket, calls: (api, int(bucket), int(calls)),
    "SELECT api, bucket, SUM(calls) FROM usage_latencies WHERE hour >= :since "
    "GROUP BY api, bucket ORDER BY api, bucket",
)
_LATE = f"At most {FLUSH_EVERY // 1_000} s late."


async def metrics(reads: Reads, now: int) -> list[Metric]:
    """Calls by API and status, and how long they took here."""
    since = now - now % DAY
    calls = await reads.all(_CALLS, since=since)
    seconds: dict[str, float] = {}
    for api, _status, _calls, us in calls:
        seconds[api] = seconds.get(api, 0) + us / 1_000_000
    buckets: dict[str, dict[int, int]] = {}
    for api, bucket, count in await reads.all(_LATENCIES, since=since):
        buckets.setdefault(api, {})[bucket] = count
    return [
        Metric(
            "calls_total",
            "counter",
            f"Calls of the APIs since 00:00 UTC, by status. {_LATE}",
            [Value(n, {"api": api, "status": str(status)}) for api, status, n, _us in calls],
        ),
        Metric(
            "call_seconds",
            "histogram",
            f"How long calls took since 00:00 UTC. {_LATE}",
            [
                value
                for api, counts in buckets.items()
                for value in _histogram(api, counts, seconds.get(api, 0))
            ],
        ),
    ]


def _histogram(api: str, counts: dict[int, int], seconds: float) -> list[Value]:
    """Prometheus wants each bucket to hold all before it as well."""
    values, total = [], 0
    for bucket, edge in enumerate(EDGES_US):
        total += counts.get(bucket, 0)
        values.append(Value(total, {"api": api, "le": f"{edge / 1_000_000:g}"}, "_bucket"))
    total += counts.get(len(EDGES_US), 0)
    return [
        *values,
        Value(total, {"api": api, "le": "+Inf"}, "_bucket"),
        Value(seconds, {"api": api}, "_sum"),
        Value(total, {"api": api}, "_count"),
    ]

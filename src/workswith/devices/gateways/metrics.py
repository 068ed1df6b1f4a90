"""How many real gateways are online, for Prometheus. [OPR DEV-5]"""

from workswith.kernel.database import Reads, query
from workswith.kernel.exposition import Metric, by

_STATES = query(
    lambda online, offline, quarantined: {
        "online": online or 0,
        "offline": offline or 0,
        "quarantined": quarantined or 0,
    },
    "SELECT sum(CASE WHEN connection <> '' AND quarantined_until <= :now THEN 1 ELSE 0 END), "
    "sum(CASE WHEN connection = '' AND quarantined_until <= :now THEN 1 ELSE 0 END), "
    "sum(CASE WHEN quarantined_until > :now THEN 1 ELSE 0 END) FROM gateway_links",
)


async def metrics(reads: Reads, now: int) -> list[Metric]:
    """Gateways by whether they are connected; those that flooded are in quarantine."""
    states = await reads.one(_STATES, now=now) or {}
    return [Metric("gateways", "gauge", "Real gateways, by their connection.", by("state", states))]

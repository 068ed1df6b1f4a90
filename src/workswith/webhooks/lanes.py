"""What the worker reads: lanes that are due, and their deliveries.

A lane is due at `next_due`: never later than its earliest waiting delivery, or the end of its ban.
It may be too early, which costs a look in vain.
"""

from collections.abc import Collection, Iterable

import msgspec

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Query, Reads, query

from .bodies import BODY

AILING = MINUTE
"""An endpoint that failed within this time may use only half of the places."""


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """A lane with something due."""

    id: str
    url: str
    secret: bytes
    previous_secret: bytes | None
    previous_until: int | None
    ban_until: int | None


class Found(msgspec.Struct):
    """What there is to do: lanes to look at, the longest waiting first, those that failed lately
    apart; and when the next one is due.
    """

    healthy: list[Endpoint]
    ailing: list[Endpoint]
    next_due: int | None


class Due(msgspec.Struct, frozen=True, gc=False):
    """A delivery whose next attempt is due; ``number`` orders deliveries, ``id`` is public.

    Of its ``attempts`` ``spent`` do not count for its schedule: they were made before it was
    replayed, or failed by a fault of ours. A handshake has a
    ``proof``, the code that the answer has to carry.
    """

    number: int
    id: str
    endpoint_id: str
    plant_id: str
    attempts: int
    spent: int
    due_at: int
    expires_at: int
    proof: str
    body: bytes
    flow: str


_MINE = "shard IN (SELECT shard FROM webhook_shard WHERE owner = :owner)"
_COLUMNS = "id, url, secret, previous_secret, previous_until, ban_until, next_due"
# One question, since on PostgreSQL it costs more than its rows.
_LOOK: Query[tuple[int, int, Endpoint]] = query(
    lambda kind, *columns: (kind, columns[-1], Endpoint(*columns[:-1])),
    " UNION ALL ".join(
        f"SELECT {kind} AS kind, {_COLUMNS} FROM (SELECT {_COLUMNS} FROM webhook_endpoint "
        f"WHERE {which} AND {_MINE} ORDER BY next_due LIMIT {limit}) AS kind_{kind}"
        for kind, which, limit in (
            (0, "next_due <= :now AND (failed_at IS NULL OR failed_at < :since)", ":limit"),
            (1, "next_due <= :now AND failed_at >= :since", ":limit"),
            (2, "next_due > :now", "1"),
        )
    ),
)
_DUE_COLUMNS = (
    "SELECT d.id, delivery_id, endpoint_id, plant_id, attempts, spent, due_at, expires_at, proof, "
    f"{BODY}, flow FROM"
)
_FIRST = "due_at <= :now ORDER BY due_at, id LIMIT :limit"
# On PostgreSQL a question costs more than its rows: one for all lanes.
_DUE: dict[str, Query[Due]] = {
    "sqlite": query(
        Due,
        f"{_DUE_COLUMNS} webhook_delivery d "
        f"WHERE endpoint_id = :id AND {_FIRST.replace(' id ', ' d.id ')}",
    ),
    "postgresql": query(
        Due,
        f"{_DUE_COLUMNS} json_each(:ids) AS lane CROSS JOIN LATERAL (SELECT * "
        f"FROM webhook_delivery WHERE endpoint_id = lane.key AND {_FIRST}) AS d "
        "ORDER BY due_at, d.id",
    ),
}


async def look(reads: Reads, owner: str, now: int, limit: int) -> Found:
    """An owner's lanes that are due, at most ``limit`` of each kind."""
    found = Found([], [], None)
    for kind, next_due, endpoint in await reads.all(
        _LOOK, owner=owner, now=now, since=now - AILING, limit=limit
    ):
        if kind == 0:
            found.healthy.append(endpoint)
        elif kind == 1:
            found.ailing.append(endpoint)
        else:
            found.next_due = next_due
    return found


async def due_of(
    reads: Reads, dialect: str, lanes: Collection[str], now: int, limit: int
) -> dict[str, list[Due]]:
    """Of each lane the deliveries in the order of their turn: first attempts as the events came."""
    if dialect == "sqlite":
        one = _DUE["sqlite"]
        return {id_: await reads.all(one, id=id_, now=now, limit=limit) for id_ in lanes}
    found: dict[str, list[Due]] = {id_: [] for id_ in lanes}
    if found:
        for due in await reads.all(_DUE[dialect], ids=keys(lanes), now=now, limit=limit):
            found[due.endpoint_id].append(due)
    return found


def keys(values: Iterable[str | int]) -> str:
    """A set as a JSON object, whose keys both databases read by ``json_each``."""
    return msgspec.json.encode(dict.fromkeys(values, 0)).decode()

"""What the worker reads: lanes that are due, and their deliveries.

A lane is due at `next_due`: never later than its earliest waiting delivery, or the end of its ban.
It may be too early, which costs a look in vain.
"""

from collections.abc import Collection
from typing import Any

import msgspec

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Query, Reads, keys, query

from .bodies import BODY

AILING = MINUTE
"""An endpoint that failed within this time may use only half of the places."""
AT_ONCE = 32
"""Lanes of which a look may bring along what is due."""


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
    apart; when the next one is due; and what is ``due`` of the first new ones, where that is little.
    """

    healthy: list[Endpoint]
    ailing: list[Endpoint]
    next_due: int | None
    due: dict[str, list["Due"]]


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
# One question for all kinds of lanes, since on PostgreSQL it costs more than its rows.
_KINDS = tuple(
    f"SELECT {kind} AS kind, {_COLUMNS} FROM (SELECT {_COLUMNS} FROM webhook_endpoint "
    f"WHERE {which} AND {_MINE} ORDER BY next_due LIMIT {most}) AS kind_{kind}"
    for kind, which, most in (
        (0, "next_due <= :now AND (failed_at IS NULL OR failed_at < :since)", ":most"),
        (1, "next_due <= :now AND failed_at >= :since", ":most"),
        (2, "next_due > :now", "1"),
    )
)
_DUE_COLUMNS = (
    "d.id, delivery_id, endpoint_id, plant_id, attempts, spent, due_at, expires_at, proof, "
    f"{BODY}, flow"
)
_FIRST = "due_at <= :now ORDER BY due_at, id LIMIT :limit"


def _seen(kind: int, *columns: Any) -> tuple[int, int, Endpoint, Due | None]:
    *lane, next_due = columns[:7]
    due = columns[7:]
    return kind, next_due, Endpoint(*lane), Due(*due) if due and due[0] is not None else None


_LOOK = query(_seen, " UNION ALL ".join(_KINDS))
# There the first lanes may bring along what is due of them.
_BRING: dict[str, Query[tuple[int, int, Endpoint, Due | None]]] = {
    "postgresql": query(
        _seen,
        "WITH lane AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY kind, next_due) AS place "
        f"FROM ({' UNION ALL '.join(_KINDS)}) AS kinds) SELECT lane.kind, lane.id, url, secret, "
        f"previous_secret, previous_until, ban_until, next_due, {_DUE_COLUMNS} FROM lane "
        "LEFT JOIN LATERAL (SELECT * FROM webhook_delivery WHERE endpoint_id = lane.id "
        f"AND lane.kind < 2 AND lane.place <= {AT_ONCE} "
        f"AND NOT lane.id = ANY (CAST(:known AS TEXT[])) AND {_FIRST}) AS d ON TRUE "
        "ORDER BY place, due_at, d.id",
    ),
}
# There too, one for all lanes.
_DUE: dict[str, Query[Due]] = {
    "sqlite": query(
        Due,
        f"SELECT {_DUE_COLUMNS} FROM webhook_delivery d "
        f"WHERE endpoint_id = :id AND {_FIRST.replace(' id ', ' d.id ')}",
    ),
    "postgresql": query(
        Due,
        f"SELECT {_DUE_COLUMNS} FROM json_each(:ids) AS lane CROSS JOIN LATERAL (SELECT * "
        f"FROM webhook_delivery WHERE endpoint_id = lane.key AND {_FIRST}) AS d "
        "ORDER BY due_at, d.id",
    ),
}


async def look(
    reads: Reads,
    dialect: str,
    owner: str,
    now: int,
    *,
    most: int,
    known: Collection[str] = (),
    bring: int = 0,
) -> Found:
    """An owner's lanes that are due, at most so many of each kind.

    Of the first ones, but not of those ``known``, it brings along what is due, if that is fewer
    deliveries than ``bring``.
    """
    found = Found([], [], None, {})
    of_kind = (found.healthy, found.ailing)
    parameters = {"owner": owner, "now": now, "since": now - AILING, "most": most}
    asked = _LOOK
    if bring and dialect in _BRING:
        asked = _BRING[dialect]
        parameters |= {"known": list(known), "limit": bring}
    for kind, next_due, endpoint, due in await reads.all(asked, **parameters):
        if kind == 2:
            found.next_due = next_due
            continue
        if endpoint.id not in found.due:
            of_kind[kind].append(endpoint)
        if due is not None:
            found.due.setdefault(endpoint.id, []).append(due)
    if bring and dialect not in _BRING:
        first = [one.id for one in (*found.healthy, *found.ailing)[:AT_ONCE]]
        new = [id_ for id_ in first if id_ not in known]
        found.due = await due_of(reads, dialect, new, now, bring)
    found.due = {id_: due for id_, due in found.due.items() if len(due) < bring}
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

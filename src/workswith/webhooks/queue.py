"""Adding deliveries to the queue: for the fan-out, a replay, a test, a handshake.

A delivery and its body are rows of two tables, of which the second is one of several: the slice that
takes bodies now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from workswith.kernel.database import Query, Statement, Tx, query, statement
from workswith.kernel.slices import SLICES

from . import bodies

_COLUMNS = (
    "id, delivery_id, endpoint_id, subscription_id, client_id, event_id, plant_id, sequence, kind, "
    "event_at, expires_at, state, attempts, due_at, flow, cause, proof, body_slice"
)
_OPEN = query(int, f"SELECT {bodies.SERIES.open}")
# SQLite has one writer: the numbers that rows will get are known beforehand.
_NUMBERS: dict[str, Query[int]] = {
    "sqlite": query(
        int,
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number "
        "WHERE n < :count) SELECT n + COALESCE((SELECT seq FROM sqlite_sequence "
        "WHERE name = 'webhook_delivery'), 0) FROM number",
    ),
}
_ADD = statement(
    f"INSERT INTO webhook_delivery ({_COLUMNS}) VALUES (:number, :delivery_id, :endpoint_id, "
    ":subscription_id, :client_id, :event_id, :plant_id, :sequence, :kind, :at, :expires_at, "
    "'waiting', 0, :now, :flow, :cause, :proof, :slice) ON CONFLICT (delivery_id) DO NOTHING"
)
# On PostgreSQL a statement costs more than its rows: all of them, with their numbers and bodies, in
# one. Numbers are in the order of the rows.
_ADD_ALL: dict[str, tuple[Statement, ...]] = {
    "postgresql": tuple(
        statement(
            "WITH wanted AS MATERIALIZED (SELECT nextval('webhook_delivery_id_seq') AS number, * "
            "FROM ROWS FROM (json_to_recordset(CAST(:rows AS JSON)) AS (delivery_id TEXT, "
            "endpoint_id TEXT, subscription_id TEXT, client_id TEXT, event_id TEXT, plant_id TEXT, "
            "sequence BIGINT, kind TEXT, at BIGINT, expires_at BIGINT, now BIGINT, flow TEXT, "
            "cause TEXT, proof TEXT), unnest(CAST(:bodies AS BYTEA[])))), "
            f"added AS (INSERT INTO webhook_delivery ({_COLUMNS}) SELECT number, delivery_id, "
            "endpoint_id, subscription_id, client_id, event_id, plant_id, sequence, kind, at, "
            f"expires_at, 'waiting', 0, now, flow, cause, proof, {n} FROM wanted "
            "WHERE CAST(:whatever AS BIGINT) = 1 OR EXISTS (SELECT 1 FROM webhook_subscription s "
            "WHERE s.id = subscription_id AND s.state = 'active') ORDER BY number "
            "ON CONFLICT (delivery_id) DO NOTHING RETURNING id) "
            f"INSERT INTO webhook_body_{n} (id, body) SELECT id, unnest FROM added "
            "JOIN wanted ON number = id"
        )
        for n in range(SLICES)
    ),
}


async def add(
    tx: Tx,
    deliveries: Sequence[Mapping[str, Any]],
    *,
    slice_: int | None = None,
    of_active: bool = False,
) -> None:
    """Adds rows with the parameters of `_ADD` but ``number`` and ``slice``, and a ``body``.

    One that is there already, by its ``delivery_id``, stays as it is. ``slice_`` takes bodies now,
    where the caller knows that. With ``of_active`` nothing is added for a subscription that has
    ended meanwhile, which on SQLite it cannot.
    """
    if not deliveries:
        return
    if slice_ is None:
        slice_ = await tx.one(_OPEN) or 0
    if tx.dialect in _ADD_ALL:
        rows = [dict(row) for row in deliveries]
        some = [row.pop("body") for row in rows]
        add_all = _ADD_ALL[tx.dialect][slice_]
        packed = msgspec.json.encode(rows).decode()
        await tx.run(add_all, rows=packed, bodies=some, whatever=int(not of_active))
        return
    numbers = await tx.all(_NUMBERS[tx.dialect], count=len(deliveries))
    numbered = [
        {**row, "number": number, "slice": slice_}
        for row, number in zip(deliveries, numbers, strict=True)
    ]
    await tx.run_many(_ADD, numbered)
    await tx.run_many(bodies.KEEP[slice_], numbered)

"""Adding deliveries to the queue: for the fan-out, a replay, a test, a handshake.

Numbers are taken beforehand, in bulk, since a delivery and its body are rows of two tables; and with
them the slice that takes bodies now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from workswith.kernel.database import Query, Tx, query, statement

from . import bodies

# SQLite has one writer; on PostgreSQL several transactions count at once.
_NUMBERS: dict[str, Query[tuple[int, int]]] = {
    "sqlite": query(
        lambda number, slice_: (number, slice_),
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number "
        "WHERE n < :count) SELECT n + COALESCE((SELECT seq FROM sqlite_sequence "
        f"WHERE name = 'webhook_delivery'), 0), {bodies.SERIES.open} FROM number",
    ),
    "postgresql": query(
        lambda number, slice_: (number, slice_),
        f"SELECT nextval('webhook_delivery_id_seq'), {bodies.SERIES.open} "
        "FROM generate_series(1, CAST(:count AS BIGINT))",
    ),
}
_ADD = statement(
    "INSERT INTO webhook_delivery (id, delivery_id, endpoint_id, subscription_id, client_id, "
    "event_id, plant_id, sequence, kind, event_at, expires_at, state, attempts, due_at, flow, "
    "cause, proof, body_slice) VALUES (:number, :delivery_id, :endpoint_id, :subscription_id, :client_id, "
    ":event_id, :plant_id, :sequence, :kind, :at, :expires_at, 'waiting', 0, :now, :flow, :cause, "
    ":proof, :slice) ON CONFLICT (delivery_id) DO NOTHING"
)


async def add(tx: Tx, dialect: str, deliveries: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows with the parameters of `_ADD` but ``number``, and a ``body``.

    One that is there already, by its ``delivery_id``, stays as it is.
    """
    if not deliveries:
        return
    numbers = await tx.all(_NUMBERS[dialect], count=len(deliveries))
    rows = [
        {**row, "number": number, "slice": slice_}
        for row, (number, slice_) in zip(deliveries, numbers, strict=True)
    ]
    await tx.run_many(_ADD, rows)
    await tx.run_many(bodies.KEEP[numbers[0][1]], rows)

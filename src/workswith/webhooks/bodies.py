"""Where the bodies of deliveries lie: in slices that go as a whole, with the attempts of their days.

A delivery notes the slice of its body. What is still listed when that slice goes, because it waits
or ended lately (a retry, a ban, a replay), takes its body along to the open one: a waiting delivery
never loses it.
"""

from workswith.kernel.database import Query, Tx, query, statement
from workswith.kernel.slices import SLICES, Series

SERIES = Series(
    "webhook",
    "webhook_log",
    "webhook_body",
    held="SELECT id FROM webhook_delivery WHERE body_slice = {n} "
    "AND id <= (SELECT max(id) FROM webhook_body_{n}) LIMIT 1",
)

_BODIES = " ".join(
    f"WHEN {n} THEN (SELECT body FROM webhook_body_{n} b WHERE b.id = d.id)" for n in range(SLICES)
)
BODY = f"CASE d.body_slice {_BODIES} END AS body"
"""SQL: of a delivery ``d``; looks into one slice only."""

KEEP = tuple(
    statement(
        f"INSERT INTO webhook_body_{n} (id, body) SELECT id, :body FROM webhook_delivery "
        "WHERE id = :number ON CONFLICT (id) DO NOTHING"
    )
    for n in range(SLICES)
)
"""By slice: writes the body of a delivery that is there."""

_OPEN = query(int, f"SELECT {SERIES.open}")
_LEFT: tuple[Query[tuple[int, bytes]], ...] = tuple(
    query(
        lambda number, body: (number, body),
        f"SELECT d.id, b.body FROM webhook_delivery d JOIN webhook_body_{n} b ON b.id = d.id "
        f"WHERE d.body_slice = {n} AND d.id > :after "
        f"AND d.id <= (SELECT max(id) FROM webhook_body_{n}) "
        "ORDER BY d.id LIMIT :limit",
    )
    for n in range(SLICES)
)
_MOVE = statement("UPDATE webhook_delivery SET body_slice = :slice WHERE id = :number")


async def carry_over(tx: Tx, number: int, after: int, limit: int) -> int | None:
    """Moves bodies that a slice is still needed for to the open one.

    Those of deliveries ``after`` a number; returns the last one, or ``None`` when none is left.
    """
    left = await tx.all(_LEFT[number], after=after, limit=limit)
    to = await tx.one(_OPEN) or 0
    rows = [{"number": delivery, "body": body, "slice": to} for delivery, body in left]
    await tx.run_many(KEEP[to], rows)
    await tx.run_many(_MOVE, rows)
    return left[-1][0] if left else None

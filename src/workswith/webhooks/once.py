"""A call that may arrive twice acts once: ``Idempotency-Key``. [C2C-6]

The key, what was asked with it and what came of it are kept for a day, in the transaction that acts.
What was refused is not kept: it may be asked again under its key. (After
draft-ietf-httpapi-idempotency-key-header-07, with 409 for every misuse.)
"""

from collections.abc import Awaitable, Callable

from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import digest
from workswith.kernel.problem import Kind, Problem

KEPT_FOR = DAY
LONGEST_KEY = 100

# Whoever comes second waits here until the first has committed.
_CLAIM = query(
    str,
    "INSERT INTO webhook_once (client_id, key, asked, outcome, at) "
    "VALUES (:client_id, :key, :asked, '', :now) ON CONFLICT (client_id, key) DO UPDATE "
    "SET asked = excluded.asked, outcome = '', at = excluded.at WHERE webhook_once.at < :before "
    "RETURNING key",
)
_KEPT = query(
    lambda asked, outcome: (asked, outcome),
    "SELECT asked, outcome FROM webhook_once WHERE client_id = :client_id AND key = :key",
)
_KEEP = statement(
    "UPDATE webhook_once SET outcome = :outcome WHERE client_id = :client_id AND key = :key"
)
OLD = statement(
    "DELETE FROM webhook_once WHERE key IN (SELECT key FROM webhook_once WHERE at < :before "
    "ORDER BY at LIMIT :limit) AND at < :before"
)


async def once(
    tx: Tx, client_id: str, key: str, act: Callable[[], Awaitable[str]], *, asked: str, now: int
) -> str:
    """What ``act`` returned, now or the first time; without a key it always acts.

    ``asked`` says what the call is. Raises CONFLICT ``key_reused`` where the key came with something else before.
    """
    if not key:
        return await act()
    marks = {"client_id": client_id, "key": digest(key)}
    claim = await tx.one(_CLAIM, **marks, asked=digest(asked), now=now, before=now - KEPT_FOR)
    if claim is None:
        kept = await tx.one(_KEPT, **marks)
        if kept is None or kept[0] != digest(asked):
            raise Problem(
                Kind.CONFLICT,
                "key_reused",
                "This Idempotency-Key came with another call before.",
                field="Idempotency-Key",
            )
        return str(kept[1])
    outcome = await act()
    await tx.run(_KEEP, **marks, outcome=outcome)
    return outcome

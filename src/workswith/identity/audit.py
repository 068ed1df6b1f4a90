"""Security events, one row each: what happened to whom, never a secret, never a name.

Appended in the transaction that it tells of.
"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: int
    kind: str
    account_id: str
    client_id: str
    detail: str


_APPEND = statement(
    "INSERT INTO audit (at, kind, account_id, client_id, detail) "
    "VALUES (:now, :kind, :account_id, :client_id, :detail)"
)
_LATEST = query(
    Entry,
    "SELECT id, at, kind, account_id, client_id, detail FROM audit "
    "WHERE (:account_id = '' OR account_id = :account_id) "
    "AND (:client_id = '' OR client_id = :client_id) ORDER BY id DESC LIMIT :limit",
)


async def note(
    tx: Tx, kind: str, now: int, *, account_id: str = "", client_id: str = "", detail: str = ""
) -> None:
    """Kinds are past events: ``family_revoked``, ``password_reset``, ``secret_added``."""
    await tx.run(
        _APPEND, now=now, kind=kind, account_id=account_id, client_id=client_id, detail=detail
    )


async def latest(
    reads: Reads, *, account_id: str = "", client_id: str = "", limit: int = 100
) -> list[Entry]:
    """The newest first."""
    return await reads.all(_LATEST, account_id=account_id, client_id=client_id, limit=limit)

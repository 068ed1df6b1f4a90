"""Security events, one row each: what happened to whom, never a secret, never a name.

Appended in the transaction that it tells of.
"""

from dataclasses import dataclass

from workswith.kernel.clock import DAY
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
    "AND (:client_id = '' OR client_id = :client_id) AND kind <> 'signed_in' "
    "ORDER BY id DESC LIMIT :limit OFFSET :offset",
)
_SEARCH = query(
    Entry,
    "SELECT id, at, kind, account_id, client_id, detail FROM audit "
    "WHERE (:text = '' OR kind LIKE :like OR account_id = :text OR client_id = :text "
    "OR LOWER(detail) LIKE :like) AND (:kind = '' OR kind = :kind) "
    "ORDER BY id DESC LIMIT :limit OFFSET :offset",
)
OLD = statement(
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < :before ORDER BY at "
    "LIMIT :limit)"
)
"""For `events.retention.sweep`."""
_KINDS = query(str, "SELECT DISTINCT kind FROM audit ORDER BY kind")

_REPLAYS = query(
    Entry,
    "SELECT id, at, kind, account_id, client_id, detail FROM audit "
    "WHERE client_id = :client_id AND kind = 'refresh_token_reused' AND at > :after "
    "ORDER BY id DESC LIMIT 100",
)


async def note(
    tx: Tx, kind: str, now: int, *, account_id: str = "", client_id: str = "", detail: str = ""
) -> None:
    """Kinds are past events: ``consent_ended``, ``password_reset``, ``secret_added``."""
    await tx.run(
        _APPEND, now=now, kind=kind, account_id=account_id, client_id=client_id, detail=detail
    )


async def latest(
    reads: Reads, *, account_id: str = "", client_id: str = "", limit: int = 100, offset: int = 0
) -> list[Entry]:
    """The newest first; without sign-ins, which the list of sessions tells."""
    return await reads.all(
        _LATEST, account_id=account_id, client_id=client_id, limit=limit, offset=offset
    )


async def replays_of(reads: Reads, client_id: str, now: int) -> list[Entry]:
    """The links of an application that a second use has ended in the last 30 days."""
    return await reads.all(_REPLAYS, client_id=client_id, after=now - 30 * DAY)


async def search(
    reads: Reads, *, text: str = "", kind: str = "", limit: int = 50, offset: int = 0
) -> list[Entry]:
    """For operators, the newest first: a kind, an account, an application, or words of it."""
    text = text.strip()
    return await reads.all(
        _SEARCH, text=text, like=f"%{text.casefold()}%", kind=kind, limit=limit, offset=offset
    )


async def kinds(reads: Reads) -> list[str]:
    """All that have happened."""
    return await reads.all(_KINDS)

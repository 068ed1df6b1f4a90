"""Which applications hear that a session has ended, and whether they have. [OID-11]

[OpenID Connect Back-Channel Logout 1.0] Nobody who ends a session has to think of it: sessions that
have ended and of which nobody was told are found by the work itself, whatever ended them.
"""

from dataclasses import dataclass

from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND
from workswith.kernel.database import Reads, Tx, query, statement

PAUSES = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR)
"""Between attempts; after the last there is none."""
LEASE = MINUTE
"""Another process takes over what one has begun and not ended."""
_KEEP = 7 * DAY


@dataclass(frozen=True, slots=True)
class Notice:
    """``attempts`` counts the present one."""

    id: int
    client_id: str
    account_id: str
    session_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class _Ended:
    id: str
    account_id: str


_ENDED = query(
    _Ended,
    "UPDATE session SET told_at = :now WHERE revoked_at IS NOT NULL AND told_at IS NULL "
    "RETURNING id, account_id",
)
_ANY_ENDED = query(
    int, "SELECT count(*) FROM session WHERE revoked_at IS NOT NULL AND told_at IS NULL"
)
_OF_ACCOUNT = query(
    _Ended,
    "UPDATE session SET told_at = :now WHERE account_id = :account_id AND told_at IS NULL "
    "RETURNING id, account_id",
)
_PUT = statement(
    "INSERT INTO logout_notice (client_id, account_id, session_id, attempts, due_at, outcome, "
    "created_at, expires_at) "
    "SELECT DISTINCT a.client_id, CAST(:account_id AS TEXT), CAST(:session_id AS TEXT), "
    "0, CAST(:now AS BIGINT), '', CAST(:now AS BIGINT), CAST(:expires_at AS BIGINT) "
    "FROM token_family f JOIN application a ON a.client_id = f.client_id "
    "WHERE f.session_id = :session_id AND a.logout_url <> '' AND a.deleted_at IS NULL "
    "ON CONFLICT DO NOTHING"
)
_DUE = query(
    Notice,
    "UPDATE logout_notice SET due_at = :lease, attempts = attempts + 1 WHERE id IN "
    "(SELECT id FROM logout_notice WHERE due_at <= :now ORDER BY due_at LIMIT :limit) "
    "AND due_at <= :now RETURNING id, client_id, account_id, session_id, attempts",
)
_NEXT = query(
    int, "SELECT due_at FROM logout_notice WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
)
_URL = query(
    str,
    "SELECT logout_url FROM application WHERE client_id = :client_id AND deleted_at IS NULL "
    "AND logout_url <> ''",
)
_DONE = statement("UPDATE logout_notice SET due_at = :due_at, outcome = :outcome WHERE id = :id")


async def any_ended(reads: Reads) -> bool:
    return bool(await reads.one(_ANY_ENDED))


async def gather(tx: Tx, now: int) -> None:
    """A notice for each application that got tokens in a session that has ended."""
    for ended in await tx.all(_ENDED, now=now):
        await _put(tx, ended, now)


async def of_account(tx: Tx, account_id: str, now: int) -> None:
    """For an account that is being closed, before its sessions are forgotten."""
    for ended in await tx.all(_OF_ACCOUNT, account_id=account_id, now=now):
        await _put(tx, ended, now)


async def due(tx: Tx, now: int, limit: int) -> list[Notice]:
    """Takes what is due, so that no other process does at the same time."""
    return await tx.all(_DUE, now=now, lease=now + LEASE, limit=limit)


async def next_due(reads: Reads) -> int | None:
    return await reads.one(_NEXT)


async def url_of(reads: Reads, client_id: str) -> str | None:
    return await reads.one(_URL, client_id=client_id)


async def done(tx: Tx, notice: Notice, outcome: str, due_at: int | None) -> None:
    await tx.run(_DONE, id=notice.id, outcome=outcome[:200], due_at=due_at)


async def _put(tx: Tx, ended: _Ended, now: int) -> None:
    await tx.run(
        _PUT, account_id=ended.account_id, session_id=ended.id, now=now, expires_at=now + _KEEP
    )

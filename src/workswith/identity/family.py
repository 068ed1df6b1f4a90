"""A family of refresh tokens and its rows. [OID-4 OID-9]

The statements say under which conditions a family may change, whatever came before.
"""

from dataclasses import dataclass
from typing import Any

from workswith.kernel.database import Tx, query, statement


@dataclass(frozen=True, slots=True)
class Family:
    """``asked`` is the ``scope`` of the authorization request, ``None`` when there was none;
    ``wanted`` what its ``claims`` named, as `wanted` writes it.
    """

    id: str
    account_id: str
    consent_id: str
    asked: str | None
    auth_time: int
    session_id: str
    wanted: str
    generation: int
    rotated_at: int
    scopes: str


@dataclass(frozen=True, slots=True)
class Row:
    family: Family
    client_id: str
    expires_at: int
    revoked_at: int | None
    consent_revoked_at: int | None
    same_scopes: int


def _row(*columns: Any) -> Row:
    return Row(Family(*columns[:10]), *columns[10:])


_LIVE = (
    "WHERE id = :id AND client_id = :client_id AND revoked_at IS NULL AND expires_at > :now "
    "AND EXISTS (SELECT 1 FROM consent JOIN application USING (client_id) "
    "WHERE consent.id = token_family.consent_id AND consent.revoked_at IS NULL "
    "AND application.deleted_at IS NULL "
    "AND consent.scopes_version = application.scopes_version) "
)
_RETURNING = (
    "RETURNING id, account_id, consent_id, asked, auth_time, session_id, wanted, generation, "
    "rotated_at, (SELECT scopes FROM consent WHERE consent.id = token_family.consent_id)"
)
INSERT = query(
    Family,
    "INSERT INTO token_family (id, client_id, account_id, consent_id, asked, auth_time, "
    "session_id, wanted, generation, created_at, rotated_at, expires_at) "
    "VALUES (:id, :client_id, :account_id, :consent_id, :asked, :auth_time, :session_id, :wanted, "
    f"0, :now, :now, :expires_at) {_RETURNING}",
)
# "<=", since a token that we made and the database does not know yet comes from after the backup
# that the database was restored from: its holder is not to blame.
ROTATE = query(
    Family,
    "UPDATE token_family SET generation = CAST(:generation AS BIGINT) + 1, rotated_at = :now, "
    f"expires_at = :expires_at {_LIVE} AND generation <= CAST(:generation AS BIGINT) {_RETURNING}",
)
FOLLOW = query(
    Family,
    "UPDATE token_family SET generation = CASE WHEN generation > CAST(:generation AS BIGINT) "
    "THEN generation ELSE CAST(:generation AS BIGINT) END + 1, rotated_at = :now, "
    f"expires_at = :expires_at {_LIVE} {_RETURNING}",
)
LOOK = query(
    _row,
    "SELECT f.id, f.account_id, f.consent_id, f.asked, f.auth_time, f.session_id, f.wanted, "
    "f.generation, f.rotated_at, c.scopes, f.client_id, f.expires_at, f.revoked_at, c.revoked_at, "
    "CASE WHEN c.scopes_version = a.scopes_version THEN 1 ELSE 0 END "
    "FROM token_family f JOIN consent c ON c.id = f.consent_id "
    "JOIN application a ON a.client_id = f.client_id WHERE f.id = :id",
)
_REVOKE = statement(
    "UPDATE token_family SET revoked_at = :now, revoked_for = :reason "
    "WHERE id = :id AND revoked_at IS NULL"
)
_REVOKE_OF_CLIENT = statement(
    "UPDATE token_family SET revoked_at = :now, revoked_for = 'by the client' "
    "WHERE id = :id AND client_id = :client_id AND revoked_at IS NULL"
)
_REVOKE_CONSENT = query(
    str,
    "UPDATE token_family SET revoked_at = :now, revoked_for = :reason "
    "WHERE consent_id = :consent_id AND revoked_at IS NULL RETURNING id",
)


async def revoke(tx: Tx, family: str, reason: str, now: int) -> bool:
    """Ends one family for good; returns whether it was alive."""
    return bool(await tx.run(_REVOKE, id=family, reason=reason, now=now))


async def revoke_of_client(tx: Tx, family: str, client_id: str, now: int) -> bool:
    """Ends a family at the wish of its client; returns whether it was alive and the client's."""
    return bool(await tx.run(_REVOKE_OF_CLIENT, id=family, client_id=client_id, now=now))


async def revoke_of_consent(tx: Tx, consent_id: str, reason: str, now: int) -> list[str]:
    """Ends all families of a consent; returns their ids."""
    return await tx.all(_REVOKE_CONSENT, consent_id=consent_id, reason=reason, now=now)

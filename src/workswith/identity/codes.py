"""Authorization codes: 256 random bits, one use, one minute, bound to who asked. [OID-3]

Bound to the client, the reply URL, the PKCE challenge and the nonce. A second use revokes the
tokens that the first one brought. [RFC 6749 section 4.1.2, RFC 9700 section 2.1.1]
"""

from dataclasses import dataclass

from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import digest


@dataclass(frozen=True, slots=True)
class Code:
    """``challenge`` is empty without PKCE; ``family_id`` is what the first use brought."""

    hash: str
    client_id: str
    account_id: str
    consent_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    asked: str | None
    auth_time: int
    issued_at: int
    expires_at: int
    used_at: int | None
    family_id: str | None
    session_id: str
    wanted: str


_COLUMNS = (
    "hash, client_id, account_id, consent_id, redirect_uri, challenge, nonce, asked, auth_time, "
    "issued_at, expires_at, used_at, family_id, session_id, wanted"
)
_PUT = statement(
    f"INSERT INTO authorization_code ({_COLUMNS}) VALUES (:hash, :client_id, :account_id, "
    ":consent_id, :redirect_uri, :challenge, :nonce, :asked, :auth_time, :issued_at, :expires_at, "
    "NULL, NULL, :session_id, :wanted)"
)
_LOOK = query(Code, f"SELECT {_COLUMNS} FROM authorization_code WHERE hash = :hash")
_USE = statement(
    "UPDATE authorization_code SET used_at = :now, family_id = :family_id "
    "WHERE hash = :hash AND used_at IS NULL"
)


async def put(
    tx: Tx,
    code: str,
    *,
    client_id: str,
    account_id: str,
    consent_id: str,
    redirect_uri: str,
    challenge: str,
    nonce: str | None,
    asked: str | None,
    auth_time: int,
    session_id: str,
    wanted: str,
    now: int,
    expires_at: int,
) -> None:
    await tx.run(
        _PUT,
        hash=digest(code),
        client_id=client_id,
        account_id=account_id,
        consent_id=consent_id,
        redirect_uri=redirect_uri,
        challenge=challenge,
        nonce=nonce,
        asked=asked,
        auth_time=auth_time,
        session_id=session_id,
        wanted=wanted,
        issued_at=now,
        expires_at=expires_at,
    )


async def look(tx: Tx, code: str) -> Code | None:
    """Used and expired ones included, as long as they are remembered."""
    return await tx.one(_LOOK, hash=digest(code))


async def use(tx: Tx, code: Code, family_id: str, now: int) -> bool:
    """Whether this was the first use; the family is remembered for the second."""
    return bool(await tx.run(_USE, hash=code.hash, family_id=family_id, now=now))

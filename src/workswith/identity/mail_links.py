"""Links in mails: 256 random bits, stored hashed, used once, gone after their time. [ACC-1 ACC-5]"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import digest
from workswith.kernel.problem import Kind, Problem

VERIFY = "verify"
RESET = "reset"


@dataclass(frozen=True, slots=True)
class Link:
    """``account_id`` is empty for a decoy, ``payload`` is what the link will bring about."""

    account_id: str | None
    payload: str


_PUT = statement(
    "INSERT INTO mail_link (hash, account_id, purpose, payload, created_at, expires_at) "
    "VALUES (:hash, :account_id, :purpose, :payload, :now, :expires_at)"
)
_LIVE = (
    "hash = :hash AND purpose = :purpose AND used_at IS NULL AND expires_at > :now "
    "AND account_id IS NOT NULL"
)
_LOOK = query(Link, f"SELECT account_id, payload FROM mail_link WHERE {_LIVE}")
_USE = query(
    Link, f"UPDATE mail_link SET used_at = :now WHERE {_LIVE} RETURNING account_id, payload"
)
_END = statement(
    "UPDATE mail_link SET used_at = :now "
    "WHERE account_id = :account_id AND purpose = :purpose AND used_at IS NULL"
)


async def put(
    tx: Tx,
    token: str,
    account_id: str | None,
    purpose: str,
    *,
    now: int,
    expires_at: int,
    payload: str = "",
) -> None:
    """Without an account it is a decoy: the same work for an address that nobody has."""
    await tx.run(
        _PUT,
        hash=digest(token),
        account_id=account_id,
        purpose=purpose,
        payload=payload,
        now=now,
        expires_at=expires_at,
    )


async def look(reads: Reads, token: str, purpose: str, now: int) -> Link:
    """What the link is for, without using it. Raises `Problem` ``link_invalid``."""
    return _live(await reads.one(_LOOK, hash=digest(token), purpose=purpose, now=now))


async def use(tx: Tx, token: str, purpose: str, now: int) -> Link:
    """Uses it up. Raises `Problem` ``link_invalid`` for one that is unknown, used or too old."""
    return _live(await tx.one(_USE, hash=digest(token), purpose=purpose, now=now))


async def end(tx: Tx, account_id: str, purpose: str, now: int) -> None:
    """Makes all open links of an account useless."""
    await tx.run(_END, account_id=account_id, purpose=purpose, now=now)


def _live(link: Link | None) -> Link:
    if link is None:
        raise Problem(
            Kind.UNKNOWN,
            "link_invalid",
            "This link has been used already or is too old.",
            hint="Ask for a new one.",
        )
    return link

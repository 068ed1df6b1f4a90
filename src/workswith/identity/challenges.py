"""Questions that wait for one answer: 256 random bits, stored hashed, gone after their time.

A sign-in that still needs its second factor, the nonce of a passkey, the state of a sign-in at
another provider.
"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import digest
from workswith.kernel.problem import Kind, Problem

SIGN_IN = "sign-in"
PASSKEY = "passkey"
FEDERATION = "federation"
CONFIRMED = "confirmed"
"""The owner of an account without a password has just signed in at the company's provider."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """``account_id`` is ``None`` as long as nobody knows who it is."""

    account_id: str | None
    payload: str


_PUT = statement(
    "INSERT INTO challenge (hash, account_id, purpose, payload, expires_at) "
    "VALUES (:hash, :account_id, :purpose, :payload, :expires_at)"
)
_LIVE = "hash = :hash AND purpose = :purpose AND expires_at > :now"
_LOOK = query(Challenge, f"SELECT account_id, payload FROM challenge WHERE {_LIVE}")
_TAKE = query(Challenge, f"DELETE FROM challenge WHERE {_LIVE} RETURNING account_id, payload")
_DROP = statement("DELETE FROM challenge WHERE account_id = :account_id")


async def put(
    tx: Tx, token: str, account_id: str | None, purpose: str, *, expires_at: int, payload: str = ""
) -> None:
    await tx.run(
        _PUT,
        hash=digest(token),
        account_id=account_id,
        purpose=purpose,
        payload=payload,
        expires_at=expires_at,
    )


async def look(reads: Reads, token: str, purpose: str, now: int) -> Challenge:
    """What it is, without using it. Raises UNAUTHENTICATED ``challenge_over``."""
    return _live(await reads.one(_LOOK, hash=digest(token), purpose=purpose, now=now))


async def take(tx: Tx, token: str, purpose: str, now: int) -> Challenge:
    """Uses it up; of two that try, one gets it. Raises UNAUTHENTICATED ``challenge_over``."""
    return _live(await tx.one(_TAKE, hash=digest(token), purpose=purpose, now=now))


async def drop(tx: Tx, account_id: str) -> None:
    """All of an account: after a changed password no half sign-in goes on."""
    await tx.run(_DROP, account_id=account_id)


def _live(found: Challenge | None) -> Challenge:
    if found is None:
        raise Problem(
            Kind.UNAUTHENTICATED,
            "challenge_over",
            "That took too long, or was answered already.",
            hint="Please begin again.",
        )
    return found

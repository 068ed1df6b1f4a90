"""What a device without a keyboard shows and asks with. [OID-11, RFC 8628]

    waiting --(the user allows)--> allowed --(the device asks)--> gone, a family of tokens begins
       |----(the user denies)--> denied
       '----(a quarter of an hour)--> over

The user code has eight letters out of twenty that nobody mistakes for others and that spell no
words: 34 bits, good for a quarter of an hour, typed behind a sign-in that is itself throttled.
"""

from dataclasses import dataclass
from typing import Literal

from workswith.kernel.clock import SECOND
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident, digest

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
PAUSE = 5 * SECOND
"""Between two requests of a device, at first."""
State = Literal["waiting", "allowed", "denied"]


@dataclass(frozen=True, slots=True)
class DeviceGrant:
    """``auth_time`` and what follows are the user's, once there was an answer; times are ms."""

    hash: str
    client_id: str
    asked: str | None
    state: State
    account_id: str
    consent_id: str
    session_id: str
    auth_time: int
    pause: int
    polled_at: int
    created_at: int
    expires_at: int


_COLUMNS = (
    "hash, client_id, asked, state, account_id, consent_id, session_id, auth_time, pause, "
    "polled_at, created_at, expires_at"
)
_PUT = statement(
    "INSERT INTO device_grant (hash, user_code_hash, client_id, asked, state, pause, polled_at, "
    "created_at, expires_at) VALUES (:hash, :user_code_hash, :client_id, :asked, 'waiting', "
    ":pause, 0, :now, :expires_at) ON CONFLICT DO NOTHING"
)
_BY_DEVICE = query(DeviceGrant, f"SELECT {_COLUMNS} FROM device_grant WHERE hash = :hash")
_BY_USER = query(
    DeviceGrant,
    f"SELECT {_COLUMNS} FROM device_grant "
    "WHERE user_code_hash = :hash AND state = 'waiting' AND expires_at > :now",
)
_ANSWER = statement(
    "UPDATE device_grant SET state = :state, account_id = :account_id, consent_id = :consent_id, "
    "session_id = :session_id, auth_time = :auth_time "
    "WHERE hash = :hash AND state = 'waiting' AND expires_at > :now"
)
_POLLED = statement("UPDATE device_grant SET polled_at = :now, pause = :pause WHERE hash = :hash")
_TAKE = statement("DELETE FROM device_grant WHERE hash = :hash AND state = 'allowed'")


def user_code(ident: Ident) -> str:
    """``BCDF-GHJK``: every letter as likely as any other."""
    letters: list[str] = []
    even = 256 - 256 % len(LETTERS)
    while len(letters) < LENGTH:
        letters += [
            LETTERS[byte % len(LETTERS)] for byte in bytes.fromhex(ident.key()) if byte < even
        ]
    text = "".join(letters[:LENGTH])
    return f"{text[:4]}-{text[4:]}"


def plain(typed: str) -> str:
    """As people type it: small letters, spaces and dashes do not matter."""
    return "".join(char for char in typed.upper() if char in LETTERS)


async def put(
    tx: Tx,
    device_code: str,
    user_code: str,
    *,
    client_id: str,
    asked: str | None,
    now: int,
    expires_at: int,
) -> bool:
    """Whether nobody has this user code at the moment."""
    return bool(
        await tx.run(
            _PUT,
            hash=digest(device_code),
            user_code_hash=digest(plain(user_code)),
            client_id=client_id,
            asked=asked,
            pause=PAUSE,
            now=now,
            expires_at=expires_at,
        )
    )


async def of_device(reads: Reads, device_code: str) -> DeviceGrant | None:
    return await reads.one(_BY_DEVICE, hash=digest(device_code))


async def of_user(reads: Reads, typed: str, now: int) -> DeviceGrant | None:
    """The grant that waits for an answer, if there is one with this code."""
    return await reads.one(_BY_USER, hash=digest(plain(typed)), now=now)


async def answer(
    tx: Tx,
    grant: DeviceGrant,
    state: State,
    *,
    account_id: str = "",
    consent_id: str = "",
    session_id: str = "",
    auth_time: int = 0,
    now: int,
) -> bool:
    """Whether it was still waiting."""
    return bool(
        await tx.run(
            _ANSWER,
            hash=grant.hash,
            state=state,
            account_id=account_id,
            consent_id=consent_id,
            session_id=session_id,
            auth_time=auth_time,
            now=now,
        )
    )


async def polled(tx: Tx, grant: DeviceGrant, pause: int, now: int) -> None:
    await tx.run(_POLLED, hash=grant.hash, pause=pause, now=now)


async def take(tx: Tx, grant: DeviceGrant) -> bool:
    """One device request gets the tokens, however many come at once."""
    return bool(await tx.run(_TAKE, hash=grant.hash))

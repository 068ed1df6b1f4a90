"""Refresh tokens: families that rotate, one live leaf each. [OID-4 OID-5 OID-11]

    live(generation g) --g--> live(g + 1) --g + 1--> live(g + 2) …
         |                        |-- g again, within the retry window --> the same g + 1
         |                        '-- g again, later; or anything older --> revoked
         '-- 90 days without use --> over

A token is ``handle | generation | HMAC(key, handle | generation)``, 68 bytes in base64url. The
handle is random and known to holders of the family's tokens only; the row is found by its hash.
So nothing that is stored makes a token, and yet the successor of a token that is presented can be
made again and again: a client whose answer was lost retries and gets the same one.

Rotation is one conditional UPDATE. Of any number of concurrent presenters one changes the row; the
others find themselves in the retry window of what the first has made. A rollback consumes nothing.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workswith.kernel.clock import DAY, SECOND
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import b64url

from . import audit
from .settings import Settings

HANDLE = 32
_GENERATION = 4
_MAC = 32
_LENGTH = HANDLE + _GENERATION + _MAC


@dataclass(frozen=True, slots=True)
class Family:
    """``asked`` is the ``scope`` of the authorization request, ``None`` when there was none."""

    id: str
    account_id: str
    consent_id: str
    asked: str | None
    auth_time: int
    scopes: str


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    account_id: str
    consent_id: str
    asked: str | None
    auth_time: int
    scopes: str
    client_id: str
    generation: int
    rotated_at: int
    expires_at: int
    revoked_at: int | None
    consent_revoked_at: int | None
    same_scopes: int


@dataclass(frozen=True, slots=True)
class Presented:
    """A refresh token that one of our processes has made, whatever has become of it since."""

    handle: bytes
    generation: int

    @property
    def family_id(self) -> str:
        return family_id(self.handle)


Fate = Literal["unknown", "revoked", "expired", "scopes_changed", "reused"]


@dataclass(frozen=True, slots=True)
class Rotated:
    family: Family
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A value, not an exception: ``reused`` has revoked the family, and that must be committed."""

    fate: Fate
    family_id: str = ""
    issued_at: int = 0
    expires_at: int = 0


_INSERT = statement(
    "INSERT INTO token_family (id, client_id, account_id, consent_id, asked, auth_time, "
    "generation, created_at, rotated_at, expires_at) VALUES (:id, :client_id, :account_id, "
    ":consent_id, :asked, :auth_time, 0, :now, :now, :expires_at)"
)
# "<=", since a token that we made and the database does not know yet comes from after the backup
# that the database was restored from: its holder is not to blame.
_ROTATE = query(
    Family,
    "UPDATE token_family SET generation = CAST(:generation AS BIGINT) + 1, rotated_at = :now, "
    "expires_at = :expires_at "
    "WHERE id = :id AND client_id = :client_id AND generation <= CAST(:generation AS BIGINT) "
    "AND revoked_at IS NULL AND expires_at > :now AND EXISTS ("
    "SELECT 1 FROM consent JOIN application USING (client_id) "
    "WHERE consent.id = token_family.consent_id AND consent.revoked_at IS NULL "
    "AND application.deleted_at IS NULL "
    "AND consent.scopes_version = application.scopes_version) "
    "RETURNING id, account_id, consent_id, asked, auth_time, "
    "(SELECT scopes FROM consent WHERE consent.id = token_family.consent_id)",
)
_LOOK = query(
    _Row,
    "SELECT f.id, f.account_id, f.consent_id, f.asked, f.auth_time, c.scopes, f.client_id, "
    "f.generation, f.rotated_at, f.expires_at, f.revoked_at, c.revoked_at, "
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


def family_id(handle: bytes) -> str:
    """How the row is found; one-way, so access tokens may carry it."""
    return b64url(hashlib.sha256(b"family" + handle).digest()[:24])


class Families:
    """Makes, rotates and revokes; ``key`` is a secret of the instance, the same for ever."""

    def __init__(self, key: bytes, settings: Settings) -> None:
        self._key = key
        self._life = settings.refresh_token_days * DAY
        self._retry = settings.refresh_retry_seconds * SECOND

    def token(self, handle: bytes, generation: int) -> str:
        """The one refresh token of this generation."""
        body = handle + generation.to_bytes(_GENERATION, "big")
        return b64url(body + hmac.digest(self._key, body, "sha256"))

    def read(self, token: str) -> Presented | None:
        """``None`` for what we never made; costs no database."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        body, mac = raw[:-_MAC], raw[-_MAC:]
        if len(raw) != _LENGTH or b64url(raw) != token:
            return None
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, "sha256")):
            return None
        return Presented(body[:HANDLE], int.from_bytes(body[HANDLE:], "big"))

    async def start(
        self,
        tx: Tx,
        handle: bytes,
        *,
        client_id: str,
        account_id: str,
        consent_id: str,
        asked: str | None,
        auth_time: int,
        now: int,
    ) -> str:
        """A new family; returns its first refresh token. ``auth_time`` is in ms."""
        await tx.run(
            _INSERT,
            id=family_id(handle),
            client_id=client_id,
            account_id=account_id,
            consent_id=consent_id,
            asked=asked,
            auth_time=auth_time,
            now=now,
            expires_at=now + self._life,
        )
        return self.token(handle, 0)

    async def rotate(
        self, tx: Tx, presented: Presented, client_id: str, now: int
    ) -> Rotated | Refused:
        """The successor of ``presented``, which an earlier try may have made already."""
        family = await tx.one(
            _ROTATE,
            id=presented.family_id,
            client_id=client_id,
            generation=presented.generation,
            now=now,
            expires_at=now + self._life,
        )
        if family:
            return Rotated(family, self.token(presented.handle, presented.generation + 1))
        return await self._not_rotated(tx, presented, client_id, now)

    async def _not_rotated(
        self, tx: Tx, presented: Presented, client_id: str, now: int
    ) -> Rotated | Refused:
        row = await tx.one(_LOOK, id=presented.family_id)
        if row is None:
            return Refused("unknown")
        case = _Case(row, presented.generation, client_id, now, self._retry)
        fate = next((fate for fate, holds in _FATES if holds(case)), None)
        if fate is None:
            family = Family(
                row.id, row.account_id, row.consent_id, row.asked, row.auth_time, row.scopes
            )
            return Rotated(family, self.token(presented.handle, row.generation))
        if fate == "reused":
            await revoke(tx, row.id, "reused", now)
            await audit.note(
                tx,
                "refresh_token_reused",
                now,
                account_id=row.account_id,
                client_id=client_id,
                detail=f"generation {presented.generation} of {row.generation}",
            )
        return Refused(fate, row.id, row.rotated_at, row.expires_at)


@dataclass(frozen=True, slots=True)
class _Case:
    """A presented token whose row did not rotate; ``retry`` is the window in ms."""

    row: _Row
    generation: int
    client_id: str
    now: int
    retry: int

    @property
    def retries(self) -> bool:
        """Whether it is the immediate predecessor of an unused token, in time."""
        return (
            self.generation == self.row.generation - 1
            and self.retry > 0
            and self.now - self.row.rotated_at <= self.retry
        )


# The first that holds; none means a retry that gets the same successor again.
_FATES: tuple[tuple[Fate, Callable[[_Case], bool]], ...] = (
    ("unknown", lambda case: case.row.client_id != case.client_id),
    ("revoked", lambda case: case.row.revoked_at is not None),
    ("revoked", lambda case: case.row.consent_revoked_at is not None),
    ("expired", lambda case: case.row.expires_at <= case.now),
    ("reused", lambda case: case.generation < case.row.generation and not case.retries),
    ("scopes_changed", lambda case: not (case.retries and case.row.same_scopes)),
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

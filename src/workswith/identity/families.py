"""Refresh tokens in families that rotate, one live leaf each. [OID-4 OID-5 OID-11]

    live(generation g) --g--> live(g + 1) --g + 1--> live(g + 2) …
         |                        |-- g again, within the retry window --> the same g + 1
         |                        '-- g again, later; or anything older --> revoked
         '-- 90 days without use --> over

Rotation is one conditional UPDATE. Of any number of concurrent presenters one changes the row; the
others find themselves in the retry window of what the first has made. A rollback consumes nothing.

For programs that write an earlier token back there is, per application, *as the original*: each
use makes a new token, and every earlier one goes on until its own 90 days are over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workswith.kernel.clock import DAY, SECOND
from workswith.kernel.database import Tx, query, statement

from . import audit, refresh_tokens
from .application import Rotation
from .refresh_tokens import Presented, family_id
from .settings import Settings

TOPIC = "family"


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
class Policy:
    """How one application's tokens rotate; ``retry`` is the window in ms."""

    rotation: Rotation
    retry: int


@dataclass(frozen=True, slots=True)
class _Row:
    family: Family
    client_id: str
    expires_at: int
    revoked_at: int | None
    consent_revoked_at: int | None
    same_scopes: int


def _row(*columns: object) -> _Row:
    return _Row(Family(*columns[:10]), *columns[10:])  # type: ignore[arg-type]


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
_INSERT = query(
    Family,
    "INSERT INTO token_family (id, client_id, account_id, consent_id, asked, auth_time, "
    "session_id, wanted, generation, created_at, rotated_at, expires_at) "
    "VALUES (:id, :client_id, :account_id, :consent_id, :asked, :auth_time, :session_id, :wanted, "
    f"0, :now, :now, :expires_at) {_RETURNING}",
)
# "<=", since a token that we made and the database does not know yet comes from after the backup
# that the database was restored from: its holder is not to blame.
_ROTATE = query(
    Family,
    "UPDATE token_family SET generation = CAST(:generation AS BIGINT) + 1, rotated_at = :now, "
    f"expires_at = :expires_at {_LIVE} AND generation <= CAST(:generation AS BIGINT) {_RETURNING}",
)
_FOLLOW = query(
    Family,
    "UPDATE token_family SET generation = CASE WHEN generation > CAST(:generation AS BIGINT) "
    "THEN generation ELSE CAST(:generation AS BIGINT) END + 1, rotated_at = :now, "
    f"expires_at = :expires_at {_LIVE} {_RETURNING}",
)
_LOOK = query(
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


class Families:
    """Makes, rotates and revokes; ``key`` is a secret of the instance, the same for ever."""

    def __init__(self, key: bytes, settings: Settings) -> None:
        self._key = key
        self._life = settings.refresh_token_days * DAY
        self._usual = Policy("strict", settings.refresh_retry_seconds * SECOND)

    def token(self, handle: bytes, family: Family) -> str:
        """The refresh token of the family's present generation."""
        return refresh_tokens.write(self._key, handle, family.generation, family.rotated_at)

    def read(self, token: str) -> Presented | None:
        """``None`` for what we never made; costs no database."""
        return refresh_tokens.read(self._key, token)

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
        session_id: str = "",
        wanted: str = "",
        now: int,
    ) -> Rotated:
        """A new family and its first refresh token. ``auth_time`` is in ms."""
        family = await tx.one(
            _INSERT,
            id=family_id(handle),
            client_id=client_id,
            account_id=account_id,
            consent_id=consent_id,
            asked=asked,
            auth_time=auth_time,
            session_id=session_id,
            wanted=wanted,
            now=now,
            expires_at=now + self._life,
        )
        assert family is not None  # noqa: S101 - an INSERT … RETURNING gives a row or fails
        return Rotated(family, self.token(handle, family))

    async def rotate(
        self,
        tx: Tx,
        presented: Presented,
        client_id: str,
        now: int,
        policy: Policy | None = None,
    ) -> Rotated | Refused:
        """The successor of ``presented``, which an earlier try may have made already."""
        policy = policy or self._usual
        lenient = policy.rotation == "original"
        family = None
        if not lenient or presented.issued_at + self._life > now:
            family = await tx.one(
                _FOLLOW if lenient else _ROTATE,
                id=presented.family_id,
                client_id=client_id,
                generation=presented.generation,
                now=now,
                expires_at=now + self._life,
            )
        if family:
            return Rotated(family, self.token(presented.handle, family))
        return await self._not_rotated(tx, presented, client_id, now, policy)

    async def _not_rotated(
        self, tx: Tx, presented: Presented, client_id: str, now: int, policy: Policy
    ) -> Rotated | Refused:
        row = await tx.one(_LOOK, id=presented.family_id)
        if row is None:
            return Refused("unknown")
        own_end = presented.issued_at + self._life if policy.rotation == "original" else None
        case = _Case(row, presented.generation, client_id, now, policy, own_end)
        fate = next((fate for fate, holds in _FATES if holds(case)), None)
        if fate is None:
            return Rotated(row.family, self.token(presented.handle, row.family))
        if fate == "reused":
            await revoke(tx, row.family.id, "reused", now)
            await audit.note(
                tx,
                "refresh_token_reused",
                now,
                account_id=row.family.account_id,
                client_id=client_id,
                detail=f"generation {presented.generation} of {row.family.generation}",
            )
        return Refused(fate, row.family.id, row.family.rotated_at, own_end or row.expires_at)


@dataclass(frozen=True, slots=True)
class _Case:
    """A presented token whose row did not rotate; ``own_end`` is the end of the token itself."""

    row: _Row
    generation: int
    client_id: str
    now: int
    policy: Policy
    own_end: int | None

    @property
    def retries(self) -> bool:
        """Whether it is the immediate predecessor of an unused token, in time."""
        family = self.row.family
        return (
            self.policy.rotation == "strict"
            and self.generation == family.generation - 1
            and self.policy.retry > 0
            and self.now - family.rotated_at <= self.policy.retry
        )

    @property
    def over(self) -> bool:
        ended = self.own_end is not None and self.own_end <= self.now
        return ended or self.row.expires_at <= self.now

    @property
    def reused(self) -> bool:
        older = self.generation < self.row.family.generation
        return self.policy.rotation == "strict" and older and not self.retries


# The first that holds; none means a retry that gets the same successor again.
_FATES: tuple[tuple[Fate, Callable[[_Case], bool]], ...] = (
    ("unknown", lambda case: case.row.client_id != case.client_id),
    ("revoked", lambda case: case.row.revoked_at is not None),
    ("revoked", lambda case: case.row.consent_revoked_at is not None),
    ("expired", lambda case: case.over),
    ("reused", lambda case: case.reused),
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

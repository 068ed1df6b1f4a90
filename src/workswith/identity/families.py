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
from workswith.kernel.database import Tx

from . import audit, refresh_tokens
from . import family as rows
from .application import Rotation
from .family import Family, Row
from .refresh_tokens import Presented, family_id
from .settings import Settings

TOPIC = "family"


@dataclass(frozen=True, slots=True)
class Policy:
    """How one application's tokens rotate; ``retry`` is the window in ms."""

    rotation: Rotation
    retry: int


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
            rows.INSERT,
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
                rows.FOLLOW if lenient else rows.ROTATE,
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
        row = await tx.one(rows.LOOK, id=presented.family_id)
        if row is None:
            return Refused("unknown")
        own_end = presented.issued_at + self._life if policy.rotation == "original" else None
        case = _Case(row, presented.generation, client_id, now, policy, own_end)
        fate = next((fate for fate, holds in _FATES if holds(case)), None)
        if fate is None:
            return Rotated(row.family, self.token(presented.handle, row.family))
        if fate == "reused":
            await rows.revoke(tx, row.family.id, "reused", now)
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

    row: Row
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

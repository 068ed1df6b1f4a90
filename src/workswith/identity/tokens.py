"""Access tokens at the door of the APIs. [GTW-1 OID-8 OID-9]

Accepted is exactly what `token` issues: our key, RS256, ``at+jwt``, our audience, an issuer that
belongs to its client, a live family. A token that was verified is remembered by its digest, so that
the next call costs a look-up. A revocation in this process is felt at once; one in another within
`RECHECK`, since the database is asked again after that.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import MINUTE, SECOND, Clock
from workswith.kernel.database import Database, query
from workswith.kernel.problem import Kind, Problem

from . import application, consents
from .families import TOPIC as FAMILY_TOPIC
from .keys import SigningKeys
from .settings import Settings

RECHECK = SECOND // 2
LONGEST = 8192
SKEW = MINUTE

_ALIVE = query(
    str,
    "SELECT token_family.id FROM token_family "
    "JOIN consent ON consent.id = token_family.consent_id "
    "JOIN application ON application.client_id = token_family.client_id "
    "JOIN account ON account.id = token_family.account_id "
    "WHERE token_family.id = :id AND token_family.revoked_at IS NULL "
    "AND consent.revoked_at IS NULL AND application.deleted_at IS NULL "
    "AND account.closed_at IS NULL AND account.suspended_at IS NULL",
)


@dataclass(frozen=True, slots=True)
class Access:
    """Who calls, through which application, and what it may do. ``expires_at`` is in ms."""

    account_id: str
    client_id: str
    scopes: frozenset[str]
    family_id: str
    consent_id: str
    expires_at: int


@dataclass(slots=True)
class _Entry:
    access: Access
    checked_at: int


class AccessTokens:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        broadcast: Broadcast,
        *,
        keys: SigningKeys,
        login_origin: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._login_origin = login_origin
        self._resource = settings.resource
        self._most = settings.max_verified_tokens
        self._entries: dict[bytes, _Entry] = {}
        self._of_word: dict[str, set[bytes]] = {}
        for topic in (FAMILY_TOPIC, consents.TOPIC, application.TOPIC, "account"):
            broadcast.on(topic, self._forget)

    def remembered(self, header: str | None, now: int) -> Access | None:
        """The quick answer, without waiting; ``None`` means to ask `verify`."""
        if header is None:
            return None
        entry = self._entries.get(_digest(header))
        if entry is None or now - entry.checked_at >= RECHECK or now >= entry.access.expires_at:
            return None
        return entry.access

    async def verify(self, header: str | None, now: int) -> Access:
        """The value of the ``Authorization`` header.

        Raises `Problem` UNAUTHENTICATED: ``token_missing``, ``token_invalid``, ``token_expired``,
        ``id_token``.
        """
        if access := self.remembered(header, now):
            return access
        if not header:
            raise _refused("token_missing", "The access token is missing.")
        entry = self._entries.get(key := _digest(header))
        access = entry.access if entry else await self._read(header, now)
        if now >= access.expires_at:
            self._drop(key)
            raise _refused(
                "token_expired", "The access token has expired.", "Use the refresh token."
            )
        if await self._database.one(_ALIVE, id=access.family_id) is None:
            self._drop(key)
            raise _refused("token_invalid", "The access token has been revoked.")
        if entry:
            entry.checked_at = now
        else:
            self._keep(key, _Entry(access, now))
        return access

    async def _read(self, header: str, now: int) -> Access:
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _refused("token_invalid", "The Authorization header is not a Bearer token.")
        claims = await self._claims(token)
        expected = f"{self._login_origin}/{claims.get('client_id')}"
        if claims.get("iss") != expected or claims.get("aud") != self._resource:
            raise _refused("token_invalid", "The access token is not for these APIs.")
        if claims["nbf"] * 1000 > now + SKEW:
            raise _refused("token_invalid", "The access token is not valid yet.")
        return Access(
            account_id=claims["sub"],
            client_id=claims["client_id"],
            scopes=frozenset(claims["scope"].split()),
            family_id=claims["fid"],
            consent_id=claims["cid"],
            expires_at=claims["exp"] * 1000,
        )

    async def _claims(self, token: str) -> dict[str, Any]:
        """What one of our keys has signed as an access token."""
        segment = token.partition(".")[0]
        found = self._keys.by_header(segment)
        if found is None and len(token) <= LONGEST:
            await self._keys.refresh()
            found = self._keys.by_header(segment)
        if found is None or not token.isascii():
            raise _refused("token_invalid", "The access token is not valid.")
        key, typ = found
        claims = key.verify(token)
        if claims is None:
            raise _refused("token_invalid", "The access token is not valid.")
        if typ != "at+jwt":
            raise _refused(
                "id_token",
                "An id_token cannot be used for API access.",
                "Use the access_token of the same answer.",
            )
        return claims

    def _keep(self, key: bytes, entry: _Entry) -> None:
        while len(self._entries) >= self._most > 0:
            self._drop(next(iter(self._entries)))
        if self._most:
            self._entries[key] = entry
            for word in _words(entry.access):
                self._of_word.setdefault(word, set()).add(key)

    def _drop(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        for word in _words(entry.access) if entry else ():
            keys = self._of_word.get(word, set())
            keys.discard(key)
            if not keys:
                self._of_word.pop(word, None)

    def _forget(self, word: str) -> None:
        for key in tuple(self._of_word.get(word, ())):
            self._drop(key)


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode("utf-8", "surrogateescape")).digest()


def _words(access: Access) -> tuple[str, str, str, str]:
    return access.family_id, access.consent_id, access.client_id, access.account_id


def _refused(code: str, detail: str, hint: str = "") -> Problem:
    return Problem(Kind.UNAUTHENTICATED, code, detail, hint=hint)

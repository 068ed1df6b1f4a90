"""What a client may learn of its own token. [OID-11, RFC 7662]

A token of somebody else, a forged one and one that is over all look the same: not active.
"""

from dataclasses import dataclass
from typing import Any

from workswith.kernel.clock import SECOND
from workswith.kernel.database import Reads, query

from . import scopes
from .families import Families
from .issuing import Issuer
from .keys import SigningKeys
from .refresh_tokens import Presented
from .settings import Settings

INACTIVE: dict[str, Any] = {"active": False}


@dataclass(frozen=True, slots=True)
class _Alive:
    account_id: str
    asked: str | None
    scopes: str
    generation: int
    expires_at: int


_ALIVE = query(
    _Alive,
    "SELECT f.account_id, f.asked, c.scopes, f.generation, f.expires_at FROM token_family f "
    "JOIN consent c ON c.id = f.consent_id JOIN application a ON a.client_id = f.client_id "
    "JOIN account ON account.id = f.account_id "
    "WHERE f.id = :id AND f.client_id = :client_id AND f.revoked_at IS NULL "
    "AND f.expires_at > :now AND c.revoked_at IS NULL AND a.deleted_at IS NULL "
    "AND account.closed_at IS NULL",
)


class Introspection:
    def __init__(
        self,
        reads: Reads,
        keys: SigningKeys,
        families: Families,
        settings: Settings,
        issuer: Issuer,
    ) -> None:
        self._reads = reads
        self._keys = keys
        self._families = families
        self._settings = settings
        self._issuer = issuer

    async def of(self, token: str, client_id: str, now: int) -> dict[str, Any]:
        """Section 2.2."""
        presented = self._families.read(token)
        if presented:
            return await self._refresh_token(presented, client_id, now)
        return await self._access_token(token, client_id, now)

    async def _refresh_token(
        self, presented: Presented, client_id: str, now: int
    ) -> dict[str, Any]:
        alive = await self._reads.one(_ALIVE, id=presented.family_id, client_id=client_id, now=now)
        if alive is None or presented.generation < alive.generation:
            return INACTIVE
        return {
            "active": True,
            "token_type": "refresh_token",
            "client_id": client_id,
            "iss": self._issuer.of(client_id),
            "sub": alive.account_id,
            "scope": " ".join(scopes.granted(alive.scopes.split(), alive.asked)),
            "iat": presented.issued_at // SECOND,
            "exp": alive.expires_at // SECOND,
        }

    async def _access_token(self, token: str, client_id: str, now: int) -> dict[str, Any]:
        found = self._keys.by_header(token.partition(".")[0])
        if found is None or found[1] != "at+jwt" or not token.isascii():
            return INACTIVE
        said = found[0].verify(token)
        if said is None or said["client_id"] != client_id or said["exp"] * SECOND <= now:
            return INACTIVE
        if said["aud"] != self._settings.resource:
            return INACTIVE
        if await self._reads.one(_ALIVE, id=said["fid"], client_id=client_id, now=now) is None:
            return INACTIVE
        return {"active": True, "token_type": "Bearer", **said}

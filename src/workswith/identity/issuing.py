"""From a family of tokens to the answer of /token. [OID-5]"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workswith.kernel.clock import Clock
from workswith.kernel.database import Reads
from workswith.kernel.ident import Ident

from . import claims, errors, wanted
from .account import account_of
from .application import Application
from .claims import Grant
from .family import Family
from .keys import SigningKeys
from .profile import Profile, profile_of
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Issued:
    """What a grant brought."""

    family: Family
    refresh_token: str
    scopes: Sequence[str]
    nonce: str | None = None
    with_id_token: bool = True


class Issuer:
    """Signs. ``login_origin`` is the public address of the login service."""

    def __init__(
        self,
        reads: Reads,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        *,
        keys: SigningKeys,
        login_origin: str,
    ) -> None:
        self._reads = reads
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._keys = keys
        self._login_origin = login_origin

    def of(self, client_id: str) -> str:
        """The ``iss`` of a client's tokens, and the address before its ``/.well-known``."""
        return f"{self._login_origin}/{client_id}"

    async def answer(self, issued: Issued, application: Application) -> dict[str, Any]:
        """The members of a 200. Raises `OAuthError` when the account is closed."""
        account = await account_of(self._reads, issued.family.account_id)
        if account is None:
            raise errors.invalid_grant("The account has been closed")
        wish = wanted.stored(issued.family.wanted)
        grant = Grant(
            issuer=self.of(application.client_id),
            client_id=application.client_id,
            account=account,
            family=issued.family,
            scopes=tuple(issued.scopes),
            nonce=issued.nonce,
            wanted=wish,
            profile=await profile_of(self._reads, account.id) if wish.id_token else Profile(),
            now=self._clock.now(),
            jti=self._ident.uuid(),
            settings=self._settings,
        )
        key = self._keys.current
        return claims.answer(
            grant,
            access_token=key.sign("at+jwt", claims.access_token(grant)),
            id_token=key.sign("JWT", claims.id_token(grant)) if issued.with_id_token else None,
            refresh_token=issued.refresh_token,
        )

"""``/token``, ``/revoke`` and ``/introspect``: the grant table, and what is known of a token.

[OID-3 OID-4 OID-5 OID-7 OID-11, RFC 6749 section 4.1.3, RFC 7009, RFC 7662]
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident

from . import audit, device_grant, errors, families, family
from .application import Application
from .clients import Clients
from .code_grant import CodeGrant
from .device_grant import DeviceGrant
from .errors import OAuthError
from .families import Families
from .introspection import Introspection
from .issuing import Issuer
from .keys import SigningKeys
from .refresh_grant import RefreshGrant
from .refusals import Refusals
from .settings import Settings

Grant = Callable[[Mapping[str, str], Application], Awaitable[dict[str, Any]]]


class Tokens:
    """Answers authenticated token requests; ``key`` is a secret of the instance.

    ``refusals`` is a `Work` that keeps what owners are shown.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        broadcast: Broadcast,
        *,
        keys: SigningKeys,
        login_origin: str,
        key: bytes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._broadcast = broadcast
        self._keys = keys
        self._families = Families(key, settings)
        self.clients = Clients(database, clock, broadcast, login_origin)
        self.refusals = Refusals(database, clock)
        issuer = Issuer(database, clock, ident, settings, keys=keys, login_origin=login_origin)
        self._devices = DeviceGrant(
            database, clock, ident, settings, self._families, issuer, login_origin
        )
        self._introspection = Introspection(database, keys, self._families, settings, issuer)
        self._grants: dict[str, Grant] = {
            "authorization_code": CodeGrant(
                database, clock, ident, broadcast, self._families, issuer
            ),
            "refresh_token": RefreshGrant(
                database, clock, ident, settings, broadcast, self._families, issuer
            ),
            device_grant.NAME: self._devices,
        }

    async def answer(
        self, params: Mapping[str, str], client_id: str, client_secret: str = ""
    ) -> dict[str, Any]:
        """The members of a 200. Raises `OAuthError`."""
        if "grant_type" not in params:
            raise errors.missing("grant_type")
        return await self._counted(
            params["grant_type"], self._granted, params, client_id, client_secret
        )

    async def begin_device(
        self, params: Mapping[str, str], client_id: str, client_secret: str = ""
    ) -> dict[str, Any]:
        """What a device shows its user. Raises `OAuthError`."""
        application = await self.clients.authenticate(client_id, client_secret, params)
        return await self._devices.begin(params, application)

    async def introspect(
        self, params: Mapping[str, str], client_id: str, client_secret: str = ""
    ) -> dict[str, Any]:
        """RFC 7662, for the tokens of the client itself; every other token is not active."""
        application = await self.clients.authenticate(client_id, client_secret, params)
        if application.authentication == "none":
            raise errors.wrong_authentication("none, which may not introspect")
        return await self._introspection.of(params["token"], client_id, self._clock.now())

    async def revoke(
        self,
        token: str,
        client_id: str,
        client_secret: str = "",
        params: Mapping[str, str] | None = None,
    ) -> None:
        """RFC 7009: ends the family of a refresh token, or of an access token, of this client.

        Silent about tokens that are not the client's. Raises `OAuthError` for the client.
        """
        application = await self.clients.authenticate(client_id, client_secret, params)
        family_id = self._family_of(token)
        if family_id is None:
            return

        async def write(tx: Tx) -> bool:
            now = self._clock.now()
            ended = await family.revoke_of_client(tx, family_id, application.client_id, now)
            if ended:
                await audit.note(tx, "token_revoked", now, client_id=application.client_id)
            return ended

        if await self._database.write(write):
            self._broadcast.send(families.TOPIC, family_id)

    async def _granted(
        self, params: Mapping[str, str], client_id: str, client_secret: str
    ) -> dict[str, Any]:
        application = await self.clients.authenticate(client_id, client_secret, params)
        grant = self._grants.get(params["grant_type"])
        if grant is None:
            raise OAuthError(
                "unsupported_grant_type",
                "The grant_type is not supported",
                hint=" or ".join(self._grants),
            )
        return await grant(params, application)

    async def _counted(
        self,
        asked_for: str,
        work: Callable[[Mapping[str, str], str, str], Awaitable[dict[str, Any]]],
        params: Mapping[str, str],
        client_id: str,
        client_secret: str,
    ) -> dict[str, Any]:
        """Remembers a refusal for the owner, except for what is no fault: a device's waiting."""
        try:
            return await work(params, client_id, client_secret)
        except OAuthError as error:
            waits = error.error in ("authorization_pending", "slow_down")
            if not waits and await self.clients.find(client_id) is not None:
                # A word of a stranger's choice would fill the table.
                known = asked_for if asked_for in self._grants else "other"
                self.refusals.note(client_id, known, error)
            raise

    def _family_of(self, token: str) -> str | None:
        presented = self._families.read(token)
        if presented:
            return presented.family_id
        found = self._keys.by_header(token.partition(".")[0])
        if found is None or found[1] != "at+jwt":
            return None
        said = found[0].verify(token)
        return str(said["fid"]) if said else None

"""Who asks at /token: any of several live secrets, a signed assertion, or nothing. [APP-2 OID-7]

An application proves itself in the one way that it has registered, so that nobody who lacks its key
gets in by a weaker way. Secrets are random, so SHA-256 is enough and costs nothing. Applications
are remembered for a second, and forgotten at once when this process changes one.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, SECOND, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import digest, same

from . import application as rows
from . import client_assertions, errors
from .application import TOPIC, Application, StoredSecret

MOST = 10_000
REMEMBER = SECOND
USED_EVERY = HOUR


@dataclass(frozen=True, slots=True)
class _Known:
    application: Application
    secrets: tuple[StoredSecret, ...]
    read_at: int


class Clients:
    """``login_origin`` is what assertions have to be addressed to, in one of its forms."""

    def __init__(
        self, database: Database, clock: Clock, broadcast: Broadcast, login_origin: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self._login_origin = login_origin
        self._known: OrderedDict[str, _Known] = OrderedDict()
        broadcast.on(TOPIC, self._forget)

    async def authenticate(
        self, client_id: str, secret: str, params: Mapping[str, str] | None = None
    ) -> Application:
        """Raises 401 ``invalid_client``; for a secret that has expired what the original says."""
        known = await self._find(client_id)
        if known is None:
            raise errors.unknown_client()
        params = params or {}
        how = known.application.authentication
        if how == "secret":
            stored = self._stored(known, secret, params)
            _require_approval(known.application)
            await self._note_use(client_id, stored)
        elif how == "private_key_jwt":
            _require_approval(known.application)
            await self._prove(known.application, secret, params)
        else:
            _require_approval(known.application)
            if secret or "client_assertion" in params:
                raise errors.wrong_authentication("none, and a code_verifier")
        return known.application

    async def find(self, client_id: str) -> Application | None:
        """For the metadata of a client's issuer."""
        known = await self._find(client_id)
        return known.application if known else None

    async def _find(self, client_id: str) -> _Known | None:
        now = self._clock.now()
        known = self._known.get(client_id)
        if known and now - known.read_at < REMEMBER:
            return known
        application = await self._database.one(rows.ANYBODYS, client_id=client_id)
        if application is None:
            return None
        secrets = await self._database.all(rows.STORED_SECRETS, client_id=client_id)
        known = _Known(application, tuple(secrets), now)
        self._known[client_id] = known
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    def _stored(self, known: _Known, secret: str, params: Mapping[str, str]) -> StoredSecret:
        if "client_assertion" in params:
            raise errors.wrong_authentication("client_secret_post or client_secret_basic")
        presented = digest(secret)
        match = [stored for stored in known.secrets if same(stored.hash, presented)]
        if not match:
            raise errors.wrong_secret()
        if match[0].expires_at <= self._clock.now():
            raise errors.expired_secret()
        return match[0]

    async def _prove(
        self, application: Application, secret: str, params: Mapping[str, str]
    ) -> None:
        if secret or "client_assertion" not in params:
            raise errors.wrong_authentication("private_key_jwt")
        client_id, origin = application.client_id, self._login_origin
        audiences = frozenset(
            (f"{origin}/{client_id}", f"{origin}/token", f"{origin}/token/", f"{origin}/par")
        )
        said = client_assertions.proved(
            params, application.jwks, client_id, audiences, self._clock.now()
        )
        if said is None:
            raise errors.wrong_assertion()
        if not await self._database.write(client_assertions.first_use, client_id, said):
            raise errors.wrong_assertion("The client_assertion has been used before")

    async def _note_use(self, client_id: str, secret: StoredSecret) -> None:
        now = self._clock.now()
        if secret.last_used_at is not None and now - secret.last_used_at < USED_EVERY:
            return

        async def write(tx: Tx) -> None:
            await tx.run(rows.USED_SECRET, secret_id=secret.id, now=now)

        await self._database.write(write)
        self._forget(client_id)

    def _forget(self, client_id: str) -> None:
        self._known.pop(client_id, None)


def _require_approval(application: Application) -> None:
    if application.state != "approved":
        raise errors.not_approved()

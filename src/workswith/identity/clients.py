"""Who asks at /token: client authentication with any of several live secrets. [APP-2 OID-7]

Secrets are random, so SHA-256 is enough and costs nothing. Applications are remembered for a
second, and forgotten at once when this process changes one.
"""

from collections import OrderedDict
from dataclasses import dataclass

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, SECOND, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import digest, same

from . import application as rows
from . import errors
from .application import Application, StoredSecret
from .applications import TOPIC

MOST = 10_000
REMEMBER = SECOND
USED_EVERY = HOUR


@dataclass(frozen=True, slots=True)
class _Known:
    application: Application
    secrets: tuple[StoredSecret, ...]
    read_at: int


class Clients:
    def __init__(self, database: Database, clock: Clock, broadcast: Broadcast) -> None:
        self._database = database
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        broadcast.on(TOPIC, self._forget)

    async def authenticate(self, client_id: str, secret: str) -> Application:
        """Raises 401 ``invalid_client``; for a secret that has expired what the original says."""
        known = await self._find(client_id)
        if known is None:
            raise errors.unknown_client()
        presented = digest(secret)
        match = [stored for stored in known.secrets if same(stored.hash, presented)]
        if not match:
            raise errors.wrong_secret()
        if match[0].expires_at <= self._clock.now():
            raise errors.expired_secret()
        if known.application.state != "approved":
            raise errors.not_approved()
        await self._note_use(client_id, match[0])
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

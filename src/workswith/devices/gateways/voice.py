"""Who speaks: a gateway's messages are proven before they are read, ours before they are sent.

Access rules of a broker can be wrong. A message without the proof of the gateway in its topic is
nobody's, and what it says is not looked at.
"""

import asyncio
import math

import msgspec

from workswith.identity import audit
from workswith.kernel import log
from workswith.kernel.clock import SECOND, Clock
from workswith.kernel.database import Database, Tx, query

from .broker import Broker
from .desk import ACTIVE, Keys, secret_of
from .protocol import EVERYBODY, Refused, down, encode, is_proven, mac

NOTED_EVERY_SECONDS = 60.0
MOST_NOTED = 1_000

_log = log.get("gateways")

_STANDING = query(
    lambda generation, state, until: (generation, state, until),
    "SELECT generation, state, quarantined_until FROM gateway_links WHERE gateway_id = :id",
)


class Voice:
    """Secrets are kept as long as they prove something; a newer one is found by itself."""

    def __init__(self, database: Database, clock: Clock, broker: Broker, keys: Keys) -> None:
        self._database = database
        self._clock = clock
        self._broker = broker
        self._keys = keys
        self._secrets: dict[str, tuple[int, bytes]] = {}
        self._noted: dict[str, float] = {}

    async def proven(self, gateway_id: str, topic: str, payload: bytes, proof: str) -> int | None:
        """The number of the credentials that a message was proven with; ``None`` for none."""
        known = self._secrets.get(gateway_id)
        if known is not None and is_proven(known[1], topic, payload, proof):
            return known[0]
        standing = await self._database.one(_STANDING, id=gateway_id)
        if standing is not None:
            known = (standing[0], secret_of(self._keys, gateway_id, standing[0]))
            if is_proven(known[1], topic, payload, proof):
                self._secrets[gateway_id] = known
                return known[0]
        await self._note_forgery(gateway_id)
        return None

    async def tell(
        self, gateway_id: str, what: str, message: msgspec.Struct, generation: int | None = None
    ) -> None:
        """What is lost on the way is asked for again by the gateway."""
        if generation is None:
            standing = await self._database.one(_STANDING, id=gateway_id)
            if standing is None:
                return
            generation = standing[0]
        topic, payload = down(gateway_id, what), encode(message)
        try:
            proof = self.proof(gateway_id, generation, topic, payload)
            await self._broker.publish(topic, payload, proof)
        except ConnectionError:
            pass

    async def tell_everybody(self, what: str, message: msgspec.Struct) -> None:
        """Without proof, since they share no secret: nothing that could do harm."""
        try:
            await self._broker.publish(f"{EVERYBODY}/{what}", encode(message), "")
        except ConnectionError:
            pass

    async def refuse(self, gateway_id: str) -> None:
        """Says why nothing is taken, if there is a reason that it can do something about."""
        standing = await self._database.one(_STANDING, id=gateway_id)
        if standing is None:
            return
        generation, state, until = standing
        left = math.ceil((until - self._clock.now()) / SECOND)
        if state != ACTIVE:
            await self.tell(gateway_id, "refused", Refused("revoked"), generation)
        elif left > 0:
            await self.tell(gateway_id, "refused", Refused("flood", left), generation)

    def proof(self, gateway_id: str, generation: int, topic: str, payload: bytes) -> str:
        known = self._secrets.get(gateway_id)
        if known is None or known[0] != generation:
            known = (generation, secret_of(self._keys, gateway_id, generation))
        return mac(known[1], topic, payload)

    def forget(self, gateway_id: str) -> None:
        self._secrets.pop(gateway_id, None)

    async def _note_forgery(self, gateway_id: str) -> None:
        """In the log of security, at most once a minute for each gateway."""
        seconds = asyncio.get_running_loop().time()
        if seconds < self._noted.get(gateway_id, -math.inf) + NOTED_EVERY_SECONDS:
            return
        if len(self._noted) >= MOST_NOTED:
            self._noted.clear()
        self._noted[gateway_id] = seconds
        _log.warning("a message without proof", gateway=gateway_id)
        now = self._clock.now()

        async def store(tx: Tx) -> None:
            await audit.note(tx, "gateway_forged", now, detail=gateway_id)

        await self._database.write(store)

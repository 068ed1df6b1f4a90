"""Gateways are added, given credentials, and shut out. [DEV-5]

Credentials are a certificate, for the broker, and a secret, for the proof on every message. The
secret is derived from the installation's key, the gateway's id and the number of its credentials,
so nothing that could be stolen is stored, and new credentials end the old ones at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workswith.devices import ids
from workswith.devices.parked import set_reach
from workswith.devices.plants import Plant, Reach, create_gateway, unknown
from workswith.devices.plants.plant import COLUMNS
from workswith.identity import audit
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Reads, Tx, query, statement
from workswith.kernel.ident import Ident, b64url
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from .authority import GatewayAuthority, Issued
from .settings import Settings

BELL = "gateways"
ACTIVE, REVOKED = "active", "revoked"
Keys = Callable[[str], bytes]
"""32 bytes of the installation for a purpose."""


def secret_of(keys: Keys, gateway_id: str, generation: int) -> bytes:
    """What a gateway proves its messages with, and we ours."""
    return keys(f"gateway {gateway_id} {generation}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Shown once. ``key`` is empty where the gateway brought its own; ``secret`` is base64url."""

    gateway_id: str
    plant_id: str
    certificate: str
    key: str
    secret: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Instants in ms; 0 for never. ``state`` is ``active`` or ``revoked``."""

    id: str
    plant_id: str
    name: str
    state: str
    reach: str
    heard_at: int
    expires_at: int
    quarantined_until: int
    modules: int


_PLANT = query(Plant, f"SELECT {COLUMNS} FROM plants p WHERE p.id = :plant_id")
_LINKED = query(
    lambda plant_id, generation, serial, expires_at: (plant_id, generation, serial, expires_at),
    "UPDATE gateway_links SET state = state WHERE gateway_id = :id RETURNING "
    "(SELECT plant_id FROM gateways WHERE gateways.id = gateway_links.gateway_id), "
    "generation, serial, expires_at",
)
_ADD = statement(
    "INSERT INTO gateway_links (gateway_id, state, generation, serial, issued_at, expires_at) "
    "VALUES (:id, 'active', 1, :serial, :now, :expires_at)"
)
_RENEW = statement(
    "UPDATE gateway_links SET state = 'active', generation = :generation, serial = :serial, "
    "issued_at = :now, expires_at = :expires_at, quarantined_until = 0, connection = '' "
    "WHERE gateway_id = :id"
)
_END = statement(
    "UPDATE gateway_links SET state = 'revoked', connection = '' WHERE gateway_id = :id"
)
_REVOKE = statement(
    "INSERT INTO gateway_revocations (serial, at, expires_at) VALUES (:serial, :now, :expires_at) "
    "ON CONFLICT (serial) DO NOTHING"
)
_CUT = statement(
    "INSERT INTO gateway_cuts (gateway_id) VALUES (:id) ON CONFLICT (gateway_id) DO NOTHING"
)
_REVOKED = query(
    lambda serial, at: (serial, at),
    "SELECT serial, at FROM gateway_revocations WHERE expires_at > :now ORDER BY at, serial",
)
_ALL = query(
    Listed,
    "SELECT g.id, g.plant_id, g.name, l.state, g.reach, l.heard_at, l.expires_at, "
    "l.quarantined_until, (SELECT count(*) FROM modules m WHERE m.gateway_id = g.id) "
    "FROM gateway_links l JOIN gateways g ON g.id = l.gateway_id ORDER BY g.plant_id, g.id",
)


_REACHED = query(
    lambda online, every: (online or 0, every),
    "SELECT sum(CASE WHEN g.reach = 'online' THEN 1 ELSE 0 END), count(*) "
    "FROM gateway_links l JOIN gateways g ON g.id = l.gateway_id WHERE l.state = 'active'",
)


async def reached(reads: Reads) -> tuple[int, int]:
    """How many real gateways are connected, and how many there are."""
    return await reads.one(_REACHED) or (0, 0)


async def cut(tx: Tx, gateway_id: str) -> None:
    """Its connection is closed by whichever process sees this first. Ring `BELL`."""
    await tx.run(_CUT, id=gateway_id)


class Desk:
    """For operators and makers: no owner is asked for here."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        bells: Bells,
        settings: Settings,
        *,
        keys: Keys,
        authority: GatewayAuthority,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._bells = bells
        self._settings = settings
        self._keys = keys
        self._authority = authority

    async def add(self, plant_id: str, name: str, request: bytes = b"") -> Credentials:
        """Sets up a gateway in a plant; it is off line until it says hello.

        ``request`` (PKCS#10, PEM) certifies a key that the gateway made itself. Raises
        `Kind.UNKNOWN` for the plant, `Kind.INVALID` for name and request.
        """
        plant = await self._database.one(_PLANT, plant_id=plant_id)
        if plant is None:
            raise unknown("plant")
        gateway_id, now = ids.gateway(self._ident, plant.api), self._clock.now()
        issued = self._issue(gateway_id, request)

        async def set_up(tx: Tx) -> None:
            await create_gateway(tx, plant, self._ident, name, now, id_=gateway_id)
            await set_reach(tx, gateway_id, Reach.OFFLINE, now)
            await tx.run(
                _ADD,
                id=gateway_id,
                serial=issued.serial,
                now=now,
                expires_at=issued.expires_at,
            )
            await audit.note(tx, "gateway_added", now, detail=f"{gateway_id} in plant {plant_id}")

        await self._database.write(set_up)
        return self._credentials(gateway_id, plant_id, 1, issued)

    async def renew(self, gateway_id: str, request: bytes = b"") -> Credentials:
        """New credentials; the old ones end at once, also those of a gateway that was shut out.

        Raises `Kind.UNKNOWN` and `Kind.INVALID`.
        """
        issued = self._issue(gateway_id, request)

        async def replace(tx: Tx) -> tuple[str, int]:
            plant_id, generation, serial, expires_at = await _linked(tx, gateway_id)
            now = self._clock.now()
            await tx.run(_REVOKE, serial=serial, now=now, expires_at=expires_at)
            await tx.run(
                _RENEW,
                id=gateway_id,
                generation=generation + 1,
                serial=issued.serial,
                now=now,
                expires_at=issued.expires_at,
            )
            await set_reach(tx, gateway_id, Reach.OFFLINE, now)
            await cut(tx, gateway_id)
            await audit.note(tx, "gateway_renewed", now, detail=gateway_id)
            return plant_id, generation + 1

        plant_id, generation = await self._database.write(replace)
        await self._told_others()
        return self._credentials(gateway_id, plant_id, generation, issued)

    async def revoke(self, gateway_id: str) -> None:
        """Nothing of it is taken from now on, and its connection is cut. Raises `Kind.UNKNOWN`."""

        async def shut_out(tx: Tx) -> None:
            _, _, serial, expires_at = await _linked(tx, gateway_id)
            now = self._clock.now()
            await tx.run(_END, id=gateway_id)
            await tx.run(_REVOKE, serial=serial, now=now, expires_at=expires_at)
            await set_reach(tx, gateway_id, Reach.OFFLINE, now)
            await cut(tx, gateway_id)
            await audit.note(tx, "gateway_revoked", now, detail=gateway_id)

        await self._database.write(shut_out)
        await self._told_others()

    async def every(self) -> list[Listed]:
        """All that were ever added and still exist, by plant."""
        return await self._database.all(_ALL)

    def _issue(self, gateway_id: str, request: bytes) -> Issued:
        return self._authority.issue(gateway_id, self._settings.certificate_days, request)

    async def _told_others(self) -> None:
        self._authority.publish(await self._database.all(_REVOKED, now=self._clock.now()))
        self._bells.ring(BELL)

    def _credentials(
        self, gateway_id: str, plant_id: str, generation: int, issued: Issued
    ) -> Credentials:
        return Credentials(
            gateway_id,
            plant_id,
            issued.certificate,
            issued.key,
            b64url(secret_of(self._keys, gateway_id, generation)),
            issued.expires_at,
        )


async def _linked(tx: Tx, gateway_id: str) -> tuple[str, int, str, int]:
    found = await tx.one(_LINKED, id=gateway_id)
    if found is None:
        raise Problem(Kind.UNKNOWN, "gateway_unknown", "There is no such gateway.")
    return found

"""How modules of real gateways are set up from afar: their programs, regulation and lock. [DEV-5]

What is wanted is the module's configuration, and a number that counts its changes (`homes.configuring`).
It is sent until the gateway says that it has taken that number over: at once, again after
`AGAIN`, and whenever the gateway comes back. A gateway that has lost its memory says so with a lower
number, and what it then announces changes nothing.
"""

from dataclasses import dataclass

import msgspec

from workswith.kernel import log
from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Database, Tx, query, statement

from .broker import Broker
from .protocol import Setup, TakenOver, down, encode
from .voice import Voice

AGAIN = MINUTE
"""On the clock: after so long without an answer a setup is sent again."""

_log = log.get("gateways")


@dataclass(frozen=True, slots=True)
class _Due:
    module_id: str
    gateway_id: str
    generation: int
    name: str
    version: int
    configuration: str


_DUE = query(
    _Due,
    "SELECT s.module_id, k.gateway_id, l.generation, k.name, s.version, m.configuration "
    "FROM gateway_setups s JOIN gateway_modules k ON k.module_id = s.module_id "
    "JOIN gateway_links l ON l.gateway_id = k.gateway_id "
    "JOIN gateways g ON g.id = k.gateway_id JOIN modules m ON m.id = s.module_id "
    "WHERE s.taken < s.version AND (s.sent < s.version OR s.sent_at <= :before) "
    "AND l.state = 'active' AND l.connection <> '' AND g.reach <> 'offline' "
    "ORDER BY s.module_id LIMIT 100",
)
_SENT = statement(
    "UPDATE gateway_setups SET sent = :version, sent_at = :now WHERE module_id = :module_id"
)
_ANEW = statement(
    "UPDATE gateway_setups SET sent = 0 WHERE taken < version AND module_id IN "
    "(SELECT module_id FROM gateway_modules WHERE gateway_id = :id)"
)
_WANTED = query(
    lambda name, version: (name, version),
    "SELECT k.name, s.version FROM gateway_setups s "
    "JOIN gateway_modules k ON k.module_id = s.module_id WHERE k.gateway_id = :id",
)
_HOLDS = statement(
    "UPDATE gateway_setups SET taken = :version WHERE version >= :version AND module_id = "
    "(SELECT module_id FROM gateway_modules WHERE gateway_id = :id AND name = :name)"
)


async def send_due(database: Database, broker: Broker, voice: Voice, now: int) -> None:
    """What has not been taken over, to gateways that are on line."""
    if not broker.connected:
        return
    for one in await database.all(_DUE, before=now - AGAIN):
        setup = Setup(one.name, one.version, msgspec.json.decode(one.configuration))
        topic, payload = down(one.gateway_id, "setup"), encode(setup)
        try:
            proof = voice.proof(one.gateway_id, one.generation, topic, payload)
            await broker.publish(topic, payload, proof, sure=True)
        except ConnectionError:
            return
        await database.write(_note_sent, one, now)


async def take_over(tx: Tx, gateway_id: str, said: TakenOver) -> None:
    """A gateway has set a module up so; one that cannot has told why, and is not asked again."""
    if said.refused:
        _log.warning("not set up", gateway=gateway_id, module=said.module, reason=said.refused)
    await tx.run(_HOLDS, id=gateway_id, name=said.module, version=said.version)


async def wanted(tx: Tx, gateway_id: str) -> dict[str, int]:
    """The number of the setup that each module shall have, by the gateway's name of it."""
    return dict(await tx.all(_WANTED, id=gateway_id))


async def holds(tx: Tx, gateway_id: str, name: str, version: int) -> None:
    """What a module that says hello has taken over: less than once, if it lost its memory."""
    await tx.run(_HOLDS, id=gateway_id, name=name, version=version)


async def begin_anew(tx: Tx, gateway_id: str) -> None:
    """What is on its way to a gateway that says hello may have been lost."""
    await tx.run(_ANEW, id=gateway_id)


async def _note_sent(tx: Tx, one: _Due, now: int) -> None:
    await tx.run(_SENT, module_id=one.module_id, version=one.version, now=now)

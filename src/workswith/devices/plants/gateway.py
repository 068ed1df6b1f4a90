"""Gateways: what connects the modules of a plant to the cloud."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from workswith.devices import ids
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident

from .names import checked_name
from .plant import SEEN_BY, Plant


class Reach(StrEnum):
    """Whether a gateway or module can be reached."""

    ONLINE = "online"
    OFFLINE = "offline"
    SILENT = "silent"  # connected, but commands get no answer


@dataclass(frozen=True, slots=True)
class Gateway:
    """What connects the modules of a plant to the cloud."""

    id: str
    plant_id: str
    name: str
    reach: str
    reach_since: int
    hw_type: str = ""
    fw: int = 0


_GATEWAYS_OF = query(
    Gateway,
    f"SELECT g.id, g.plant_id, g.name, g.reach, g.reach_since, g.hw_type, g.fw FROM {SEEN_BY} "
    "JOIN gateways g ON g.plant_id = p.id WHERE p.id = :plant_id ORDER BY g.id",
)
_ADD_GATEWAY = statement(
    "INSERT INTO gateways (id, plant_id, name, reach, reach_since, hw_type, fw) "
    "VALUES (:id, :plant_id, :name, 'online', :now, :hw_type, :fw)"
)


async def gateways_of(reads: Reads, account_id: str, plant_id: str) -> list[Gateway]:
    return await reads.all(_GATEWAYS_OF, account_id=account_id, plant_id=plant_id)


async def create_gateways(tx: Tx, gateways: Sequence[Gateway]) -> None:
    """`create_gateway` of many at once, with ids and names that were checked."""
    await tx.run_many(_ADD_GATEWAY, [asdict(one) | {"now": one.reach_since} for one in gateways])


async def create_gateway(
    tx: Tx,
    plant: Plant,
    ident: Ident,
    name: str,
    now: int,
    *,
    hw_type: str = "",
    fw: int = 0,
    id_: str = "",
) -> Gateway:
    """With an id of its own, or with one that is known. Raises `Kind.INVALID`."""
    id_ = id_ or ids.gateway(ident, plant.api)
    gateway = Gateway(id_, plant.id, checked_name(name), Reach.ONLINE, now, hw_type, fw)
    await tx.run(
        _ADD_GATEWAY,
        id=gateway.id,
        plant_id=plant.id,
        name=gateway.name,
        now=now,
        hw_type=hw_type,
        fw=fw,
    )
    return gateway

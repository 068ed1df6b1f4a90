"""Ambients: the rooms of a plant."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from workswith.devices import ids
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from .names import checked_name, unknown
from .plant import SEEN_BY, Plant

TYPES = (
    "custom",
    "kitchen",
    "livingroom",
    "dining_room",
    "bedroom",
    "bathroom",
    "toilets",
    "lobby",
    "corridor",
    "home_office",
    "garage",
    "outdoor",
    "electrical_cabinet",
)
"""What a room can be used as. (`contract/homecontrol.md` 2.7)"""


@dataclass(frozen=True, slots=True)
class Ambient:
    """A room of a plant."""

    id: str
    plant_id: str
    name: str
    type: str = "custom"
    """What it is used as: ``kitchen``, ``bedroom`` …"""
    floor: str = ""
    """The name of the floor that it is on, where the plant's system knows floors."""


AMBIENTS_OF = query(
    Ambient,
    f"SELECT a.id, a.plant_id, a.name, a.type, a.floor FROM {SEEN_BY} "
    "JOIN ambients a ON a.plant_id = p.id WHERE p.id = :plant_id ORDER BY a.place, a.id",
)
_ADD_AMBIENT = statement(
    "INSERT INTO ambients (id, plant_id, name, type, floor, place) "
    "VALUES (:id, :plant_id, :name, :type, :floor, "
    "(SELECT COALESCE(MAX(place), -1) + 1 FROM ambients WHERE plant_id = :plant_id))"
)

_OWNED = (
    "id = :ambient_id AND plant_id = :plant_id AND EXISTS "
    "(SELECT 1 FROM plants WHERE id = :plant_id AND owner_id = :owner_id)"
)
_RENAME = statement(f"UPDATE ambients SET name = :name, type = :type WHERE {_OWNED}")
_EMPTY = statement("UPDATE modules SET ambient_id = NULL WHERE ambient_id = :ambient_id")
_REMOVE = statement(f"DELETE FROM ambients WHERE {_OWNED}")
_LOCK = statement(f"UPDATE ambients SET place = place WHERE {_OWNED}")


async def ambients_of(reads: Reads, account_id: str, plant_id: str) -> list[Ambient]:
    return await reads.all(AMBIENTS_OF, account_id=account_id, plant_id=plant_id)


async def create_ambients(tx: Tx, ambients: Sequence[Ambient]) -> None:
    """`create_ambient` of many at once, with ids and names that were checked."""
    await tx.run_many(_ADD_AMBIENT, [asdict(one) for one in ambients])


async def create_ambient(
    tx: Tx,
    plant: Plant,
    ident: Ident,
    name: str,
    ambient_type: str = "custom",
    *,
    floor: str = "",
    id_: str = "",
) -> Ambient:
    """With an id of its own, or with one that is known. Raises `Kind.INVALID`."""
    id_ = id_ or ids.ambient(ident, plant.api, plant.id)
    ambient = Ambient(id_, plant.id, checked_name(name), ambient_type, floor)
    await tx.run(
        _ADD_AMBIENT,
        id=ambient.id,
        plant_id=plant.id,
        name=ambient.name,
        type=ambient_type,
        floor=floor,
    )
    return ambient


async def change_ambient(
    tx: Tx, owner_id: str, plant_id: str, ambient_id: str, *, name: str, ambient_type: str
) -> None:
    """Its name and what it is used as. Only the plant's owner may.

    Raises `Kind.UNKNOWN` and `Kind.INVALID`.
    """
    whose = {"owner_id": owner_id, "plant_id": plant_id, "ambient_id": ambient_id}
    if not await tx.run(_RENAME, **whose, name=checked_name(name), type=known_type(ambient_type)):
        raise unknown("ambient")


async def remove_ambient(tx: Tx, owner_id: str, plant_id: str, ambient_id: str) -> None:
    """What stands in it stands in no room then. Only the owner may. Raises `Kind.UNKNOWN`."""
    whose = {"owner_id": owner_id, "plant_id": plant_id, "ambient_id": ambient_id}
    if not await tx.run(_LOCK, **whose):
        raise unknown("ambient")
    await tx.run(_EMPTY, ambient_id=ambient_id)
    await tx.run(_REMOVE, **whose)


def known_type(ambient_type: str) -> str:
    """Raises `Kind.INVALID` for what no room is used as."""
    if ambient_type not in TYPES:
        raise Problem(
            Kind.INVALID, "ambient_type", "A room is not used as that.", field="ambient_type"
        )
    return ambient_type

"""Plants: who owns them, and who else sees them. [API-4]

Every question starts with the account that asks: a plant answers only to its members, and a plant
that is not theirs does not exist for them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from workswith.devices import ids
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident

from .linked import share_linked
from .names import checked_name, unknown

APIS = (
    "smarther",
    "home_control",
    "multisocket",
    "myhome_up",
    "emergency_lighting",
    "classe_100x",
)
"""What a plant can belong to."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A location: a house, a flat, a hotel. ``time_zone`` is an IANA name."""

    id: str
    owner_id: str
    name: str
    type: str
    time_zone: str
    api: str
    country: str = "IT"
    """ISO 3166 alpha-2."""


COLUMNS = "p.id, p.owner_id, p.name, p.type, p.time_zone, p.api, p.country"
SEEN_BY = "plants p JOIN plant_members me ON me.plant_id = p.id AND me.account_id = :account_id"
"""What every question about something in a plant joins; `me` is who asks."""

PLANTS_OF = query(
    Plant,
    f"SELECT {COLUMNS} FROM {SEEN_BY} WHERE :api = '' OR p.api = :api ORDER BY p.created_at, p.id",
)
PLANT_OF = query(Plant, f"SELECT {COLUMNS} FROM {SEEN_BY} WHERE p.id = :plant_id")
_OWNED = query(
    Plant, f"SELECT {COLUMNS} FROM plants p WHERE p.id = :plant_id AND p.owner_id = :owner_id"
)
_ADD_PLANT = statement(
    "INSERT INTO plants (id, owner_id, name, type, time_zone, api, country, created_at) "
    "VALUES (:id, :owner_id, :name, :type, :time_zone, :api, :country, :now)"
)
_ADD_MEMBER = statement(
    "INSERT INTO plant_members (account_id, plant_id, since) VALUES (:account_id, :plant_id, :now) "
    "ON CONFLICT (account_id, plant_id) DO NOTHING"
)
_RENAME = statement("UPDATE plants SET name = :name WHERE id = :plant_id AND owner_id = :owner_id")


async def plants_of(reads: Reads, account_id: str, api: str = "") -> list[Plant]:
    """The plants that the account sees, oldest first; of one API or of all."""
    return await reads.all(PLANTS_OF, account_id=account_id, api=api)


async def plant_of(reads: Reads, account_id: str, plant_id: str) -> Plant:
    """Raises `Kind.UNKNOWN` for a plant that the account does not see."""
    found = await reads.one(PLANT_OF, account_id=account_id, plant_id=plant_id)
    if found is None:
        raise unknown("plant")
    return found


async def owned_plant(reads: Reads, owner_id: str, plant_id: str) -> Plant:
    """What only an owner may change. Raises `Kind.UNKNOWN` for everybody else."""
    found = await reads.one(_OWNED, owner_id=owner_id, plant_id=plant_id)
    if found is None:
        raise unknown("plant")
    return found


async def create_plant(
    tx: Tx,
    owner_id: str,
    ident: Ident,
    name: str,
    *,
    plant_type: str = "House",
    time_zone: str = "Europe/Rome",
    api: str = "smarther",
    country: str = "IT",
    now: int,
    id_: str = "",
) -> Plant:
    """Sets up an empty plant, with an id of its own or with one that is known. Accounts that are
    linked with the owner's see it as well.

    Raises `Kind.INVALID` for a name that is empty or too long.
    """
    if api not in APIS:
        raise ValueError(f"a plant belongs to one of {APIS}, not to {api!r}")
    id_ = id_ or ids.plant(ident, api)
    plant = Plant(id_, owner_id, checked_name(name), plant_type, time_zone, api, country)
    await tx.run(
        _ADD_PLANT,
        id=plant.id,
        owner_id=owner_id,
        name=plant.name,
        type=plant_type,
        time_zone=time_zone,
        api=api,
        country=country,
        now=now,
    )
    await tx.run(_ADD_MEMBER, account_id=owner_id, plant_id=plant.id, now=now)
    await share_linked(tx, owner_id, api, now)
    return plant


async def create_plants(tx: Tx, plants: Sequence[Plant], now: int) -> None:
    """`create_plant` of many at once, with ids and names that were checked."""
    await tx.run_many(_ADD_PLANT, [asdict(one) | {"now": now} for one in plants])
    await tx.run_many(
        _ADD_MEMBER,
        [{"account_id": one.owner_id, "plant_id": one.id, "now": now} for one in plants],
    )
    for owner_id, api in sorted({(one.owner_id, one.api) for one in plants}):
        await share_linked(tx, owner_id, api, now)


async def rename_plant(tx: Tx, owner_id: str, plant_id: str, name: str) -> None:
    """Only its owner may. Raises `Kind.UNKNOWN` and `Kind.INVALID`."""
    if not await tx.run(_RENAME, owner_id=owner_id, plant_id=plant_id, name=checked_name(name)):
        raise unknown("plant")

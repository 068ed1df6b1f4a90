"""Plants, ambients, gateways and modules: what stands where, and who sees it. [API-4]

Every question starts with the account that asks: a plant answers only to its members, and a plant
that is not theirs does not exist for them.
"""

from dataclasses import dataclass
from enum import StrEnum

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from . import ids

APIS = (
    "smarther",
    "home_control",
    "multisocket",
    "myhome_up",
    "emergency_lighting",
    "classe_100x",
)
"""What a plant can belong to."""
NAME_LENGTH = 100


class Reach(StrEnum):
    """Whether a gateway or module can be reached."""

    ONLINE = "online"
    OFFLINE = "offline"
    SILENT = "silent"  # connected, but commands get no answer


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


@dataclass(frozen=True, slots=True)
class Module:
    """One precise device.

    ``hw_type`` is the maker's code for its hardware, ``fw`` the number of its firmware,
    ``appliance`` what is connected to a plug (empty: not said).
    """

    id: str
    plant_id: str
    ambient_id: str | None
    gateway_id: str
    device: str
    name: str
    reach: str
    configuration: str
    hw_type: str = ""
    fw: int = 0
    appliance: str = ""


_PLANT = "p.id, p.owner_id, p.name, p.type, p.time_zone, p.api, p.country"
_SEEN_BY = "plants p JOIN plant_members me ON me.plant_id = p.id AND me.account_id = :account_id"
_MODULE = (
    "m.id, m.plant_id, m.ambient_id, m.gateway_id, m.device, m.name, "
    "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, m.configuration, "
    "m.hw_type, m.fw, m.appliance"
)
_MODULES = f"{_SEEN_BY} JOIN modules m ON m.plant_id = p.id JOIN gateways g ON g.id = m.gateway_id"

_PLANTS_OF = query(
    Plant,
    f"SELECT {_PLANT} FROM {_SEEN_BY} WHERE :api = '' OR p.api = :api ORDER BY p.created_at, p.id",
)
_PLANT_OF = query(Plant, f"SELECT {_PLANT} FROM {_SEEN_BY} WHERE p.id = :plant_id")
_AMBIENTS_OF = query(
    Ambient,
    f"SELECT a.id, a.plant_id, a.name, a.type, a.floor FROM {_SEEN_BY} "
    "JOIN ambients a ON a.plant_id = p.id WHERE p.id = :plant_id ORDER BY a.place, a.id",
)
_GATEWAYS_OF = query(
    Gateway,
    f"SELECT g.id, g.plant_id, g.name, g.reach, g.reach_since, g.hw_type, g.fw FROM {_SEEN_BY} "
    "JOIN gateways g ON g.plant_id = p.id WHERE p.id = :plant_id ORDER BY g.id",
)
_MODULES_OF = query(
    Module, f"SELECT {_MODULE} FROM {_MODULES} WHERE p.id = :plant_id ORDER BY m.place, m.id"
)
_MODULE_OF = query(
    Module, f"SELECT {_MODULE} FROM {_MODULES} WHERE p.id = :plant_id AND m.id = :module_id"
)
_MEMBERS = query(
    str,
    "SELECT other.account_id FROM plant_members other "
    "JOIN plant_members me ON me.plant_id = other.plant_id AND me.account_id = :account_id "
    "WHERE other.plant_id = :plant_id ORDER BY other.since, other.account_id",
)
_ADD_PLANT = statement(
    "INSERT INTO plants (id, owner_id, name, type, time_zone, api, country, created_at) "
    "VALUES (:id, :owner_id, :name, :type, :time_zone, :api, :country, :now)"
)
_ADD_MEMBER = statement(
    "INSERT INTO plant_members (account_id, plant_id, since) VALUES (:account_id, :plant_id, :now) "
    "ON CONFLICT (account_id, plant_id) DO NOTHING"
)
_DROP_MEMBER = statement(
    "DELETE FROM plant_members WHERE account_id = :account_id AND plant_id = :plant_id"
)
_RENAME = statement("UPDATE plants SET name = :name WHERE id = :plant_id AND owner_id = :owner_id")
_ADD_AMBIENT = statement(
    "INSERT INTO ambients (id, plant_id, name, type, floor, place) "
    "VALUES (:id, :plant_id, :name, :type, :floor, "
    "(SELECT count(*) FROM ambients WHERE plant_id = :plant_id))"
)
_ADD_GATEWAY = statement(
    "INSERT INTO gateways (id, plant_id, name, reach, reach_since, hw_type, fw) "
    "VALUES (:id, :plant_id, :name, 'online', :now, :hw_type, :fw)"
)
_ADD_MODULE = statement(
    "INSERT INTO modules (id, plant_id, ambient_id, gateway_id, device, name, place, reach, "
    "reach_since, configuration, hw_type, fw, appliance) "
    "VALUES (:id, :plant_id, :ambient_id, :gateway_id, :device, :name, "
    "(SELECT count(*) FROM modules WHERE plant_id = :plant_id), 'online', :now, :configuration, "
    ":hw_type, :fw, :appliance)"
)


async def plants_of(reads: Reads, account_id: str, api: str = "") -> list[Plant]:
    """The plants that the account sees, oldest first; of one API or of all."""
    return await reads.all(_PLANTS_OF, account_id=account_id, api=api)


async def plant_of(reads: Reads, account_id: str, plant_id: str) -> Plant:
    """Raises `Kind.UNKNOWN` for a plant that the account does not see."""
    found = await reads.one(_PLANT_OF, account_id=account_id, plant_id=plant_id)
    if found is None:
        raise unknown("plant")
    return found


async def ambients_of(reads: Reads, account_id: str, plant_id: str) -> list[Ambient]:
    return await reads.all(_AMBIENTS_OF, account_id=account_id, plant_id=plant_id)


async def gateways_of(reads: Reads, account_id: str, plant_id: str) -> list[Gateway]:
    return await reads.all(_GATEWAYS_OF, account_id=account_id, plant_id=plant_id)


async def modules_of(reads: Reads, account_id: str, plant_id: str) -> list[Module]:
    """The modules in the order in which they were set up; ``reach`` includes the gateway's."""
    return await reads.all(_MODULES_OF, account_id=account_id, plant_id=plant_id)


async def module_of(reads: Reads, account_id: str, plant_id: str, module_id: str) -> Module:
    """Raises `Kind.UNKNOWN` for a module that is not in a plant that the account sees."""
    found = await reads.one(
        _MODULE_OF, account_id=account_id, plant_id=plant_id, module_id=module_id
    )
    if found is None:
        raise unknown("module")
    return found


async def members_of(reads: Reads, account_id: str, plant_id: str) -> list[str]:
    """The accounts that see a plant, its first owner first; empty for who does not see it."""
    return await reads.all(_MEMBERS, account_id=account_id, plant_id=plant_id)


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
) -> Plant:
    """Sets up an empty plant. Raises `Kind.INVALID` for a name that is empty or too long."""
    if api not in APIS:
        raise ValueError(f"a plant belongs to one of {APIS}, not to {api!r}")
    id_ = ids.plant(ident, api)
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
    return plant


async def rename_plant(tx: Tx, owner_id: str, plant_id: str, name: str) -> None:
    """Only its owner may. Raises `Kind.UNKNOWN` and `Kind.INVALID`."""
    if not await tx.run(_RENAME, owner_id=owner_id, plant_id=plant_id, name=checked_name(name)):
        raise unknown("plant")


async def share_plant(tx: Tx, owner_id: str, plant_id: str, account_id: str, now: int) -> None:
    """Lets another account see and command the plant. Only its owner may."""
    await _require_owner(tx, owner_id, plant_id)
    await tx.run(_ADD_MEMBER, account_id=account_id, plant_id=plant_id, now=now)


async def unshare_plant(tx: Tx, owner_id: str, plant_id: str, account_id: str) -> None:
    """Takes the plant from another account again. Nobody takes it from its owner."""
    await _require_owner(tx, owner_id, plant_id)
    if account_id != owner_id:
        await tx.run(_DROP_MEMBER, account_id=account_id, plant_id=plant_id)


async def create_ambient(
    tx: Tx,
    plant: Plant,
    ident: Ident,
    name: str,
    ambient_type: str = "custom",
    *,
    floor: str = "",
) -> Ambient:
    id_ = ids.ambient(ident, plant.api, plant.id)
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


async def create_gateway(
    tx: Tx,
    plant: Plant,
    ident: Ident,
    name: str,
    now: int,
    *,
    hw_type: str = "",
    fw: int = 0,
) -> Gateway:
    id_ = ids.gateway(ident, plant.api)
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


async def create_module(
    tx: Tx,
    plant: Plant,
    gateway: Gateway,
    ambient: Ambient | None,
    ident: Ident,
    *,
    name: str,
    device: str,
    configuration: str,
    hw_type: str = "",
    fw: int = 0,
    appliance: str = "",
    now: int,
) -> Module:
    """Puts a module into a plant. Its state begins with its first report."""
    module = Module(
        ids.module(ident, plant.api, gateway.id),
        plant.id,
        ambient.id if ambient else None,
        gateway.id,
        device,
        checked_name(name),
        Reach.ONLINE,
        configuration,
        hw_type,
        fw,
        appliance,
    )
    await tx.run(
        _ADD_MODULE,
        id=module.id,
        plant_id=plant.id,
        ambient_id=module.ambient_id,
        gateway_id=gateway.id,
        device=device,
        name=module.name,
        configuration=configuration,
        hw_type=hw_type,
        fw=fw,
        appliance=appliance,
        now=now,
    )
    return module


def checked_name(name: str) -> str:
    """The name without blanks around it; `Kind.INVALID` when it is empty, too long or odd."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise Problem(
            Kind.INVALID,
            "name_invalid",
            f"A name has 1 to {NAME_LENGTH} printable characters.",
            field="name",
        )
    return name


def unknown(what: str) -> Problem:
    """For what does not exist, and for what is somebody else's."""
    return Problem(
        Kind.UNKNOWN,
        f"{what}_unknown",
        "Resource not found",
        hint=f"The {what} id is wrong, or the signed-in user does not see that {what}.",
    )


async def _require_owner(tx: Tx, owner_id: str, plant_id: str) -> None:
    if (await plant_of(tx, owner_id, plant_id)).owner_id != owner_id:
        raise unknown("plant")

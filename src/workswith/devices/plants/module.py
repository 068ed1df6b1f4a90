"""Modules: precise devices, and where they stand."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from workswith.devices import ids
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.ident import Ident

from .gateway import Reach
from .names import checked_name, unknown
from .plant import SEEN_BY, Plant


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


_MODULE = (
    "m.id, m.plant_id, m.ambient_id, m.gateway_id, m.device, m.name, "
    "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, m.configuration, "
    "m.hw_type, m.fw, m.appliance"
)
_MODULES = f"{SEEN_BY} JOIN modules m ON m.plant_id = p.id JOIN gateways g ON g.id = m.gateway_id"
MODULES_OF = query(
    Module, f"SELECT {_MODULE} FROM {_MODULES} WHERE p.id = :plant_id ORDER BY m.place, m.id"
)
_MODULE_OF = query(
    Module, f"SELECT {_MODULE} FROM {_MODULES} WHERE p.id = :plant_id AND m.id = :module_id"
)
_ADD_MODULE = statement(
    "INSERT INTO modules (id, plant_id, ambient_id, gateway_id, device, name, place, reach, "
    "reach_since, configuration, hw_type, fw, appliance) "
    "VALUES (:id, :plant_id, :ambient_id, :gateway_id, :device, :name, "
    "(SELECT COALESCE(MAX(place), -1) + 1 FROM modules WHERE plant_id = :plant_id), 'online', :now, "
    ":configuration, :hw_type, :fw, :appliance)"
)
_OWNED = (
    "id = :module_id AND plant_id = :plant_id AND EXISTS "
    "(SELECT 1 FROM plants WHERE id = :plant_id AND owner_id = :owner_id)"
)
_RENAME = statement(f"UPDATE modules SET name = :name WHERE {_OWNED}")
_MOVE = statement(
    "UPDATE modules SET ambient_id = "
    "(SELECT id FROM ambients WHERE id = :ambient_id AND plant_id = :plant_id) "
    f"WHERE {_OWNED} AND (:ambient_id = '' OR EXISTS "
    "(SELECT 1 FROM ambients WHERE id = :ambient_id AND plant_id = :plant_id))"
)
_CONFIGURE = statement("UPDATE modules SET configuration = :configuration WHERE id = :module_id")


async def modules_of(reads: Reads, account_id: str, plant_id: str) -> list[Module]:
    """The modules in the order in which they were set up; ``reach`` includes the gateway's."""
    return await reads.all(MODULES_OF, account_id=account_id, plant_id=plant_id)


async def module_of(reads: Reads, account_id: str, plant_id: str, module_id: str) -> Module:
    """Raises `Kind.UNKNOWN` for a module that is not in a plant that the account sees."""
    found = await reads.one(
        _MODULE_OF, account_id=account_id, plant_id=plant_id, module_id=module_id
    )
    if found is None:
        raise unknown("module")
    return found


async def create_module(
    tx: Tx,
    plant: Plant,
    gateway_id: str,
    ambient_id: str | None,
    ident: Ident,
    *,
    name: str,
    device: str,
    configuration: str,
    hw_type: str = "",
    fw: int = 0,
    appliance: str = "",
    id_: str = "",
    now: int,
) -> Module:
    """Puts a module into a plant. Its state begins with its first report."""
    module = Module(
        id_ or ids.module(ident, plant.api, gateway_id),
        plant.id,
        ambient_id,
        gateway_id,
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
        gateway_id=gateway_id,
        device=device,
        name=module.name,
        configuration=configuration,
        hw_type=hw_type,
        fw=fw,
        appliance=appliance,
        now=now,
    )
    return module


async def create_modules(tx: Tx, modules: Sequence[Module], now: int) -> None:
    """`create_module` of many at once, with ids and names that were checked."""
    await tx.run_many(_ADD_MODULE, [asdict(one) | {"now": now} for one in modules])


async def rename_module(tx: Tx, owner_id: str, plant_id: str, module_id: str, name: str) -> None:
    """Only the plant's owner may. Raises `Kind.UNKNOWN` and `Kind.INVALID`."""
    whose = {"owner_id": owner_id, "plant_id": plant_id, "module_id": module_id}
    if not await tx.run(_RENAME, **whose, name=checked_name(name)):
        raise unknown("module")


async def move_module(
    tx: Tx, owner_id: str, plant_id: str, module_id: str, ambient_id: str
) -> None:
    """To a room of the same plant, or to none (``""``). Only the owner may. Raises `Kind.UNKNOWN`."""
    whose = {"owner_id": owner_id, "plant_id": plant_id, "module_id": module_id}
    if not await tx.run(_MOVE, **whose, ambient_id=ambient_id):
        raise unknown("ambient")


async def configure_module(tx: Tx, module_id: str, configuration: str) -> None:
    """Writes its configuration, as JSON. Whose module it is has been asked before."""
    await tx.run(_CONFIGURE, module_id=module_id, configuration=configuration)

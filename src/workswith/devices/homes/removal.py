"""What goes with a module, and with a plant. A test compares the lists with the tables there are.

Events and their numbers stay: whoever still has to hear of something hears of it, and if the plant
comes back with its ids, its numbers go on. Retention takes old events.
"""

from workswith.kernel.database import Tx, query, statement

OF_MODULE = ("scene_steps", "module_hours", "module_days", "simulators", "module_states")
"""Tables whose rows belong to a module, in the order in which they go."""
OF_PLANT = (
    "home_snapshots",
    "home_invitations",
    "scenes",
    "modules",
    "gateways",
    "ambients",
    "plant_members",
)
"""Tables whose rows belong to a plant, once its modules are empty."""

_CLEAR_MODULE = [
    statement(f"DELETE FROM {table} WHERE module_id = :module_id") for table in OF_MODULE
]
_DELETE_MODULE = statement("DELETE FROM modules WHERE id = :module_id")
_CLEAR_PLANT = [statement(f"DELETE FROM {table} WHERE plant_id = :plant_id") for table in OF_PLANT]
_DELETE_PLANT = statement("DELETE FROM plants WHERE id = :plant_id")
_MODULES = query(str, "SELECT id FROM modules WHERE plant_id = :plant_id")
_SCENES = statement(
    "DELETE FROM scene_steps WHERE scene_id IN (SELECT id FROM scenes WHERE plant_id = :plant_id)"
)
_DELETE_SCENES = statement("DELETE FROM scenes WHERE plant_id = :plant_id")


async def erase_module(tx: Tx, module_id: str) -> None:
    """Whose module it is has been asked before."""
    for clear in _CLEAR_MODULE:
        await tx.run(clear, module_id=module_id)
    await tx.run(_DELETE_MODULE, module_id=module_id)


async def erase_scenes(tx: Tx, plant_id: str) -> None:
    await tx.run(_SCENES, plant_id=plant_id)
    await tx.run(_DELETE_SCENES, plant_id=plant_id)


async def erase_plant(tx: Tx, plant_id: str) -> None:
    """With all that stands in it. Whose plant it is has been asked before."""
    for module_id in await tx.all(_MODULES, plant_id=plant_id):
        for clear in _CLEAR_MODULE:
            await tx.run(clear, module_id=module_id)
    for clear in _CLEAR_PLANT:
        await tx.run(clear, plant_id=plant_id)
    await tx.run(_DELETE_PLANT, plant_id=plant_id)

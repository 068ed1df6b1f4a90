"""Plants answer to their members only, and keep their order."""

import pytest

from tests.conftest import NOON
from tests.devices.conftest import House
from workswith.devices.homes import furnish
from workswith.devices.plants import (
    ambients_of,
    gateways_of,
    members_of,
    module_of,
    modules_of,
    plant_of,
    plants_of,
    rename_plant,
    share_plant,
    unshare_plant,
)
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.slices import SLICES


async def test_a_furnished_home_has_what_its_template_says(house: House) -> None:
    db, plant = house.database, house.plant_id
    assert [one.name for one in await plants_of(db, "anna", "smarther")] == ["Casa al Lago"]
    assert await plants_of(db, "anna", "home_control") == []
    names = ["Piano Terra", "Primo Piano", "Mansarda"]
    modules = await modules_of(db, "anna", plant)
    assert [one.name for one in modules] == names
    assert [one.name for one in await ambients_of(db, "anna", plant)] == names
    assert len(await gateways_of(db, "anna", plant)) == 1
    assert {one.reach for one in modules} == {"online"}
    assert all(one.id[19:23] == "e053" for one in modules)


async def test_a_plant_of_somebody_else_does_not_exist(house: House) -> None:
    db, plant = house.database, house.plant_id
    assert await plants_of(db, "bruno") == []
    assert await modules_of(db, "bruno", plant) == []
    assert await members_of(db, "bruno", plant) == []
    for ask in (plant_of(db, "bruno", plant), module_of(db, "bruno", plant, house.module_id)):
        with pytest.raises(Problem) as refused:
            await ask
        assert refused.value.kind is Kind.UNKNOWN


async def test_a_module_answers_only_in_its_own_plant(house: House, ident: Ident) -> None:
    (other,) = await house.database.write(furnish, "anna", ident, "flat", house.clock.now())
    with pytest.raises(Problem):
        await module_of(house.database, "anna", other.plant.id, house.module_id)


async def test_a_shared_plant_is_seen_by_both_and_kept_by_its_owner(house: House) -> None:
    db, plant, now = house.database, house.plant_id, house.clock.now()
    await db.write(share_plant, "anna", plant, "bruno", now)
    await db.write(share_plant, "anna", plant, "bruno", now)
    assert (await plant_of(db, "bruno", plant)).owner_id == "anna"
    assert await members_of(db, "bruno", plant) == ["anna", "bruno"]
    with pytest.raises(Problem):
        await db.write(share_plant, "bruno", plant, "carla", now)
    with pytest.raises(Problem):
        await db.write(rename_plant, "bruno", plant, "Mine")
    await db.write(unshare_plant, "anna", plant, "bruno")
    await db.write(unshare_plant, "anna", plant, "anna")
    assert await plants_of(db, "bruno") == []
    assert len(await plants_of(db, "anna")) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00b"])
async def test_a_name_that_is_no_name_is_refused(house: House, name: str) -> None:
    with pytest.raises(Problem) as refused:
        await house.database.write(rename_plant, "anna", house.plant_id, name)
    assert refused.value.kind is Kind.INVALID


async def test_the_same_ids_furnish_the_same_home(database: Database) -> None:
    """Everything about a home follows from its ids, so a seed gives the same one again."""
    simulated = query(str, "SELECT model || state FROM simulators ORDER BY module_id")
    seen = []
    for _ in range(2):
        await database.write(furnish, "anna", Ident.seeded(5), "two_homes", NOON)
        seen.append(await database.all(simulated))
        await database.write(clear)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 4


async def clear(tx: Tx) -> None:
    for table in _TABLES:
        await tx.run(statement(f"DELETE FROM {table}"))


_TABLES = (
    *(f"event_{n}" for n in range(SLICES)),
    "event_queue",
    "event_sequence",
    "scene_steps",
    "scenes",
    "module_hours",
    "module_days",
    "simulators",
    "module_states",
    "modules",
    "gateways",
    "ambients",
    "plant_members",
    "plants",
)

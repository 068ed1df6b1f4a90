"""Homes to have: each template stands as it is described, in ids of its own system."""

import re

import pytest

from tests.devices.conftest import built_on
from tests.devices.test_plants import clear
from workswith.devices.homes import furnish
from workswith.devices.kinds import KINDS
from workswith.devices.plants import ambients_of, gateways_of, modules_of
from workswith.devices.scenes import scenes_of
from workswith.devices.templates import TEMPLATES
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

HEX = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("name", sorted(TEMPLATES))
async def test_every_template_can_be_furnished_and_lives(
    database: Database, clock: Clock, bells: Bells, ident: Ident, name: str
) -> None:
    homes = await database.write(furnish, "anna", ident, name, clock.now())
    assert [home.plant.name for home in homes] == [one.name for one in TEMPLATES[name]]
    for home, template in zip(homes, TEMPLATES[name], strict=True):
        modules = await modules_of(database, "anna", home.plant.id)
        assert [one.name for one in modules] == [piece.name for piece in template.pieces]
        assert modules == list(home.modules)
        house = built_on(database, clock, bells, home)
        await house.supervisor.settle()
        read = await house.twin.read_all("anna", home.plant.id)
        assert [(one.module_id, one.fw) for one in read] == [(one.id, one.fw) for one in modules]
        assert all(isinstance(one.reading, KINDS[one.device].reading) for one in read)


async def test_one_of_each_has_one_of_each_and_the_ids_of_its_system(
    database: Database, ident: Ident, clock: Clock
) -> None:
    (home,) = await database.write(furnish, "anna", ident, "one_of_each", clock.now())
    plant = home.plant
    assert (plant.api, plant.country) == ("home_control", "IT")
    assert plant.id[:8] == "00000000"
    assert {one.device for one in home.modules} >= {
        "light", "plug", "automation", "remote", "heater", "energymeter",
    }  # fmt: skip
    ambients = await ambients_of(database, "anna", plant.id)
    assert {one.ambient_id for one in home.modules} - {one.id for one in ambients} == {None}
    assert {one.id for one in ambients} - {one.ambient_id for one in home.modules}, "an empty one"
    (gateway,) = await gateways_of(database, "anna", plant.id)
    assert (gateway.hw_type, gateway.fw) == ("NLG", 178)
    for module in home.modules:
        assert module.id[:16] == gateway.id[:16]
        assert module.id[:10] == "0000000474"
        assert module.id[16:22] == "000474"
        assert module.hw_type.startswith("NL")
        assert module.fw > 0
    scenes = await scenes_of(database, "anna", plant.id)
    placed = [*(one.id for one in ambients), *(one.id for one in scenes)]
    ids = [plant.id, *(one.id for one in home.modules), *placed]
    assert all(HEX.fullmatch(one) for one in ids)
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(plant.id[8:]) for one in placed)


async def test_the_same_ids_make_the_same_home(database: Database, clock: Clock) -> None:
    models = []
    for owner in ("anna", "bruno"):
        (home,) = await database.write(furnish, owner, Ident.seeded(5), "one_of_each", clock.now())
        house = built_on(database, clock, Bells(), home)
        models.append([await house.park.said(module.id) for module in home.modules])
        if owner == "anna":
            await database.write(clear)
    assert models[0] == models[1]

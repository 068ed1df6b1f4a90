"""Homes as wholes: what their owners may do with them, and that nobody else may. [DEV-4 END-1]"""

from collections.abc import Sequence

import msgspec
import pytest

from tests.devices.homes.conftest import Estate
from workswith.devices.homes import Home, Homes
from workswith.devices.plants import modules_of, plants_of
from workswith.devices.settings import Settings
from workswith.devices.templates import TEMPLATES
from workswith.kernel.database import query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.slices import SLICES

COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.name IN ('plant_id', 'module_id') ORDER BY 1, 2",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' AND column_name IN ('plant_id', 'module_id') ORDER BY 1, 2",
}
_MODULES = "module_id IN (SELECT id FROM modules WHERE plant_id = :plant_id)"
WHOLE = (
    ("plants", "id, owner_id, name, type, time_zone, api, created_at, country", "id = :plant_id"),
    ("plant_members", "account_id, plant_id, since, linked_from", "plant_id = :plant_id"),
    ("gateways", "id, name, reach, reach_since, hw_type, fw", "plant_id = :plant_id"),
    ("ambients", "id, name, place, type, floor", "plant_id = :plant_id"),
    (
        "modules",
        (
            "id, ambient_id, gateway_id, device, name, place, reach, reach_since, configuration, "
            "hw_type, fw, appliance"
        ),
        "plant_id = :plant_id",
    ),
    ("simulators", "module_id, kind, model, state", _MODULES),
    ("module_states", "module_id, version, reported, times, reported_at, tally, desired", _MODULES),
    ("scenes", "id, name, friendly_name, place", "plant_id = :plant_id"),
    ("scene_steps", "scene_id, place, module_id, command", _MODULES),
    ("event", "id, event_id", "plant_id = :plant_id"),
)
"""Tables, their columns, and which rows are a home's."""
KEPT = {
    "event",
    *(f"event_{number}" for number in range(SLICES)),
    "event_sequence",
    "webhook_subscription",
    "webhook_delivery",
    "webhook_lost",
}
"""Tables that tell of what has been, or belong to whoever hears of a departure."""


async def test_every_template_can_be_had_by_name(estate: Estate, ident: Ident) -> None:
    for template in TEMPLATES:
        homes = await estate.homes.create("anna", template, "Mine")
        assert homes[0].plant.id in {one.id for one in await estate.homes.of("anna")}
        assert (await estate.homes.one("anna", homes[0].plant.id)).name == "Mine"
    await estate.supervisor.settle()


async def test_a_template_that_there_is_not_and_a_name_that_is_none_make_no_home(
    estate: Estate,
) -> None:
    for template, name, kind in (
        ("castle", "", Kind.UNKNOWN),
        ("flat", "\n", Kind.INVALID),
        ("flat", "x" * 101, Kind.INVALID),
    ):
        with pytest.raises(Problem) as refused:
            await estate.homes.create("anna", template, name)
        assert refused.value.kind is kind
    assert await estate.homes.of("anna") == []


async def test_an_account_has_so_many_homes_and_no_more(estate: Estate, ident: Ident) -> None:
    few = msgspec.structs.replace(Settings(), homes_per_account=2)
    homes = Homes(estate.database, estate.clock, ident, estate.park, few)
    await homes.create("anna", "flat")
    for template in ("two_homes", "one_of_each_api"):
        with pytest.raises(Problem) as refused:
            await homes.create("anna", template)
        assert refused.value.code == "homes_many"
    await homes.create("anna", "empty")
    await homes.create("bruno", "empty")
    assert len(await homes.of("anna")) == 2


async def test_many_homes_are_the_homes_that_one_by_one_would_be(estate: Estate) -> None:
    """The same rows, whatever the template; the park has their devices."""
    for template in TEMPLATES:
        one_by_one = Homes(
            estate.database,
            estate.clock,
            Ident.seeded(9),
            estate.park,
            msgspec.structs.replace(Settings(), homes_per_account=1_000),
        )
        singly = [home for _ in range(3) for home in await one_by_one.create("anna", template)]
        rows = await _rows(estate, singly)
        for home in singly:
            await estate.homes.remove("anna", home.plant.id)
        at_once = Homes(estate.database, estate.clock, Ident.seeded(9), estate.park, Settings())
        many = await at_once.create_many("anna", template, 3)
        assert await _rows(estate, many) == rows
        assert many == singly
        for home in many:
            for module in home.modules:
                assert (await estate.park.said(module.id)).at == estate.clock.now()
            await estate.homes.remove("anna", home.plant.id)


async def test_many_homes_are_numbered_and_more_than_an_account_may_ask_for(
    estate: Estate, ident: Ident
) -> None:
    few = msgspec.structs.replace(Settings(), homes_per_account=2)
    homes = Homes(estate.database, estate.clock, ident, estate.park, few)
    made = await homes.create_many("anna", "flat", 3, "Block", first=11)
    assert [one.plant.name for one in made] == ["Block 11", "Block 12", "Block 13"]
    assert len(await homes.of("anna")) == 3
    for template, count, name, kind in (
        ("castle", 1, "", Kind.UNKNOWN),
        ("flat", 0, "", Kind.INVALID),
        ("flat", 501, "", Kind.INVALID),
        ("flat", 1, "x" * 100, Kind.INVALID),
    ):
        with pytest.raises(Problem) as refused:
            await homes.create_many("anna", template, count, name)
        assert refused.value.kind is kind
    assert len(await homes.of("anna")) == 3


async def _rows(estate: Estate, homes: Sequence[Home]) -> list[list[tuple[object, ...]]]:
    """Everything of these homes."""
    found = []
    for table, columns, of in WHOLE:
        for home in homes:
            listing = query(
                lambda *row: row, f"SELECT {columns} FROM {table} WHERE {of} ORDER BY 1, 2"
            )
            found.append(await estate.database.all(listing, plant_id=home.plant.id))
    return found


async def test_a_home_that_is_removed_leaves_no_row_and_no_device(estate: Estate) -> None:
    home, other = await estate.create("one_of_each"), await estate.create("flat", "bruno")
    await estate.homes.share("anna", home.plant.id, "carla")
    await estate.homes.copies.take("anna", home.plant.id, "Before")
    await estate.supervisor.advance(estate.clock.now() + 7_200_000)
    await estate.homes.remove("anna", home.plant.id)

    names = await estate.database.all(query(lambda *row: row, COLUMNS[estate.database.dialect]))
    assert {"modules", "module_states", "home_snapshots"} < {table for table, _ in names}
    gone = {home.plant.id, *(one.id for one in home.modules)}
    for table, column in names:
        if table not in KEPT:
            found = await estate.database.all(query(str, f"SELECT {column} FROM {table}"))
            assert not gone & set(found), f"{table}.{column}"
    for account in ("anna", "carla"):
        assert await plants_of(estate.database, account) == []
    assert estate.left == ["anna", "carla"]
    with pytest.raises(Problem):
        await estate.park.said(home.modules[0].id)
    await estate.supervisor.advance(estate.clock.now() + 7_200_000)
    assert len(await modules_of(estate.database, "bruno", other.plant.id)) == 1


async def test_only_its_owner_names_shares_and_removes_a_home(estate: Estate) -> None:
    plant = (await estate.create("house")).plant.id
    await estate.homes.share("anna", plant, "bruno")
    for account in ("bruno", "carla"):
        for act in (
            estate.homes.rename(account, plant, "Mine"),
            estate.homes.share(account, plant, "carla"),
            estate.homes.unshare(account, plant, "anna"),
            estate.homes.remove(account, plant),
        ):
            with pytest.raises(Problem) as refused:
                await act
            assert refused.value.kind is Kind.UNKNOWN
    assert await estate.homes.members("anna", plant) == ["anna", "bruno"]
    assert (await estate.homes.one("bruno", plant)).name == "Casa al Lago"


async def test_a_home_is_shared_taken_back_and_left(estate: Estate) -> None:
    plant = (await estate.create("shared")).plant.id
    await estate.homes.share("anna", plant, "bruno")
    await estate.homes.share("anna", plant, "carla")
    await estate.homes.unshare("anna", plant, "bruno")
    await estate.homes.leave("carla", plant)
    assert estate.left == ["bruno", "carla"]
    assert await estate.homes.members("anna", plant) == ["anna"]
    with pytest.raises(Problem):
        await estate.homes.leave("anna", plant)
    with pytest.raises(Problem):
        await estate.homes.leave("dora", plant)


async def test_so_many_share_a_home_and_no_more(estate: Estate, ident: Ident) -> None:
    few = msgspec.structs.replace(Settings(), members_per_home=2)
    homes = Homes(estate.database, estate.clock, ident, estate.park, few)
    (home,) = await homes.create("anna", "flat")
    await homes.share("anna", home.plant.id, "bruno")
    with pytest.raises(Problem) as refused:
        await homes.share("anna", home.plant.id, "carla")
    assert refused.value.code == "members_many"
    assert await homes.members("anna", home.plant.id) == ["anna", "bruno"]

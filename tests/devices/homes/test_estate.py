"""Homes as wholes: what their owners may do with them, and that nobody else may. [DEV-4 END-1]"""

import msgspec
import pytest

from tests.devices.homes.conftest import Estate
from workswith.devices.homes import Homes
from workswith.devices.plants import modules_of, plants_of
from workswith.devices.settings import Settings
from workswith.devices.templates import TEMPLATES
from workswith.kernel.database import query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.name IN ('plant_id', 'module_id') ORDER BY 1, 2",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' AND column_name IN ('plant_id', 'module_id') ORDER BY 1, 2",
}
KEPT = {"event", "event_sequence", "webhook_subscription", "webhook_delivery", "webhook_lost"}
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

"""What seldom changes of a module, one by one or several together: the same, and for its members only."""

import pytest

from tests.devices.conftest import House
from workswith.devices.app_accounts import expire_password
from workswith.devices.plants import rename_module
from workswith.devices.standing import Standings
from workswith.kernel.problem import Kind, Problem


async def test_several_are_those_of_each(every: House) -> None:
    standings = Standings(every.database, every.clock)
    ids = [one.id for one in every.home.modules[:4]]
    together = await standings.several("anna", every.plant_id, [*ids, "x"])
    assert set(together) == set(ids)
    for module_id in ids:
        assert together[module_id] == await standings.one("anna", every.plant_id, module_id)
    again = await standings.several("anna", every.plant_id, ids[:2])
    assert again == {id_: together[id_] for id_ in ids[:2]}
    assert await standings.several("bruno", every.plant_id, ids) == {}
    assert await standings.several("anna", "x", ids) == {}


async def test_a_change_is_seen_at_once(every: House) -> None:
    standings = Standings(every.database, every.clock)
    ids = [one.id for one in every.home.modules[:2]]
    for number in range(2):
        name = f"Nome {number}"
        await every.database.write(rename_module, "anna", every.plant_id, ids[0], name)
        assert (await standings.several("anna", every.plant_id, ids))[ids[0]].name == name
        assert (await standings.one("anna", every.plant_id, ids[0])).name == name


async def test_what_is_required_is_there_of_its_kind_and_not_expired(
    house: House, every: House
) -> None:
    standings = Standings(house.database, house.clock)
    lamp = await standings.one("anna", every.plant_id, every.home.module("Luce cucina").id)
    thermostat = await standings.one(*house.first)
    assert await standings.required(lamp, "anna", "light") is lamp
    for found, device in ((None, ""), (None, "light"), (lamp, "plug")):
        with pytest.raises(Problem) as refused:
            await standings.required(found, "anna", device)
        assert refused.value.kind is Kind.UNKNOWN
    await house.database.write(expire_password, "anna", house.clock.now())
    lamp = (await standings.several("anna", every.plant_id, [lamp.module_id]))[lamp.module_id]
    thermostat = (await standings.several("anna", house.plant_id, [house.module_id]))[
        house.module_id
    ]
    assert lamp.expires
    assert await standings.required(lamp, "anna", "") is lamp
    for found in (thermostat, None):
        with pytest.raises(Problem) as refused:
            await standings.required(found, "anna", "")
        assert refused.value.kind is Kind.PASSWORD_EXPIRED

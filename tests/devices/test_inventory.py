"""The simulated devices in memory: found, held still, forgotten."""

import asyncio

from tests.devices.conftest import SETTINGS, House
from workswith.devices.device import release
from workswith.devices.inventory import Inventory, pace_of
from workswith.devices.settings import Settings
from workswith.devices.simulators.kind import USUAL_PACE


def inventory(house: House) -> Inventory:
    return Inventory(house.database, SETTINGS, lambda: None)


def test_how_often_devices_speak_can_be_set() -> None:
    assert pace_of(Settings()) == USUAL_PACE
    pace = pace_of(Settings(power_seconds=5, power_step=50, temperature_step=0.5))
    assert (pace.power, pace.power_step, pace.temperature_step) == (5_000, 50, 5)


async def test_a_device_is_found_wherever_it_is_and_stays_the_same(every: House) -> None:
    stock = inventory(every)
    lamp = every.home.module("Luce cucina").id
    found = await stock.find(lamp)
    assert found is not None
    assert (found.module_id, found.plant_id) == (lamp, every.plant_id)
    assert await stock.find(lamp) is found
    assert await stock.find("x") is None
    assert [one.module_id for one in stock.of_plant(every.plant_id)] == sorted(
        one.id for one in every.home.modules
    )


async def test_who_is_held_is_held_with_the_meter_before_it(every: House) -> None:
    stock = inventory(every)
    ids = [every.home.module(name).id for name in ("Televisione", "Luce cucina")]
    held = await stock.hold([*ids, "x"])
    assert list(held.devices) == ids, "of what there is, in the order asked for"
    (meter,) = stock.circuits.before(held.devices.values())
    assert meter.module_id == every.home.module("Contatore").id
    assert len(held.locks) == 3
    assert all(one.lock.locked() for one in (*held.devices.values(), meter))
    release(held.locks)
    device, locks = await stock.hold_one(ids[0])
    assert device is held.devices[ids[0]]
    release(locks)
    assert await stock.hold_one("x") == (None, ())


async def test_who_waited_for_a_device_that_is_gone_gets_the_one_in_its_place(every: House) -> None:
    stock = inventory(every)
    lamp = every.home.module("Luce cucina").id
    old, locks = await stock.hold_one(lamp)
    one, several = (
        asyncio.create_task(stock.hold_one(lamp)),
        asyncio.create_task(stock.hold([lamp])),
    )
    await asyncio.sleep(0)
    stock.drop(every.plant_id)
    await stock.welcome(every.plant_id)
    release(locks)
    new, locks = await one
    release(locks)
    held = await several
    assert new is held.devices[lamp] is await stock.find(lamp)
    assert new is not old

"""Whose turn it is: once each, in order, and never before its instant."""

from tests.devices.conftest import SETTINGS, House
from workswith.devices.inventory import Inventory
from workswith.devices.simulators.kind import NEVER
from workswith.devices.wakes import is_due
from workswith.kernel.clock import HOUR, MINUTE


async def test_each_is_taken_once_when_it_is_due(every: House) -> None:
    stock = Inventory(every.database, SETTINGS, lambda: None)
    wakes, now = stock.wakes, every.clock.now()
    assert wakes.soonest == NEVER
    await stock.welcome(every.plant_id)
    assert wakes.soonest <= now + 2 * HOUR
    due = await wakes.take_due(now + 2 * HOUR)
    minutes = [one.ahead.wake_at // MINUTE for one in due]
    assert minutes == sorted(minutes)
    assert due
    assert all(is_due(one, now + 2 * HOUR) for one in due)
    assert await wakes.take_due(now + 2 * HOUR) == []
    wakes.schedule(due[0])
    assert wakes.soonest == due[0].ahead.wake_at
    assert await wakes.take_due(now + 2 * HOUR) == [due[0]]


async def test_nobody_is_taken_who_is_gone(every: House) -> None:
    stock = Inventory(every.database, SETTINGS, lambda: None)
    await stock.welcome(every.plant_id)
    stock.drop(every.plant_id)
    assert await stock.wakes.take_due(every.clock.now() + 2 * HOUR) == []

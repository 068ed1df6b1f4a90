"""A gateway connects, reports, is commanded, is cut off and comes back."""

from pathlib import Path

from tests.broker import Cable
from tests.devices.gateways.conftest import OWNER, Site, until
from workswith.devices.light import Command as LightCommand
from workswith.devices.plants import Reach
from workswith.events import outbox


async def test_a_gateway_connects_and_its_devices_are_there(site: Site, tmp_path: Path) -> None:
    credentials = await site.add()
    gateway = site.gateway(credentials, tmp_path, "one_of_each")

    async def there() -> bool:
        return gateway.online and not gateway.waiting

    await until(there)
    modules = await site.modules()
    assert len(modules) == 12
    assert {one.reach for one in modules} == {"online"}
    light = next(one for one in modules if one.device == "light")
    await site.twin.command(OWNER, site.plant.id, light.id, LightCommand(on=True), "flow-1")
    reading = (await site.twin.read(OWNER, site.plant.id, light.id)).reading
    assert reading.on
    events = [one for one in await outbox.of_plant(site.database, site.plant.id) if one.flow]
    assert [(one.module_id, one.flow) for one in events] == [(light.id, "flow-1")]

"""What the owner sets up in the cloud reaches a real thermostat, also one that was away. [DEV-5]"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.broker import Cable
from tests.devices.gateways.conftest import OWNER, Site
from tests.patience import eventually
from workswith.adapters.mqtt_gateway import SimulatedGateway
from workswith.devices.gateways import protocol
from workswith.devices.gateways.simulated import Devices
from workswith.devices.homes import Homes
from workswith.devices.homes.drawing import draw
from workswith.devices.plants import module_of
from workswith.devices.settings import Settings
from workswith.devices.templates import TEMPLATES
from workswith.devices.thermostat import Configuration, Program, Regulation
from workswith.kernel.database import query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem

_TAKEN = query(
    lambda version, taken: (version, taken),
    "SELECT version, taken FROM gateway_setups WHERE module_id = :module_id",
)
WARM = 265


def homes(site: Site) -> Homes:
    return Homes(site.database, site.clock, site.ident, site.park, Settings())


async def names(site: Site) -> tuple[str, str, str]:
    (module,) = await site.modules()
    return OWNER, site.plant.id, module.id


async def configuration(site: Site) -> Configuration:
    module = await module_of(site.database, *await names(site))
    return msgspec.json.decode(module.configuration, type=Configuration)


async def all_day(site: Site, set_point: int) -> Program:
    """The program that the thermostat follows, the same all day."""
    snapshot = await site.twin.read(*await names(site), last_known=True)
    program = (await configuration(site)).program(snapshot.reading.program)
    assert program is not None
    return replace(program, heating=(((0, set_point),),) * 7)


def at_home(gateway: SimulatedGateway) -> Devices:
    assert gateway._devices is not None
    return gateway._devices


def keeps(gateway: SimulatedGateway) -> Configuration:
    (announced,) = at_home(gateway).announce()
    return msgspec.convert(announced.configuration, Configuration)


def follows(site: Site, set_point: int) -> Callable[[], Awaitable[bool]]:
    """The thermostat has told so, and its gateway that it has taken the setup over."""

    async def there() -> bool:
        of = await names(site)
        taken = await site.database.one(_TAKEN, module_id=of[2])
        snapshot = await site.twin.read(*of, last_known=True)
        return (
            snapshot.reading.set_point == set_point and taken is not None and taken[0] == taken[1]
        )

    return there


async def test_a_program_of_the_owner_reaches_the_thermostat(site: Site, tmp_path: Path) -> None:
    gateway = site.gateway(await site.add(), tmp_path)
    await site.connected(gateway)
    program = await all_day(site, WARM)
    await homes(site).programs.put(*await names(site), program)
    await eventually(follows(site, WARM))
    assert keeps(gateway) == await configuration(site)
    assert keeps(gateway).program(program.number) == program
    with pytest.raises(Problem) as refused:
        await homes(site).programs.remove(*await names(site), program.number)
    assert refused.value.code == "program_in_use"


async def test_lock_and_regulation_do_so_too(site: Site, tmp_path: Path) -> None:
    gateway = site.gateway(await site.add(), tmp_path)
    await site.connected(gateway)
    await homes(site).tuning.lock_display(*await names(site), locked=True)
    await homes(site).tuning.regulate(*await names(site), Regulation(hysteresis=5))

    async def both() -> bool:
        return keeps(gateway).display_locked and keeps(gateway).regulation.hysteresis == 5

    await eventually(both)
    assert keeps(gateway) == await configuration(site)


async def test_what_was_written_while_it_was_away_is_sent_when_it_is_back(
    site: Site, tmp_path: Path
) -> None:
    credentials = await site.add()
    async with Cable(site.broker.gateway_port) as cable:
        gateway = site.gateway(credentials, tmp_path, port=cable.port)
        await site.connected(gateway)
        cable.cut()
        await site.offline(credentials.gateway_id)
        for set_point in (WARM - 20, WARM - 10, WARM):
            await homes(site).programs.put(*await names(site), await all_day(site, set_point))
        cable.mend()
        await site.connected(gateway)
        await eventually(follows(site, WARM))
        assert keeps(gateway) == await configuration(site)


async def test_a_gateway_that_lost_its_memory_is_told_again(site: Site, tmp_path: Path) -> None:
    """What it came with from the factory does not count any more."""
    credentials = await site.add()
    gateway = site.gateway(credentials, tmp_path)
    await site.connected(gateway)
    await homes(site).programs.put(*await names(site), await all_day(site, WARM))
    await eventually(follows(site, WARM))
    wanted = await configuration(site)
    site.running[0].cancel()
    await site.offline(credentials.gateway_id)
    forgetful = site.gateway(credentials, tmp_path)
    await site.connected(forgetful)

    async def told() -> bool:
        return keeps(forgetful) == wanted

    await eventually(told)
    await eventually(follows(site, WARM))
    assert await configuration(site) == wanted


def test_a_setup_that_comes_twice_or_makes_no_sense_changes_nothing() -> None:
    devices = Devices(draw(TEMPLATES["flat"][0], Ident.seeded(1), 0))
    (before,) = devices.announce()
    other: dict[str, Any] = {**before.configuration, "display_locked": True}
    assert devices.set_up(protocol.Setup(before.module, 2, other), 1_000)
    (after,) = devices.announce()
    assert (after.setup, after.configuration) == (2, other)
    for version in (1, 2):
        assert (
            devices.set_up(protocol.Setup(before.module, version, before.configuration), 2_000)
            == []
        )
    with pytest.raises(ValueError, match="functions"):
        devices.set_up(protocol.Setup(before.module, 3, {}), 3_000)
    assert devices.announce()[0].configuration == other

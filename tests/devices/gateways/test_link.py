"""What every way to a device promises (`devices.link`): the simulated park, and a real gateway.

The second goes by MQTT 5 over TLS through Mosquitto, to a gateway that is a client like any other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.devices.gateways.conftest import OWNER, Site
from tests.patience import eventually
from workswith.devices.gateways.simulated import Devices
from workswith.devices.homes import furnish
from workswith.devices.link import DeviceLink, Outcome
from workswith.devices.thermostat import Command, Function, Mode
from workswith.devices.twin import Twin
from workswith.events import outbox
from workswith.kernel.clock import SECOND, Clock
from workswith.kernel.database import Database
from workswith.kernel.tasks import Supervisor

DEADLINE = 5.0


def to(set_point: int) -> Command:
    return Command(Function.HEATING, Mode.MANUAL, set_point=set_point)


@dataclass
class Way:
    """A link to one thermostat, and the hand that pulls its cable."""

    link: DeviceLink
    twin: Twin
    database: Database
    clock: Clock
    supervisor: Supervisor
    plant_id: str
    module_id: str
    pull: Callable[[], Awaitable[object]]
    silence: Callable[[], Awaitable[object]]
    touch: Callable[[], Awaitable[object]]
    set_point_inside: Callable[[], int]

    async def send(self, command: Command, deadline: float = DEADLINE, flow: str = "") -> Outcome:
        return await self.link.send(self.module_id, command, deadline=deadline, flow=flow)

    async def set_point(self) -> int:
        snapshot = await self.twin.read(OWNER, self.plant_id, self.module_id, last_known=True)
        return int(snapshot.reading.set_point)

    async def version(self) -> int:
        snapshot = await self.twin.read(OWNER, self.plant_id, self.module_id, last_known=True)
        return snapshot.version


async def through_the_park(site: Site, _folder: Path) -> Way:
    (home,) = await site.database.write(furnish, OWNER, site.ident, "flat", site.clock.now())
    park, module_id = site.park, home.modules[0].id
    await park.welcome("")
    return Way(
        park,
        site.twin,
        site.database,
        site.clock,
        site.supervisor,
        home.plant.id,
        module_id,
        lambda: park.set_online(module_id, False),
        lambda: park.set_silent(module_id, True),
        lambda: park.touch(module_id),
        lambda: park._inventory._devices[module_id].state.said.set_point,
    )


async def through_a_gateway(site: Site, folder: Path) -> Way:
    credentials = await site.add()
    gateway = site.gateway(credentials, folder, "flat")
    await site.connected(gateway)
    (module,) = await site.modules()
    devices = gateway._devices
    assert isinstance(devices, Devices)
    (name,) = devices._devices

    async def pull() -> None:
        site.running[-1].cancel()
        await site.offline(credentials.gateway_id)

    async def silence() -> None:
        gateway._handlers["command"] = lambda *_: asyncio.sleep(0)

    async def touch() -> None:
        gateway._buffer.add(devices.touch(name, None, site.clock.now()))

    return Way(
        site.hub,
        site.twin,
        site.database,
        site.clock,
        site.supervisor,
        site.plant.id,
        module.id,
        pull,
        silence,
        touch,
        lambda: devices._devices[name].state.said.set_point,
    )


@pytest.fixture(params=[through_the_park, through_a_gateway])
async def way(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Way:
    made: Way = await request.param(site, tmp_path)
    return made


async def test_done_means_that_the_report_is_committed(way: Way) -> None:
    assert await way.send(to(215), flow="flow-7") is Outcome.DONE
    assert await way.set_point() == way.set_point_inside() == 215
    desired = await way.twin.desired(OWNER, way.plant_id, way.module_id)
    assert desired is not None
    assert (desired.command, desired.outcome) == (to(215), Outcome.DONE)
    events = await outbox.of_plant(way.database, way.plant_id)
    (event,) = [one for one in events if one.flow == "flow-7"]
    assert {"mode", "setPoint"} <= set(event.changed)


async def test_offline_is_known_at_once(way: Way) -> None:
    await way.pull()
    before = way.set_point_inside()
    async with asyncio.timeout(DEADLINE):
        assert await way.send(to(215), deadline=60) is Outcome.OFFLINE
    assert way.set_point_inside() == before


async def test_what_is_not_there_is_off_line(way: Way) -> None:
    way.module_id = "0" * 32
    assert await way.send(to(215)) is Outcome.OFFLINE


async def test_silent_takes_the_whole_deadline(way: Way) -> None:
    await way.silence()
    began = asyncio.get_running_loop().time()
    assert await way.send(to(215), deadline=0.3) is Outcome.SILENT
    assert asyncio.get_running_loop().time() - began >= 0.29


async def test_busy_while_a_hand_is_on_it(way: Way) -> None:
    await way.touch()
    before = way.set_point_inside()
    assert await way.send(to(215)) is Outcome.BUSY
    assert await way.set_point() == way.set_point_inside() == before
    await way.supervisor.advance(way.clock.now() + 11 * SECOND)

    async def obeys() -> bool:  # a real gateway hears of the moved clock a moment later
        return await way.send(to(215)) is Outcome.DONE

    await eventually(obeys)
    assert await way.set_point() == 215


async def test_many_at_once_are_each_obeyed(way: Way) -> None:
    before = await way.version()
    outcomes = await asyncio.gather(*(way.send(to(200 + n)) for n in range(12)))
    assert set(outcomes) == {Outcome.DONE}
    assert await way.version() == before + 12
    assert await way.set_point() == way.set_point_inside()


async def test_a_caller_that_goes_away_leaves_device_and_report_alike(way: Way) -> None:
    call = asyncio.create_task(way.send(to(333)))
    await asyncio.sleep(0.001)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert await way.send(to(215)) is Outcome.DONE
    assert await way.set_point() == way.set_point_inside() == 215


async def test_what_failed_is_noted_by_the_twin_not_by_the_link(way: Way) -> None:
    await way.silence()
    await asyncio.gather(*(way.send(to(300), deadline=0.05) for _ in range(3)))
    rows = await way.twin.desired(OWNER, way.plant_id, way.module_id)
    assert rows is None

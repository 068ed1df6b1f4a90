"""A gateway connects, reports, is commanded, is cut off and comes back; over TLS and a broker."""

import asyncio
from pathlib import Path

import pytest

from tests.broker import Cable
from tests.devices.gateways.conftest import OWNER, Site
from tests.patience import eventually
from workswith.devices.gateways import commands, protocol
from workswith.devices.light import Command as LightCommand
from workswith.devices.link import Outcome
from workswith.devices.plants import Module
from workswith.events import outbox
from workswith.kernel.clock import HOUR, MINUTE
from workswith.kernel.database import Tx
from workswith.kernel.problem import Kind, Problem


async def the_light(site: Site) -> Module:
    return next(one for one in await site.modules() if one.device == "light")


async def test_its_devices_are_there_and_obey(site: Site, tmp_path: Path) -> None:
    gateway = site.gateway(await site.add(), tmp_path, "one_of_each")
    await site.connected(gateway)
    modules = await site.modules()
    assert len(modules) == 12
    assert {one.reach for one in modules} == {"online"}
    light = await the_light(site)
    await site.twin.command(OWNER, site.plant.id, light.id, LightCommand(on=True), "flow-1")
    assert (await site.twin.read(OWNER, site.plant.id, light.id)).reading.on
    desired = await site.twin.desired(OWNER, site.plant.id, light.id)
    assert desired is not None
    assert (desired.command, desired.outcome) == (LightCommand(on=True), Outcome.DONE)
    events = [one for one in await outbox.of_plant(site.database, site.plant.id) if one.flow]
    assert [(one.module_id, one.flow) for one in events] == [(light.id, "flow-1")]


async def test_it_is_the_same_home_after_a_second_start(site: Site, tmp_path: Path) -> None:
    """What stands behind a gateway is known by the gateway's own names, not taken up twice."""
    credentials = await site.add()
    await site.connected(site.gateway(credentials, tmp_path, "one_of_each"))
    before = await site.modules()
    site.running[0].cancel()
    await site.offline(credentials.gateway_id)
    await site.connected(site.gateway(credentials, tmp_path, "one_of_each"))
    assert await site.modules() == before


async def test_cut_off_it_keeps_last_known_values_and_comes_back_current(
    site: Site, tmp_path: Path
) -> None:
    credentials = await site.add()
    async with Cable(site.broker.gateway_port) as cable:
        gateway = site.gateway(credentials, tmp_path, "one_of_each", port=cable.port)
        await site.connected(gateway)
        light = await the_light(site)
        await site.twin.command(OWNER, site.plant.id, light.id, LightCommand(on=True))
        cable.cut()
        await site.offline(credentials.gateway_id)
        with pytest.raises(Problem) as refused:
            await site.twin.command(OWNER, site.plant.id, light.id, LightCommand(on=False))
        assert refused.value.kind is Kind.UNREACHABLE
        with pytest.raises(Problem):
            await site.twin.read(OWNER, site.plant.id, light.id)
        known = await site.twin.read(OWNER, site.plant.id, light.id, last_known=True)
        assert known.reading.on, "what it said last is known"
        device = gateway._devices
        assert device is not None
        name = next(a.module for a in device.announce() if a.name == light.name)
        gateway._buffer.add(device.touch(name, LightCommand(on=False), site.clock.now()))
        cable.mend()
        await site.connected(gateway)
        snapshot = await site.twin.read(OWNER, site.plant.id, light.id)
        assert not snapshot.reading.on, "what a hand did meanwhile is told"


async def test_nothing_said_while_cut_off_is_lost(site: Site, tmp_path: Path) -> None:
    """Every report of the outage is applied, in its order and once: the versions count them."""
    credentials = await site.add()
    async with Cable(site.broker.gateway_port) as cable:
        gateway = site.gateway(credentials, tmp_path, "one_of_each", port=cable.port)
        await site.connected(gateway)
        light = await the_light(site)
        before = await site.twin.read(OWNER, site.plant.id, light.id)
        cable.cut()
        await site.offline(credentials.gateway_id)
        device = gateway._devices
        assert device is not None
        name = next(a.module for a in device.announce() if a.name == light.name)
        now = site.clock.now()
        for n in range(41):
            gateway._buffer.add(device.touch(name, LightCommand(on=n % 2 == 0), now))
        cable.mend()
        await site.connected(gateway)
        after = await site.twin.read(OWNER, site.plant.id, light.id)
        assert after.reading.on
        assert after.version == before.version + 41 + 1, "41 touches, and one look when it was back"
        told = [e for e in await outbox.of_plant(site.database, site.plant.id, limit=1000)
                if e.module_id == light.id]  # fmt: skip
        assert [one.state["on"] for one in told][-41:] == [n % 2 == 0 for n in range(41)]


async def test_the_clock_of_the_cloud_is_followed(site: Site, tmp_path: Path) -> None:
    gateway = site.gateway(await site.add(), tmp_path, "flat")
    await site.connected(gateway)
    (thermostat,) = await site.modules()
    later = site.clock.now() + 3 * HOUR
    await site.supervisor.advance(later)

    async def current() -> bool:
        snapshot = await site.twin.read(OWNER, site.plant.id, thermostat.id, last_known=True)
        return bool(later - snapshot.reading.at <= HOUR)

    await eventually(current)


async def test_a_silent_gateway_is_asked_and_then_off_line(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its will was lost with a broker, say: no connection, and nobody told us."""
    monkeypatch.setattr("workswith.devices.gateways.care.ASK_SECONDS", 0.3)
    credentials = await site.add()
    gateway = site.gateway(credentials, tmp_path)
    await site.connected(gateway)
    site.clock.jump(site.clock.now() + 10 * MINUTE)
    await asyncio.sleep(0.6)
    assert await site.reach(credentials.gateway_id) == "online", "it was asked, and answered"
    gateway._handlers["again"] = lambda *_: asyncio.sleep(0)
    gateway._alive_seconds = HOUR
    site.clock.jump(site.clock.now() + 3 * HOUR)
    gateway._buffer.lost()
    await site.offline(credentials.gateway_id)


async def test_a_command_whose_process_died_was_not_answered(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workswith.devices.gateways.care.LOST_AFTER_SECONDS", 0.1)
    await site.connected(site.gateway(await site.add(), tmp_path, "one_of_each"))
    light = await the_light(site)
    told = LightCommand(on=True)

    async def as_another_process(tx: Tx) -> None:
        at = site.clock.now()
        await commands.keep(tx, "c1", light.id, told, flow="", at=at, wait_ms=100)

    await site.database.write(as_another_process)

    async def noted() -> bool:
        desired = await site.twin.desired(OWNER, site.plant.id, light.id)
        return desired is not None and desired.outcome is Outcome.SILENT

    await eventually(noted)
    assert not await commands.every(site.database)


async def test_a_device_that_stands_there_no_more_is_off_line(site: Site, tmp_path: Path) -> None:
    credentials = await site.add()
    await site.connected(site.gateway(credentials, tmp_path, "one_of_each"))
    site.running[0].cancel()
    await site.offline(credentials.gateway_id)
    await site.connected(site.gateway(credentials, tmp_path, "flat"))
    reaches = {one.device: one.reach for one in await site.modules()}
    assert reaches["chronothermostat"] == "online"
    assert reaches["light"] == "offline"


def test_topics_are_read() -> None:
    assert protocol.parse("workswith/1/g/up/answer/w") == ("g", "answer")
    for other in ("workswith/1/g/down/ack", "workswith/2/g/up/hello", "x", "workswith/1/g/up"):
        assert protocol.parse(other) is None

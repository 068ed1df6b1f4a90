"""Several processes on PostgreSQL share the gateways: nothing is applied twice, nothing is lost."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.devices.gateways.conftest import OWNER, Site
from tests.patience import eventually
from workswith.adapters.mqtt_gateway import SimulatedGateway
from workswith.devices.gateways import commands
from workswith.devices.gateways.settings import Settings
from workswith.devices.light import Command as LightCommand
from workswith.devices.link import Outcome
from workswith.devices.plants import Module
from workswith.events import outbox

TOUCHES = 240

pytestmark = pytest.mark.slow


@pytest.fixture
def settings() -> Settings:
    return Settings(messages_per_minute=100_000)


class Workers:
    def __init__(self, site: Site, url: str) -> None:
        self.site, self.url = site, url
        self.running: list[asyncio.subprocess.Process] = []

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        broker = self.site.broker
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.devices.gateways.worker_process",
            self.url, broker.url, str(broker.authority), *words,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"running\n"
        return process


@pytest.fixture
async def workers(site: Site, database_url: str) -> AsyncIterator[Workers]:
    if database_url.startswith("sqlite"):
        pytest.skip("on SQLite one process has the database")
    made = Workers(site, database_url)
    yield made
    for process in made.running:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Lamp:
    """A lamp behind a gateway, and a hand on its switch."""

    def __init__(self, site: Site, gateway: SimulatedGateway, module: Module) -> None:
        self.site, self.gateway, self.module = site, gateway, module
        devices = gateway._devices
        assert devices is not None
        self.devices = devices
        self.name = next(a.module for a in devices.announce() if a.name == module.name)

    def touch(self, *, on: bool) -> None:
        """Each touch is a message of its own."""
        for said in self.devices.touch(self.name, LightCommand(on=on), self.site.clock.now()):
            self.gateway._buffer.add([said])
        self.gateway._bell.set()

    async def version(self) -> int:
        snapshot = await self.site.twin.read(OWNER, self.site.plant.id, self.module.id)
        return snapshot.version

    async def told(self) -> list[bool]:
        """What its events say, in their order."""
        events = await outbox.of_plant(self.site.database, self.site.plant.id, limit=10_000)
        assert [one.sequence for one in events] == list(range(1, len(events) + 1))
        return [bool(one.state["on"]) for one in events if one.module_id == self.module.id]


async def a_lamp(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Lamp:
    monkeypatch.setattr("workswith.devices.gateways.buffer.BATCH", 1)
    gateway = site.gateway(await site.add(), folder, "one_of_each")
    await site.connected(gateway)
    return Lamp(site, gateway, next(m for m in await site.modules() if m.device == "light"))


async def test_the_load_is_shared_and_the_order_kept(
    site: Site, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workers.start()
    lamp = await a_lamp(site, tmp_path, monkeypatch)
    before = await lamp.version()
    for n in range(TOUCHES):
        lamp.touch(on=n % 2 == 0)
        if n % 20 == 0:
            await asyncio.sleep(0)
    await site.connected(lamp.gateway)
    assert await lamp.version() == before + TOUCHES
    assert await lamp.told() == [n % 2 == 0 for n in range(TOUCHES)]
    sent = re.findall(r"Sending PUBLISH to (workswith-\w+) \(.*up/report", site.broker.log)
    shares = Counter(sent).most_common(2)
    assert len(shares) == 2
    assert min(share for _, share in shares) > TOUCHES / 5, shares


async def test_commands_are_obeyed_while_reports_are_with_other_processes(
    site: Site, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that comes to one process follows reports that another one applies."""
    await asyncio.gather(workers.start(), workers.start())
    lamp = await a_lamp(site, tmp_path, monkeypatch)
    for n in range(12):
        for _ in range(5):
            lamp.touch(on=n % 2 == 1)
        await asyncio.sleep(0.02)  # the touches are numbered, and on their way
        outcome = await site.hub.send(
            lamp.module.id, LightCommand(on=n % 2 == 0), deadline=10, flow=f"f{n}"
        )
        assert outcome is Outcome.DONE
        reading = (await site.twin.read(OWNER, site.plant.id, lamp.module.id)).reading
        assert reading.on == (n % 2 == 0)
    assert not await commands.every(site.database)


async def test_a_killed_process_takes_nothing_with_it(
    site: Site, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workswith.devices.gateways.buffer.RESEND_SECONDS", 0.5)
    victim = await workers.start()
    lamp = await a_lamp(site, tmp_path, monkeypatch)
    before = await lamp.version()
    for n in range(TOUCHES):
        lamp.touch(on=n % 2 == 0)
        await asyncio.sleep(0.002)
        if n == TOUCHES // 3:
            victim.kill()
    await site.connected(lamp.gateway)
    assert await lamp.version() == before + TOUCHES
    assert await lamp.told() == [n % 2 == 0 for n in range(TOUCHES)]


async def test_a_command_that_was_lost_with_its_process_timed_out(
    site: Site, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = await a_lamp(site, tmp_path, monkeypatch)
    lamp.gateway._handlers["command"] = lambda *_: asyncio.sleep(0)
    process = await workers.start(lamp.module.id)

    async def under_way() -> bool:
        return bool(await commands.every(site.database))

    await eventually(under_way)
    process.kill()
    await process.wait()
    assert await site.twin.desired(OWNER, site.plant.id, lamp.module.id) is None

    async def noted() -> bool:
        desired = await site.twin.desired(OWNER, site.plant.id, lamp.module.id)
        return desired is not None and desired.outcome is Outcome.SILENT

    await eventually(noted)
    assert not await commands.every(site.database)

"""Notifications keep coming: through bans, outages, and subscriptions that end without a word."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import workswith.testing
from conftest import PATIENT, eventually
from workswith.sandbox.authority import Authority
from workswith.testing import AsyncCloud
from workswith_client import AsyncClient, errors
from workswith_client.smarther_models import Mode
from workswith_client.webhooks import Keeper, Notification, Receiver, asgi_app


@pytest.fixture
async def cloud() -> AsyncIterator[AsyncCloud]:
    async with workswith.testing.cloud(homes=["flat"], settings=PATIENT) as cloud:
        yield cloud


class Program:
    """A program with an endpoint of its own on real TLS, a client and a keeper."""

    def __init__(self, cloud: AsyncCloud, folder: Path, receiver: Receiver, url: str) -> None:
        self.cloud, self.receiver, self.url = cloud, receiver, url
        self.now = cloud._running.cloud.areas.kernel.clock.now
        application = cloud.application
        self.client = AsyncClient(
            application.client_id,
            application.client_secret,
            cloud.keys,
            base=cloud.origin,
            store=folder / "tokens.json",
            clock=lambda: self.now() / 1000,
        )
        self.plant, self.module = cloud.thermostat
        self.keeper = Keeper(self.client, receiver, url, plants={self.plant: [self.module]})

    def drained(self) -> list[Notification]:
        found = list(self.receiver._queue)
        self.receiver._queue.clear()
        return found

    async def heard(self, at_least: int = 1) -> list[Notification]:
        async def came() -> bool:
            await self.cloud.settle()
            return len(self.receiver._queue) >= at_least

        await eventually(came)
        return self.drained()


@pytest.fixture
async def program(cloud: AsyncCloud, tmp_path: Path) -> AsyncIterator[Program]:
    context, port = _endpoint(cloud)
    receiver = Receiver(clock=lambda: cloud._running.cloud.areas.kernel.clock.now() / 1000)
    config = uvicorn.Config(asgi_app(receiver, "/hook"), log_level="error", lifespan="off")
    config.load()
    config.ssl = context
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([port]))
    url = f"https://127.0.0.1:{port.getsockname()[1]}/hook"
    made = Program(cloud, tmp_path, receiver, url)
    begun = made.client.begin_sign_in(cloud.application.redirect_uris[0])
    await made.client.finish_sign_in(begun, await cloud.sign_in(begun.url))
    yield made
    await made.client.close()
    server.should_exit = True
    await serving


def _endpoint(cloud: AsyncCloud) -> tuple[ssl.SSLContext, socket.socket]:
    """A certificate that the cloud trusts, and a free port."""
    authority = Authority(Path(cloud.ca_file).parent)
    listening = socket.create_server(("127.0.0.1", 0))
    return authority.context("hook", "localhost", "127.0.0.1"), listening


async def test_subscribes_and_hears(program: Program) -> None:
    assert await program.keeper.tend()
    (first,) = program.drained()
    assert first.fetched
    assert first.thermostats[0].mode is Mode.AUTOMATIC
    await program.client.smarther.set_manual(program.plant, program.module, 23)
    told = await program.heard()
    assert not told[0].fetched
    assert told[0].thermostats[0].mode is Mode.MANUAL
    assert not await program.keeper.tend(), "nothing is due"
    assert (await program.client.forecast()).spent == 4


async def test_subscribes_again_when_the_subscription_is_gone(program: Program) -> None:
    await program.keeper.tend()
    (subscription,) = await program.client.smarther.subscriptions()
    await program.client.smarther.unsubscribe(program.plant, subscription.id)
    await program.client.smarther.set_manual(program.plant, program.module, 23)
    program.drained()
    await program.cloud.clock.advance("6h")
    assert await program.keeper.tend()
    (found,) = program.drained()
    assert found.fetched
    assert found.thermostats[0].mode is Mode.MANUAL
    (again,) = await program.client.smarther.subscriptions()
    assert again.id != subscription.id


async def test_silence_is_looked_into(program: Program) -> None:
    """Notifications stop, as in a ban or an outage of the cloud's: the change is fetched."""
    await program.keeper.tend()
    program.drained()
    await program.cloud.faults.add("c2c-outage")
    await program.client.smarther.set_manual(program.plant, program.module, 23)
    await program.cloud.clock.advance("61m")
    assert program.drained() == []
    assert await program.keeper.tend()
    (found,) = program.drained()
    assert found.thermostats[0].mode is Mode.MANUAL
    assert not await program.keeper.tend() or program.drained()


async def test_a_full_queue_is_followed_by_a_look(program: Program) -> None:
    await program.keeper.tend()
    program.drained()
    program.receiver.missed += 1
    assert await program.keeper.tend()
    assert [one.fetched for one in program.drained()] == [True]


async def test_what_goes_wrong_is_kept_and_tried_again(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workswith_client.webhooks.keeper.RESET_SECONDS", 0.01)
    await program.cloud.faults.add("gateway-offline")
    running = asyncio.create_task(program.keeper.run())
    await eventually(lambda: program.keeper.problem is not None)
    assert isinstance(program.keeper.problem, errors.GatewayOffline)
    await program.cloud.faults.clear()
    await eventually(lambda: program.keeper.problem is None)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert program.drained()


async def test_a_day_in_the_life(program: Program) -> None:
    """Key roll, a ban, an outage of notifications and of the login service: the program knows
    what the thermostat does all the same, within the hour, for few calls.
    """
    cloud, keeper, clock = program.cloud, program.keeper, program.cloud.clock
    device = cloud.device(program.module)
    turned: dict[int, float] = {2: 18.5, 7: 21, 10: 22, 14: 19, 17: 23, 21: 20.5}
    for hour in range(24):
        if hour == 9:
            await cloud.faults.play("key-roll")
        if hour == 10:
            await cloud.faults.add("endpoint-fails", **{"for": "100m"})
        if hour == 13:
            await cloud.faults.add("token-unavailable", **{"for": "30m"})
        if hour == 17:
            await cloud.faults.add("c2c-outage", **{"for": "90m"})
        if hour in turned:
            await device.touch(turned[hour])
        for _ in range(6):
            await clock.advance("10m")
            with contextlib.suppress(errors.LoginUnavailable):
                await keeper.tend()
        await cloud.settle()
        known = program.receiver.last[program.module]
        if hour in turned and hour not in (10, 17):
            assert known.set_point is not None
            assert known.set_point.value == turned[hour], hour
    status = await program.client.smarther.status(program.plant, program.module)
    known = program.receiver.last[program.module]
    assert status is not None
    assert (status.mode, status.set_point) == (known.mode, known.set_point)
    told = program.drained()
    assert sum(not one.fetched for one in told) > 10
    assert sum(one.fetched for one in told) >= 2
    assert (await program.client.forecast()).spent < 60


async def test_a_home_of_home_control_proves_its_address(cloud: Any, program: Program) -> None:
    home = await cloud.home("one_of_each")
    keeper = Keeper(program.client, program.receiver, program.url, homes=[home.id])
    assert await keeper.tend()
    fetched = program.drained()
    assert {one.module.module_id for one in fetched if one.module} == {
        one.id for one in home.modules
    }
    await program.cloud.settle()
    light = next(one.id for one in home.modules if one.device == "light")
    await program.client.home_control.set_light(home.id, light, on=True)
    (told, *_) = await program.heard()
    assert told.module is not None
    assert (told.module.module_id, told.module.on, told.module.device) == (light, True, "light")

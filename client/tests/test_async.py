"""Many at once, cancelled at any moment, and answers without an end: on asyncio."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import workswith.testing
from conftest import Make, eventually
from workswith.testing import AsyncCloud, Cloud
from workswith_client import AsyncClient, errors


@pytest.fixture
async def cloud() -> AsyncIterator[AsyncCloud]:
    async with workswith.testing.cloud(homes=["flat"]) as cloud:
        yield cloud


@pytest.fixture
async def client(cloud: AsyncCloud, store: Path) -> AsyncIterator[AsyncClient]:
    application = cloud.application
    now = cloud._running.cloud.areas.kernel.clock.now
    async with AsyncClient(
        application.client_id,
        application.client_secret,
        cloud.keys,
        base=cloud.origin,
        store=store,
        clock=lambda: now() / 1000,
        timeout=60,
    ) as client:
        begun = client.begin_sign_in(application.redirect_uris[0])
        await client.finish_sign_in(begun, await cloud.sign_in(begun.url))
        yield client


def kept(client: AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.store.read("tokens") or "{}")
    return found


async def test_many_at_once_renew_once(cloud: AsyncCloud, client: AsyncClient) -> None:
    await cloud.clock.advance("2h")
    await cloud.faults.add("token-latency", ms=50)
    found = await asyncio.gather(*(client.smarther.plants() for _ in range(20)))
    assert {len(one) for one in found} == {1}
    (fault,) = await cloud.faults.list()
    assert fault["struck"] == 1
    assert (await client.forecast()).spent == 20


async def test_who_is_cancelled_does_not_lose_the_successor(
    cloud: AsyncCloud, client: AsyncClient
) -> None:
    """The answer that brings it is awaited and kept; a minute later it would be too late."""
    await cloud.clock.advance("2h")
    before = kept(client)["refresh_token"]
    await cloud.faults.add("token-latency", ms=1_500, times=1)
    calling = asyncio.create_task(client.smarther.plants())

    async def asked() -> bool:
        return bool((await cloud.faults.list())[0]["struck"])

    await eventually(asked)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await client.close()
    assert kept(client)["predecessor"] == before
    await cloud.clock.advance("10m")
    assert await client.smarther.plants()


async def test_who_is_cancelled_lets_the_lock_go(client: AsyncClient) -> None:
    held = client.store.try_lock("calls")
    assert held is not None
    calling = asyncio.create_task(client.smarther.plants())
    await asyncio.sleep(0.1)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    held()
    for moment in range(20):
        calling = asyncio.create_task(client.smarther.plants())
        await asyncio.sleep(moment / 2000)
        calling.cancel()
        await asyncio.wait([calling])
    assert await client.smarther.plants()


async def test_an_answer_that_comes_byte_by_byte(cloud: AsyncCloud, client: AsyncClient) -> None:
    await cloud.faults.add("slow-body", ms=30_000)
    quick = AsyncClient(
        cloud.application.client_id,
        cloud.application.client_secret,
        cloud.keys,
        base=cloud.origin,
        store=client.store,
        clock=client.now,
        timeout=0.3,
        retries=workswith_retries(),
    )
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        await quick.smarther.plants()
    assert time.monotonic() - begun < 25
    await quick.close()


def test_an_answer_that_comes_byte_by_byte_to_who_waits(make: Make, workswith: Cloud) -> None:
    client = make(timeout=0.3, retries=workswith_retries())
    workswith.faults.add("slow-body", ms=30_000)
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        client.smarther.plants()
    assert time.monotonic() - begun < 25
    workswith.faults.clear()


def workswith_retries() -> Any:
    from workswith_client import Retries

    return Retries(tries=1)

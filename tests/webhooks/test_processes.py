"""Real worker processes on PostgreSQL: one is paused past its lease, one is killed.

(a) nothing is lost, (g) repeats have the same id and bytes, (i) a stale owner changes nothing.
"""

import asyncio
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator

import msgspec
import pytest

from tests.receiver import Receiver, slow
from tests.webhooks.chain import CLIENT, Chain, Ground
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.reading import endpoints_of
from workswith.webhooks.settings import Settings

LEASE_MS = 2_000
SECONDS = 40
PATHS = [f"/{n}" for n in range(20)]

pytestmark = pytest.mark.slow


class Workers:
    def __init__(self, url: str) -> None:
        self.url = url
        self.running: list[asyncio.subprocess.Process] = []

    async def start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.webhooks.worker_process", self.url, str(LEASE_MS),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"running\n"
        return process


@pytest.fixture
async def workers(database_url: str) -> AsyncIterator[Workers]:
    if database_url.startswith("sqlite"):
        pytest.skip("on SQLite one process has the database; see tests/journeys/test_sigkill.py")
    made = Workers(database_url)
    yield made
    for process in made.running:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_all_delivered(chain: Chain, count: int) -> None:
    end = time.monotonic() + SECONDS
    while True:
        states = [d.state for d in await chain.deliveries()]
        if states == ["delivered"] * count:
            return
        assert time.monotonic() < end, states
        await asyncio.sleep(0.1)


async def test_a_paused_owner_and_a_killed_one(
    database: Database, workers: Workers, plain: Receiver, settings: Settings, ident: Ident
) -> None:
    shared = msgspec.structs.replace(settings, lease_ms=LEASE_MS)
    chain = Chain(Ground(database, Clock(), ident, Bells(), Cipher(bytes(32))), shared)
    for path in PATHS:
        await chain.subscribe(plain.url(path))
    paused, other = await workers.start(), await workers.start()
    await asyncio.sleep(2 * LEASE_MS / 1000)  # until they share

    plain.behave = slow(250)
    await chain.change(times=3)
    await chain.relay.turn(chain.clock.now())
    await plain.wait_for(4)
    os.kill(paused.pid, signal.SIGSTOP)
    plain.behave = slow(0)
    await until_all_delivered(chain, 3 * len(PATHS))
    os.kill(paused.pid, signal.SIGCONT)
    await asyncio.sleep(1)  # it reads answers or misses them, and says so: nobody listens
    deliveries = await chain.deliveries()
    assert {len(await chain.attempts(delivery)) for delivery in deliveries} == {1}
    endpoints = await endpoints_of(database, [CLIENT], shared.rules, chain.clock.now())
    assert [endpoint.lane.failures for endpoint in endpoints] == [0] * len(PATHS)

    other.kill()
    await chain.change(times=2)
    await chain.relay.turn(chain.clock.now())
    await until_all_delivered(chain, 5 * len(PATHS))
    bodies = defaultdict(set)
    for got in plain.received:
        bodies[got.headers["webhook-id"]].add(got.body)
    assert len(bodies) == 5 * len(PATHS)
    assert all(len(each) == 1 for each in bodies.values())

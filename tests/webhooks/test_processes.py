"""Real worker processes: killed, paused, cut off from their database, behind a line that loses
answers; on PostgreSQL also two that share the lanes, of which one is paused past its lease.

Of `properties`: (a) nothing is lost, (b) (d) (e) (g) as written down, (i) a stale owner changes
nothing.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from tests.fault_proxy import losing
from tests.receiver import Receiver, slow
from tests.webhooks import properties
from tests.webhooks.chain import CLIENT, FOR_EVER, Chain, Ground
from tests.webhooks.properties import Post, Told
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, query
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.logbook import Attempt
from workswith.webhooks.reading import endpoints_of
from workswith.webhooks.settings import Settings
from workswith.webhooks.shards import SHARDS

LEASE_MS = 2_000
WORKER = "worker"
ROUNDS = 9
PATHS = [f"/{n}" for n in range(20)]

pytestmark = pytest.mark.slow


class Workers:
    def __init__(self, url: str) -> None:
        self.url = url
        self.lease_ms = LEASE_MS
        self.answer_ms = 30_000  # a busy machine is no failure
        self.running: list[asyncio.subprocess.Process] = []

    async def start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.webhooks.worker_process", by_name(self.url),
            str(self.lease_ms), str(self.answer_ms), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"running\n"
        return process


@pytest.fixture
async def workers(database_url: str) -> AsyncIterator[Workers]:
    made = Workers(database_url)
    yield made
    for process in made.running:
        if process.returncode is None:
            process.kill()
            await process.wait()


SHARES = query(
    int, f"SELECT count(*) FROM webhook_shard WHERE shard < {SHARDS} AND owner <> '' GROUP BY owner"
)


async def until_they_share(database: Database) -> None:
    async with asyncio.timeout(FOR_EVER):
        while True:
            if await database.all(SHARES) == [SHARDS // 2] * 2:
                return
            await asyncio.sleep(0.05)


async def until_all_delivered(chain: Chain, count: int) -> None:
    end = time.monotonic() + 3 * FOR_EVER
    while True:
        states = [d.state for d in await chain.deliveries()]
        if states == ["delivered"] * count:
            return
        assert time.monotonic() < end, states
        await asyncio.sleep(0.1)


async def test_a_paused_owner_and_a_killed_one(
    database: Database, workers: Workers, plain: Receiver, settings: Settings, ident: Ident
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("on SQLite one process has the database")
    shared = msgspec.structs.replace(settings, lease_ms=LEASE_MS)
    chain = Chain(Ground(database, Clock(), ident, Bells(), Cipher(bytes(32))), shared)
    for path in PATHS:
        await chain.subscribe(plain.url(path))
    paused, other = await workers.start(), await workers.start()
    await until_they_share(database)

    plain.behave = slow(2_000)
    await chain.change(times=3)
    await chain.relay.turn(chain.clock.now())
    await plain.wait_for(len(PATHS))
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


async def test_killed_paused_and_cut_off_again_and_again(
    database: Database, workers: Workers, plain: Receiver, settings: Settings, ident: Ident
) -> None:
    """One worker at a time. What it is sending through loses one answer of twenty."""
    workers.lease_ms, workers.answer_ms = 0, 20_000
    chain = Chain(Ground(database, Clock(), ident, Bells(), Cipher(bytes(32))), settings)
    plain.behave = slow(5)
    worker = await workers.start()
    in_doubt = 0
    async with losing([plain.port], 0.05) as line:
        for path in PATHS:
            await chain.subscribe(f"http://localhost:{line.port}{path}")
        for round_ in range(ROUNDS):
            await chain.change(times=2)
            await surely(chain)
            await asyncio.sleep(0.15)
            if round_ % 3 != 1:  # whatever is not written by now may be sent again
                in_doubt += sum(d.state == "waiting" for d in await chain.deliveries())
            match round_ % 3:
                case 0:
                    worker.kill()
                    await worker.wait()
                    worker = await workers.start()
                case 1:
                    os.kill(worker.pid, signal.SIGSTOP)
                    await asyncio.sleep(0.3)
                    os.kill(worker.pid, signal.SIGCONT)
                case _:
                    await cut_off(workers.url)
        await surely(chain)
        await until_all_delivered(chain, 2 * ROUNDS * len(PATHS))

    deliveries = await chain.deliveries()
    by_endpoint: defaultdict[str, list[Attempt]] = defaultdict(list)
    attempts = {}
    for delivery in deliveries:
        attempts[delivery.id] = await chain.attempts(delivery)
        by_endpoint[delivery.endpoint_id] += attempts[delivery.id]
    posts = [Post(0, got.path, got.headers["webhook-id"], got.body) for got in plain.received]
    told = Told(deliveries, attempts, by_endpoint, posts=posts, repeats=in_doubt + line.dropped)
    properties.events_end_once(told)
    for delivery in deliveries:
        properties.retries_keep_their_distance(delivery, attempts[delivery.id])
    properties.repeats_are_identical(told)
    properties.first_attempts_are_in_order(posts)
    assert line.dropped, "(j)"


async def surely(chain: Chain) -> None:
    """Fans out, also when the database has just gone away."""
    async with asyncio.timeout(FOR_EVER):
        while True:
            try:
                await chain.relay.turn(chain.clock.now())
            except (OSError, sqlite3.OperationalError):
                await asyncio.sleep(0.1)
            else:
                return


def by_name(url: str) -> str:
    """An address at which a worker is told from the test."""
    if url.startswith("sqlite"):
        return url
    return f"{url}{'&' if '?' in url else '?'}application_name={WORKER}"


async def cut_off(url: str) -> None:
    """Ends every connection of workers to PostgreSQL; on SQLite the file is locked for a while."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.3)
        other.execute("ROLLBACK")
        other.close()
        return
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = current_database() AND application_name = '{WORKER}'"
    )
    await connection.close()

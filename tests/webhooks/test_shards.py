"""Who serves a lane: one worker or many; a stale owner changes nothing. On both databases."""

import asyncio
from collections.abc import Sequence

import msgspec

from tests.webhooks.chain import FOR_EVER, Chain, Ground, until
from tests.webhooks.test_worker import Scripted
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, open_database, query
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings
from workswith.webhooks.shards import SHARDS, Shards, shard_of

_HELD = query(int, f"SELECT shard FROM webhook_shard WHERE owner = :owner AND shard < {SHARDS}")
URLS = [f"https://endpoint-{n}.example/" for n in range(12)]


async def held(shards: Shards, database: Database) -> set[int]:
    return set(await database.all(_HELD, owner=shards.owner))


async def test_sole_takes_all_and_the_one_before_owns_nothing(database: Database) -> None:
    first, second = Shards(database), Shards(database)
    await first.keep()
    assert await held(first, database) == set(range(SHARDS))
    await second.keep()
    assert await held(second, database) == set(range(SHARDS))
    await first.keep()
    assert await held(first, database) == set()


async def keep(*workers: Shards) -> None:
    for worker in workers:
        worker._renew_at = 0
        await worker.keep()


async def test_workers_share_evenly_as_they_come_and_go(database: Database) -> None:
    workers = [Shards(database, lease_ms=60_000) for _ in range(3)]
    await keep(*workers)
    await keep(*workers)
    await keep(*workers)
    shares = [await held(worker, database) for worker in workers]
    assert set().union(*shares) == set(range(SHARDS))
    assert sum(map(len, shares)) == SHARDS
    assert all(len(share) in (20, 21, 22) for share in shares)
    await workers[0].release()
    rest = workers[1:]
    await keep(*rest)
    assert sum([len(await held(worker, database)) for worker in rest]) == SHARDS


async def test_a_lease_that_ended_is_taken_over(database: Database) -> None:
    """SIGSTOP and a lost network look like this: the owner has not been heard of for too long."""
    first, second = Shards(database, lease_ms=50), Shards(database, lease_ms=60_000)
    await first.keep()
    assert len(await held(first, database)) == SHARDS
    await asyncio.sleep(0.1)
    await second.keep()
    assert len(await held(second, database)) == SHARDS
    assert await held(first, database) == set()


async def test_what_a_sole_worker_had_is_free_when_it_stops_and_taken_when_it_dies(
    database: Database,
) -> None:
    """An installation may grow from one worker to several, whatever became of the first."""
    sole, several = Shards(database), [Shards(database, lease_ms=60_000) for _ in range(2)]
    await sole.keep()
    await sole.release()
    assert await held(sole, database) == set()
    await sole.keep()
    assert await held(sole, database) == set(range(SHARDS))
    for _ in range(2):  # it dies without a word
        await keep(*several)
    assert [len(await held(worker, database)) for worker in several] == [SHARDS // 2] * 2


def test_endpoints_spread_over_the_shards(ident: Ident) -> None:
    counted = [0] * SHARDS
    for _ in range(6_400):
        counted[shard_of(ident.uuid())] += 1
    assert 50 < min(counted) <= max(counted) < 150


class Held(Scripted):
    """Answers only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        self.posts.append((url, dict(headers), body))
        await self.go.wait()
        return Sent(500)


async def test_a_stale_owner_changes_nothing(ground: Ground, settings: Settings) -> None:
    """(i) its late failures neither count nor move what the new owner delivered."""
    slow = Held()
    stale = Chain(ground, settings, slow)
    for url in URLS:
        await stale.subscribe(url)
    await stale.change()
    await stale.relay.turn(ground.clock.now())
    await stale.worker.turn(ground.clock.now())
    await until(lambda: len(slow.posts) == len(URLS))

    scripted = Scripted()
    fresh = Chain(ground, settings, scripted)
    await fresh.settle()
    assert len(scripted.posts) == len(URLS), "at least once: what was under way is sent again"
    slow.go.set()
    await stale.worker.settle()
    deliveries = await fresh.deliveries()
    assert {(d.state, d.attempts) for d in deliveries} == {("delivered", 1)}
    from workswith.webhooks.reading import endpoints_of

    for endpoint in await endpoints_of(
        ground.database, ["client-1"], settings.rules, ground.clock.now()
    ):
        assert endpoint.lane.failures == 0


async def test_many_workers_deliver_everything_once(
    database_url: str, clock: Clock, ident: Ident, cipher: Cipher, settings: Settings
) -> None:
    """Each with a connection of its own, as processes have it."""
    shared = msgspec.structs.replace(settings, lease_ms=600_000)
    scripted = Scripted()
    databases = [
        await open_database(database_url) for _ in range(1 + 2 * ("postgres" in database_url))
    ]
    chains = [
        Chain(Ground(database, clock, ident, Bells(), cipher), shared, scripted)
        for database in databases
    ]
    try:
        for _ in range(3):
            await keep(*(chain.worker.shards for chain in chains))
        for url in URLS:
            await chains[0].subscribe(url)
        await chains[0].change(times=10)
        await chains[0].relay.turn(clock.now())
        async with asyncio.timeout(FOR_EVER):
            while any(d.state != "delivered" for d in await chains[0].deliveries()):
                await asyncio.gather(*(chain.worker.turn(clock.now()) for chain in chains))
                await asyncio.gather(*(chain.worker.settle() for chain in chains))
        ids = [headers["webhook-id"] for _, headers, _ in scripted.posts]
        assert len(ids) == len(set(ids)) == len(URLS) * 10
    finally:
        for database in databases:
            await database.close()

"""The gateway's look-up: cached, bounded, never stale for long."""

from typing import Any, TypeVar

import pytest

from tests.kernel.passing import Passing
from workswith.catalog import products
from workswith.catalog.keys import NOTE_USES_EVERY, Keys
from workswith.catalog.subscriptions import Subscriptions
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Query, Tx, statement

T = TypeVar("T")
KIT = products.STARTER_KIT
CANCEL = statement("UPDATE subscriptions SET state = 'cancelled'")


class Elapsed:
    """Real seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def keys(database: Database, elapsed: Elapsed) -> Keys:
    """The look-up of another process: no word of ours reaches its broadcast."""
    return Keys(database, Broadcast(), 3, elapsed)


async def primary(subscriptions: Subscriptions) -> str:
    made = await subscriptions.subscribe("dev", KIT, "x")
    return (await subscriptions.keys("dev", made.id))["primary"].key


async def cancel(tx: Tx) -> None:
    await tx.run(CANCEL)


async def test_finds_whose_key_it_is(subscriptions: Subscriptions, keys: Keys) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    for which, key in (await subscriptions.keys("dev", made.id)).items():
        found = await keys.find(key.key)
        assert found is not None
        assert (found.subscription_id, found.account_id, found.product_id, found.which) == (
            made.id,
            "dev",
            KIT,
            which,
        )
        assert (found.daily_quota, found.apis) == (500, frozenset({"echo", "smarther-v2.0"}))


@pytest.mark.parametrize("key", ["", "0" * 32, "x" * 100_000, "\0", "é", "' OR 1=1 --"])
async def test_an_unknown_key_is_nobodys(
    subscriptions: Subscriptions, keys: Keys, key: str
) -> None:
    assert await keys.find(key) is None


async def test_what_is_held_needs_no_database(subscriptions: Subscriptions, keys: Keys) -> None:
    key = await primary(subscriptions)
    await keys.find(key)
    with pytest.raises(StopIteration):  # it ends without ever waiting
        keys.find(key).send(None)


async def test_a_change_elsewhere_is_seen_within_a_second(
    subscriptions: Subscriptions, keys: Keys, database: Database, elapsed: Elapsed
) -> None:
    key = await primary(subscriptions)
    assert await keys.find(key) is not None
    await database.write(cancel)
    elapsed.seconds += 0.4
    assert await keys.find(key) is not None
    elapsed.seconds += 0.1
    assert await keys.find(key) is None


async def test_a_change_during_the_look_up_is_not_held(
    subscriptions: Subscriptions, database: Database
) -> None:
    """An old row that was being read when the word came must not be kept."""
    key = await primary(subscriptions)
    broadcast = Broadcast()

    class Slow(Passing):
        async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
            rows = await super().all(query, **parameters)
            if not changed:
                changed.append(True)
                await database.write(cancel)
                broadcast.send("subscription", "any")
            return rows

    changed: list[bool] = []
    keys = Keys(Slow(database), broadcast)
    await keys.find(key)
    assert await keys.find(key) is None


async def test_the_cache_is_bounded(subscriptions: Subscriptions, keys: Keys) -> None:
    key = await primary(subscriptions)
    await keys.find(key)
    for n in range(10):
        await keys.find(f"{n:032x}")
    assert len(keys._held) == 3
    assert await keys.find(key) is not None


async def test_uses_are_written_now_and_then(subscriptions: Subscriptions, clock: Clock) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    keys = await subscriptions.keys("dev", made.id)
    assert keys["primary"].last_used_at is None
    await subscriptions.find(keys["primary"].key)
    at = clock.now()
    assert (await subscriptions.keys("dev", made.id))["primary"].last_used_at == at
    await subscriptions.keys_work.turn(at)
    clock.jump(at + NOTE_USES_EVERY)
    shown = await subscriptions.keys("dev", made.id)
    assert shown["primary"].last_used_at == at
    assert shown["secondary"].last_used_at is None


async def test_uses_survive_a_clean_stop(
    subscriptions: Subscriptions, keys: Keys, clock: Clock
) -> None:
    key = await primary(subscriptions)
    await keys.turn(clock.now())
    await keys.find(key)
    await keys.settle()
    (one,) = await subscriptions.of_account("dev")
    assert (await subscriptions.keys("dev", one.id))["primary"].last_used_at == clock.now()


async def test_a_regenerated_key_was_never_used(subscriptions: Subscriptions, clock: Clock) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    old = (await subscriptions.keys("dev", made.id))["primary"].key
    await subscriptions.find(old)
    await subscriptions.keys_work.turn(clock.now())
    await subscriptions.regenerate("dev", made.id, "primary")
    assert (await subscriptions.keys("dev", made.id))["primary"].last_used_at is None

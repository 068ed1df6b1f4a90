"""A subscription with an end: its state moves by the clock, and its keys stop. [platform.md A1]"""

import pytest

from workswith.catalog import products, states
from workswith.catalog.desk import Desk
from workswith.catalog.expiry import Expiry
from workswith.catalog.subscription import Subscription
from workswith.catalog.subscriptions import Subscriptions
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem


@pytest.fixture
async def made(subscriptions: Subscriptions) -> Subscription:
    return await subscriptions.subscribe("dev", products.STARTER_KIT, "trial")


@pytest.fixture
def expiry(database: Database, broadcast: Broadcast) -> Expiry:
    return Expiry(database, broadcast)


async def test_it_expires_when_its_time_has_come(
    subscriptions: Subscriptions, desk: Desk, made: Subscription, expiry: Expiry, clock: Clock
) -> None:
    end = clock.now() + HOUR
    await desk.end_at(made.id, end)
    key = (await subscriptions.keys("dev", made.id))["primary"].key
    active = await subscriptions.find(key)
    assert active is not None
    assert active.ends_at == end
    assert await expiry.turn(end - 1) == end
    assert (await subscriptions.one("dev", made.id)).state == states.ACTIVE
    assert await expiry.turn(end) is None
    one = await subscriptions.one("dev", made.id)
    assert (one.state, one.state_since, one.ends_at) == (states.EXPIRED, end, end)
    assert await subscriptions.find(key) is None


async def test_a_suspended_one_expires_and_a_cancelled_one_stays(
    subscriptions: Subscriptions, desk: Desk, made: Subscription, expiry: Expiry, clock: Clock
) -> None:
    other = await subscriptions.subscribe("dev", products.STARTER_KIT, "other")
    for id_ in (made.id, other.id):
        await desk.end_at(id_, clock.now() + 1)
    await desk.decide(made.id, states.SUSPENDED)
    await subscriptions.cancel("dev", other.id)
    await expiry.turn(clock.now() + HOUR)
    assert (await subscriptions.one("dev", made.id)).state == states.EXPIRED
    assert (await subscriptions.one("dev", other.id)).state == states.CANCELLED


async def test_an_end_can_be_taken_back_but_not_lie_in_the_past(
    subscriptions: Subscriptions, desk: Desk, made: Subscription, expiry: Expiry, clock: Clock
) -> None:
    await desk.end_at(made.id, clock.now() + 1)
    await desk.end_at(made.id, None)
    assert await expiry.turn(clock.now() + HOUR) is None
    assert (await subscriptions.one("dev", made.id)).state == states.ACTIVE
    with pytest.raises(Problem) as refusal:
        await desk.end_at(made.id, clock.now())
    assert refusal.value.kind is Kind.INVALID
    await subscriptions.cancel("dev", made.id)
    with pytest.raises(Problem) as refusal:
        await desk.end_at(made.id, clock.now() + 1)
    assert refusal.value.kind is Kind.CONFLICT

"""What developers see is theirs: every question names the applications of the asker."""

import pytest

from tests.conftest import NOON
from tests.events.test_retention import turn_until
from tests.webhooks.chain import CLIENT, Chain, Ground
from tests.webhooks.test_worker import Scripted
from workswith.events.retention import Retention
from workswith.kernel.clock import DAY
from workswith.webhooks.reading import attempts_of, deliveries_of, endpoints_of, losses_of
from workswith.webhooks.retention import rotation, sweeps
from workswith.webhooks.settings import Settings


@pytest.fixture
async def busy(ground: Ground, settings: Settings) -> Chain:
    """Two applications hear of one plant; the endpoint of the first gets banned and loses."""
    scripted = Scripted(ok=False)
    chain = Chain(ground, settings, scripted)
    await chain.subscribe("https://one.example/")
    await chain.change(times=20)
    await chain.settle()
    await chain.subscribe("https://two.example/", client="client-2")
    scripted.ok = True
    await chain.change(times=2)
    await chain.settle()
    return chain


async def test_each_sees_the_own_only(busy: Chain) -> None:
    database, rules = busy.database, busy.settings.rules
    (one,) = await endpoints_of(database, [CLIENT], rules, NOON)
    (two,) = await endpoints_of(database, ["client-2"], rules, NOON)
    assert (one.lane.failures, one.waiting, one.lost, one.subscriptions) == (20, 20, 2, 1)
    assert (two.lane.failures, two.waiting, two.lost, two.subscriptions) == (0, 0, 0, 1)
    assert len(await deliveries_of(database, [CLIENT])) == 20
    (theirs, _) = await deliveries_of(database, ["client-2"])
    assert await deliveries_of(database, [CLIENT], endpoint_id=two.id) == []
    assert await attempts_of(database, [CLIENT], theirs.id) == []
    assert len(await attempts_of(database, ["client-2"], theirs.id)) == 1
    assert await losses_of(database, ["client-2"], one.id) == []
    assert len(await losses_of(database, [CLIENT], one.id)) == 2
    assert await endpoints_of(database, [], rules, NOON) == []
    assert await deliveries_of(database, []) == []


async def test_pages_go_on_from_a_number(busy: Chain) -> None:
    both = [CLIENT, "client-2"]
    first = await deliveries_of(busy.database, both, limit=15)
    rest = await deliveries_of(busy.database, both, limit=15, before=first[-1].number)
    numbers = [delivery.number for delivery in first + rest]
    assert len(numbers) == 22
    assert numbers == sorted(numbers, reverse=True)
    assert len(await deliveries_of(busy.database, both, state="delivered")) == 2


async def test_a_counter_that_a_clean_day_cleared_shows_so(busy: Chain) -> None:
    (one,) = await endpoints_of(busy.database, [CLIENT], busy.settings.rules, NOON + DAY)
    assert one.lane.failures == 0


async def test_old_deliveries_go_and_waiting_ones_stay(busy: Chain) -> None:
    work = Retention(sweeps(busy.database, busy.settings), [rotation(busy.database, busy.settings)])
    await turn_until(work, NOON, NOON + 17 * DAY)
    left = await deliveries_of(busy.database, [CLIENT, "client-2"])
    assert {delivery.state for delivery in left} == {"waiting"}
    assert await attempts_of(busy.database, [CLIENT], left[0].id) == []
    (one,) = await endpoints_of(busy.database, [CLIENT], busy.settings.rules, NOON)
    assert await losses_of(busy.database, [CLIENT], one.id) == []
    assert one.lost == 2

"""What a developer does about endpoints, for his own applications only, on both databases."""

from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import NOON
from tests.webhooks.chain import ACCOUNT, CLIENT, PLANT, Chain, Ground, render
from tests.webhooks.test_worker import Scripted
from workswith.kernel.clock import HOUR, MINUTE, SECOND
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks.desk import Desk
from workswith.webhooks.figures import figures
from workswith.webhooks.reading import events_of, secret_of
from workswith.webhooks.sent import OUR_FAULT, Sent
from workswith.webhooks.settings import Settings

MINE, OTHERS = [CLIENT], ["client-2"]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def chain(ground: Ground, settings: Settings, scripted: Scripted) -> Chain:
    return Chain(ground, settings, scripted)


@pytest.fixture
def desk(ground: Ground, settings: Settings) -> Desk:
    return Desk(
        ground.database,
        ground.clock,
        ground.ident,
        ground.cipher,
        settings,
        bells=ground.bells,
        renderers={"smarther-v2.0": render},
    )


async def banned(chain: Chain, scripted: Scripted) -> str:
    """An endpoint with twenty failures; two events are lost in its ban."""
    await chain.subscribe("https://one.example/")
    scripted.ok = False
    await chain.change(times=20)
    await chain.settle()
    await chain.change(times=2)
    await chain.settle()
    scripted.ok = True
    endpoint = await chain.endpoint()
    assert endpoint.health(NOON) == "banned"
    assert endpoint.ban_left(NOON) == MINUTE
    assert endpoint.lost == 2
    return endpoint.id


async def test_a_lifted_ban_lets_what_waits_go_at_once(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    id_ = await banned(chain, scripted)
    await desk.lift_ban(MINE, id_)
    assert (await chain.endpoint()).lane.failures == 0
    await chain.change()
    await chain.settle()
    assert {d.state for d in await chain.deliveries()} == {"delivered"}
    assert (await chain.endpoint()).health(chain.clock.now()) == "well"


async def test_without_a_ban_there_is_nothing_to_lift_and_delays_hold(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    await chain.subscribe("https://one.example/")
    scripted.ok = False
    await chain.change()
    await chain.settle()
    await desk.lift_ban(MINE, (await chain.endpoint()).id)
    await chain.settle()
    assert len(scripted.posts) == 1
    await chain.advance(10 * SECOND)
    assert len(scripted.posts) == 2


async def test_what_a_ban_lost_can_be_sent_after_all(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    """Once: asked again, nothing is left to make up for."""
    id_ = await banned(chain, scripted)
    views = await events_of(chain.database, MINE, endpoint_id=id_)
    assert [view.outcome for view in views].count("lost") == 2
    await chain.advance(5 * MINUTE)
    replayed = await desk.replay_range(MINE, id_)
    assert (replayed.deliveries, replayed.losses) == (0, 2)
    await chain.settle()
    assert scripted.sequences("https://one.example/")[-2:] == [21, 22]
    assert (await desk.replay_range(MINE, id_)).losses == 0
    assert all(loss.replayed_at for loss in await chain.losses())
    views = await events_of(chain.database, MINE, plant_id=PLANT, after=views[19].seen)
    assert [(v.event.sequence, v.outcome) for v in views] == [(21, "delivered"), (22, "delivered")]


async def test_a_replay_has_the_same_id_and_bytes_and_a_whole_schedule(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    """Replayed twice, it is sent twice."""
    await chain.subscribe("https://one.example/")
    await chain.change()
    await chain.settle()
    (delivery,) = await chain.deliveries()
    await desk.replay(MINE, delivery.id)
    with pytest.raises(Problem) as still:
        await desk.replay(MINE, delivery.id)
    assert still.value.kind is Kind.CONFLICT
    await chain.settle()
    scripted.ok = False
    await desk.replay(MINE, delivery.id)
    await chain.advance(HOUR)
    assert len(scripted.posts) == 2 + 6
    assert len({(headers["webhook-id"], body) for _, headers, body in scripted.posts}) == 1
    (delivery,) = await chain.deliveries()
    assert (delivery.state, delivery.attempts, delivery.cause) == ("exhausted", 8, "replay")
    assert [a.number for a in await chain.attempts(delivery)] == list(range(1, 9))


async def test_whoever_no_longer_hears_of_a_plant_replays_nothing_of_it(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    """A consent that ended holds for what had happened before, too. Subscribed again, it is back."""
    subscription = await chain.subscribe("https://one.example/")
    await chain.change()
    await chain.settle()
    scripted.ok = False
    await chain.change()
    await chain.settle()
    endpoint_id = (await chain.endpoint()).id
    await chain.subscriptions.unsubscribe(ACCOUNT, PLANT, subscription)
    scripted.ok = True
    posted = len(scripted.posts)
    for delivery in await chain.deliveries():
        with pytest.raises(Problem) as refused:
            await desk.replay(MINE, delivery.id)
        assert (refused.value.kind, refused.value.code) == (Kind.CONFLICT, "subscription_ended")
    assert (await desk.replay_range(MINE, endpoint_id)).deliveries == 0
    await chain.settle()
    assert len(scripted.posts) == posted
    await chain.subscribe("https://one.example/")
    assert (await desk.replay_range(MINE, endpoint_id)).deliveries == 1
    await chain.settle()
    assert len(scripted.posts) == posted + 1


async def test_a_range_makes_again_what_did_not_arrive(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    id_ = ""
    await chain.subscribe("https://one.example/")
    scripted.ok = False
    await chain.change(times=2)
    await chain.advance(HOUR)
    scripted.ok = True
    id_ = (await chain.endpoint()).id
    await chain.change()
    await chain.settle()
    assert (await desk.replay_range(MINE, id_, chain.clock.now())).deliveries == 0
    assert (await desk.replay_range(MINE, id_, NOON, NOON + 1)).deliveries == 2
    await chain.settle()
    assert [d.state for d in await chain.deliveries()] == ["delivered"] * 3


async def test_a_test_event_is_a_real_body(chain: Chain, scripted: Scripted, desk: Desk) -> None:
    await chain.subscribe("https://one.example/")
    id_ = (await chain.endpoint()).id
    with pytest.raises(Problem, match="Nothing has happened"):
        await desk.send_test(MINE, id_)
    await chain.change()
    await chain.settle()
    test = await desk.send_test(MINE, id_)
    await chain.settle()
    first, second = scripted.posts
    assert first[2] == second[2]
    assert second[1]["webhook-id"] == test


async def test_a_test_event_is_looked_for_in_every_plant(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    """Whichever was subscribed first: nothing may ever have happened there."""
    await chain.subscribe("https://one.example/", plant="plant-quiet")
    await chain.subscribe("https://one.example/")
    await chain.change()
    await chain.settle()
    await desk.send_test(MINE, (await chain.endpoint()).id)
    await chain.settle()
    assert len(scripted.posts) == 2


async def test_a_new_secret_signs_beside_the_former_one_for_a_day(
    chain: Chain, scripted: Scripted, desk: Desk
) -> None:
    await chain.subscribe("https://one.example/")
    id_ = (await chain.endpoint()).id
    new = await desk.rotate_secret(MINE, id_)
    assert new == await secret_of(chain.database, chain.ground.cipher, MINE, id_)
    await chain.change()
    await chain.advance(25 * HOUR)
    await chain.change()
    await chain.settle()
    signed = [headers["webhook-signature"] for _, headers, _ in scripted.posts]
    assert [len(each.split()) for each in signed] == [2, 1]


Act = Callable[[Desk, str, str], Awaitable[object]]
ACTIONS: list[Act] = [
    lambda desk, endpoint, _: desk.lift_ban(OTHERS, endpoint),
    lambda desk, endpoint, _: desk.replay_range(OTHERS, endpoint),
    lambda desk, endpoint, _: desk.send_test(OTHERS, endpoint),
    lambda desk, endpoint, _: desk.rotate_secret(OTHERS, endpoint),
    lambda desk, _, delivery: desk.replay(OTHERS, delivery),
]


@pytest.mark.parametrize("act", ACTIONS)
async def test_others_find_nothing(chain: Chain, scripted: Scripted, desk: Desk, act: Act) -> None:
    id_ = await banned(chain, scripted)
    delivery = (await chain.deliveries())[0]
    with pytest.raises(Problem) as unknown:
        await act(desk, id_, delivery.id)
    assert unknown.value.kind is Kind.UNKNOWN
    assert await events_of(chain.database, OTHERS, endpoint_id=id_) == []


async def test_the_operator_sees_queues_lag_and_who_fails(chain: Chain, scripted: Scripted) -> None:
    await banned(chain, scripted)
    now = chain.clock.now()
    seen = await figures(chain.database, now, window=MINUTE)
    assert (seen.endpoints, seen.banned, seen.waiting, seen.due) == (1, 1, 20, 0)
    assert (seen.per_minute, seen.failed_per_minute) == (20, 20)
    (host,) = seen.failing_hosts
    assert (host.name, host.failed) == ("one.example", 20)
    await chain.change()
    assert (await figures(chain.database, now)).unrelayed == 1


async def test_what_cannot_be_sent_from_here_is_no_failure_of_a_host(
    chain: Chain, scripted: Scripted
) -> None:
    await chain.subscribe("https://one.example/hook")
    scripted.ok, scripted.failure = False, Sent(None, OUR_FAULT)
    await chain.change()
    await chain.settle()
    seen = await figures(chain.database, chain.clock.now(), window=MINUTE)
    assert (seen.waiting, seen.per_minute, seen.failing_hosts) == (1, 0, ())


async def test_an_endpoint_without_a_subscription_is_no_endpoint_any_more(chain: Chain) -> None:
    subscription = await chain.subscribe("https://one.example/hook")
    assert (await figures(chain.database, chain.clock.now())).endpoints == 1
    await chain.subscriptions.unsubscribe(ACCOUNT, PLANT, subscription)
    assert (await figures(chain.database, chain.clock.now())).endpoints == 0

"""The whole dispatcher: from a change to the endpoint, on a moved clock, on both databases."""

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from tests.conftest import NOON
from tests.receiver import Receiver, failing, resetting, silent, slow, well
from tests.webhooks.chain import CLIENT, FOR_EVER, PLANT, Chain, Ground, until
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock
from workswith.webhooks.reading import secret_of
from workswith.webhooks.sent import OUR_FAULT, Sent
from workswith.webhooks.settings import Rules, Settings

SCHEDULE = [0, 10, 40, 100, 400, 1000]
"""Seconds after an event at which attempts begin when each fails at once."""


class Scripted:
    """A sender without sockets: an endpoint is well unless told otherwise."""

    def __init__(self, *, ok: bool = True) -> None:
        self.ok = ok
        self.failure = Sent(500)
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.hanging: dict[str, asyncio.Event] = {}

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        self.posts.append((url, dict(headers), body))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if url in self.hanging:
                await self.hanging[url].wait()
                return Sent(None, "timeout")
            await asyncio.sleep(0)
            return Sent(200) if self.ok else self.failure
        finally:
            self.under_way -= 1

    def sequences(self, url: str) -> list[int]:
        return [msgspec.json.decode(body)[0]["sequence"] for at, _, body in self.posts if at == url]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
async def dry(ground: Ground, settings: Settings, scripted: Scripted) -> Chain:
    """The chain with a scripted sender."""
    return Chain(ground, settings, scripted)


def ruled(dry: Chain, scripted: Scripted, **rules: Any) -> Chain:
    """The same chain under other rules."""
    settings = msgspec.structs.replace(dry.settings, rules=Rules(**rules))
    return Chain(dry.ground, settings, scripted)


async def test_a_change_arrives_signed(chain: Chain, receiver: Receiver, cipher: Cipher) -> None:
    """The signature is recomputed here by the words of the specification."""
    await chain.subscribe(receiver.url("/hook?secret=1"))
    await chain.change()
    await chain.settle()
    (got,) = receiver.received
    assert (got.method, got.path) == ("POST", "/hook?secret=1")
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.headers["user-agent"].startswith("WorksWith")
    assert got.json[0]["sequence"] == 1
    endpoint = await chain.endpoint()
    secret = await secret_of(chain.database, cipher, [CLIENT], endpoint.id)
    assert secret is not None
    assert secret.startswith("whsec_")
    key = b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["webhook-timestamp"] == str(NOON // 1000)
    (delivery,) = await chain.deliveries()
    assert (delivery.state, delivery.attempts, delivery.finished_at) == ("delivered", 1, NOON)
    assert delivery.id == got.headers["webhook-id"]
    (attempt,) = await chain.attempts(delivery)
    assert (attempt.status, attempt.error, attempt.answer) == (200, "", b"OK")
    assert attempt.connect_ms > 0
    assert attempt.answer_ms > 0


async def test_a_failing_endpoint_sees_the_schedule_and_the_same_bytes(
    chain: Chain, receiver: Receiver
) -> None:
    receiver.behave = failing(503)
    await chain.subscribe(receiver.url())
    await chain.change()
    await chain.advance(DAY)
    (delivery,) = await chain.deliveries()
    attempts = await chain.attempts(delivery)
    assert [(a.at - NOON) // SECOND for a in attempts] == SCHEDULE
    assert [a.status for a in attempts] == [503] * 6
    assert [a.failures for a in attempts] == [1, 2, 3, 4, 5, 6]
    assert (delivery.state, delivery.attempts) == ("exhausted", 6)
    assert len({got.body for got in receiver.received}) == 1
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert len({got.headers["webhook-signature"] for got in receiver.received}) == 6
    assert len({got.connection for got in receiver.received}) == 1


async def test_a_dead_endpoint_that_comes_back_gets_what_waited(
    chain: Chain, receiver: Receiver
) -> None:
    await chain.subscribe(receiver.url())
    await receiver.stop()
    await chain.change()
    await chain.advance(2 * MINUTE)
    await receiver.start()
    await chain.advance(DAY)
    (delivery,) = await chain.deliveries()
    attempts = await chain.attempts(delivery)
    assert [a.error for a in attempts] == ["connect"] * 4 + [""]
    assert delivery.state == "delivered"
    assert [(a.at - NOON) // SECOND for a in attempts] == SCHEDULE[:5]


async def test_a_slow_endpoint_fails_by_its_slowness(chain: Chain, receiver: Receiver) -> None:
    strict = Chain(chain.ground, msgspec.structs.replace(chain.settings, rules=Rules()))
    receiver.behave = slow(60_000)
    await chain.subscribe(receiver.url())
    await chain.change()
    await strict.settle()
    await strict.close()
    (delivery,) = await chain.deliveries()
    (attempt,) = await chain.attempts(delivery)
    assert (attempt.status, attempt.error, attempt.answer_ms) == (None, "timeout", 750)
    assert (await chain.endpoint()).lane.failures == 1
    receiver.behave = slow(300)  # and the chain of these tests is patient
    await chain.advance(10 * SECOND)
    (delivery,) = await chain.deliveries()
    assert delivery.state == "delivered"


async def test_a_reset_counts_as_a_failure(chain: Chain, receiver: Receiver) -> None:
    receiver.behave = resetting()
    await chain.subscribe(receiver.url())
    await chain.change()
    await chain.settle()
    (attempt,) = await chain.attempts((await chain.deliveries())[0])
    assert attempt.error == "reset"
    assert len(receiver.received) == 1


async def test_two_hundred_failures_ban_for_ten_minutes(dry: Chain, scripted: Scripted) -> None:
    """C2C-4: each 20 failures ban for 1 minute times the number of sets, at most 20."""
    scripted.ok = False
    chain = ruled(dry, scripted, delays=())
    await chain.subscribe("https://example.com/")
    bans = []
    for _ in range(23):
        await chain.change(times=20)
        await chain.settle()
        until = (await chain.endpoint()).lane.ban_until
        assert until is not None
        bans.append((until - chain.clock.now()) // MINUTE)
        await chain.supervisor.advance(until)
    assert bans == [*range(1, 21), 20, 20, 20]
    assert bans[200 // 20 - 1] == 10


async def test_what_changes_during_a_ban_is_lost_and_listed(dry: Chain, scripted: Scripted) -> None:
    scripted.ok = False
    await dry.subscribe("https://example.com/")
    await dry.change(times=20)
    await dry.settle()
    banned_at = dry.clock.now()
    endpoint = await dry.endpoint()
    assert endpoint.lane.failures == 20
    assert endpoint.lane.ban_until == banned_at + MINUTE
    sent = len(scripted.posts)
    scripted.ok = True
    await dry.advance(20 * SECOND)
    await dry.change(times=3)
    await dry.advance(MINUTE - 20 * SECOND - 1)
    assert len(scripted.posts) == sent, "nothing is sent in a ban"
    endpoint = await dry.endpoint()
    assert (endpoint.lost, endpoint.waiting) == (3, 20)
    assert endpoint.lost_first == endpoint.lost_last == banned_at + 20 * SECOND
    assert [(loss.sequence, loss.reason) for loss in await dry.losses()] == [
        (23, "banned"),
        (22, "banned"),
        (21, "banned"),
    ]
    await dry.advance(1)
    assert len(scripted.posts) == sent + 20, "retries that fell due in the ban waited for its end"
    assert {d.state for d in await dry.deliveries()} == {"delivered"}
    assert len(await dry.deliveries()) == 20
    await dry.change()
    await dry.settle()
    assert scripted.sequences("https://example.com/")[-1] == 24


async def test_what_was_accepted_before_a_ban_is_not_lost(dry: Chain, scripted: Scripted) -> None:
    """30 events at once; the 20th failure bans while 10 have not been tried yet."""
    scripted.ok = False
    await dry.subscribe("https://example.com/")
    await dry.change(times=30)
    await dry.settle()
    assert len(scripted.posts) == 20
    scripted.ok = True
    await dry.advance(HOUR)
    assert [d.state for d in await dry.deliveries()] == ["delivered"] * 30
    assert (await dry.endpoint()).lost == 0


async def test_expiry_ends_what_a_day_did_not_deliver(dry: Chain, scripted: Scripted) -> None:
    scripted.ok = False
    chain = ruled(dry, scripted, after_schedule="event_grid", failures_per_set=1_000)
    await chain.subscribe("https://example.com/")
    await chain.change()
    await chain.advance(DAY - 1)
    (delivery,) = await chain.deliveries()
    assert delivery.state == "waiting"
    await chain.advance(1)
    (delivery,) = await chain.deliveries()
    assert (delivery.state, delivery.finished_at) == ("expired", NOON + DAY)
    attempts = await chain.attempts(delivery)
    after = [(a.at - NOON) // SECOND for a in attempts]
    assert after == [*SCHEDULE, 2_800, 6_400, 17_200, 38_800, 82_000]


async def test_first_attempts_are_in_order(dry: Chain, scripted: Scripted) -> None:
    url = "https://example.com/"
    await dry.subscribe(url)
    await dry.change(times=40)
    await dry.settle()
    assert scripted.sequences(url) == list(range(1, 41))
    assert scripted.most_under_way == 1, "one plant: no event overtakes another"


async def test_at_most_two_are_under_way_to_an_endpoint(dry: Chain, scripted: Scripted) -> None:
    for plant in ("a", "b", "c", "d"):
        await dry.subscribe("https://example.com/", plant)
        await dry.change(plant, times=5)
    await dry.settle()
    assert len(scripted.posts) == 20
    assert scripted.most_under_way == 2


async def test_hanging_endpoints_hold_up_nobody(dry: Chain, scripted: Scripted) -> None:
    """More hanging endpoints than places: the healthy ones are served all the same. [C2C-6]"""
    release = asyncio.Event()
    settings = msgspec.structs.replace(dry.settings, in_flight=8)
    dry.worker._settings = settings
    for n in range(12):
        url = f"https://hang-{n}.example/"
        scripted.hanging[url] = asyncio.Event()
        scripted.hanging[url].set()
        await dry.subscribe(url)
    await dry.change()
    await dry.settle()  # each has failed once
    for n in range(12):
        scripted.hanging[f"https://hang-{n}.example/"] = release
    await dry.subscribe("https://well.example/", "other")
    await dry.change(times=3)
    await dry.change("other", times=5)
    await dry.relay.turn(NOON)
    served = [1, 2, 3, 4, 5]
    await until(
        lambda: scripted.sequences("https://well.example/") == served and scripted.under_way == 4,
        dry.worker.turn,
        NOON,
    )
    await dry.worker.turn(NOON)
    assert scripted.under_way == 4, "half of the places"
    release.set()
    await dry.worker.settle()
    assert scripted.sequences("https://well.example/") == served


async def test_a_crash_between_sending_and_acknowledging_repeats_the_same(
    chain: Chain, receiver: Receiver
) -> None:
    receiver.behave = silent()
    await chain.subscribe(receiver.url())
    await chain.change()
    await chain.relay.turn(NOON)
    await chain.worker.turn(NOON)
    await receiver.wait_for(1)
    flights = list(chain.worker._flights)
    for flight in flights:
        flight.cancel()  # the process dies here
    await asyncio.wait(flights)
    receiver.behave = well()
    again = chain.new_worker()
    await again.turn(NOON)
    await again.settle()
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    (delivery,) = await chain.deliveries()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)


async def test_unsubscribing_ends_what_waits(dry: Chain, scripted: Scripted) -> None:
    scripted.ok = False
    subscription = await dry.subscribe("https://example.com/")
    await dry.change()
    await dry.settle()
    await dry.subscriptions.unsubscribe("account-1", PLANT, subscription)
    await dry.change()
    await dry.advance(DAY)
    assert len(scripted.posts) == 1
    (delivery,) = await dry.deliveries()
    assert delivery.state == "cancelled"
    assert (await dry.endpoint()).waiting == 0


async def test_an_attempt_under_way_may_end_after_its_subscription(
    dry: Chain, scripted: Scripted
) -> None:
    url = "https://example.com/"
    scripted.hanging[url] = asyncio.Event()
    subscription = await dry.subscribe(url)
    await dry.change()
    await dry.relay.turn(NOON)
    await dry.worker.turn(NOON)
    await until(lambda: len(scripted.posts) == 1)
    await dry.subscriptions.unsubscribe("account-1", PLANT, subscription)
    scripted.hanging[url].set()
    await dry.settle()
    (delivery,) = await dry.deliveries()
    assert (delivery.state, delivery.attempts) == ("cancelled", 0)
    assert len(await dry.attempts(delivery)) == 1


async def test_an_event_that_cannot_be_rendered_stops_nobody(
    dry: Chain, scripted: Scripted
) -> None:
    await dry.subscribe("https://example.com/")
    await dry.change(kind="broken")
    await dry.change(kind="quiet")
    await dry.change()
    await dry.settle()
    assert scripted.sequences("https://example.com/") == [3]
    assert [(loss.sequence, loss.reason) for loss in await dry.losses()] == [(1, "unrenderable")]


async def test_a_day_of_many_endpoints_passes_in_seconds(dry: Chain, scripted: Scripted) -> None:
    """20 failing endpoints, an event an hour: every delivery ends, and by the rules."""
    scripted.ok = False
    for n in range(20):
        await dry.subscribe(f"https://e{n}.example/")
    for _ in range(6):
        await dry.change()
        await dry.advance(4 * HOUR)
    await dry.advance(DAY)
    deliveries = await dry.deliveries()
    assert {d.state for d in deliveries} == {"exhausted"}
    assert {d.attempts for d in deliveries} == {6}
    # 36 failures: at the 20th a minute's ban, in which the 4th event's second attempt waited.
    assert len(scripted.posts) == 20 * 36


async def test_in_real_time_a_change_arrives_at_once(
    ground: Ground, settings: Settings, plain: Receiver
) -> None:
    """The supervisor's own loops, woken by bells, on a clock that runs."""
    running = replace(ground, clock=Clock())
    chain = Chain(running, settings)
    await chain.subscribe(plain.url())
    chain.supervisor.start()
    await chain.change(times=3)
    ground.bells.ring("relay")
    async with asyncio.timeout(FOR_EVER):
        await plain.wait_for(3)
    await chain.supervisor.stop()
    assert [delivery.state for delivery in await chain.deliveries()] == ["delivered"] * 3
    await chain.close()


async def test_a_first_attempt_ends_the_wait_of_those_behind_it(
    ground: Ground, settings: Settings, plain: Receiver
) -> None:
    """More events than may be under way: each end makes room without waiting for a poll."""
    running = replace(ground, clock=Clock())
    chain = Chain(running, settings)
    chain.supervisor._poll = 10 * FOR_EVER
    for plant in "abc":
        await chain.subscribe(plain.url(), plant)
        await chain.change(plant, times=20)
    chain.supervisor.start()
    async with asyncio.timeout(FOR_EVER):
        await plain.wait_for(60)
    await chain.supervisor.stop()
    assert {delivery.state for delivery in await chain.deliveries()} == {"delivered"}
    await chain.close()


async def test_our_own_fault_is_no_step_towards_a_ban(
    dry: Chain, scripted: Scripted, ground: Ground
) -> None:
    """A secret that does not open, here because the instance key was changed."""
    await dry.subscribe("https://example.com/")
    other_key = Chain(replace(ground, cipher=Cipher(b"x" * 32)), dry.settings, scripted)
    await other_key.change()
    await other_key.settle()
    (delivery,) = await dry.deliveries()
    (attempt,) = await dry.attempts(delivery)
    assert (delivery.state, attempt.error, attempt.failures) == ("waiting", "internal", 0)
    assert scripted.posts == []
    await dry.advance(10 * SECOND)
    assert [d.state for d in await dry.deliveries()] == ["delivered"]


async def test_hours_in_which_nothing_can_be_sent_use_no_schedule_up(
    dry: Chain, scripted: Scripted
) -> None:
    """As when the operator's forward proxy is away: no endpoint loses anything by it."""
    await dry.subscribe("https://example.com/")
    scripted.ok, scripted.failure = False, Sent(None, OUR_FAULT)
    await dry.change()
    await dry.advance(5 * HOUR)
    (delivery,) = await dry.deliveries()
    tried = [(one.at - NOON) // SECOND for one in await dry.attempts(delivery)]
    assert tried[:8] == [0, 10, 20, 40, 80, 160, 320, 640]
    assert {later - earlier for earlier, later in pairwise(tried[8:])} == {600}
    assert (delivery.state, (await dry.endpoint()).lane.failures) == ("waiting", 0)
    scripted.failure = Sent(500)
    await dry.advance(HOUR)
    (delivery,) = await dry.deliveries()
    failed = [one.at for one in await dry.attempts(delivery) if one.status == 500]
    assert [(at - failed[0]) // SECOND for at in failed] == SCHEDULE
    assert delivery.state == "exhausted"


async def test_what_could_not_be_sent_for_a_day_expires(dry: Chain, scripted: Scripted) -> None:
    await dry.subscribe("https://example.com/")
    scripted.ok, scripted.failure = False, Sent(None, OUR_FAULT)
    await dry.change()
    await dry.advance(DAY)
    assert [(one.state, one.finished_at) for one in await dry.deliveries()] == [
        ("expired", NOON + DAY)
    ]


async def test_nothing_waits_for_a_subscription_that_ended_while_it_was_fanned_out(
    dry: Chain, scripted: Scripted
) -> None:
    for round_ in range(15):
        subscription = await dry.subscribe(f"https://example.com/{round_}")
        await dry.change(times=3)
        await asyncio.gather(
            dry.relay.turn(NOON),
            dry.subscriptions.unsubscribe("account-1", PLANT, subscription),
        )
    assert {d.state for d in await dry.deliveries()} <= {"cancelled"}
    await dry.settle()
    assert scripted.posts == []


async def test_retries_find_their_way_past_a_queue(dry: Chain, scripted: Scripted) -> None:
    """An endpoint that answers one event well and another never: both go on."""
    url = "https://example.com/"
    await dry.subscribe(url)
    await dry.subscribe(url, "plant-2")
    scripted.ok = False
    await dry.change()
    await dry.settle()
    scripted.ok = True
    scripted.hanging[url] = asyncio.Event()
    await dry.change("plant-2", times=6)
    dry.clock.jump(NOON + 10 * SECOND)
    await dry.relay.turn(dry.clock.now())
    await dry.worker.turn(dry.clock.now())
    await until(lambda: len(scripted.posts) == 3)
    under_way = [msgspec.json.decode(body)[0]["plant"] for _, _, body in scripted.posts[1:]]
    assert sorted(under_way) == [PLANT, "plant-2"]
    scripted.hanging[url].set()
    await dry.worker.settle()

"""What a delivery system keeps, stated once, and checked at three levels: on the pure policy
(`test_policy`), on the whole dispatcher in a simulation (`test_simulation`; with the real sender on a
simulated network `test_simulated_network`), and on real processes (`test_processes`).

(a) every event ends somewhere       (f) healthy endpoints do not feel hanging ones
(b) retries keep their distance      (g) a crash repeats, with the same id and bytes
(c) nothing in a ban, late, or to    (h) no packet to a refused address
    whoever left                     (i) a stale owner changes nothing
(d) counters and bans as a model     (j) each misfortune did happen
(e) few at once to one endpoint
"""

from collections import Counter as Counted
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from workswith.kernel.clock import DAY, MINUTE, SECOND
from workswith.webhooks.logbook import Attempt
from workswith.webhooks.reading import DeliveryView, LossView

DELAYS = (10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE)
ENDS = {"delivered", "exhausted", "expired", "cancelled"}
AT_ONCE = 2
HEALTHY_MS = 10
"""What a healthy endpoint may wait for an event, at the 99th percentile."""


class Counter:
    """The model of (d): instants of failures since the counter was clear, bans as intervals."""

    def __init__(self) -> None:
        self.failures: list[int] = []
        self.bans: list[tuple[int, int]] = []

    def counts(self, *, good: bool, now: int) -> None:
        if self.failures and now - self.failures[-1] >= DAY:
            self.failures = []
        if good:
            return
        self.failures.append(now)
        sets, rest = divmod(len(self.failures), 20)
        if rest == 0:
            self.bans.append((now, now + min(sets, 20) * MINUTE))

    def at(self, now: int) -> int:
        clean = self.failures and now - self.failures[-1] >= DAY
        return 0 if clean else len(self.failures)

    def banned(self, now: int) -> bool:
        return any(begin <= now < end for begin, end in self.bans)


@dataclass(frozen=True, slots=True)
class Post:
    """A request as the outside saw it: when, to whom, what."""

    at: int
    url: str
    id: str
    body: bytes


@dataclass
class Told:
    """All that is known at the end. ``attempts`` by delivery, and by endpoint as they were written.

    ``repeats`` is how many attempts may have been made without being written.
    """

    deliveries: Sequence[DeliveryView]
    attempts: Mapping[str, Sequence[Attempt]]
    by_endpoint: Mapping[str, Sequence[Attempt]]
    losses: Sequence[LossView] = ()
    posts: Sequence[Post] = ()
    repeats: int = 0
    bans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def hold(told: Told) -> None:
    """All that can be told from what was sent and what was written."""
    events_end_once(told)
    counters_equal_the_model(told)
    for delivery in told.deliveries:
        retries_keep_their_distance(delivery, told.attempts[delivery.id])
    nothing_is_sent_in_a_ban(told)
    repeats_are_identical(told)
    first_attempts_are_in_order(told.posts)


def events_end_once(told: Told) -> None:
    """(a) delivered, exhausted, expired, cancelled, or lost by a ban; once for each endpoint."""
    assert {d.state for d in told.deliveries} <= ENDS
    rows = [(d.event_id, d.endpoint_id) for d in told.deliveries]
    rows += [(loss.event_id, loss.endpoint_id) for loss in told.losses]
    assert len(rows) == len(set(rows))


def retries_keep_their_distance(delivery: DeliveryView, attempts: Sequence[Attempt]) -> None:
    """(b) no attempt before its delay, none after a day.

    A number may stand twice when a process died while its acknowledgement was being committed.
    """
    first = {a.number: a.at for a in reversed(attempts)}
    last = {a.number: a.at for a in attempts}
    assert sorted(first) == list(range(1, len(first) + 1))
    assert len(first) <= len(DELAYS) + 1
    for number in range(2, len(first) + 1):
        assert first[number] >= last[number - 1] + DELAYS[number - 2]
    assert all(a.at < delivery.event_at + DAY for a in attempts)
    if delivery.state != "cancelled":
        assert any(a.succeeded for a in attempts) == (delivery.state == "delivered")


def retries_are_prompt(told: Told) -> None:
    """(b) within a second of when it is due, or of the end of a ban. Where nothing else fails."""
    for delivery in told.deliveries:
        attempts = told.attempts[delivery.id]
        for before, after in pairwise(attempts):
            due = before.at + DELAYS[before.number - 1]
            ends = [end for begin, end in told.bans[delivery.endpoint_id] if begin <= due < end]
            while ends:  # a ban may follow at the end of another
                due = max(ends)
                ends = [e for b, e in told.bans[delivery.endpoint_id] if b <= due < e]
            assert after.at <= due + SECOND


def counters_equal_the_model(told: Told) -> None:
    """(d) failures, sets and lengths of bans."""
    for endpoint_id, attempts in told.by_endpoint.items():
        model = Counter()
        for attempt in attempts:
            model.counts(good=attempt.succeeded, now=attempt.at)
            assert attempt.failures == len(model.failures)
            if not attempt.succeeded and attempt.failures % 20 == 0:
                assert attempt.ban_until == max(end for _, end in model.bans)
        told.bans[endpoint_id] = model.bans


def nothing_is_sent_in_a_ban(told: Told) -> None:
    """(c) what started with the ban, at the same instant, was under way."""
    endpoint_of = {d.id: d.endpoint_id for d in told.deliveries}
    for post in told.posts:
        bans = told.bans.get(endpoint_of[post.id], ())
        assert not any(begin < post.at < end for begin, end in bans)


def repeats_are_identical(told: Told) -> None:
    """(g) a crash repeats, with the same id and bytes; nothing is written that was not sent."""
    bodies: defaultdict[str, set[bytes]] = defaultdict(set)
    count: defaultdict[str, int] = defaultdict(int)
    for post in told.posts:
        bodies[post.id].add(post.body)
        count[post.id] += 1
    assert all(len(several) == 1 for several in bodies.values())
    assert all(count[id_] >= len(several) for id_, several in told.attempts.items())
    written = sum(len(several) for several in told.attempts.values())
    assert len(told.posts) <= written + told.repeats


def first_attempts_are_in_order(posts: Sequence[Post]) -> None:
    seen: set[str] = set()
    last: defaultdict[tuple[str, str], int] = defaultdict(int)
    for post in posts:
        if post.id in seen:
            continue
        seen.add(post.id)
        (event,) = msgspec.json.decode(post.body)
        assert event["sequence"] > last[post.url, event["plant"]]
        last[post.url, event["plant"]] = event["sequence"]


def hanging_ones_are_not_felt(undisturbed: Sequence[float], beside: Sequence[float]) -> None:
    """(f) milliseconds from an event to its request at healthy endpoints, alone and beside others."""
    assert percentile(beside, 99) <= percentile(undisturbed, 99) + 1
    assert percentile(beside, 99) <= HEALTHY_MS
    assert max(beside) <= max(undisturbed) + HEALTHY_MS


def percentile(values: Sequence[float], of_hundred: int) -> float:
    return sorted(values)[len(values) * of_hundred // 100]


def no_packet_to_a_refused_address(
    dialled: Sequence[str], answers: Sequence[Sequence[str]], refused: frozenset[str]
) -> None:
    """(h) nor to the others of an answer with a refused one: it is not trusted at all."""
    assert not set(dialled) & refused
    trusted = [address for answer in answers if not refused & set(answer) for address in answer]
    assert not Counted(dialled) - Counted(trusted)

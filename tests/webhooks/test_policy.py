"""The delivery policy against the original's text, and against a small model of its own.

Of `properties`: (b) an attempt never starts before its delay; (c) none starts inside a ban or after
expiry; (d) failures, sets and lengths of bans equal the model.
"""

from dataclasses import dataclass

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.webhooks.properties import DELAYS, Counter
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND
from workswith.webhooks.policy import (
    Lane,
    Start,
    ban_length,
    banned,
    counted,
    expires_at,
    lane_due,
    rested,
    retry_at,
    spared_at,
    start,
    succeeded,
)
from workswith.webhooks.settings import AfterSchedule, Rules

RULES = Rules()


@pytest.mark.parametrize(
    ("status", "good"),
    [
        (200, True),
        (201, True),
        (204, True),
        (299, True),
        (300, False),
        (301, False),
        (302, False),
        (304, False),
        (400, False),
        (410, False),
        (500, False),
        (199, False),
        (None, False),
    ],
)
def test_three_hundred_and_more_are_failures(status: int | None, *, good: bool) -> None:
    assert succeeded(status) is good


@pytest.mark.parametrize(
    ("after_schedule", "delays"),
    [
        ("stop", [10, 30, 60, 300, 600, None, None]),
        ("repeat_last", [10, 30, 60, 300, 600, 600, 600]),
        ("event_grid", [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 43_200]),
    ],
)
def test_delays_follow_the_text_and_then_the_setting(
    after_schedule: AfterSchedule, delays: list[int | None]
) -> None:
    rules = Rules(after_schedule=after_schedule)
    found = [retry_at(rules, n, 0, 30 * DAY) for n in range(1, len(delays) + 1)]
    assert found == [None if delay is None else delay * SECOND for delay in delays]


def test_a_retry_beyond_the_expiry_is_due_at_the_expiry() -> None:
    assert retry_at(RULES, 5, 1_000, 2_000) == 2_000
    assert start(Lane(), 2_000, 2_000, 2_000) is Start.EXPIRE


@pytest.mark.parametrize(
    ("waited", "seconds"), [(0, 10), (15, 15), (3_600, 600), (24 * 3_600 - 60, 60)]
)
def test_after_a_fault_of_ours_it_waits_as_long_again_within_the_delays(
    waited: int, seconds: int
) -> None:
    failed_at = waited * SECOND
    assert spared_at(RULES, failed_at, expires=DAY) == failed_at + seconds * SECOND
    assert spared_at(Rules(delays=()), failed_at, DAY) == failed_at + seconds * SECOND


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_jitter_only_ever_makes_later_and_by_a_tenth_at_most(jitter: float) -> None:
    at = retry_at(Rules(jitter_percent=10), 1, 0, DAY, jitter)
    assert at is not None
    assert 10 * SECOND <= at <= 11 * SECOND
    assert retry_at(RULES, 1, 0, DAY, jitter) == 10 * SECOND


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (200, 10), (400, 20), (420, 20), (9_999, 20)],
)
def test_bans_grow_by_a_minute_a_set_up_to_twenty(failures: int, minutes: int) -> None:
    assert ban_length(RULES, failures) == minutes * MINUTE


def test_a_failure_under_way_never_shortens_a_ban() -> None:
    lane = Lane(failures=39, failed_at=0, ban_until=HOUR)
    assert counted(RULES, lane, success=False, now=0).ban_until == HOUR


def test_the_end_of_a_ban_is_outside_it() -> None:
    lane = Lane(ban_until=100)
    assert banned(lane, 99)
    assert not banned(lane, 100)
    assert lane_due(lane, 50) == 100
    assert lane_due(lane, 150) == 150
    assert lane_due(lane, None) is None


def test_a_clean_day_clears_the_counter() -> None:
    lane = Lane(failures=19, failed_at=0)
    assert rested(RULES, lane, DAY - 1).failures == 19
    assert rested(RULES, lane, DAY).failures == 0
    assert counted(RULES, lane, success=False, now=DAY) == Lane(1, 0, DAY, None)
    never = Rules(reset_after_clean_hours=0)
    assert rested(never, lane, 100 * DAY).failures == 19


def test_successes_in_a_row_clear_the_counter_where_set() -> None:
    rules = Rules(reset_after_successes=2)
    lane = counted(rules, Lane(failures=5, failed_at=0), success=True, now=1)
    assert (lane.failures, lane.successes) == (5, 1)
    assert counted(rules, lane, success=False, now=2).successes == 0
    assert counted(rules, lane, success=True, now=2).failures == 0
    plain = counted(RULES, lane, success=True, now=2)
    assert (plain.failures, plain.successes) == (5, 2)


@dataclass
class Delivery:
    event_at: int
    due_at: int
    attempts: int = 0
    state: str = "waiting"
    failed_at: int = 0


class PolicyMachine(RuleBasedStateMachine):
    """One endpoint under any mix of events, time and answers, beside a model that only counts."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000
        self.lane = Lane()
        self.deliveries: list[Delivery] = []
        self.under_way: list[Delivery] = []
        self.lost = 0
        self.model = Counter()

    def in_a_ban(self) -> bool:
        return self.model.banned(self.now)

    @rule(count=st.integers(1, 25))
    def events(self, count: int) -> None:
        assert banned(self.lane, self.now) == self.in_a_ban()
        if self.in_a_ban():
            self.lost += count
        else:
            self.deliveries += [Delivery(self.now, self.now) for _ in range(count)]

    @rule(milliseconds=st.integers(1, 3 * MINUTE) | st.integers(HOUR, 30 * HOUR))
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule()
    def to_the_next_due(self) -> None:
        waiting = [d.due_at for d in self.deliveries if d.state == "waiting"]
        due = lane_due(self.lane, min(waiting, default=None))
        if due is not None:
            self.now = max(self.now, due)
        self.start_what_is_due()

    @rule()
    def start_what_is_due(self) -> None:
        for delivery in self.deliveries:
            if delivery.state != "waiting":
                continue
            expires = expires_at(RULES, delivery.event_at)
            match start(self.lane, delivery.due_at, expires, self.now):
                case Start.SEND:
                    assert not self.in_a_ban()
                    assert self.now < delivery.event_at + 24 * HOUR
                    if delivery.attempts:
                        assert self.now >= delivery.failed_at + DELAYS[delivery.attempts - 1]
                    delivery.state = "under way"
                    self.under_way.append(delivery)
                case Start.EXPIRE:
                    assert self.now >= delivery.event_at + 24 * HOUR
                    delivery.state = "expired"
                case Start.HOLD:
                    assert self.in_a_ban() or self.now < delivery.due_at

    @precondition(lambda self: self.under_way)
    @rule(good=st.sampled_from([False, False, False, True]), all_=st.booleans())
    def answers(self, *, good: bool, all_: bool) -> None:
        for _ in range(len(self.under_way) if all_ else 1):
            delivery = self.under_way.pop(0)
            delivery.attempts += 1
            self.lane = counted(RULES, self.lane, success=good, now=self.now)
            self.model.counts(good=good, now=self.now)
            if good:
                delivery.state = "delivered"
                continue
            delivery.failed_at = self.now
            expires = expires_at(RULES, delivery.event_at)
            again = retry_at(RULES, delivery.attempts, self.now, expires)
            delivery.state = "waiting" if again is not None else "exhausted"
            delivery.due_at = again or 0

    @invariant()
    def counters_equal_the_model(self) -> None:
        counter = rested(RULES, self.lane, self.now).failures
        assert counter == self.model.at(self.now)
        assert banned(self.lane, self.now) == self.in_a_ban()

    @invariant()
    def nothing_is_tried_more_often_than_the_schedule_says(self) -> None:
        assert all(d.attempts <= 6 for d in self.deliveries)
        assert all(d.attempts == 6 for d in self.deliveries if d.state == "exhausted")


PolicyMachine.TestCase.settings = hypothesis_settings(
    max_examples=100, stateful_step_count=80, deadline=None, derandomize=True
)
TestPolicy = PolicyMachine.TestCase

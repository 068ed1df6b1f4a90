"""The sliding minute: exact at every millisecond, and bounded."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.catalog import burst
from workswith.catalog.burst import Bursts
from workswith.kernel.clock import MINUTE
from workswith.kernel.problem import Kind, Problem


def test_says_after_how_many_seconds_the_next_call_passes() -> None:
    bursts = Bursts()
    for at in (0, 10, 2_500):
        bursts.take("a", 3, at)
    with pytest.raises(Problem) as refusal:
        bursts.take("a", 3, 3_000)
    assert (refusal.value.kind, refusal.value.retry_after) == (Kind.THROTTLED, 57)
    bursts.take("a", 3, 3_000 + 57_000)


def test_callers_do_not_touch_each_other() -> None:
    bursts = Bursts()
    bursts.take("a", 1, 0)
    bursts.take("b", 1, 0)


@given(st.lists(st.integers(0, 20_000), max_size=80), st.integers(1, 5))
def test_no_minute_has_more_calls_than_the_limit(gaps: list[int], limit: int) -> None:
    bursts, now, through = Bursts(), 0, deque[int]()
    for gap in gaps:
        now += gap
        recent = [at for at in through if at > now - MINUTE]
        if len(recent) < limit:
            bursts.take("a", limit, now)
            through.append(now)
            continue
        with pytest.raises(Problem) as refusal:
            bursts.take("a", limit, now)
        assert 0 < (refusal.value.retry_after or 0) <= 60


def test_a_lower_limit_holds_at_once() -> None:
    bursts = Bursts()
    for _ in range(5):
        bursts.take("a", 5, 0)
    with pytest.raises(Problem):
        bursts.take("a", 2, 30_000)


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "MOST_KEYS", 3)
    bursts = Bursts()
    for n in range(10):
        bursts.take(str(n), 1, n)
    assert len(bursts._calls) == 3

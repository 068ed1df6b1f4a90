"""Remotes: presses are counted and batteries run down, word by word, until nothing is heard."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import HOUSEHOLD, put
from workswith.devices.remote import FROM, Battery, Press
from workswith.kernel.clock import DAY, MINUTE

REMOTE = put(HOUSEHOLD["remote"])


def test_a_battery_goes_through_every_word_in_its_order_and_says_each_at_once() -> None:
    fresh = REMOTE.simulator.step(REMOTE.body, REMOTE.start, NOON, Press(1, new_battery=True)).state
    words, state = [fresh.said.battery], fresh
    while state.said.at < NOON + 1_000 * DAY:
        before = state
        state = REMOTE.simulator.foresee(REMOTE.body, state).step.state
        if state.said.battery is not words[-1]:
            words.append(state.said.battery)
            earlier = REMOTE.simulator.look(REMOTE.body, before, state.said.at - 1).reading
            assert earlier.battery is words[-2]
    assert words == [word for _, word in FROM]
    assert state.said.level == 0


def test_presses_are_counted_and_cost_charge() -> None:
    state = REMOTE.start
    for number in range(1, 501):
        at = NOON + number * MINUTE
        state = REMOTE.simulator.touch(REMOTE.body, state, at, Press(2)).state
        assert (state.said.presses, state.said.button) == (number, 2)
    assert REMOTE.start.charge - state.charge > 500 * REMOTE.body.model.press


def test_with_an_empty_battery_nothing_is_heard_until_there_is_a_new_one() -> None:
    dead = NOON + 1_000 * DAY
    state = REMOTE.simulator.step(REMOTE.body, REMOTE.start, dead).state
    state = REMOTE.simulator.touch(REMOTE.body, state, dead, Press(1)).state
    assert (state.said.presses, state.said.battery) == (0, Battery.VERY_LOW)
    state = REMOTE.simulator.touch(REMOTE.body, state, dead, Press(1, new_battery=True)).state
    assert (state.said.level, state.said.battery) == (100, Battery.FULL)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 90 * DAY), st.builds(Press, st.just(1), st.booleans())),
        max_size=12,
    )
)
def test_a_battery_only_runs_down_until_there_is_a_new_one(uses: list[tuple[int, Press]]) -> None:
    state, now = REMOTE.start, NOON
    for pause, press in uses:
        before, now = state.said, now + pause
        empty = state.charge <= now - state.since
        state = REMOTE.simulator.touch(REMOTE.body, state, now, press).state
        if press.new_battery:
            assert state.said.level == 100
        else:
            assert 0 <= state.said.level <= before.level
            assert state.said.presses == before.presses + (not empty)


def test_words_cover_every_level() -> None:
    assert all(a[0] > b[0] for a, b in pairwise(FROM))
    assert FROM[-1][0] == 0

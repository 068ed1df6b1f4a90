"""What every kind of simulated device promises, for any day and any hand."""

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import ASKED, ELECTRIC, HOUSEHOLD, Put, put
from workswith.devices.simulators.kind import MEMORY, Pace
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND

every = pytest.mark.parametrize("name", sorted(ASKED))
pauses = st.integers(0, 3 * MINUTE) | st.integers(0, 8 * HOUR)


def days(name: str) -> st.SearchStrategy[list[tuple[int, Any]]]:
    """Pauses, each followed by something that is asked."""
    return st.lists(st.tuples(pauses, ASKED[name]), max_size=8)


def orders(day: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    now, found = NOON, []
    for pause, command in day:
        now += pause
        found.append((now, command))
    return found


def lived(one: Put, told: list[tuple[int, Any]], looks: set[int], end: int) -> str:
    """The state at ``end`` as it is kept."""
    state = one.start
    for at in sorted({at for at, _ in told} | looks):
        state = one.simulator.step(one.body, state, at).state
        for _, command in [each for each in told if each[0] == at]:
            state = one.simulator.step(one.body, state, at, command).state
    return one.simulator.text_of(one.simulator.step(one.body, state, end).state)


@every
@settings(max_examples=25, deadline=None)
@given(data=st.data(), looks=st.sets(st.integers(1, 20 * HOUR), max_size=12))
def test_looking_changes_nothing(name: str, data: st.DataObject, looks: set[int]) -> None:
    """The same commands give the same bytes, however often the state is looked at in between."""
    one, told = put(HOUSEHOLD[name]), orders(data.draw(days(name)))
    end = (told[-1][0] if told else NOON) + 6 * HOUR
    seen = {NOON + each for each in looks if NOON + each < end}
    assert lived(one, told, seen, end) == lived(one, told, set(), end)


@every
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_foreseen_comes_true(name: str, data: st.DataObject) -> None:
    """Sleeping until the next report and living through it minute by minute are the same."""
    one = put(HOUSEHOLD[name])
    state = one.start
    for at, command in orders(data.draw(days(name))):
        state = one.simulator.step(one.body, state, at, command).state
    ahead = one.simulator.foresee(one.body, state)
    assert one.simulator.step(one.body, state, ahead.wake_at) == ahead.step
    assert one.simulator.step(one.body, state, ahead.wake_at - 1).reading is None
    assert ahead.step.reading.at == ahead.wake_at > state.said.at


@every
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_state_that_is_kept_and_read_again_is_the_very_same(
    name: str, data: st.DataObject
) -> None:
    one = put(HOUSEHOLD[name])
    state = one.start
    for at, command in orders(data.draw(days(name))):
        state = one.simulator.step(one.body, state, at, command).state
    again = one.simulator.state_of(one.simulator.text_of(state))
    assert again == state
    assert one.heard(again, NOON + 3 * DAY) == one.heard(state, NOON + 3 * DAY)


@every
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_order_is_answered_at_once_and_time_goes_forward(name: str, data: st.DataObject) -> None:
    one = put(HOUSEHOLD[name])
    state, said = one.start, [one.start.said]
    for at, command in orders(data.draw(days(name))):
        state, heard = one.heard(state, at)
        done = one.simulator.step(one.body, state, at, command)
        assert done.reading.at == at
        state, said = done.state, [*said, *heard, done.reading]
    state, heard = one.heard(state, state.said.at + DAY)
    said += heard
    assert [each.at for each in said] == sorted(each.at for each in said)
    assert state.said == said[-1]


@pytest.mark.parametrize("name", ELECTRIC)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_energy_is_what_power_adds_up_to(name: str, data: st.DataObject) -> None:
    """Counted in small steps or at once it is the same, it never falls, and nothing exceeds it."""
    one = put(HOUSEHOLD[name])
    told = orders(data.draw(days(name)))
    state, before = one.start, one.start.said
    end = (told[-1][0] if told else NOON) + HOUR
    for at in sorted({*range(NOON, end, 17 * MINUTE), *(at for at, _ in told), end}):
        state = one.simulator.step(one.body, state, at).state
        for command in [command for when, command in told if when == at]:
            state = one.simulator.step(one.body, state, at, command).state
        now = one.simulator.look(one.body, state, at).reading
        assert 0 <= now.power <= 2_100
        assert before.energy <= now.energy <= before.energy + 2_100 * (at - before.at)
        before = now


@pytest.mark.parametrize("name", ELECTRIC)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_draws_steadily_does_so_until_then(name: str, data: st.DataObject) -> None:
    one = put(HOUSEHOLD[name])
    state = one.start
    for at, command in orders(data.draw(days(name))):
        state = one.simulator.step(one.body, state, at, command).state
    now = state.said.at + data.draw(pauses)
    lived, said = one.simulator.look(one.body, state, now)
    until = one.simulator.steady(one.body, lived, now)
    assert now <= until <= lived.at + MEMORY
    if until > now:
        later = data.draw(st.integers(now, min(until, now + DAY) - 1))
        then = one.simulator.look(one.body, state, later).reading
        assert then.power == said.power
        assert then.energy == said.energy + said.power * (later - now)


@every
def test_it_is_never_silent_for_longer_than_a_heartbeat_and_never_floods(name: str) -> None:
    one = put(HOUSEHOLD[name])
    _, heard = one.heard(one.start, NOON + 2 * DAY)
    instants = [NOON, *(each.at for each in heard)]
    longest = 24 * HOUR if name == "remote" else 90 * MINUTE
    assert max(b - a for a, b in pairwise(instants)) <= longest
    assert min((b - a for a, b in pairwise(instants)), default=MINUTE) >= MINUTE
    assert len(heard) <= 2 * 260


@pytest.mark.parametrize("name", ELECTRIC)
def test_a_finer_or_coarser_pace_is_kept_and_loses_no_energy(name: str) -> None:
    used = []
    for pace in (Pace(power=SECOND, power_step=1), Pace(power=10 * MINUTE, power_step=500)):
        one = put(HOUSEHOLD[name], pace=pace)
        state, heard = one.heard(one.start, NOON + DAY)
        instants = [each.at for each in heard]
        assert min(b - a for a, b in pairwise(instants)) >= pace.power
        used.append(one.simulator.look(one.body, state, NOON + DAY).reading.energy)
    assert used[0] == used[1]


@pytest.mark.parametrize("name", sorted(HOUSEHOLD))
def test_after_a_long_absence_only_the_last_days_are_lived_through(name: str) -> None:
    one = put(HOUSEHOLD[name])
    began = time.process_time()
    state = one.simulator.step(one.body, one.start, NOON + 3_000 * DAY).state
    assert time.process_time() - began < 1
    assert NOON + 3_000 * DAY - state.said.at <= 24 * HOUR


@every
def test_a_touch_without_a_change_says_nothing(name: str) -> None:
    one = put(HOUSEHOLD[name])
    assert one.simulator.touch(one.body, one.start, NOON).reading is None
    assert not one.simulator.busy(one.start, NOON)
    assert one.simulator.circuit(one.body) == ()

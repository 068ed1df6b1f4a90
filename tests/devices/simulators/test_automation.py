"""Shutters: they take their time, stop where they are told, and say only what they can know."""

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import HOUSEHOLD, Put, put
from workswith.devices.automation import CLOSED, OPEN, Command, Motion
from workswith.devices.simulators.automation import FINE, State, position
from workswith.kernel.clock import MINUTE, SECOND

COARSE, STEPPED = put(HOUSEHOLD["shutter"]), put(HOUSEHOLD["fine shutter"])


def told(one: Put, state: State, at: int, level: int | None) -> State:
    after: State = one.simulator.step(one.body, state, at, Command(level)).state
    return after


def at_rest(one: Put, level: int) -> State:
    state = told(one, one.start, NOON, level)
    after: State = one.simulator.step(one.body, state, NOON + MINUTE).state
    return after


def test_it_travels_and_says_so_when_it_leaves_and_arrives() -> None:
    state = told(COARSE, at_rest(COARSE, CLOSED), NOON + MINUTE, OPEN)
    assert (state.said.level, state.said.motion) == (0, Motion.OPENING)
    on_the_way = COARSE.simulator.look(COARSE.body, state, NOON + MINUTE + 5 * SECOND).reading
    assert (on_the_way.level, on_the_way.motion) == (50, Motion.OPENING)
    ahead = COARSE.simulator.foresee(COARSE.body, state)
    assert ahead.wake_at == NOON + MINUTE + 24 * SECOND
    assert (ahead.step.reading.level, ahead.step.reading.motion) == (100, Motion.STOPPED)


@given(st.integers(1, 23))
def test_stopped_on_the_way_it_stays_there(seconds: int) -> None:
    for one, shown in ((COARSE, 50), (STEPPED, round(100 * seconds / 24))):
        state = told(one, at_rest(one, CLOSED), NOON + MINUTE, OPEN)
        state = told(one, state, NOON + MINUTE + seconds * SECOND, None)
        assert state.said.motion is Motion.STOPPED
        assert abs(state.said.level - shown) <= 1
        later = one.simulator.look(one.body, state, NOON + 10 * MINUTE).reading
        assert later.level == state.said.level


@given(st.integers(0, 100))
def test_one_that_can_goes_to_any_level_one_that_cannot_to_an_end(level: int) -> None:
    assert at_rest(STEPPED, level).said.level == level
    assert at_rest(COARSE, level).said.level in (CLOSED, OPEN)


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 100)), max_size=10))
def test_it_never_jumps_and_never_leaves_its_window(moves: list[tuple[int, int | None]]) -> None:
    state, now = STEPPED.start, NOON
    for seconds, level in moves:
        for _ in range(seconds):
            before = position(STEPPED.body, state, now)
            now += SECOND
            state = STEPPED.simulator.step(STEPPED.body, state, now).state
            after = position(STEPPED.body, state, now)
            assert 0 <= after <= OPEN * FINE
            assert abs(after - before) <= OPEN * FINE // 21 + 1
        was = position(STEPPED.body, state, now)
        state = told(STEPPED, state, now, level)
        assert position(STEPPED.body, state, now) == was

"""The simulated thermostat: what its physics and its mind promise, for any week and any hand."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices import furniture
from workswith.devices.furniture import Site
from workswith.devices.programs import PROGRAMS
from workswith.devices.schedule import in_force
from workswith.devices.simulators import thermostat
from workswith.devices.simulators.kind import USUAL_PACE, Pace
from workswith.devices.simulators.room import House
from workswith.devices.simulators.thermostat import Body, Model, State
from workswith.devices.simulators.weather import Climate, weather
from workswith.devices.thermostat import Command, Configuration, Function, Mode, Reading
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, parse_iso

BODY = Body(
    Model(House(), Climate(), phase=7 * SECOND),
    Configuration((Function.HEATING, Function.COOLING), PROGRAMS),
    ZoneInfo("Europe/Rome"),
)
START = thermostat.begin(BODY, NOON)
HEAT = Function.HEATING
LEAST_OFF = BODY.configuration.regulation.least_off * MINUTE


def live(state: State, until: int, body: Body = BODY) -> tuple[State, list[Reading]]:
    """Every reading up to ``until``, each at its own instant, as the park hears them."""
    heard = []
    while (ahead := thermostat.foresee(body, state)).wake_at <= until:
        state = ahead.step.state
        heard.append(ahead.step.reading)
    return thermostat.step(body, state, until).state, heard


def told(state: State, now: int, command: Command) -> State:
    return thermostat.step(BODY, state, now, command).state


def boost(now: int, minutes: int = 30, function: Function = HEAT) -> Command:
    return Command(function, Mode.BOOST, end=now + minutes * MINUTE)


# ---- its mind


@pytest.mark.parametrize("minutes", [30, 60, 90])
def test_a_boost_ends_on_its_millisecond_and_returns_to_what_was(minutes: int) -> None:
    manual = told(START, NOON, Command(HEAT, Mode.MANUAL, set_point=187))
    now = NOON + 12_345
    boosted = thermostat.step(BODY, manual, now, boost(now, minutes))
    assert boosted.reading.mode is Mode.BOOST
    assert boosted.reading.load_active
    assert boosted.reading.set_point == 187
    _, heard = live(boosted.state, now + 2 * HOUR)
    back = next(one for one in heard if one.mode is not Mode.BOOST)
    assert back.at == now + minutes * MINUTE
    assert (back.mode, back.set_point, back.activation_end) == (Mode.MANUAL, 187, None)


def test_a_boost_inside_a_manual_evening_returns_to_it_and_then_to_the_program() -> None:
    evening = told(START, NOON, Command(HEAT, Mode.MANUAL, set_point=220, end=NOON + 2 * HOUR))
    _, heard = live(told(evening, NOON + HOUR, boost(NOON + HOUR)), NOON + 3 * HOUR)
    modes = [(one.mode, one.at) for one in heard]
    assert (Mode.MANUAL, NOON + HOUR + 30 * MINUTE) in modes
    assert (Mode.AUTOMATIC, NOON + 2 * HOUR) in modes


def test_a_second_boost_replaces_the_first() -> None:
    state = told(START, NOON, boost(NOON, 90))
    state = told(state, NOON + MINUTE, boost(NOON + MINUTE))
    _, heard = live(state, NOON + 2 * HOUR)
    back = next(one for one in heard if one.mode is not Mode.BOOST)
    assert (back.mode, back.at) == (Mode.AUTOMATIC, NOON + 31 * MINUTE)


def test_off_at_once_even_if_the_relay_has_just_closed() -> None:
    state = told(START, NOON, Command(HEAT, Mode.MANUAL, set_point=300))
    assert state.closed
    done = thermostat.step(BODY, state, NOON + 1, Command(HEAT, Mode.OFF))
    assert not done.reading.load_active


@pytest.mark.parametrize(("function", "set_point"), [(HEAT, 70), (Function.COOLING, 350)])
def test_protection_has_its_own_set_point(function: Function, set_point: int) -> None:
    done = thermostat.step(BODY, START, NOON, Command(function, Mode.PROTECTION))
    assert done.reading.set_point == set_point
    back = thermostat.step(BODY, done.state, NOON, Command(function, Mode.OFF))
    assert back.reading.set_point == START.said.set_point


def test_automatic_follows_the_program_in_local_time() -> None:
    _, heard = live(START, NOON + DAY)
    switches = [
        (one.at, one.set_point)
        for before, one in pairwise([START.said, *heard])
        if one.set_point != before.set_point
    ]
    assert switches == [
        (parse_iso("2026-01-12T16:00:00Z"), 205),
        (parse_iso("2026-01-12T21:30:00Z"), 170),
        (parse_iso("2026-01-13T05:30:00Z"), 205),
        (parse_iso("2026-01-13T07:30:00Z"), 185),
    ]


def test_a_program_follows_the_clocks_through_the_nights_that_change_them() -> None:
    """Sunday begins at 08:00 local: 06:00Z after the change of March, 07:00Z of October."""
    for eve, morning in (
        ("2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z"),
        ("2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"),
    ):
        state = thermostat.begin(BODY, parse_iso(eve))
        _, heard = live(state, parse_iso(morning) + HOUR)
        switches = [
            one.at
            for before, one in pairwise([state.said, *heard])
            if one.set_point == 205 != before.set_point
        ]
        assert switches == [parse_iso(morning)]


def test_another_program_and_cooling_have_their_own_set_points() -> None:
    away = thermostat.step(BODY, START, NOON, Command(HEAT, Mode.AUTOMATIC, program=2))
    assert (away.reading.program, away.reading.set_point) == (2, 160)
    cool = thermostat.step(
        BODY, away.state, NOON, Command(Function.COOLING, Mode.AUTOMATIC, program=1)
    )
    assert (cool.reading.set_point, cool.reading.load_active) == (255, False)


def test_cooling_cools() -> None:
    july = parse_iso("2026-07-20T12:00:00Z")
    state = thermostat.begin(BODY, july, warmth=29.0)
    state = told(state, july, Command(Function.COOLING, Mode.MANUAL, set_point=250))
    assert state.closed
    state, _ = live(state, july + 6 * HOUR)
    assert state.room.air < 26.5


# ---- its own user interface


def test_a_touch_keeps_commands_away_for_ten_seconds() -> None:
    touched = thermostat.touch(BODY, START, NOON)
    assert touched.reading is None
    assert thermostat.busy(touched.state, NOON + 9_999)
    assert not thermostat.busy(touched.state, NOON + 10_000)


def test_a_touch_that_changes_something_speaks() -> None:
    change = Command(HEAT, Mode.MANUAL, set_point=215)
    assert thermostat.touch(BODY, START, NOON, change).reading.set_point == 215


# ---- its physics


def test_a_winter_week_is_plausible() -> None:
    state, heard = live(START, NOON + 7 * DAY)
    comfort = [one for one in heard if one.set_point == 205]
    assert all(140 <= one.temperature <= 240 for one in heard)
    assert sum(195 <= one.temperature <= 220 for one in comfort) > 0.85 * len(comfort)
    assert all(150 <= one.humidity <= 700 for one in heard)
    closed = sum(one.load_active for one in heard) / len(heard)
    assert 0.1 < closed < 0.8
    assert 24 <= len(heard) / 7 <= 160, "a few reports an hour"
    assert state.at == NOON + 7 * DAY - MINUTE + 7 * SECOND


def test_a_home_that_is_off_cools_towards_the_weather() -> None:
    state, heard = live(told(START, NOON, Command(HEAT, Mode.OFF)), NOON + 7 * DAY)
    assert not any(one.load_active for one in heard)
    coldest = min(one.temperature for one in heard) / 10
    outside = [weather(BODY.model.climate, BODY.zone, NOON + h * HOUR).air for h in range(7 * 24)]
    assert min(outside) < coldest < 12
    assert state.room.air < START.room.air


def test_heating_dries_the_air() -> None:
    before, _ = live(told(START, NOON, Command(HEAT, Mode.OFF)), NOON + DAY)
    after, _ = live(told(before, NOON + DAY, boost(NOON + DAY, 90)), NOON + DAY + HOUR)
    assert after.said.humidity < before.said.humidity


def test_frost_protection_keeps_frost_away() -> None:
    cold = replace(BODY, model=replace(BODY.model, climate=Climate("chicago")))
    state = thermostat.begin(cold, NOON, warmth=8.0)
    state = thermostat.step(cold, state, NOON, Command(HEAT, Mode.PROTECTION)).state
    state, heard = live(state, NOON + 3 * DAY, cold)
    assert min(one.temperature for one in heard) >= 50
    assert max(one.temperature for one in heard[10:]) <= 110


# ---- for any hand

OPEN_ENDED = st.sampled_from([Mode.MANUAL, Mode.OFF, Mode.PROTECTION])
commands = st.one_of(
    st.builds(
        lambda f, p: lambda now: Command(f, Mode.AUTOMATIC, program=p),
        st.sampled_from(Function),
        st.integers(0, 3),
    ),
    st.builds(
        lambda f, m, s, e: (
            lambda now: Command(f, m, s if m is Mode.MANUAL else None, None, e and now + e)
        ),
        st.sampled_from(Function),
        OPEN_ENDED,
        st.integers(30, 400),
        st.none() | st.integers(1, 5 * HOUR),
    ),
    st.builds(
        lambda f, m: lambda now: boost(now, m, f),
        st.sampled_from(Function),
        st.sampled_from([30, 60, 90]),
    ),
)
Day = list[tuple[int, Callable[[int], Command]]]
"""Pauses in ms, and what is asked after each."""
days = st.lists(st.tuples(st.integers(0, 6 * HOUR), commands), max_size=8)


@settings(max_examples=40, deadline=None)
@given(days)
def test_whatever_is_asked_the_promises_hold(day: Day) -> None:
    now, state = NOON, START
    heard: list[Reading] = []
    for pause, make in day:
        now += pause
        state, said = live(state, now)
        step = thermostat.step(BODY, state, now, make(now))
        state = step.state
        heard += [*said, step.reading]
    state, said = live(state, now + 6 * HOUR)
    heard += said
    for one in heard:
        assert 30 <= one.set_point <= 400
        assert one.mode is not Mode.OFF or not one.load_active
        assert one.activation_end is None or one.activation_end > one.at
        assert (one.mode is Mode.BOOST) <= (one.activation_end is not None)
        assert 0 <= one.temperature <= 450
        assert 10 <= one.humidity <= 990
    assert [one.at for one in heard] == sorted(one.at for one in heard)
    turns = [
        (b.at, b.load_active)
        for a, b in pairwise([START.said, *heard])
        if a.load_active != b.load_active
    ]
    opened = None
    for at, closed in turns:
        if closed and opened is not None:
            assert at - opened >= LEAST_OFF
        if not closed:
            opened = at


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 20 * HOUR), max_size=12), days)
def test_looking_changes_nothing(looks: list[int], day: Day) -> None:
    """The same commands give the same bytes, however often the state is looked at in between."""
    orders, now = [], NOON
    for pause, make in day:
        now += pause
        orders.append((now, make(now)))
    end = now + 6 * HOUR
    instants = sorted({NOON + one for one in looks if NOON + one < end} | {at for at, _ in orders})

    def run(seen: list[int]) -> str:
        state = START
        for at in seen:
            state = thermostat.step(BODY, state, at).state
            for _, command in [one for one in orders if one[0] == at]:
                state = thermostat.step(BODY, state, at, command).state
        return thermostat.text_of(thermostat.step(BODY, state, end).state)

    assert run(instants) == run(sorted({at for at, _ in orders}))


def test_a_state_that_is_kept_and_read_again_is_the_very_same() -> None:
    state, _ = live(told(START, NOON, boost(NOON)), NOON + 17 * MINUTE)
    again = thermostat.state_of(thermostat.text_of(state))
    assert again == state
    assert live(again, NOON + DAY) == live(state, NOON + DAY)


def test_after_a_long_absence_only_the_last_days_are_lived_through() -> None:
    began = time.process_time()
    state = thermostat.step(BODY, START, NOON + 3_000 * DAY).state
    assert time.process_time() - began < 1
    assert state.at > NOON + 3_000 * DAY - MINUTE
    assert 140 <= state.said.temperature <= 300


@pytest.mark.parametrize(("measure", "heartbeat"), [(1, 1), (7, 60), (60, 1), (15, 1_440)])
def test_it_speaks_at_any_pace(measure: int, heartbeat: int) -> None:
    body = replace(BODY, pace=Pace(measure * MINUTE, heartbeat * MINUTE))
    _, heard = live(thermostat.begin(body, NOON), NOON + 3 * DAY, body)
    longest = max(b.at - a.at for a, b in pairwise(heard))
    assert longest <= (heartbeat + 2 * measure) * MINUTE


def test_a_day_costs_little() -> None:
    """About 9 ms on the machine that this was written on; the bound leaves room for slow ones."""
    live(START, NOON + HOUR)
    best = []
    for _ in range(3):
        began = time.process_time()
        live(START, NOON + DAY)
        best.append(time.process_time() - began)
    assert min(best) < 0.06


def test_a_switch_is_told_also_in_the_minute_in_which_something_else_is() -> None:
    """On a grid at the full minute the relay moves in the very instant in which a program switches."""
    piece = furniture.thermostat("t", floor_heating=True)
    for seed in range(12):
        model = msgspec.json.encode(piece.model(Site(Climate(), 0, seed, {}))).decode()
        configuration = msgspec.json.encode(piece.configuration).decode()
        body = thermostat.body_of(model, configuration, "Europe/Rome", USUAL_PACE)
        state, told = thermostat.begin(body, NOON, warmth=12.0 + seed / 2), {}
        while state.said.at < NOON + DAY:
            state = thermostat.foresee(body, state).step.state
            told[state.said.at] = state.said.set_point
        program = body.configuration.program(1)
        assert program is not None
        at = NOON
        while at < NOON + DAY:
            set_point, switch_at = in_force(program.heating, body.zone, at)
            assert at == NOON or told[at] == set_point
            at = switch_at

"""Relays: two manners of regulation, and rests that nothing but a hand or a plan cuts short."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import put
from tests.devices.simulators.test_thermostat import BODY, HEAT, Day, boost, commands, live
from workswith.devices import furniture
from workswith.devices.physics.year import PLACES, Place
from workswith.devices.simulators import relay, thermostat
from workswith.devices.simulators.record import record
from workswith.devices.simulators.relay import WHOLE, Duty, next_duty
from workswith.devices.thermostat import Command, Function, Manner, Mode, Reading, Regulation
from workswith.kernel.clock import DAY, HOUR, MINUTE, parse_iso
from workswith.kernel.problem import Problem

SHARES = Regulation(Manner.PROPORTIONAL)
regulations = st.builds(
    lambda manner, hysteresis, band, cycle, least_on, least_off: Regulation(
        manner, hysteresis, band, cycle, least_on=least_on, least_off=least_off
    ),
    st.sampled_from(Manner),
    st.integers(1, 10),
    st.integers(5, 30),
    st.integers(10, 60),
    st.integers(1, 5),
    st.integers(1, 5),
)


def regulated(regulation: Regulation) -> thermostat.Body:
    return replace(BODY, configuration=replace(BODY.configuration, regulation=regulation))


def turns(start: bool, heard: list[Reading]) -> list[tuple[int, bool]]:
    """Instants at which the relay was seen to move, and to what."""
    found, closed = [], start
    for one in heard:
        if one.load_active is not closed:
            closed = one.load_active
            found.append((one.at, closed))
    return found


@settings(max_examples=40, deadline=None)
@given(regulations, st.lists(st.tuples(st.integers(0, 5 * HOUR), commands), max_size=6))
def test_a_relay_never_moves_faster_than_it_may(regulation: Regulation, day: Day) -> None:
    """Nothing closes it too soon; only a hand, a switch of the program or an end opens it sooner."""
    body = regulated(regulation)
    state, now, told = thermostat.begin(body, NOON), NOON, set()
    heard: list[Reading] = []
    first = state.said
    for pause, make in day:
        now += pause
        state, said = live(state, now, body)
        done = thermostat.step(body, state, now, make(now))
        state, heard = done.state, [*heard, *said, done.reading]
        told.add(now)
    _, said = live(state, now + 12 * HOUR, body)
    heard += said
    for before, one in pairwise([first, *heard]):
        changed = (before.mode, before.set_point) != (one.mode, one.set_point)
        if changed or before.activation_end != one.activation_end:
            told.add(one.at)
    for (since, _), (at, closed) in pairwise(turns(first.load_active, heard)):
        if closed:
            assert at - since >= regulation.least_off * MINUTE
        elif at not in told:
            assert at - since >= regulation.least_on * MINUTE


@settings(max_examples=20, deadline=None)
@given(st.integers(10, 60), st.integers(5, 30), st.sampled_from(PLACES[:2]))
def test_left_alone_a_proportional_relay_closes_once_in_a_cycle_at_most(
    cycle: int, band: int, place: Place
) -> None:
    climate = replace(BODY.model.climate, place=place)
    body = replace(
        regulated(replace(SHARES, cycle=cycle, band=band)),
        model=replace(BODY.model, climate=climate),
    )
    state = thermostat.begin(body, NOON)
    state = thermostat.step(body, state, NOON, Command(HEAT, Mode.MANUAL, set_point=205)).state
    _, heard = live(state, NOON + 2 * DAY, body)
    closings = [at for at, closed in turns(state.closed, heard) if closed]
    assert all(after - before >= cycle * MINUTE for before, after in pairwise(closings))


def test_a_floor_that_is_regulated_by_shares_keeps_the_set_point_without_a_lasting_error() -> None:
    one = put(furniture.thermostat("Bagno", 0.5, floor_heating=True))
    assert one.body.configuration.regulation.manner is Manner.PROPORTIONAL
    order = Command(HEAT, Mode.MANUAL, set_point=205)
    state = one.simulator.step(one.body, one.start, NOON, order).state
    minutes = list(record(one.body, state, NOON + 4 * DAY))[2 * DAY // MINUTE :]
    nights = [each.measured for each in minutes if each.at % DAY < 5 * HOUR]
    assert sum(nights) / len(nights) == pytest.approx(20.5, abs=0.2), "while nobody opens windows"
    assert all(20 <= each <= 21 for each in nights)


def test_shares_cool_as_well() -> None:
    july = parse_iso("2026-07-20T12:00:00Z")
    body = regulated(SHARES)
    state = thermostat.begin(body, july, warmth=29.0)
    order = Command(Function.COOLING, Mode.MANUAL, set_point=250)
    state, _ = live(thermostat.step(body, state, july, order).state, july + 12 * HOUR, body)
    assert 24 < state.room.air < 26


@given(st.integers(-100, 100), st.integers(0, WHOLE), regulations)
def test_a_share_is_all_nothing_or_fits_both_rests(
    lack: int, trim: int, regulation: Regulation
) -> None:
    duty = next_duty(regulation, Duty(0, 0, trim), lack, NOON)
    minutes = (duty.until - duty.since) // MINUTE
    assert duty.since == NOON
    assert 0 <= duty.trim <= WHOLE
    assert minutes in (0, regulation.cycle) or (
        regulation.least_on <= minutes <= regulation.cycle - regulation.least_off
    )
    if lack >= regulation.band:
        assert minutes == regulation.cycle
    if lack <= -regulation.band:
        assert minutes == 0
    more = next_duty(regulation, Duty(0, 0, trim), lack + 1, NOON)
    assert more.until >= duty.until


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("minutes", [30, 60, 90])
def test_a_boost_ends_on_its_second_whatever_regulates(manner: Manner, minutes: int) -> None:
    body, now = regulated(Regulation(manner)), NOON + 98_765
    state = thermostat.begin(body, NOON)
    boosted = thermostat.step(body, state, now, boost(now, minutes))
    assert boosted.reading.load_active
    _, heard = live(boosted.state, now + 2 * HOUR, body)
    assert next(one.at for one in heard if one.mode is not Mode.BOOST) == now + minutes * MINUTE


@pytest.mark.parametrize("night", ["2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z"])
def test_a_boost_over_the_change_of_clocks_lasts_as_long_as_any(night: str) -> None:
    now = parse_iso(night)
    state = thermostat.step(BODY, thermostat.begin(BODY, now), now, boost(now, 90)).state
    _, heard = live(state, now + 2 * HOUR)
    assert next(one.at for one in heard if one.mode is not Mode.BOOST) == now + 90 * MINUTE


def test_a_boost_stops_before_it_does_harm() -> None:
    begun = thermostat.begin(BODY, NOON, warmth=31.0)
    hot = thermostat.step(BODY, begun, NOON, boost(NOON)).reading
    assert hot.mode is Mode.BOOST
    assert not hot.load_active
    assert relay.BOOST_LIMITS == (300, 160)


# ---- the display


def test_a_locked_display_lets_no_hand_change_anything_and_keeps_nobody_away() -> None:
    body = replace(BODY, configuration=replace(BODY.configuration, display_locked=True))
    state = thermostat.begin(body, NOON)
    with pytest.raises(Problem):
        thermostat.touch(body, state, NOON, Command(HEAT, Mode.MANUAL, set_point=215))
    done = thermostat.touch(body, state, NOON)
    assert done.reading is None
    assert done.state == state
    assert not thermostat.busy(done.state, NOON)
    from_afar = thermostat.step(body, state, NOON, Command(HEAT, Mode.MANUAL, set_point=215))
    assert from_afar.reading.set_point == 215

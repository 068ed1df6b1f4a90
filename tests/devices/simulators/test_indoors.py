"""Rooms with people under a weather: balances, habits, and rows that older versions kept."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.simulators.household import HOUSEHOLD, put
from workswith.devices import furniture
from workswith.devices.homes.drawing import draw
from workswith.devices.physics.year import PLACES, Place
from workswith.devices.physics.zone import shares
from workswith.devices.simulators import thermostat
from workswith.devices.simulators.household import household
from workswith.devices.simulators.indoors import Indoors, around, measured, sensed
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.simulators.room import (
    OPEN_CHANGES,
    SHADE,
    Around,
    House,
    Room,
    humidity,
    pass_minute,
)
from workswith.devices.simulators.weather import SLOT, Climate, moved, slot_of_year, weather
from workswith.devices.templates import TEMPLATES
from workswith.kernel.clock import DAY, MINUTE, parse_iso
from workswith.kernel.ident import Ident

ROME, NEW_YORK = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York")
houses = st.builds(furniture.house, st.integers(0, 9_999), st.sampled_from([0.2, 0.6, 1.0]))
warmths = st.floats(-10.0, 40.0)
watts = st.floats(0.0, 5_000.0)
weathers = st.builds(
    Around, warmths, st.floats(0.0, 0.02), watts, watts, watts, st.floats(0.0, 2.0)
)
rooms = st.builds(
    Room, warmths, warmths, watts, warmths, st.floats(0.0, 0.02), st.booleans(), st.booleans()
)


@given(houses, rooms, weathers, st.floats(-3_000.0, 5_000.0))
def test_in_every_minute_what_comes_in_is_what_goes_out_or_stays(
    house: House, room: Room, now: Around, power: float
) -> None:
    after, zone = pass_minute(house, room, now, power), house.zone
    to = shares(zone)
    sun = now.sun * (SHADE if room.shaded else 1)
    blown = house.convective if after.emitter > 0 else 1.0
    into_air = now.inner / 2 + blown * after.emitter
    radiant = now.inner / 2 + sun + now.walls + (1 - blown) * after.emitter
    changes = house.air_changes + (OPEN_CHANGES if room.opened else 0)
    ventilation = 1_200 * house.volume * changes / 3600
    to_air = zone.surface_to_air * zone.surface_area
    surface = after.air - (into_air - ventilation * (after.air - now.air)) / to_air
    inner = (room.mass + after.mass) / 2
    flows = (
        into_air,
        (to.surface + to.mass) * radiant,
        ventilation * (now.air - after.air),
        zone.glazed * (now.air - surface),
        zone.outside_to_mass * (now.air - inner),
    )
    stored = zone.capacity * (after.mass - room.mass) / 60
    turnover = sum(map(abs, flows)) + zone.capacity / 60
    assert abs(sum(flows) - stored) <= 1e-9 * turnover


@given(houses, rooms, weathers)
def test_humidity_stays_in_its_range_and_an_emitter_and_a_sensor_lag(
    house: House, room: Room, now: Around
) -> None:
    after = pass_minute(house, room, now, 1_000.0)
    assert 1 <= humidity(after) <= 99
    assert min(room.emitter, 1_000.0) <= after.emitter <= max(room.emitter, 1_000.0)
    assert (after.sensor - room.sensor) * (after.air - room.sensor) >= 0
    assert abs(after.sensor - room.sensor) <= abs(after.air - room.sensor)


# ---- weather


@pytest.mark.parametrize("zone", [ROME, NEW_YORK])
@pytest.mark.parametrize("place", PLACES)
def test_the_sun_is_highest_about_noon_on_the_plant_s_own_clocks(
    zone: ZoneInfo, place: Place
) -> None:
    for month in (1, 4, 7, 10):
        midnight = datetime(2026, month, 10, tzinfo=zone)
        slots = [round(midnight.timestamp() * 1000) + n * SLOT for n in range(144)]
        best = max(slots, key=lambda at: weather(Climate(place), zone, at).sun.altitude)
        hour = datetime.fromtimestamp(best / 1000, zone)
        standard = hour.hour + hour.minute / 60 - (hour.dst() or hour - hour).seconds / 3600
        assert 11 <= standard <= 13


def test_the_years_are_one_year_and_29_february_is_like_the_28th() -> None:
    def at(text: str) -> int:
        return slot_of_year(ROME, parse_iso(text))

    assert at("2026-07-01T10:05:00Z") == at("2031-07-01T10:09:59Z")
    assert at("2028-02-29T10:00:00Z") == at("2028-02-28T10:00:00Z")
    assert at("2028-03-01T10:00:00Z") == at("2027-03-01T10:00:00Z")
    assert at("2025-12-31T23:00:00Z") == 0, "midnight in Rome"
    assert at("2026-06-30T23:00:00Z") - at("2026-01-01T23:00:00Z") == 180 * 144, "no summer time"


def test_every_home_can_be_put_under_another_year() -> None:
    model = '{"house":{"volume":100.0},"climate":{"place":"denver","seed":5},"phase":0}'
    assert msgspec.json.decode(moved(model, "chicago"))["climate"] == {
        "place": "chicago",
        "seed": 5,
    }
    assert moved('{"watts":9}', "chicago") == '{"watts":9}'


# ---- people


def test_a_workday_and_a_night() -> None:
    """Monday 12 January 2026: somebody rises, goes, comes home and sleeps."""
    day = [household(1, ROME, parse_iso("2026-01-11T23:00:00Z") + n * SLOT) for n in range(144)]
    assert not any(each.awake for each in day[:36])
    assert day[48].present == 0 or day[60].present == 0
    assert all(each.present == 1 for each in day[:44])
    assert all(each.present == 1 for each in day[-24:])
    assert day[-1].awake is False
    assert 0.5 < sum(each.water for each in day) / 6 < 4


@given(st.integers(0, 99_999), st.integers(0, 365 * 144))
def test_habits_follow_from_seed_and_day_and_nobody_airs_or_cooks_asleep(
    seed: int, slot: int
) -> None:
    at = NOON + slot * SLOT
    now = household(seed, ROME, at)
    assert now == household(seed, ROME, at + SLOT - 1 - at % SLOT)
    assert 0 <= now.present <= 1
    assert now.awake or not (now.airing or now.water)
    assert now.present or not now.awake


def test_a_year_of_windows() -> None:
    """Opened on most days, for minutes in winter and hours in summer; never when nobody is in."""
    house, climate = House(), Climate(seed=3)
    room, minutes = Room(20.0, 19.5, 0.0, 20.0, 0.006), {1: 0, 7: 0}
    for begins in ("2026-01-05T00:00:00Z", "2026-07-06T00:00:00Z"):
        start = parse_iso(begins)
        month = datetime.fromtimestamp(start / 1000, UTC).month
        indoors = Indoors(house, climate, ROME)
        for at in range(start, start + 14 * DAY, MINUTE):
            power = 4_000.0 if room.air < 20 else 0.0
            room = indoors.minute(room, at, power)
            minutes[month] += room.opened
            assert not (room.opened and household(3, ROME, at).present == 0)
            assert room.air < 33, "people shade and air"
    assert 14 * 3 <= minutes[1] <= 14 * 60
    assert minutes[7] > 5 * minutes[1]


@pytest.mark.parametrize(
    ("at", "brightest"),
    [
        ("2026-07-01T06:30:00Z", 90.0),
        ("2026-07-01T16:30:00Z", 270.0),
        ("2026-01-13T11:00:00Z", 180.0),
    ],
)
def test_windows_let_the_sun_in_where_they_face_it(at: str, brightest: float) -> None:
    suns = {
        azimuth: around(House(panes=((azimuth, 0.1),)), Climate(), ROME, parse_iso(at)).sun
        for azimuth in (0.0, 90.0, 180.0, 270.0)
    }
    assert max(suns, key=lambda azimuth: suns[azimuth]) == brightest
    assert min(suns.values()) > 0, "the sky is bright on every side"
    assert around(House(), Climate(), ROME, parse_iso(at[:11] + "23:30:00Z")).sun == 0


def test_a_sensor_wanders_slowly_and_little_and_shows_tenths() -> None:
    room = Room(20.0, 19.5, 0.0, 20.0, 0.006)
    for seed in range(0, 2_000, 37):
        house = furniture.house(seed, 1.0)
        year = [sensed(house, room, NOON + day * DAY) for day in range(365)]
        assert all(abs(each - 20.0) <= house.drift + 1e-9 for each in year)
        assert all(abs(after - before) < 0.01 for before, after in pairwise(year))
        assert all(measured(house, room, NOON + day * DAY) in range(198, 203) for day in (0, 99))


# ---- homes


def test_no_two_homes_are_alike_and_all_can_be_kept_warm() -> None:
    seen = [furniture.house(seed, 1.0) for seed in range(200)]
    assert len(set(seen)) == 200
    assert {one.u for one in seen} == {1.8, 2.8, 4.9}
    for one in seen:
        loss = (
            one.opaque * one.floor + one.zone.glazed + 1_200 * one.volume * one.air_changes / 3600
        )
        assert 25 <= one.heater / loss <= 70, "K above a day without sun and people"


def test_the_same_ids_draw_the_same_home_to_the_byte() -> None:
    one, other = (draw(TEMPLATES["one_of_each"][0], Ident.seeded(7), NOON) for _ in range(2))
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


# ---- what was kept before rooms had windows

_HOUSE = (
    '{"air_capacity":700000.0,"mass_capacity":1.2e7,"air_to_mass":320.0,"air_to_outside":45.0,'
    '"mass_to_outside":55.0,"heater":4321.0,"cooler":3000.0,"emitter_lag":900.0,"sensor_lag":180.0,'
    '"glass":2.2,"volume":150.0,"air_changes":0.45,"buffering":8.0,"people":2.0}'
)
_CLIMATE = (
    '{"latitude":45.5,"longitude":9.2,"mean":13.5,"yearly":10.5,"daily":4.0,"fronts":2.2,"seed":77}'
)
_MODEL = f'{{"house":{_HOUSE},"climate":{_CLIMATE},"phase":7000}}'


def test_a_thermostat_that_an_older_version_kept_lives_on() -> None:
    configuration = msgspec.json.decode(
        msgspec.json.encode(furniture.thermostat("x").configuration)
    )
    del configuration["regulation"], configuration["display_locked"]
    text = msgspec.json.encode(configuration).decode()
    body = thermostat.body_of(_MODEL, text, "Europe/Rome", USUAL_PACE)
    assert (body.model.house.heater, body.model.house.volume) == (4_321, 150)
    assert body.model.climate == Climate(seed=77)
    fresh = msgspec.json.decode(thermostat.text_of(thermostat.begin(body, NOON)))
    del fresh["duty"]
    fresh["room"] = fresh["room"][:5]
    state = thermostat.state_of(msgspec.json.encode(fresh).decode())
    assert state == thermostat.begin(body, NOON)
    assert thermostat.step(body, state, NOON + DAY).state.said.at > NOON


def test_a_heater_that_an_older_version_kept_lives_on() -> None:
    one = put(HOUSEHOLD["heater"])
    body = one.simulator.body_of(_MODEL, "{}", "Europe/Rome", USUAL_PACE)
    fresh = msgspec.json.decode(one.simulator.text_of(one.start))
    fresh["room"] = fresh["room"][:5]
    state = one.simulator.state_of(msgspec.json.encode(fresh).decode())
    assert one.simulator.step(body, state, NOON + DAY).state.said.at > NOON

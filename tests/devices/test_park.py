"""The park: everything due is done when the clock has moved, and nothing acknowledged is lost."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.conftest import House, built_on, copy_of, said_of
from tests.devices.test_plants import clear
from workswith.devices.homes import furnish
from workswith.devices.thermostat import Command, Function, Mode, Reading
from workswith.events import outbox
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock, ClockState
from workswith.kernel.database import Database, open_database, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem
from workswith.kernel.tasks import Bells

HEAT = Function.HEATING
MANUAL = Command(HEAT, Mode.MANUAL, set_point=215)
EVERYTHING = query(
    lambda *row: row,
    "SELECT s.module_id, s.state, m.version, m.reported, m.times, m.desired FROM simulators s "
    "JOIN module_states m ON m.module_id = s.module_id ORDER BY s.module_id",
)


def again(house: House) -> House:
    """The same database and instant after the program was killed."""
    now = house.clock.now()
    clock = Clock(read_wall=lambda: now, state=ClockState(wall=now, shown=now, rate=0.0))
    return built_on(house.database, clock, Bells(), house.home)


async def world(house: House) -> tuple[object, ...]:
    events = await outbox.of_plant(house.database, house.plant_id, limit=10_000)
    return await house.database.all(EVERYTHING), events


async def test_after_advance_everything_due_is_settled(house: House) -> None:
    end = house.clock.now() + 30 * MINUTE
    await house.twin.command(*house.first, Command(HEAT, Mode.BOOST, end=end))
    await house.supervisor.advance(end - 1)
    assert (await house.twin.read(*house.first)).reading.mode is Mode.BOOST
    await house.supervisor.advance(end)
    reading = (await house.twin.read(*house.first)).reading
    assert (reading.mode, reading.at) == (Mode.AUTOMATIC, end)
    events = await outbox.of_plant(house.database, house.plant_id)
    assert any("mode" in one.changed and one.at == end for one in events)


async def test_a_day_of_three_thermostats_is_a_stream_of_events(house: House) -> None:
    await house.supervisor.advance(house.clock.now() + DAY)
    events = await outbox.of_plant(house.database, house.plant_id, limit=10_000)
    for module in house.home.modules:
        own = [one for one in events if one.module_id == module.id]
        assert 24 <= len(own) <= 200
        assert [one.at for one in own] == sorted(one.at for one in own)
    assert all(one.changed for one in events)


async def test_a_restart_goes_on_as_if_nothing_had_been(
    database: Database, clock: Clock, bells: Bells
) -> None:
    """Killed at any instant and started again, the world has the same bytes as one that ran on."""
    worlds = []
    for restarts in (0, 3):
        plants = await database.write(furnish, "anna", Ident.seeded(9), "flat", NOON)
        at = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
        house = built_on(database, at, bells, plants[0])
        await house.twin.command(*house.first, MANUAL)
        for hour in (3, 5.37, 11):
            await house.supervisor.advance(NOON + round(hour * HOUR))
            if restarts:
                house = again(house)
        end = house.clock.now() + 30 * MINUTE
        await house.twin.command(*house.first, Command(HEAT, Mode.BOOST, end=end))
        if restarts:
            house = again(house)
        await house.supervisor.advance(NOON + 14 * HOUR)
        worlds.append(await world(house))
        await database.write(clear)
    assert worlds[0] == worlds[1]


async def test_an_acknowledged_command_survives_a_kill(house: House) -> None:
    await house.twin.command(*house.first, MANUAL)
    later = again(house)
    reading = (await later.twin.read(*house.first)).reading
    assert (reading.mode, reading.set_point) == (Mode.MANUAL, 215)
    await later.supervisor.advance(later.clock.now() + 2 * HOUR)
    reading = (await later.twin.read(*house.first)).reading
    assert (reading.mode, reading.set_point) == (Mode.MANUAL, 215)


async def test_after_an_absence_each_reports_once_as_it_is_then(house: House) -> None:
    await house.supervisor.settle()
    house.clock.jump(house.clock.now() + 5 * DAY)
    later = again(house)
    await later.supervisor.settle()
    for module in house.home.modules:
        snapshot = await later.twin.read("anna", house.plant_id, module.id)
        assert snapshot.version == 2
        assert later.clock.now() - snapshot.reading.at <= HOUR


async def test_what_happens_offline_is_told_when_it_is_back(house: House) -> None:
    await house.park.set_online(house.module_id, False)
    await house.park.touch(house.module_id, MANUAL)
    await house.supervisor.advance(house.clock.now() + HOUR)
    known = await house.twin.read(*house.first, last_known=True)
    assert known.version == 1
    assert [
        one
        for one in await outbox.of_plant(house.database, house.plant_id)
        if one.module_id == house.module_id
    ] == []
    await again(house).park.set_online(house.module_id, True)
    reading = (await house.twin.read(*house.first)).reading
    assert (reading.mode, reading.set_point, reading.at) == (
        Mode.MANUAL,
        215,
        house.clock.now(),
    )


async def test_a_touch_with_a_change_notifies(house: House) -> None:
    await house.park.touch(house.module_id, MANUAL)
    (event,) = await outbox.of_plant(house.database, house.plant_id)
    assert "setPoint" in event.changed
    assert event.flow == ""


async def test_a_caller_that_goes_away_leaves_memory_and_table_alike(house: House) -> None:
    await house.supervisor.settle()
    order = house.park.send(house.module_id, MANUAL, deadline=1, flow="")
    call = asyncio.create_task(order)
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await house.park.settle()
    assert (await house.twin.read(*house.first)).reading.set_point == 215
    assert (await said_of(house.park, house.module_id, Reading)).set_point == 215


async def test_commands_at_once_are_obeyed_one_after_the_other(house: House) -> None:
    await asyncio.gather(
        *(
            house.twin.command(*house.first, Command(HEAT, Mode.MANUAL, set_point=200 + one))
            for one in range(10)
        )
    )
    snapshot = await house.twin.read(*house.first)
    assert snapshot.version == 11
    assert snapshot.reading == await house.park.said(house.module_id)


async def test_a_home_furnished_while_it_runs_is_taken_up(house: House, ident: Ident) -> None:
    await house.supervisor.settle()
    (flat,) = await house.database.write(furnish, "anna", ident, "flat", house.clock.now())
    await house.park.welcome(flat.plant.id)
    await house.supervisor.advance(house.clock.now() + 3 * HOUR)
    snapshot = await house.twin.read("anna", flat.plant.id, flat.modules[0].id)
    assert snapshot.version > 3


async def test_what_is_not_simulated_is_unknown(house: House) -> None:
    for act in (
        house.park.touch("x"),
        house.park.said("x"),
        house.park.set_online("x", False),
        house.park.set_silent("x", True),
    ):
        with pytest.raises(Problem):
            await act


async def test_a_turn_that_fails_is_taken_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.supervisor.settle()
    house.clock.jump(house.clock.now() + HOUR)
    with monkeypatch.context() as broken:
        broken.setattr(house.park._ledger, "_database", _Broken())
        with pytest.raises(OSError):
            await house.park.turn(house.clock.now())
    await house.park.turn(house.clock.now())
    assert (await house.twin.read(*house.first)).version > 1


class _Broken:
    async def write(self, *_: object) -> None:
        raise OSError("disk full")


steps = st.lists(
    st.tuples(
        st.sampled_from(["command", "touch", "offline", "online", "advance", "kill"]),
        st.integers(0, 90),
        st.integers(0, 2),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(story=steps)
async def test_commands_under_fire(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    story: list[tuple[str, int, int]],
) -> None:
    """Any story of commands, touches, cables and kills: state, events and memory agree."""
    database = await open_database(copy_of(sqlite_template, tmp_path_factory.mktemp("fire")))
    (home,) = await database.write(furnish, "anna", Ident.seeded(3), "house", NOON)
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    house = built_on(database, clock, Bells(), home)
    for act, number, which in story:
        module_id = home.modules[which].id
        order = Command(HEAT, Mode.MANUAL, set_point=200 + number)
        try:
            if act == "command":
                await house.twin.command("anna", house.plant_id, module_id, order)
                read = await house.twin.read("anna", house.plant_id, module_id)
                assert read.reading.set_point == 200 + number
            elif act == "touch":
                await house.park.touch(module_id, order)
            elif act in ("offline", "online"):
                await house.park.set_online(module_id, act == "online")
            elif act == "advance":
                await house.supervisor.advance(house.clock.now() + number * MINUTE + SECOND)
            else:
                house = again(house)
        except Problem:
            pass
    await house.park.set_online(home.modules[0].gateway_id, True)
    for module in home.modules:
        await house.park.set_online(module.id, True)
        read = await house.twin.read("anna", house.plant_id, module.id)
        assert read.reading == await house.park.said(module.id)
    events = await outbox.of_plant(database, house.plant_id, limit=10_000)
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    for module in home.modules:
        own = [one for one in events if one.module_id == module.id]
        read = await house.twin.read("anna", house.plant_id, module.id)
        if own:
            assert own[-1].state["set_point"] == read.reading.set_point
            assert own[-1].state["load_active"] == read.reading.load_active
    await database.close()

"""A home of every kind of device behind the twin: commands, hands, meters, restarts, and its cost."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.conftest import House, built_on, copy_of
from tests.devices.simulators.household import ASKED
from tests.devices.test_park import again
from tests.devices.test_plants import clear
from workswith.devices import automation, heater, light, plug, remote, thermostat
from workswith.devices.hand import Hand
from workswith.devices.history import Span, samples_of
from workswith.devices.homes import furnish
from workswith.devices.link import Outcome
from workswith.devices.plants import Reach
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.events import outbox
from workswith.events.outbox import Event
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock, ClockState
from workswith.kernel.database import Database, open_database, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

EVERYTHING = query(
    lambda *row: row,
    "SELECT s.module_id, s.state, m.version, m.reported, m.times, m.tally, m.desired "
    "FROM simulators s JOIN module_states m ON m.module_id = s.module_id ORDER BY s.module_id",
)
HOURS = query(
    lambda *row: row,
    "SELECT module_id, measure, at, span, total FROM module_hours ORDER BY 1, 2, 3",
)
METER = "Contatore"
Row = tuple[object, ...]
Electric = light.Reading | plug.Reading | heater.Reading


def named(house: House, name: str) -> tuple[str, str, str]:
    return "anna", house.plant_id, house.home.module(name).id


async def said(house: House, name: str) -> Any:
    """A reading of the type that its kind has."""
    return (await house.twin.read(*named(house, name), last_known=True)).reading


def behind_the_meter(house: House) -> list[str]:
    return [one.id for one in house.home.modules if one.device in {"light", "plug", "heater"}]


async def drawn(house: House, module_id: str) -> Electric:
    """What a device behind the meter reported last, connected or not."""
    reading = await house.park.said(module_id)
    assert isinstance(reading, Electric)
    return reading


async def world(house: House) -> tuple[list[Row], list[Row], list[Event]]:
    events = await outbox.of_plant(house.database, house.plant_id, limit=10_000)
    return await house.database.all(EVERYTHING), await house.database.all(HOURS), events


async def test_a_command_changes_what_is_read_and_tells_of_it(every: House) -> None:
    await every.twin.command(*named(every, "Luce cucina"), light.Command(on=True), "f1")
    assert (await said(every, "Luce cucina")).on
    (event, *rest) = await outbox.of_plant(every.database, every.plant_id)
    assert (event.kind, event.changed, event.flow) == ("light", ("status", "consumptions"), "f1")
    assert event.state["power"] == 12
    assert {one.kind for one in rest} <= {"energymeter"}
    desired = await every.twin.desired(*named(every, "Luce cucina"))
    assert desired is not None
    assert (desired.command, desired.outcome) == (light.Command(on=True), Outcome.DONE)


async def test_all_states_at_once_are_those_of_each(every: House) -> None:
    await every.park.set_online(every.home.module("Bollitore").id, False)
    read = await every.twin.read_all("anna", every.plant_id)
    for one in read:
        assert one == await every.twin.read("anna", every.plant_id, one.module_id, last_known=True)
    plugs = await every.twin.read_all("anna", every.plant_id, device="plug")
    assert [one.device for one in plugs] == ["plug"] * 4
    assert [one.reach for one in plugs].count(Reach.OFFLINE) == 1
    for who, plant in (("bruno", every.plant_id), ("anna", "x")):
        with pytest.raises(Problem) as refused:
            await every.twin.read_all(who, plant)
        assert refused.value.kind is Kind.UNKNOWN


async def test_a_module_of_another_kind_is_not_there(every: House) -> None:
    where = named(every, "Frigorifero")
    for ask in (
        every.twin.read(*where, device="light"),
        every.twin.command(*where, light.Command(on=True), device="light"),
        every.twin.configuration(*where),
    ):
        with pytest.raises(Problem) as refused:
            await ask
        assert refused.value.kind is Kind.UNKNOWN
    with pytest.raises(Problem) as refused:
        await every.twin.command(*where, light.Command(on=True))
    assert refused.value.kind is Kind.INVALID


async def test_several_are_told_at_once_or_none_is(every: House) -> None:
    ids = [every.home.module(name).id for name in ("Bollitore", "Lavatrice", "Televisione")]
    off = plug.Command(on=False)
    where = ("anna", every.plant_id)
    foreign = every.home.module("Luce cucina").id
    with pytest.raises(Problem):
        await every.twin.command_all(*where, dict.fromkeys([*ids, foreign], off), device="plug")
    assert (await said(every, "Bollitore")).on
    await every.park.set_online(ids[1], False)
    with pytest.raises(Problem) as refused:
        await every.twin.command_all(*where, dict.fromkeys(ids, off), device="plug")
    assert refused.value.kind is Kind.UNREACHABLE
    assert [(await said(every, name)).on for name in ("Bollitore", "Televisione")] == [False, False]
    await every.park.set_online(ids[1], True)
    await every.twin.command_all(*where, dict.fromkeys(ids, off), device="plug")
    assert not (await said(every, "Lavatrice")).on


async def test_several_obey_at_one_instant_and_the_meter_sees_them_together(every: House) -> None:
    await every.supervisor.advance(every.clock.now() + 2 * HOUR)
    lights = [every.home.module(name).id for name in ("Luce cucina", "Luce soggiorno")]
    before = await said(every, METER)
    known = len(await outbox.of_plant(every.database, every.plant_id, limit=10_000))
    on = light.Command(on=True)
    await every.twin.command_all("anna", every.plant_id, dict.fromkeys(lights, on), "f1")
    events = await outbox.of_plant(every.database, every.plant_id, known)
    assert [(one.kind, one.flow) for one in events[:2]] == [("light", "f1")] * 2
    assert {one.at for one in events[:2]} == {every.clock.now()}
    await every.supervisor.advance(every.clock.now() + 2 * MINUTE)
    after = await said(every, METER)
    assert after.at > before.at
    assert after.power == sum([(await drawn(every, one)).power for one in behind_the_meter(every)])


async def test_who_is_silent_or_away_does_not_keep_the_others_from_obeying(every: House) -> None:
    lamp, dimmer, fridge = (
        every.home.module(name).id for name in ("Luce cucina", "Luce soggiorno", "Frigorifero")
    )
    await every.park.set_silent(dimmer, True)
    await every.park.set_online(fridge, False)
    commands = {
        dimmer: light.Command(on=True),
        fridge: plug.Command(on=False),
        lamp: light.Command(on=True),
    }
    outcomes = await every.twin.tell("anna", every.plant_id, commands)
    assert dict(outcomes) == {
        dimmer: Outcome.SILENT,
        fridge: Outcome.OFFLINE,
        lamp: Outcome.DONE,
    }
    assert list(outcomes) == list(commands)
    assert (await said(every, "Luce cucina")).on
    for module_id, outcome in outcomes.items():
        told = await every.twin.desired("anna", every.plant_id, module_id)
        assert told is not None
        assert (told.command, told.outcome) == (commands[module_id], outcome)


async def test_a_meter_and_all_behind_it_agree_after_a_jump(every: House) -> None:
    """Of an absence only the last days are lived through, by the meter's account as by each one's."""
    await every.supervisor.advance(every.clock.now() + HOUR)
    every.clock.jump(every.clock.now() + 5 * DAY)
    await every.twin.command(*named(every, "Luce cucina"), light.Command(on=True))
    await every.supervisor.advance(every.clock.now() + HOUR)
    await every.park.speak([*behind_the_meter(every), every.home.module(METER).id])
    each = [await drawn(every, one) for one in behind_the_meter(every)]
    now = await said(every, METER)
    assert (now.power, now.energy) == (sum(e.power for e in each), sum(e.energy for e in each))


async def test_a_shutter_answers_before_it_has_arrived(every: House) -> None:
    await every.twin.command(*named(every, "Tenda soggiorno"), automation.Command(40))
    await every.supervisor.advance(every.clock.now() + MINUTE)
    await every.twin.command(*named(every, "Tenda soggiorno"), automation.Command(90))
    assert (await said(every, "Tenda soggiorno")).motion is automation.Motion.OPENING
    await every.supervisor.advance(every.clock.now() + MINUTE)
    now = await said(every, "Tenda soggiorno")
    assert (now.level, now.motion) == (90, automation.Motion.STOPPED)


async def test_a_hand_presses_switches_and_finds_nothing_to_touch(every: House) -> None:
    hand = Hand(every.park)
    await hand.use(every.home.module("Comando letto").id, {"button": 2})
    assert (await said(every, "Comando letto")).presses == 1
    (event,) = await outbox.of_plant(every.database, every.plant_id)
    assert (event.kind, event.changed) == ("remote", ("press",))
    await hand.use(every.home.module("Luce soggiorno").id, {"on": True})
    assert (await said(every, "Luce soggiorno")).on
    for name, change in ((METER, {}), ("Luce soggiorno", {"on": "yes"})):
        with pytest.raises(Problem) as refused:
            await hand.use(every.home.module(name).id, change)
        assert refused.value.kind is Kind.INVALID
    with pytest.raises(Problem):
        await hand.touch(every.home.module("Luce cucina").id, 20.0)
    with pytest.raises(Problem):
        await every.park.touch(every.home.module("Luce cucina").id, remote.Press())


async def test_the_meter_sees_what_is_switched_even_behind_a_pulled_cable(every: House) -> None:
    await every.supervisor.settle()
    kettle = every.home.module("Luce soggiorno").id
    await every.supervisor.advance(every.clock.now() + 2 * HOUR)
    before = await said(every, METER)
    await every.park.set_online(kettle, False)
    await every.park.touch(kettle, light.Command(on=True, level=100))
    await every.supervisor.advance(every.clock.now() + 2 * MINUTE)
    after = await said(every, METER)
    assert after.at > before.at
    others = [(await drawn(every, one)).power for one in behind_the_meter(every)]
    assert abs(after.power - sum(others)) < 5


async def test_a_meter_says_what_everything_behind_it_has_used(every: House) -> None:
    """To the millijoule, at the instant at which it speaks."""
    await every.supervisor.advance(every.clock.now() + 7 * HOUR)
    meter = every.home.module(METER).id
    await every.park.set_online(meter, False)
    await every.park.set_online(meter, True)
    power = energy = 0
    for module_id in behind_the_meter(every):
        await every.park.set_online(module_id, False)
        await every.park.set_online(module_id, True)
        own = await drawn(every, module_id)
        assert own.at == every.clock.now()
        power, energy = power + own.power, energy + own.energy
    now = await said(every, METER)
    assert (now.power, now.energy, now.at) == (power, energy, every.clock.now())


async def test_a_pulled_gateway_takes_all_with_it_and_brings_all_back(every: House) -> None:
    gateway = every.home.modules[0].gateway_id
    await every.park.set_online(gateway, False)
    await every.supervisor.advance(every.clock.now() + 3 * HOUR)
    assert await outbox.of_plant(every.database, every.plant_id) == []
    with pytest.raises(Problem) as refused:
        await every.twin.read(*named(every, "Frigorifero"))
    assert refused.value.kind is Kind.UNREACHABLE
    await every.park.set_online(gateway, True)
    for one in await every.twin.read_all("anna", every.plant_id):
        assert (one.reach, one.reading.at) == ("online", every.clock.now())


async def story(house: House, *, restarts: bool) -> House:
    """Half a day with commands, hands and pulled cables, killed now and then or not."""

    def killed() -> House:
        return again(house) if restarts else house

    await house.twin.command(*named(house, "Luce soggiorno"), light.Command(level=80))
    house = killed()
    await house.supervisor.advance(NOON + SECOND)
    house = killed()
    await house.twin.command(*named(house, "Tapparella camera"), automation.Command(100))
    await house.supervisor.advance(NOON + 3 * HOUR)
    await house.park.set_online(house.home.module("Frigorifero").id, False)
    house = killed()
    await house.park.touch(house.home.module("Comando generale").id, remote.Press())
    await house.supervisor.advance(NOON + 5 * HOUR + 17 * SECOND)
    house = killed()
    await house.park.set_online(house.home.module("Frigorifero").id, True)
    await house.twin.command(*named(house, "Televisione"), plug.Command(on=False))
    house = killed()
    await house.supervisor.advance(NOON + 12 * HOUR)
    return house


async def test_seed_clock_and_commands_give_the_same_bytes_whatever_is_killed(
    database: Database, bells: Bells
) -> None:
    worlds = []
    for restarts in (False, False, True):
        at = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
        (home,) = await database.write(furnish, "anna", Ident.seeded(9), "one_of_each", NOON)
        house = await story(built_on(database, at, bells, home), restarts=restarts)
        worlds.append(await world(house))
        await database.write(clear)
    assert worlds[0] == worlds[1]
    assert worlds[0] == worlds[2]
    assert len(worlds[0][2]) > 40


OF_DEVICE = {
    "light": "light",
    "plug": "fridge",
    "automation": "fine shutter",
    "heater": "heater",
    "remote": "remote",
}


async def act(house: House, data: st.DataObject) -> House:
    """Something happens to some module."""
    what = data.draw(
        st.sampled_from(["command", "touch", "offline", "online", "advance", "kill", "many"])
    )
    module = data.draw(st.sampled_from(house.home.modules))
    asked = OF_DEVICE.get(module.device)
    order = data.draw(ASKED[asked]) if asked else None
    if what == "command":
        await house.twin.command("anna", house.plant_id, module.id, order)
    elif what == "many":
        same = [one.id for one in house.home.modules if one.device == module.device]
        orders = dict.fromkeys(same, order)
        await house.twin.command_all("anna", house.plant_id, orders, device=module.device)
    elif what == "touch":
        await house.park.touch(module.id, order)
    elif what in {"offline", "online"}:
        await house.park.set_online(module.id, what == "online")
    elif what == "advance":
        pause = data.draw(st.integers(1, 3 * HOUR))
        await house.supervisor.advance(house.clock.now() + pause)
    return again(house) if what == "kill" else house


async def agree(house: House) -> None:
    """State, events, history and memory tell the same story."""
    db, plant = house.database, house.plant_id
    events = await outbox.of_plant(db, plant, limit=10_000)
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    for one in await house.twin.read_all("anna", plant):
        assert one.reading == await house.park.said(one.module_id)
        if hasattr(one.reading, "energy"):
            end = house.clock.now() + DAY
            found = await samples_of(
                db, "anna", plant, one.module_id, "power", since=0, until=end, span=Span.DAY
            )
            assert sum(each.total for each in found) == one.reading.energy


@settings(max_examples=15, deadline=None)
@given(data=st.data())
async def test_every_kind_under_fire(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, data: st.DataObject
) -> None:
    """Any story of commands, hands, cables and kills leaves everything in agreement."""
    database = await open_database(copy_of(sqlite_template, tmp_path_factory.mktemp("fire")))
    (home,) = await database.write(furnish, "anna", Ident.seeded(3), "one_of_each", NOON)
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    house, refused = built_on(database, clock, Bells(), home), set()
    for _ in range(data.draw(st.integers(0, 12))):
        try:
            house = await act(house, data)
        except Problem as problem:
            refused.add(problem.kind)
    assert refused <= {Kind.INVALID, Kind.UNREACHABLE}
    for module in home.modules:
        await house.park.set_online(module.id, True)
    await house.supervisor.settle()
    await agree(house)
    await database.close()


async def test_commands_to_all_at_once_never_wait_in_a_circle(every: House) -> None:
    """Each holds its device and the meter, while the park's turn holds several."""
    await every.supervisor.advance(every.clock.now() + HOUR)
    lights = [every.home.module(name).id for name in ("Luce cucina", "Luce soggiorno")]
    every.clock.jump(every.clock.now() + HOUR)
    async with asyncio.timeout(90):
        await asyncio.gather(
            *(
                every.twin.command("anna", every.plant_id, id_, light.Command(on=bool(n % 2)))
                for n in range(20)
                for id_ in lights
            ),
            every.park.turn(every.clock.now()),
            every.park.turn(every.clock.now()),
        )
    for id_ in lights:
        read = await every.twin.read("anna", every.plant_id, id_)
        assert read.reading == await every.park.said(id_)


async def test_physics_do_not_flood_the_outbox(every: House) -> None:
    """A day of a dozen devices is a few hundred events, each of which says what changed."""
    await every.supervisor.advance(every.clock.now() + DAY)
    events = await outbox.of_plant(every.database, every.plant_id, limit=10_000)
    assert 100 <= len(events) <= 600
    assert all(one.changed for one in events)
    for module in every.home.modules:
        own = [one.at for one in events if one.module_id == module.id]
        assert all(b - a >= USUAL_PACE.power for a, b in pairwise(own))


async def test_a_day_of_a_home_costs_well_under_a_second(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """About 0.3 s for twelve modules where this was written; the bound is for slow machines."""
    database = await open_database(copy_of(sqlite_template, tmp_path))
    (home,) = await database.write(furnish, "anna", Ident.seeded(3), "one_of_each", NOON)
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    house = built_on(database, clock, Bells(), home)
    await house.supervisor.advance(NOON + HOUR)
    spent = []
    for _ in range(2):
        began = time.process_time()
        await house.supervisor.advance(clock.now() + DAY)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.9
    await database.close()


async def test_a_thermostat_beside_other_kinds_is_a_thermostat(house: House) -> None:
    order = thermostat.Command(thermostat.Function.HEATING, thermostat.Mode.MANUAL, set_point=215)
    await house.twin.command(*house.first, order, device="chronothermostat")
    assert (await house.twin.read(*house.first)).reading.set_point == 215

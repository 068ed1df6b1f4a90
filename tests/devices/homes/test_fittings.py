"""Rooms and devices of a home, edited by its owner; meters, history and events go on. [END-1]"""

import msgspec
import pytest

from tests.devices.conftest import said_of
from tests.devices.homes.conftest import Estate
from workswith.devices import light, plug, thermostat
from workswith.devices import meter as meters
from workswith.devices.history import samples_of
from workswith.devices.homes.goods import GOODS, SOLD
from workswith.devices.kinds import KINDS
from workswith.devices.plants import APIS, ambients_of, module_of, modules_of
from workswith.devices.scenes import scenes_of
from workswith.devices.thermostat import Command, Function, Mode
from workswith.events import outbox
from workswith.kernel.clock import HOUR, MINUTE
from workswith.kernel.problem import Kind, Problem


async def test_there_is_something_to_buy_for_every_api_and_of_every_kind() -> None:
    assert set(SOLD) == set(APIS)
    assert {one for goods in SOLD.values() for one in goods} == set(GOODS)
    assert {make("x", ()).device for make in GOODS.values()} == set(KINDS)


@pytest.mark.parametrize("api", APIS)
async def test_an_empty_home_is_furnished_piece_by_piece(estate: Estate, api: str) -> None:
    template = {"home_control": "one_of_each", "smarther": "empty"}.get(api, "one_of_each_api")
    homes = await estate.homes.create("anna", template)
    plant = next(one.plant for one in homes if one.plant.api == api)
    for module in await modules_of(estate.database, "anna", plant.id):
        await estate.homes.fittings.remove_module("anna", plant.id, module.id)
    room = await estate.homes.fittings.add_ambient("anna", plant.id, "Hall", "lobby")
    for goods in SOLD[api]:
        made = await estate.homes.fittings.add_module("anna", plant.id, goods, goods, room.id)
        assert made.ambient_id == room.id
        assert isinstance(await estate.park.said(made.id), KINDS[made.device].reading)
    await estate.supervisor.advance(estate.clock.now() + HOUR)
    names = [one.name for one in await estate.twin.read_all("anna", plant.id)]
    assert names == list(SOLD[api])


async def test_what_does_not_go_with_a_home_is_not_put_into_it(estate: Estate) -> None:
    home, other = await estate.create("house"), await estate.create("flat", "bruno")
    foreign = (await ambients_of(estate.database, "bruno", other.plant.id))[0].id
    for goods, name, ambient, kind in (
        ("fridge", "Fridge", "", Kind.INVALID),
        ("castle", "Castle", "", Kind.INVALID),
        ("thermostat", "", "", Kind.INVALID),
        ("thermostat", "Attic", foreign, Kind.UNKNOWN),
    ):
        with pytest.raises(Problem) as refused:
            await estate.homes.fittings.add_module("anna", home.plant.id, goods, name, ambient)
        assert refused.value.kind is kind
    assert len(await modules_of(estate.database, "anna", home.plant.id)) == 3


async def test_rooms_and_devices_are_named_moved_and_taken_away(estate: Estate) -> None:
    home, fittings = await estate.create("one_of_each"), estate.homes.fittings
    plant, lamp = home.plant.id, home.module("Luce cucina")
    rooms = {one.name: one for one in await ambients_of(estate.database, "anna", plant)}
    await fittings.rename_module("anna", plant, lamp.id, "  Ceiling ")
    await fittings.move_module("anna", plant, lamp.id, rooms["Garage"].id)
    await fittings.change_ambient(
        "anna", plant, rooms["Garage"].id, name="Workshop", ambient_type="home_office"
    )
    moved = await module_of(estate.database, "anna", plant, lamp.id)
    assert (moved.name, moved.ambient_id) == ("Ceiling", rooms["Garage"].id)
    await fittings.remove_ambient("anna", plant, rooms["Garage"].id)
    assert (await module_of(estate.database, "anna", plant, lamp.id)).ambient_id is None
    await fittings.move_module("anna", plant, lamp.id, rooms["Cucina"].id)
    await fittings.move_module("anna", plant, lamp.id, "")
    assert (await module_of(estate.database, "anna", plant, lamp.id)).ambient_id is None
    left = [one.name for one in await ambients_of(estate.database, "anna", plant)]
    assert left == ["Cucina", "Soggiorno", "Camera", "Quadro elettrico"]

    await fittings.remove_module("anna", plant, lamp.id)
    steps = [
        step.module_id
        for scene in await scenes_of(estate.database, "anna", plant)
        for step in scene.steps
    ]
    assert steps
    assert lamp.id not in steps
    with pytest.raises(Problem):
        await estate.twin.command("anna", plant, lamp.id, light.Command(on=True))


async def test_only_the_owner_changes_what_stands_in_a_home(estate: Estate) -> None:
    home = await estate.create("one_of_each")
    plant, module = home.plant.id, home.modules[0]
    room = (await ambients_of(estate.database, "anna", plant))[0].id
    await estate.homes.share("anna", plant, "bruno")
    fittings = estate.homes.fittings
    before = await modules_of(estate.database, "anna", plant)
    for account in ("bruno", "carla"):
        for act in (
            fittings.add_ambient(account, plant, "Mine"),
            fittings.change_ambient(account, plant, room, name="x", ambient_type="custom"),
            fittings.remove_ambient(account, plant, room),
            fittings.add_module(account, plant, "light", "Mine"),
            fittings.rename_module(account, plant, module.id, "Mine"),
            fittings.move_module(account, plant, module.id, ""),
            fittings.remove_module(account, plant, module.id),
            fittings.reset_module(account, plant, module.id),
            estate.homes.copies.take(account, plant, "Mine"),
            estate.homes.copies.export(account, plant),
            estate.homes.copies.fork(account, plant),
        ):
            with pytest.raises(Problem) as refused:
                await act
            assert refused.value.kind is Kind.UNKNOWN
    assert await modules_of(estate.database, "anna", plant) == before


async def test_a_module_is_not_moved_to_a_room_of_another_home(estate: Estate) -> None:
    home, other = await estate.create("house"), await estate.create("flat")
    foreign = (await ambients_of(estate.database, "anna", other.plant.id))[0].id
    with pytest.raises(Problem):
        await estate.homes.fittings.move_module("anna", home.plant.id, home.modules[0].id, foreign)


async def test_a_factory_reset_forgets_programs_and_modes_and_says_so(estate: Estate) -> None:
    home = await estate.create("house")
    plant, module = home.plant.id, home.modules[0].id
    usual = await estate.homes.programs.configuration("anna", plant, module)
    await estate.homes.programs.copy("anna", plant, module, 1, "Another")
    off = Command(Function.COOLING, Mode.OFF)
    await estate.twin.command("anna", plant, module, off)
    told = await outbox.of_plant(estate.database, plant)
    version = (await estate.twin.read("anna", plant, module)).version

    await estate.homes.fittings.reset_module("anna", plant, module)
    assert await estate.homes.programs.configuration("anna", plant, module) == usual
    read = await estate.twin.read("anna", plant, module)
    assert (read.reading.mode, read.reading.function) == (Mode.AUTOMATIC, Function.HEATING)
    assert read.version > version
    news = await outbox.of_plant(estate.database, plant, after=told[-1].sequence)
    assert {"mode", "function"} <= set(news[-1].changed)


async def test_a_device_out_of_reach_is_reset_unheard(estate: Estate) -> None:
    home = await estate.create("house")
    plant, module = home.plant.id, home.modules[0].id
    await estate.twin.command("anna", plant, module, Command(Function.HEATING, Mode.OFF))
    await estate.park.set_online(module, online=False)
    await estate.homes.fittings.reset_module("anna", plant, module)
    read = await estate.twin.read("anna", plant, module, last_known=True)
    assert read.reading.mode is Mode.OFF, "nobody has heard of it yet"
    await estate.park.set_online(module, online=True)
    assert (await estate.twin.read("anna", plant, module)).reading.mode is Mode.AUTOMATIC


@pytest.mark.parametrize("what", ["remove", "reset"])
async def test_a_meter_neither_runs_backwards_nor_jumps(estate: Estate, what: str) -> None:
    """What hung behind it has used what it has used; history shows no spike."""
    home = await estate.create("one_of_each")
    plant, meter = home.plant.id, home.module("Contatore").id
    fridge = home.module("Frigorifero").id
    await estate.supervisor.advance(estate.clock.now() + 6 * HOUR)
    before = await said_of(estate.park, meter, meters.Reading)
    used = await said_of(estate.park, fridge, plug.Reading)
    assert used.energy > 0
    fittings = estate.homes.fittings
    await (fittings.remove_module if what == "remove" else fittings.reset_module)(
        "anna", plant, fridge
    )
    await estate.supervisor.advance(estate.clock.now() + 2 * HOUR)
    after = await said_of(estate.park, meter, meters.Reading)
    assert after.energy >= before.energy
    hours = await samples_of(
        estate.database, "anna", plant, meter, "power", since=0, until=estate.clock.now() + HOUR
    )
    assert sum(one.total for one in hours) == after.energy
    assert max(one.mean for one in hours) < 8_000, "watts"
    if what == "reset":
        own = await samples_of(
            estate.database,
            "anna",
            plant,
            fridge,
            "power",
            since=0,
            until=estate.clock.now() + HOUR,
        )
        assert max(one.mean for one in own) < 200


async def test_a_command_that_waits_while_a_home_is_changed_is_obeyed(estate: Estate) -> None:
    home = await estate.create("house")
    plant, module = home.plant.id, home.modules[0].id
    await estate.park.said(module)
    async with estate.park.changing(plant):
        pass
    await estate.park.touch(module, Command(Function.HEATING, Mode.OFF))
    assert (await estate.twin.read("anna", plant, module)).reading.mode is Mode.OFF
    configuration = (await module_of(estate.database, "anna", plant, module)).configuration
    assert msgspec.json.decode(configuration, type=thermostat.Configuration)
    await estate.supervisor.advance(estate.clock.now() + 30 * MINUTE)

"""One home kept, gone back to, forked, written to a file and read from one. [SBX-3]"""

import msgspec
import pytest

from tests.devices.homes.conftest import Estate
from workswith.devices import light
from workswith.devices.history import Sample, samples_of
from workswith.devices.homes.blueprint import blueprint_of, text_of
from workswith.devices.plants import ambients_of, gateways_of, module_of, modules_of
from workswith.devices.scenes import scenes_of
from workswith.devices.templates import TEMPLATES
from workswith.devices.thermostat import Command, Function, Mode
from workswith.events import outbox
from workswith.kernel.clock import DAY, HOUR, MINUTE
from workswith.kernel.problem import Kind, Problem


async def shape(estate: Estate, plant_id: str, owner: str = "anna") -> tuple[object, ...]:
    """Everything about a home but its ids."""
    reads = estate.database
    rooms = {one.id: one.name for one in await ambients_of(reads, owner, plant_id)}
    modules = await modules_of(reads, owner, plant_id)
    names = {one.id: one.name for one in modules}
    return (
        sorted(rooms.values()),
        [(m.name, m.device, rooms.get(m.ambient_id or ""), m.configuration) for m in modules],
        [
            (scene.name, [(names[step.module_id], step.command) for step in scene.steps])
            for scene in await scenes_of(reads, owner, plant_id)
        ],
        [one.reading for one in await estate.twin.read_all(owner, plant_id)],
    )


async def ids(estate: Estate, plant_id: str) -> set[str]:
    reads = estate.database
    return {
        one.id
        for listed in (modules_of, ambients_of, gateways_of)
        for one in await listed(reads, "anna", plant_id)
    }


@pytest.mark.parametrize("template", sorted(TEMPLATES))
async def test_a_fork_is_the_same_home_with_other_ids_and_lives_the_same_life(
    estate: Estate, template: str
) -> None:
    for home in await estate.homes.create("anna", template):
        plant = home.plant.id
        await estate.supervisor.advance(estate.clock.now() + 40 * MINUTE)
        fork = await estate.homes.copies.fork("anna", plant, "Fork")
        assert await shape(estate, fork.plant.id) == await shape(estate, plant)
        assert fork.plant.name == "Fork"
        old, new = await ids(estate, plant), await ids(estate, fork.plant.id)
        assert len(old) == len(new)
        assert not old & new
    await estate.supervisor.advance(estate.clock.now() + 5 * HOUR)
    assert (await shape(estate, fork.plant.id))[3] == (await shape(estate, plant))[3]


async def test_a_fork_goes_its_own_way(estate: Estate) -> None:
    home = await estate.create("house")
    fork = await estate.homes.copies.fork("anna", home.plant.id)
    off = Command(Function.HEATING, Mode.OFF)
    await estate.twin.command("anna", fork.plant.id, fork.modules[0].id, off)
    await estate.supervisor.advance(estate.clock.now() + DAY)
    names = [("anna", each.plant.id, each.modules[0].id) for each in (home, fork)]
    one, other = [(await estate.twin.read(*each)).reading for each in names]
    assert one.mode is Mode.AUTOMATIC
    assert other.temperature < one.temperature


async def test_going_back_brings_everything_back_but_what_was_told(estate: Estate) -> None:
    home = await estate.create("one_of_each")
    plant, lamp = home.plant.id, home.module("Luce soggiorno").id
    fittings, copies = estate.homes.fittings, estate.homes.copies
    await estate.twin.command("anna", plant, lamp, light.Command(on=True, level=40))
    await estate.park.set_online(home.module("Radiatore camera").id, online=False)
    await estate.supervisor.advance(estate.clock.now() + MINUTE)
    kept = await copies.take("anna", plant, "Evening")
    before = await shape(estate, plant)

    await estate.twin.command("anna", plant, lamp, light.Command(on=False))
    rooms = await ambients_of(estate.database, "anna", plant)
    new = await fittings.add_ambient("anna", plant, "New")
    added = await fittings.add_module("anna", plant, "fridge", "Second fridge", new.id)
    await fittings.remove_module("anna", plant, home.module("Contatore").id)
    await fittings.remove_ambient("anna", plant, rooms[0].id)
    await fittings.rename_module("anna", plant, lamp, "Renamed")
    await estate.homes.rename("anna", plant, "Renamed")
    await estate.park.set_online(home.module("Radiatore camera").id, online=True)
    events = await outbox.of_plant(estate.database, plant, limit=500)
    version = (await estate.twin.read("anna", plant, lamp)).version

    await copies.restore("anna", plant, kept.id)
    after = await shape(estate, plant)
    assert after[:3] == before[:3]
    lit = await estate.twin.read("anna", plant, lamp)
    assert (lit.name, lit.reading.on, lit.reading.level) == ("Luce soggiorno", True, 40)
    assert lit.version > version
    assert (await estate.homes.one("anna", plant)).name == "Casa Verde"
    heater = await module_of(estate.database, "anna", plant, home.module("Radiatore camera").id)
    assert heater.reach == "offline"
    with pytest.raises(Problem):
        await module_of(estate.database, "anna", plant, added.id)
    every = await outbox.of_plant(estate.database, plant, limit=500)
    assert every[: len(events)] == events
    assert [one.sequence for one in every] == list(range(1, len(every) + 1))
    assert any(one.module_id == lamp and "status" in one.changed for one in every[len(events) :])


async def test_going_back_uses_no_energy(estate: Estate) -> None:
    """Counters return to where they were; history shows what was used, once."""
    home = await estate.create("one_of_each")
    plant, meter = home.plant.id, home.module("Contatore").id
    await estate.supervisor.advance(estate.clock.now() + 6 * HOUR)
    kept = await estate.homes.copies.take("anna", plant, "Noon")
    await estate.supervisor.advance(estate.clock.now() + 6 * HOUR)
    until = estate.clock.now() + DAY

    async def used(module_id: str) -> list[Sample]:
        return await samples_of(
            estate.database, "anna", plant, module_id, "power", since=0, until=until
        )

    ids = [meter, home.module("Frigorifero").id]
    before = [await used(one) for one in ids]
    await estate.homes.copies.restore("anna", plant, kept.id)
    after = [await used(one) for one in ids]
    assert [sum(one.total for one in each) for each in after] == [
        sum(one.total for one in each) for each in before
    ]
    await estate.supervisor.advance(estate.clock.now() + 2 * HOUR)
    for id_ in ids:
        later = await used(id_)
        assert max(one.mean for one in later) < 8_000


async def test_a_file_goes_round_and_keeps_ids_if_they_are_free(estate: Estate) -> None:
    home = await estate.create("one_of_each")
    await estate.supervisor.advance(estate.clock.now() + HOUR)
    drawn = blueprint_of(text_of(await estate.homes.copies.export("anna", home.plant.id)))
    with pytest.raises(Problem) as refused:
        await estate.homes.copies.add("anna", drawn, keep_ids=True)
    assert refused.value.code == "ids_taken"
    again = await estate.homes.copies.add("bruno", drawn)
    assert await shape(estate, again.plant.id, "bruno") == await shape(estate, home.plant.id)
    before = await shape(estate, home.plant.id)
    await estate.homes.remove("anna", home.plant.id)
    back = await estate.homes.copies.add("anna", drawn, keep_ids=True)
    assert back.plant.id == home.plant.id
    assert await shape(estate, back.plant.id) == before
    await estate.supervisor.advance(estate.clock.now() + HOUR)
    events = await outbox.of_plant(estate.database, home.plant.id, limit=500)
    assert [one.sequence for one in events] == list(range(1, len(events) + 1)), "numbers go on"


async def test_files_that_are_no_homes_are_refused_with_a_reason(estate: Estate) -> None:
    home = await estate.create("one_of_each")
    drawn = await estate.homes.copies.export("anna", home.plant.id)
    text = text_of(drawn)
    for broken in ("", "{}", "[]", "\x00", text[:-2], text.replace('"version":1', '"version":9')):
        with pytest.raises(Problem) as refused:
            blueprint_of(broken)
        assert refused.value.kind is Kind.MALFORMED
        assert refused.value.hint
    (module, *others) = drawn.modules
    changed = msgspec.structs.replace
    for modules in (
        (changed(module, device="castle"), *others),
        (changed(module, gateway="nowhere"), *others),
        (changed(module, ambient="nowhere"), *others),
        (changed(module, id=others[0].id), *others),
        (changed(module, model=msgspec.Raw(b"[]")), *others),
        (changed(module, state=msgspec.Raw(b'"x"')), *others),
        (changed(module, configuration=msgspec.Raw(b"[]")), *others),
    ):
        with pytest.raises(Problem) as refused:
            await estate.homes.copies.add("anna", changed(drawn, modules=tuple(modules)))
        assert refused.value.kind is Kind.MALFORMED
    ahead = changed(drawn, drawn_at=estate.clock.now() + HOUR)
    with pytest.raises(Problem) as refused:
        await estate.homes.copies.add("anna", ahead)
    assert refused.value.code == "home_ahead"
    assert len(await estate.homes.of("anna")) == 1


async def test_snapshots_are_listed_dropped_and_their_owners_alone(estate: Estate) -> None:
    home, other = await estate.create("house"), await estate.create("flat")
    copies = estate.homes.copies
    first = await copies.take("anna", home.plant.id, "First")
    estate.clock.jump(estate.clock.now() + 1)
    second = await copies.take("anna", home.plant.id, "Second")
    assert await copies.of("anna", home.plant.id) == [second, first]
    assert await copies.of("bruno", home.plant.id) == []
    fork = await copies.fork("anna", home.plant.id, snapshot_id=first.id)
    assert len(fork.modules) == 3
    for act in (
        copies.restore("anna", other.plant.id, first.id),
        copies.drop("anna", other.plant.id, first.id),
        copies.restore("bruno", home.plant.id, first.id),
        copies.drop("bruno", home.plant.id, first.id),
        copies.fork("bruno", home.plant.id, snapshot_id=first.id),
    ):
        with pytest.raises(Problem) as refused:
            await act
        assert refused.value.kind is Kind.UNKNOWN
    await copies.drop("anna", home.plant.id, first.id)
    assert await copies.of("anna", home.plant.id) == [second]

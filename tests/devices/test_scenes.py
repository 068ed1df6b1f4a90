"""Scenes: every module of one gets its part, and a run has one outcome and one event."""

from typing import Any

import pytest

from tests.devices.conftest import House
from workswith.devices import automation, light, remote, scenes
from workswith.devices.heater import Mode
from workswith.devices.link import Outcome
from workswith.devices.plants import share_plant
from workswith.devices.scenes import Scene, Scenes, create_scene, scenes_of
from workswith.events import outbox
from workswith.kernel.clock import MINUTE
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem


def runner(house: House) -> Scenes:
    return Scenes(house.database, house.clock, house.bells, house.twin)


async def the(house: House, name: str) -> Scene:
    found = await scenes_of(house.database, "anna", house.plant_id)
    return next(one for one in found if one.name == name)


async def readings(house: House) -> dict[str, Any]:
    read = await house.twin.read_all("anna", house.plant_id)
    return {one.name: one.reading for one in read}


async def test_scenes_are_listed_in_their_order_with_the_names_people_gave(every: House) -> None:
    found = await scenes_of(every.database, "anna", every.plant_id)
    assert [(one.name, one.friendly_name) for one in found] == [
        ("home", ""),
        ("away", ""),
        ("day", ""),
        ("night", ""),
        ("custom_1", "Film"),
    ]
    film = found[-1]
    assert film == await runner(every).one("anna", every.plant_id, film.id)
    assert found == await runner(every).of_plant("anna", every.plant_id)
    assert [one.command for one in film.steps][:2] == [
        light.Command(on=True, level=20),
        automation.Command(30),
    ]


async def test_a_scene_changes_several_modules_with_one_event_of_its_own(every: House) -> None:
    scene = await the(every, "custom_1")
    assert await runner(every).run("anna", every.plant_id, scene.id, "f1") is Outcome.DONE
    await every.supervisor.advance(every.clock.now() + MINUTE)
    now = await readings(every)
    assert (now["Luce soggiorno"].on, now["Luce soggiorno"].level) == (True, 20)
    assert now["Tenda soggiorno"].level == 30
    events = await outbox.of_plant(every.database, every.plant_id)
    (run,) = [one for one in events if one.kind == scenes.KIND]
    assert (run.module_id, run.changed, run.flow) == (scene.id, ("run",), "f1")
    assert run.state["outcome"] == "done"
    assert {one.flow for one in events if one.sequence < run.sequence} == {"f1"}


async def test_who_cannot_be_reached_does_not_keep_the_others_from_obeying(every: House) -> None:
    shutter = every.home.module("Tapparella camera")
    await every.park.set_online(shutter.id, False)
    scene = await the(every, "away")
    assert await runner(every).run("anna", every.plant_id, scene.id) is Outcome.OFFLINE
    now = await readings(every)
    assert now["Radiatore camera"].mode is Mode.AWAY
    assert now["Televisione"].on is False
    events = await outbox.of_plant(every.database, every.plant_id)
    assert [one.state["outcome"] for one in events if one.kind == scenes.KIND] == ["offline"]


async def test_a_scene_of_somebody_else_does_not_exist(every: House) -> None:
    scene = await the(every, "home")
    for ask in (
        scenes_of(every.database, "bruno", every.plant_id),
        runner(every).of_plant("bruno", every.plant_id),
        runner(every).one("bruno", every.plant_id, scene.id),
        runner(every).one("anna", every.plant_id, "x"),
        runner(every).run("bruno", every.plant_id, scene.id),
    ):
        with pytest.raises(Problem) as refused:
            await ask
        assert refused.value.kind is Kind.UNKNOWN
    now = every.clock.now()
    await every.database.write(share_plant, "anna", every.plant_id, "bruno", now)
    assert await runner(every).run("bruno", every.plant_id, scene.id) is Outcome.DONE


async def test_a_scene_without_steps_and_one_that_asks_the_impossible(
    every: House, ident: Ident
) -> None:
    db, plant = every.database, every.home.plant
    empty = await db.write(create_scene, plant, ident, "custom_2", [])
    assert (await runner(every).one("anna", plant.id, empty.id)).steps == ()
    assert await runner(every).run("anna", plant.id, empty.id) is Outcome.DONE
    with pytest.raises(Problem) as refused:
        await db.write(
            create_scene, plant, ident, "x", [(every.home.module("Comando letto"), remote.Press())]
        )
    assert refused.value.kind is Kind.INVALID

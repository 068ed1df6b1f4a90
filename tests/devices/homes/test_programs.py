"""Weekly programs: written by people in the home, followed at once. [DEV-4, contract 5]"""

from dataclasses import replace
from typing import Any

import pytest

from tests.devices.homes.conftest import Estate
from workswith.devices.homes.programs import SWITCHES
from workswith.devices.plants import modules_of
from workswith.devices.thermostat import Command, Function, Mode, Program
from workswith.events import outbox
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.problem import Kind, Problem

WEEK = (((0, 180), (420, 210), (1320, 170)),) * 7
MINE = Program(4, "Mine", WEEK, (((0, 260),),) * 7)


async def thermostat(estate: Estate) -> tuple[str, str, str]:
    home = await estate.create("house")
    return "anna", home.plant.id, home.modules[0].id


async def test_a_thermostat_follows_a_program_from_the_moment_it_is_written(
    estate: Estate,
) -> None:
    names = await thermostat(estate)
    await estate.homes.programs.put(*names, MINE)
    told = await outbox.of_plant(estate.database, names[1])
    await estate.twin.command(*names, Command(Function.HEATING, Mode.AUTOMATIC, program=4))
    assert (await estate.twin.read(*names)).reading.set_point == 210, "13:00 in Rome"
    warmer = replace(MINE, heating=(((0, 180), (420, 225)),) * 7)
    await estate.homes.programs.put(*names, warmer)
    assert (await estate.twin.read(*names)).reading.set_point == 225
    news = await outbox.of_plant(estate.database, names[1], after=told[-1].sequence if told else 0)
    assert "setPoint" in news[-1].changed
    await estate.supervisor.advance(estate.clock.now() + 12 * HOUR)
    assert (await estate.twin.read(*names)).reading.set_point == 180


async def test_programs_are_copied_into_free_numbers_up_to_eleven(estate: Estate) -> None:
    names = await thermostat(estate)
    programs = estate.homes.programs
    numbers = [await programs.copy(*names, 1, f"Copy {turn}") for turn in range(8)]
    assert numbers == [4, 5, 6, 7, 8, 9, 10, 11]
    with pytest.raises(Problem) as refused:
        await programs.copy(*names, 1, "One too many")
    assert refused.value.code == "programs_many"
    await programs.remove(*names, 6)
    assert await programs.copy(*names, 2, "Again") == 6
    kept = await programs.configuration(*names)
    assert [one.number for one in kept.programs] == list(range(12))
    copied, source = kept.program(6), kept.program(2)
    assert copied
    assert source
    assert (copied.heating, copied.cooling) == (source.heating, source.cooling)


async def test_the_program_that_is_followed_is_not_removed(estate: Estate) -> None:
    names = await thermostat(estate)
    with pytest.raises(Problem) as refused:
        await estate.homes.programs.remove(*names, 1)
    assert refused.value.code == "program_in_use"
    boost = Command(Function.HEATING, Mode.BOOST, end=estate.clock.now() + HOUR)
    await estate.twin.command(*names, boost)
    with pytest.raises(Problem):
        await estate.homes.programs.remove(*names, 1)
    await estate.homes.programs.remove(*names, 2)
    await estate.supervisor.advance(estate.clock.now() + DAY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 12}, "number"),
        ({"name": " "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"heating": WEEK[:6]}, "days"),
        ({"heating": ((),) * 7}, "days"),
        ({"heating": (((0, 29),),) * 7}, "days"),
        ({"cooling": (((0, 401),),) * 7}, "days"),
        ({"cooling": (((1440, 200),),) * 7}, "days"),
        ({"heating": (((60, 200), (60, 210)),) * 7}, "days"),
        ({"heating": (((60, 200), (30, 210)),) * 7}, "days"),
        ({"heating": (tuple((turn, 200) for turn in range(SWITCHES + 1)),) * 7}, "days"),
    ],
)
async def test_what_no_thermostat_can_follow_is_refused(
    estate: Estate, change: dict[str, Any], field: str
) -> None:
    names = await thermostat(estate)
    before = await estate.homes.programs.configuration(*names)
    with pytest.raises(Problem) as refused:
        await estate.homes.programs.put(*names, replace(MINE, **change))
    assert (refused.value.kind, refused.value.field) == (Kind.INVALID, field)
    assert await estate.homes.programs.configuration(*names) == before


async def test_whoever_shares_the_home_writes_programs_and_nobody_else(estate: Estate) -> None:
    owner, plant, module = await thermostat(estate)
    await estate.homes.share(owner, plant, "bruno")
    await estate.homes.programs.put("bruno", plant, module, MINE)
    for act in (
        estate.homes.programs.put("carla", plant, module, MINE),
        estate.homes.programs.copy("carla", plant, module, 1, "x"),
        estate.homes.programs.remove("carla", plant, module, 4),
        estate.homes.programs.configuration("carla", plant, module),
        estate.homes.programs.remove("anna", plant, module, 9),
        estate.homes.programs.remove("anna", plant, module, 0),
    ):
        with pytest.raises(Problem) as refused:
            await act
        assert refused.value.kind is Kind.UNKNOWN


async def test_what_is_no_thermostat_has_no_programs(estate: Estate) -> None:
    home = await estate.create("one_of_each")
    for module in await modules_of(estate.database, "anna", home.plant.id):
        with pytest.raises(Problem):
            await estate.homes.programs.configuration("anna", home.plant.id, module.id)

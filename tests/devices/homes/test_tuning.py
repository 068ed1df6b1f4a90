"""The installer's menu of a thermostat: its regulation, its display. [DEV-2 DEV-4]"""

from dataclasses import replace
from typing import Any

import pytest

from tests.devices.homes.conftest import Estate
from workswith.devices.homes.tuning import RANGES
from workswith.devices.thermostat import Command, Function, Manner, Mode, Regulation
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.problem import Kind, Problem

SHARES = Regulation(Manner.PROPORTIONAL, cycle=30)
WARM = Command(Function.HEATING, Mode.MANUAL, set_point=205)


async def thermostat(estate: Estate) -> tuple[str, str, str]:
    home = await estate.create("house")
    return "anna", home.plant.id, home.modules[0].id


async def test_a_thermostat_regulates_as_it_is_told_and_goes_on_with_that_after_a_restart(
    estate: Estate,
) -> None:
    names = await thermostat(estate)
    await estate.homes.tuning.regulate(*names, SHARES)
    kept = await estate.homes.programs.configuration(*names)
    assert kept.regulation == SHARES
    assert kept.programs, "and its programs stay"
    await estate.twin.command(*names, WARM)
    await estate.supervisor.advance(estate.clock.now() + DAY)
    reading = (await estate.twin.read(*names)).reading
    assert reading.set_point == 205
    assert 195 <= reading.temperature <= 225


async def test_nobody_turns_a_knob_of_a_locked_display_but_calls_from_afar_arrive(
    estate: Estate,
) -> None:
    names = await thermostat(estate)
    await estate.homes.tuning.lock_display(*names, locked=True)
    with pytest.raises(Problem) as refused:
        await estate.park.touch(names[2], WARM)
    assert (refused.value.kind, refused.value.code) == (Kind.INVALID, "display_locked")
    await estate.park.touch(names[2])
    await estate.twin.command(*names, WARM)
    assert (await estate.twin.read(*names)).reading.set_point == 205
    await estate.homes.tuning.lock_display(*names, locked=False)
    await estate.park.touch(names[2], replace(WARM, set_point=190))
    assert (await estate.twin.read(*names)).reading.set_point == 190
    with pytest.raises(Problem) as busy:
        await estate.twin.command(*names, WARM)
    assert busy.value.kind is Kind.BUSY
    await estate.supervisor.advance(estate.clock.now() + HOUR)
    await estate.twin.command(*names, WARM)


@pytest.mark.parametrize("member", sorted(RANGES))
async def test_what_would_harm_a_boiler_is_refused(estate: Estate, member: str) -> None:
    names = await thermostat(estate)
    for wrong in (RANGES[member][0] - 1, RANGES[member][1] + 1):
        change: dict[str, Any] = {member: wrong}
        with pytest.raises(Problem) as refused:
            await estate.homes.tuning.regulate(*names, replace(SHARES, **change))
        assert (refused.value.kind, refused.value.field) == (Kind.INVALID, member)
    kept = await estate.homes.programs.configuration(*names)
    assert kept.regulation == Regulation()


async def test_both_rests_fit_into_a_cycle(estate: Estate) -> None:
    names = await thermostat(estate)
    with pytest.raises(Problem) as refused:
        await estate.homes.tuning.regulate(*names, Regulation(cycle=10, least_on=6, least_off=6))
    assert refused.value.code == "regulation_cycle"


async def test_only_who_sees_a_thermostat_tunes_it_and_nothing_else_is_tuned(
    estate: Estate,
) -> None:
    _, plant_id, module_id = await thermostat(estate)
    other = await estate.create("one_of_each")
    for names in (("bruno", plant_id, module_id), ("anna", other.plant.id, other.modules[0].id)):
        with pytest.raises(Problem) as refused:
            await estate.homes.tuning.lock_display(*names, locked=True)
        assert refused.value.kind is Kind.UNKNOWN

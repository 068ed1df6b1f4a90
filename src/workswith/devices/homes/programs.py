"""The weekly programs of a thermostat, as people in the home write them. [DEV-4, contract 5]

Numbers are 1 to 11; 0 is the original's pseudo entry and stays as it is. The thermostat follows a
changed program at once, says so, and applications hear of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from workswith.devices.kinds import KINDS
from workswith.devices.parked import parked
from workswith.devices.plants import Module, checked_name
from workswith.devices.reporting import decoder
from workswith.devices.thermostat import (
    DEVICE,
    HIGHEST,
    LOWEST,
    Configuration,
    Day,
    Function,
    Program,
    Week,
)
from workswith.kernel.database import Tx, query
from workswith.kernel.problem import Kind, Problem

from .configuring import Change, read_configuration, reconfigure
from .workshop import Workshop

_SAID = query(str, "SELECT reported FROM module_states WHERE module_id = :module_id")
NUMBERS = range(1, 12)
SWITCHES = 12
"""The most that one day of a program has."""
NAME_LENGTH = 40
_MINUTES = 24 * 60


class Programs:
    """Whoever sees a plant may write the programs of its thermostats.

    Every method raises `Kind.UNKNOWN` for what is no thermostat that the account sees.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def configuration(self, account_id: str, plant_id: str, module_id: str) -> Configuration:
        """What the thermostat can drive, and its programs."""
        return await read_configuration(self._shop.database, account_id, plant_id, module_id)

    async def put(self, account_id: str, plant_id: str, module_id: str, program: Program) -> None:
        """Writes a program under its number, a new one or in place of the one that is there.

        Raises `Kind.INVALID`, naming the field.
        """
        check(program)

        def change(configuration: Configuration) -> Configuration:
            others = [one for one in configuration.programs if one.number != program.number]
            return _with(configuration, [*others, program])

        await self._change(account_id, plant_id, module_id, change)

    async def copy(
        self, account_id: str, plant_id: str, module_id: str, number: int, name: str
    ) -> int:
        """A program like another, under the lowest number that is free; returns that.

        Raises `Kind.UNKNOWN`, and `Kind.CONFLICT` ``programs_many``.
        """
        free = 0

        def change(configuration: Configuration) -> Configuration:
            nonlocal free
            source = _program(configuration, number)
            free = free_number(configuration)
            return _with(
                configuration,
                [*configuration.programs, replace(source, number=free, name=_named(name))],
            )

        await self._change(account_id, plant_id, module_id, change)
        return free

    async def remove(self, account_id: str, plant_id: str, module_id: str, number: int) -> None:
        """Raises `Kind.CONFLICT` ``program_in_use`` for the one that the thermostat is set to."""

        def change(configuration: Configuration) -> Configuration:
            _program(configuration, number)
            others = [one for one in configuration.programs if one.number != number]
            return _with(configuration, others)

        await self._change(account_id, plant_id, module_id, change, unless_program=number)

    async def _change(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        change: Change,
        *,
        unless_program: int = 0,
    ) -> None:
        async def require(tx: Tx, module: Module) -> None:
            if unless_program:
                await _require_unused(tx, module, unless_program)

        await reconfigure(self._shop, (account_id, plant_id, module_id), change, require)


def check(program: Program) -> None:
    """Refuses what no thermostat can follow: `Kind.INVALID`, naming the field."""
    _named(program.name)
    if program.number not in NUMBERS:
        raise _refuse("program_number", "Programs are numbered from 1 to 11.", "number")
    for week in (program.heating, program.cooling):
        _check_week(week)


def free_number(configuration: Configuration) -> int:
    """The lowest that no program has. Raises `Kind.CONFLICT` ``programs_many``."""
    taken = {one.number for one in configuration.programs}
    free = next((number for number in NUMBERS if number not in taken), None)
    if free is None:
        raise Problem(Kind.CONFLICT, "programs_many", "A thermostat keeps eleven programs.")
    return free


def week_of(program: Program, function: Function) -> Week:
    return program.heating if function is Function.HEATING else program.cooling


def _check_week(week: Week) -> None:
    if len(week) != 7:
        raise _refuse("program_days", "A week has seven days.", "days")
    if not any(week):
        raise _refuse("program_empty", "A program needs a time at which something begins.", "days")
    for day in week:
        _check_day(day)


def _check_day(day: Day) -> None:
    minutes = [minute for minute, _ in day]
    if len(day) > SWITCHES:
        raise _refuse("program_switches", "A day has at most twelve switching times.", "days")
    if minutes != sorted(set(minutes)) or not all(0 <= one < _MINUTES for one in minutes):
        raise _refuse("program_times", "Each time of a day stands once, in order.", "days")
    if not all(LOWEST <= set_point <= HIGHEST for _, set_point in day):
        raise _refuse("set_point_range", "The set-point is from 3 to 40 °C.", "days")


def _named(name: str) -> str:
    name = checked_name(name)
    if len(name) > NAME_LENGTH:
        raise _refuse("program_name", "The name of a program has at most 40 characters.", "name")
    return name


def _program(configuration: Configuration, number: int) -> Program:
    found = configuration.program(number)
    if found is None or number not in NUMBERS:
        raise Problem(Kind.UNKNOWN, "program_unknown", "There is no such program.")
    return found


def _with(configuration: Configuration, programs: Sequence[Program]) -> Configuration:
    ordered = tuple(sorted(programs, key=lambda one: one.number))
    return replace(configuration, programs=ordered)


async def _require_unused(tx: Tx, module: Module, number: int) -> None:
    """Also not by what the thermostat will return to."""
    simulator = KINDS[DEVICE].simulator
    follows = {
        simulator.state_of(row.state).program
        for row in await parked(tx, module.plant_id)
        if row.module_id == module.id
    }
    said = await tx.one(_SAID, module_id=module.id)
    if said is not None:  # of a real one that is all that is known
        follows.add(decoder(DEVICE).decode(said).program)
    if number in follows:
        raise Problem(
            Kind.CONFLICT,
            "program_in_use",
            "The thermostat is set to this program.",
            hint="Let it follow another one first.",
        )


def _refuse(code: str, detail: str, field: str) -> Problem:
    return Problem(Kind.INVALID, code, detail, field=field)

"""The weekly programs of a thermostat: looked at, written, copied, removed. [DEV-4]"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.homes.programs import NUMBERS, free_number, week_of
from workswith.devices.plants import Module, module_of, plant_of
from workswith.devices.programs import PROGRAMS
from workswith.devices.thermostat import Configuration, Function, Program, Week
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from . import program_form
from .program_form import ProgramForm, of_post, of_week
from .thermostat import FUNCTIONS
from .week import HEIGHT, HOURS, WIDTH, clock, picture, x_of
from .words import DAYS

NEW = "new"
_PICTURE: Mapping[str, Any] = {
    "picture": picture,
    "x_of": x_of,
    "clock": clock,
    "hours": HOURS,
    "days": DAYS,
    "size": (WIDTH, HEIGHT),
}


async def listing(visit: Visit) -> Response:
    """Each with its picture."""
    function, configuration, module = await _asked(visit)
    snapshot = await visit.services.twin.read(*_names(visit), last_known=True)
    return visit.render(
        "home/programs.html",
        plant=await plant_of(visit.services.database, visit.account.id, module.plant_id),
        module=module,
        function=function,
        functions=_functions(configuration),
        programs=[(one, week_of(one, function)) for one in configuration.programs if one.number],
        in_use=snapshot.reading.program,
        full=len([one for one in configuration.programs if one.number]) >= len(NUMBERS),
        **_PICTURE,
    )


async def edit(visit: Visit) -> Response:
    """One of them, or a new one. Its other half, for the other function, stays as it is."""
    function, configuration, module = await _asked(visit)
    program = _program(configuration, visit.parameter("number"))
    if not visit.posted:
        name = "" if visit.parameter("number") == NEW else program.name
        return await _page(visit, of_week(name, week_of(program, function)))
    form = of_post(visit.form)
    button = visit.typed("go")
    if button != "save":
        program_form.press(form, button)
        return await _page(visit, form)
    week = form.week()
    if form.wrong:
        return await _page(visit, form, 422)
    heats = function is Function.HEATING
    changed = replace(program, heating=week) if heats else replace(program, cooling=week)
    try:
        written = replace(changed, name=form.name)
        await visit.services.homes.programs.put(*_names(visit), written)
    except Problem as problem:
        if problem.field not in {"name", "days"}:
            raise
        errors = form.name_errors if problem.field == "name" else form.errors
        errors.append(_(problem.detail))
        return await _page(visit, form, 422)
    visit.say(_("The program is saved."))
    return visit.go(_address(module, function))


async def copy(visit: Visit) -> Response:
    """A second one like it, to change."""
    function, configuration, module = await _asked(visit)
    source = _program(configuration, visit.parameter("number"))
    name = _("Copy of %(name)s") % {"name": source.name}
    try:
        number = await visit.services.homes.programs.copy(*_names(visit), source.number, name[:40])
    except Problem as problem:
        if problem.kind is not Kind.CONFLICT:
            raise
        visit.say(_(problem.detail), "bad")
        return visit.go(_address(module, function))
    return visit.go(_address(module, function, f"/{number}"))


async def remove(visit: Visit) -> Response:
    """Not the one that the thermostat is set to."""
    function, configuration, module = await _asked(visit)
    program = _program(configuration, visit.parameter("number"))
    try:
        await visit.services.homes.programs.remove(*_names(visit), program.number)
        visit.say(_("The program is removed."))
    except Problem as problem:
        if problem.kind is not Kind.CONFLICT:
            raise
        visit.say(f"{_(problem.detail)} {_(problem.hint)}", "bad")
    return visit.go(_address(module, function))


async def _page(visit: Visit, form: ProgramForm, status: int = 200) -> Response:
    function, configuration, module = await _asked(visit)
    return visit.render(
        "home/program.html",
        status,
        plant=await plant_of(visit.services.database, visit.account.id, module.plant_id),
        module=module,
        function=function,
        functions=_functions(configuration),
        form=form,
        week=_typed_week(form),
        new=visit.parameter("number") == NEW,
        **_PICTURE,
    )


async def _asked(visit: Visit) -> tuple[Function, Configuration, Module]:
    """Raises `Kind.UNKNOWN` for what is no thermostat that the visitor sees."""
    configuration = await visit.services.homes.programs.configuration(*_names(visit))
    module = await module_of(visit.services.database, *_names(visit))
    wanted = visit.asked("function").upper()
    known = [one for one in configuration.functions if one == wanted]
    return (known or list(configuration.functions))[0], configuration, module


def _program(configuration: Configuration, number: str) -> Program:
    """A new one begins as an ordinary week at home. Raises `Kind.UNKNOWN`, `Kind.CONFLICT`."""
    if number == NEW:
        return replace(PROGRAMS[1], number=free_number(configuration), name="")
    if number.isdecimal() and number.isascii() and int(number[:4]) in NUMBERS:
        found = configuration.program(int(number))
        if found is not None:
            return found
    raise Problem(Kind.UNKNOWN, "program_unknown", "There is no such program.")


def _typed_week(form: ProgramForm) -> Week:
    """For the picture: what of it can be read, and no complaints."""
    plain = ProgramForm(
        form.name, [program_form.Group(set(one.days), list(one.lines)) for one in form.groups]
    )
    week = plain.week()
    return () if plain.wrong else week


def _functions(configuration: Configuration) -> dict[Function, str]:
    return {one: FUNCTIONS[one] for one in configuration.functions}


def _address(module: Module, function: Function, more: str = "") -> str:
    base = f"/home/{module.plant_id}/thermostats/{module.id}/programs"
    return f"{base}{more}?function={function.value.lower()}"


def _names(visit: Visit) -> tuple[str, str, str]:
    return visit.account.id, visit.parameter("plant"), visit.parameter("module")


_LIST = "/home/{plant}/thermostats/{module}/programs"
ROUTES = [
    Route(_LIST, account(listing)),
    Route(_LIST + "/{number}", account(edit), methods=["GET", "POST"]),
    Route(_LIST + "/{number}/copy", account(copy), methods=["POST"]),
    Route(_LIST + "/{number}/remove", account(remove), methods=["POST"]),
]

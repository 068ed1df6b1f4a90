"""A thermostat as if one stood before it: the dial, its buttons, its modes. [END-1 DEV-2]

The buttons are touches of the device's own user interface, not calls from afar; so they work at any
time, and keep remote commands away for about ten seconds, as a hand on the real one does.
"""

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.plants import Reach, module_of, plant_of
from workswith.devices.thermostat import BOOSTS, Configuration, Function, Mode, check
from workswith.devices.twin import Snapshot
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from . import connection
from .device import TOLD
from .dial import dial
from .homes import EXPIRED
from .regulation import MANNERS, figures, regulation_of
from .touches import touched

MODES = {
    Mode.AUTOMATIC: lazy("Program"),
    Mode.MANUAL: lazy("Manual"),
    Mode.BOOST: lazy("Boost"),
    Mode.OFF: lazy("Off"),
    Mode.PROTECTION: lazy("Protection"),
}
FUNCTIONS = {Function.HEATING: lazy("Heat"), Function.COOLING: lazy("Cool")}


async def show(visit: Visit) -> Response:
    """The display."""
    owner, plant_id, module_id = _names(visit)
    services = visit.services
    plant = await plant_of(services.database, owner, plant_id)
    try:
        snapshot, configuration = await _state(visit)
    except Problem as problem:
        if problem.kind not in EXPIRED:
            raise
        return visit.go("/home")
    return visit.render(
        "home/thermostat.html",
        plant=plant,
        module_id=module_id,
        snapshot=snapshot,
        reading=snapshot.reading,
        dial=dial(snapshot.reading),
        programs=[each for each in configuration.programs if each.number],
        modes=MODES,
        boosts=BOOSTS,
        functions=FUNCTIONS if len(configuration.functions) > 1 else {},
        locked=configuration.display_locked,
        manner=configuration.regulation.manner,
        manners=MANNERS,
        figures=figures(configuration.regulation),
        online=snapshot.reach is Reach.ONLINE,
        connection=connection.offered(visit, plant),
        cut=connection.is_cut(visit, module_id),
    )


async def touch(visit: Visit) -> Response:
    """A button was pressed."""
    _owner, plant_id, module_id = _names(visit)
    snapshot, configuration = await _state(visit)
    button = visit.typed("touch")
    command = touched(button, visit.typed(button), snapshot.reading, visit.now)
    if command is None:
        raise Problem(Kind.MALFORMED, "button_unknown", "The thermostat has no such button.")
    try:
        check(command, configuration, visit.now)
        await visit.services.park.touch(module_id, command)
    except Problem as problem:
        if problem.kind not in TOLD:
            raise
        locked = problem.code == "display_locked"
        visit.say(_("The display is locked.") if locked else _(problem.detail), "bad")
    return visit.go(f"/home/{plant_id}/thermostats/{module_id}")


async def lock(visit: Visit) -> Response:
    """Locks the display for everybody's hands, or unlocks it."""
    owner, plant_id, module_id = _names(visit)
    await visit.services.homes.tuning.lock_display(
        owner, plant_id, module_id, locked=visit.typed("locked") == "yes"
    )
    return visit.go(f"/home/{plant_id}/thermostats/{module_id}")


async def regulate(visit: Visit) -> Response:
    """Sets how the relay is moved."""
    owner, plant_id, module_id = _names(visit)
    _snapshot, configuration = await _state(visit)
    typed = {name: visit.typed(name) for name in visit.form}
    try:
        wanted = regulation_of(typed, configuration.regulation)
        await visit.services.homes.tuning.regulate(owner, plant_id, module_id, wanted)
    except Problem as problem:
        if problem.kind is not Kind.INVALID:
            raise
        visit.say(_("Nothing was changed: a figure is out of its range."), "bad")
    else:
        visit.say(_("It regulates so from now on."))
    return visit.go(f"/home/{plant_id}/thermostats/{module_id}")


async def _state(visit: Visit) -> tuple[Snapshot, Configuration]:
    names = _names(visit)
    snapshot = await visit.services.twin.read(*names, last_known=True)
    module = await module_of(visit.services.database, *names)
    return snapshot, msgspec.json.decode(module.configuration, type=Configuration)


def _names(visit: Visit) -> tuple[str, str, str]:
    return visit.account.id, visit.parameter("plant"), visit.parameter("module")


ROUTES = [
    Route("/home/{plant}/thermostats/{module}", account(show), methods=["GET"]),
    Route("/home/{plant}/thermostats/{module}", account(touch), methods=["POST"]),
    Route("/home/{plant}/thermostats/{module}/lock", account(lock), methods=["POST"]),
    Route("/home/{plant}/thermostats/{module}/regulation", account(regulate), methods=["POST"]),
]

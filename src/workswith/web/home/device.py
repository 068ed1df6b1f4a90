"""A device that is no thermostat, as if one stood before it: how it is, and its buttons. [END-1 DEV-2]"""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from workswith.devices import automation, light
from workswith.devices.kinds import KINDS
from workswith.devices.plants import Module, module_of, plant_of
from workswith.devices.thermostat import DEVICE as THERMOSTAT
from workswith.devices.twin import Snapshot
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from . import connection
from .gadgets import change_of
from .states import gadget

TOLD = {Kind.INVALID, Kind.UNREACHABLE, Kind.TIMED_OUT, Kind.BUSY}
"""What a press may lead to that a sentence on the page explains."""


async def show(visit: Visit) -> Response:
    """Its page; a thermostat has one of its own."""
    plant_id, module_id = visit.parameter("plant"), visit.parameter("module")
    plant = await plant_of(visit.services.database, visit.account.id, plant_id)
    snapshot, module, configuration = await _state(visit)
    if snapshot.device == THERMOSTAT:
        return visit.go(f"/home/{plant_id}/thermostats/{module_id}")
    return visit.render(
        "home/device.html",
        plant=plant,
        module=module,
        gadget=gadget(snapshot, module, visit.site.house),
        reading=snapshot.reading,
        level=_level(snapshot, configuration),
        measures=[one.name for one in KINDS[snapshot.device].measures],
        time_zone=snapshot.time_zone,
        connection=connection.offered(visit, plant),
        cut=connection.is_cut(visit, module_id),
    )


async def touch(visit: Visit) -> Response:
    """A button was pressed."""
    plant_id, module_id = visit.parameter("plant"), visit.parameter("module")
    snapshot, _module, configuration = await _state(visit)
    button = visit.typed("touch")
    value = visit.typed("value") or visit.typed(button)
    try:
        change = change_of(snapshot.device, button, value, snapshot.reading)
        KINDS[snapshot.device].check(change, configuration, visit.now)
        await visit.services.park.touch(module_id, change)
    except Problem as problem:
        if problem.kind not in TOLD:
            raise
        visit.say(_(problem.detail), "bad")
    here = f"/home/{plant_id}"
    return visit.go(here if visit.typed("back") == "home" else f"{here}/devices/{module_id}")


async def _state(visit: Visit) -> tuple[Snapshot, Module, Any]:
    names = visit.account.id, visit.parameter("plant"), visit.parameter("module")
    snapshot = await visit.services.twin.read(*names, last_known=True)
    module = await module_of(visit.services.database, *names)
    type_ = KINDS[snapshot.device].configuration
    return snapshot, module, msgspec.json.decode(module.configuration, type=type_)


def _level(snapshot: Snapshot, configuration: Any) -> int | None:
    """Where a level can be set, the one that it has."""
    reading = snapshot.reading
    if snapshot.device == light.DEVICE and configuration.dimmable:
        return int(reading.level)
    if snapshot.device == automation.DEVICE and configuration.step < automation.COARSE:
        return int(reading.level)
    return None


ROUTES = [
    Route("/home/{plant}/devices/{module}", account(show), methods=["GET"]),
    Route("/home/{plant}/devices/{module}", account(touch), methods=["POST"]),
]

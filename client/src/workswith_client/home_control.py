"""The operations of the Home + Control API, v1.0. [contract/homecontrol.md §2]

`client.home_control` has one method for each; `_home_control.py` is made of this file. A command is
answered before the thing has moved: read its status a few seconds later.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import home_control_models as models
from .errors import ConfigurationError
from .home_control_models import HeaterMode, Plant, Scene, Status, Topology
from .operation import Operation, nothing, of_object, path
from .reading import inside, listed
from .retries import Again
from .smarther_models import Subscription

_API = "/hc/api/v1.0"
STOP = -1
"""A level of shutters."""


def plants() -> Operation[tuple[Plant, ...]]:
    """The homes of the person who signed in."""
    return Operation("GetPlants", "GET", f"{_API}/plants", _plants)


def topology(plant_id: str) -> Operation[Topology]:
    """A home, its rooms and their modules."""
    where = path(_API + "/plants/{plant}/topology", plant=plant_id)
    return Operation("GetPlantTopology", "GET", where, of_object(Topology.read))


def statuses(plant_id: str) -> Operation[tuple[Status, ...]]:
    """Every module of a home, by one call."""
    where = path(_API + "/plants/{plant}", plant=plant_id)
    return Operation("GetPlantStatus", "GET", where, of_object(models.statuses))


def light(plant_id: str, light_id: str) -> Operation[Status | None]:
    """A light now."""
    return _read("GetLightStatus", "light/lighting", plant_id, light_id)


def set_light(
    plant_id: str, light_id: str, *, on: bool | None = None, level: int | None = None
) -> Operation[None]:
    """Commands a light. ``level`` is 0 to 100, of dimmed ones."""
    where = path(_MODULE, pair="light/lighting", plant=plant_id, module=light_id)
    return Operation(
        "SetLightStatus", "POST", where, nothing, _light(on=on, level=level), Again.SAME_STATE
    )


def set_lights(
    plant_id: str, light_ids: Sequence[str], *, on: bool | None = None, level: int | None = None
) -> Operation[None]:
    """Commands several lights. ``level`` is 0 to 100, of dimmed ones."""
    where = path(_PLANT, pair="light/lighting", plant=plant_id)
    body = {"ids": list(light_ids), **_light(on=on, level=level)}
    return Operation("SetLightsStatus", "POST", where, nothing, body, Again.SAME_STATE)


def ambient_lights(plant_id: str, ambient_id: str) -> Operation[tuple[Status, ...]]:
    """All lights of a room."""
    where = path(_AMBIENT, pair="light/lighting", plant=plant_id, ambient=ambient_id)
    return Operation("getambientslightstatus", "GET", where, of_object(models.statuses))


def set_ambient_lights(
    plant_id: str, ambient_id: str, *, on: bool | None = None, level: int | None = None
) -> Operation[None]:
    """Commands all lights of a room. ``level`` is 0 to 100, of dimmed ones."""
    where = path(_AMBIENT, pair="light/lighting", plant=plant_id, ambient=ambient_id)
    return Operation(
        "setambientslightstatus",
        "POST",
        where,
        nothing,
        _light(on=on, level=level),
        Again.SAME_STATE,
    )


def plug(plant_id: str, plug_id: str) -> Operation[Status | None]:
    """A plug now."""
    return _read("GetPlugStatus", "plug/energy", plant_id, plug_id)


def set_plug(plant_id: str, plug_id: str, *, on: bool) -> Operation[None]:
    """Commands a plug."""
    where = path(_MODULE, pair="plug/energy", plant=plant_id, module=plug_id)
    return Operation("SetPlugStatus", "POST", where, nothing, _switch(on=on), Again.SAME_STATE)


def set_plugs(plant_id: str, plug_ids: Sequence[str], *, on: bool) -> Operation[None]:
    """Commands several plugs."""
    where = path(_PLANT, pair="plug/energy", plant=plant_id)
    body = {"ids": list(plug_ids), **_switch(on=on)}
    return Operation("SetPlugsStatus", "POST", where, nothing, body, Again.SAME_STATE)


def ambient_plugs(plant_id: str, ambient_id: str) -> Operation[tuple[Status, ...]]:
    """All plugs of a room."""
    where = path(_AMBIENT, pair="plug/energy", plant=plant_id, ambient=ambient_id)
    return Operation("getambientsplugstatus", "GET", where, of_object(models.statuses))


def set_ambient_plugs(plant_id: str, ambient_id: str, *, on: bool) -> Operation[None]:
    """Commands all plugs of a room."""
    where = path(_AMBIENT, pair="plug/energy", plant=plant_id, ambient=ambient_id)
    return Operation(
        "setambientsplugstatus", "POST", where, nothing, _switch(on=on), Again.SAME_STATE
    )


def automation(plant_id: str, automation_id: str) -> Operation[Status | None]:
    """A shutter now."""
    return _read("GetAutomationStatus", "automation/automation", plant_id, automation_id)


def set_automation(plant_id: str, automation_id: str, *, level: int) -> Operation[None]:
    """Commands a shutter. 100 opens, 0 closes, `STOP` stops."""
    where = path(_MODULE, pair="automation/automation", plant=plant_id, module=automation_id)
    return Operation("SetAutomationStatus", "POST", where, nothing, _shutter(level), _again(level))


def set_automations(plant_id: str, automation_ids: Sequence[str], *, level: int) -> Operation[None]:
    """Commands several shutters. 100 opens, 0 closes, `STOP` stops."""
    where = path(_PLANT, pair="automation/automation", plant=plant_id)
    body = {"ids": list(automation_ids), **_shutter(level)}
    return Operation("SetAutomationsStatus", "POST", where, nothing, body, _again(level))


def ambient_automations(plant_id: str, ambient_id: str) -> Operation[tuple[Status, ...]]:
    """All shutters of a room."""
    where = path(_AMBIENT, pair="automation/automation", plant=plant_id, ambient=ambient_id)
    return Operation("getambientsautomationstatus", "GET", where, of_object(models.statuses))


def set_ambient_automations(plant_id: str, ambient_id: str, *, level: int) -> Operation[None]:
    """Commands all shutters of a room. 100 opens, 0 closes, `STOP` stops."""
    where = path(_AMBIENT, pair="automation/automation", plant=plant_id, ambient=ambient_id)
    return Operation(
        "setambientsautomationstatus", "POST", where, nothing, _shutter(level), _again(level)
    )


def heater(plant_id: str, heater_id: str) -> Operation[Status | None]:
    """A heater now."""
    return _read("GetHeaterStatus", "heater/comfort", plant_id, heater_id)


def set_heater(plant_id: str, heater_id: str, *, mode: HeaterMode | str) -> Operation[None]:
    """Commands a heater."""
    where = path(_MODULE, pair="heater/comfort", plant=plant_id, module=heater_id)
    return Operation("SetHeaterStatus", "POST", where, nothing, _heat(mode), Again.SAME_STATE)


def set_heaters(
    plant_id: str, heater_ids: Sequence[str], *, mode: HeaterMode | str
) -> Operation[None]:
    """Commands several heaters."""
    where = path(_PLANT, pair="heater/comfort", plant=plant_id)
    body = {"ids": list(heater_ids), **_heat(mode)}
    return Operation("SetHeatersStatus", "POST", where, nothing, body, Again.SAME_STATE)


def ambient_heaters(plant_id: str, ambient_id: str) -> Operation[tuple[Status, ...]]:
    """All heaters of a room."""
    where = path(_AMBIENT, pair="heater/comfort", plant=plant_id, ambient=ambient_id)
    return Operation("getambientsheaterstatus", "GET", where, of_object(models.statuses))


def set_ambient_heaters(
    plant_id: str, ambient_id: str, *, mode: HeaterMode | str
) -> Operation[None]:
    """Commands all heaters of a room."""
    where = path(_AMBIENT, pair="heater/comfort", plant=plant_id, ambient=ambient_id)
    return Operation(
        "setambientsheaterstatus", "POST", where, nothing, _heat(mode), Again.SAME_STATE
    )


def remote(plant_id: str, remote_id: str) -> Operation[Status | None]:
    """A wireless switch: its battery."""
    return _read("GetRemoteStatus", "remote/remote", plant_id, remote_id)


def energy_meter(plant_id: str, meter_id: str) -> Operation[Status | None]:
    """What a meter measures now."""
    return _read("GetEnergyMeterStatus", "meter/energy", plant_id, meter_id)


def energy_consumptions(plant_id: str, meter_id: str) -> Operation[Status | None]:
    """A meter's last 24 full hours, the latest first: the mean power of each."""
    return _read(
        "GetEnergyMeterConsumptions", "meter/energy", plant_id, meter_id, after="/consumptions"
    )


def scenes(plant_id: str) -> Operation[tuple[Scene, ...]]:
    """What a home can do by one word."""
    where = path(_PLANT, pair="scene/comfort", plant=plant_id)
    return Operation("GetScenes", "GET", where, of_object(_scenes))


def run_scene(plant_id: str, scene_id: str) -> Operation[None]:
    """Runs a scene; never twice by itself."""
    where = path(_MODULE, pair="scene/comfort", plant=plant_id, module=scene_id)
    return Operation("RunScene", "POST", where, nothing, {"enable": True}, Again.TWICE)


def subscribe(plant_id: str, url: str = "") -> Operation[None]:
    """Has changes notified; again changes nothing.

    ``url`` is needed once for each application: the original takes it by a contact form and not
    here, other clouds with the first call.
    """
    body = {"plantid": plant_id, **({"EndPointUrl": url} if url else {})}
    return Operation("AddSubscription", "POST", f"{_API}/addsubscription", nothing, body)


def subscriptions() -> Operation[tuple[Subscription, ...]]:
    """Of all homes. Not known to exist at the original."""
    return Operation("GetSubscriptions", "GET", f"{_API}/subscriptions", _subscriptions)


def unsubscribe(plant_id: str, subscription_id: str) -> Operation[None]:
    """Ends a subscription. Not known to exist at the original."""
    where = path(
        _API + "/plants/{plant}/subscriptions/{subscription}",
        plant=plant_id,
        subscription=subscription_id,
    )
    return Operation("RemoveSubscription", "DELETE", where, nothing, tolerates=(404,))


_PLANT = _API + "/{pair}/addressLocation/plants/{plant}"
_MODULE = _PLANT + "/modules/parameter/id/value/{module}"
_AMBIENT = _PLANT + "/ambients/parameter/id/value/{ambient}"


def _read(
    name: str, pair: str, plant_id: str, module_id: str, *, after: str = ""
) -> Operation[Status | None]:
    where = path(_MODULE, pair=pair, plant=plant_id, module=module_id) + after
    return Operation(name, "GET", where, of_object(_first))


def _first(body: Mapping[str, Any]) -> Status | None:
    return next(iter(models.statuses(body)), None)


def _plants(body: Any) -> tuple[Plant, ...]:
    return listed(inside(body, "plants"), Plant.read)


def _scenes(body: Mapping[str, Any]) -> tuple[Scene, ...]:
    return listed(body.get("scenes"), Scene.read)


def _subscriptions(body: Any) -> tuple[Subscription, ...]:
    return listed(inside(body, "subscriptions"), Subscription.read)


def _switch(*, on: bool) -> dict[str, Any]:
    return {"status": "on" if on else "off"}


def _light(*, on: bool | None, level: int | None) -> dict[str, Any]:
    if on is None and level is None:
        raise ConfigurationError("Say `on` or `level`.")
    switched = {} if on is None else _switch(on=on)
    return switched if level is None else {**switched, "level": level}


def _shutter(level: int) -> dict[str, Any]:
    return {"level": level}


def _heat(mode: HeaterMode | str) -> dict[str, Any]:
    return {"mode": str(mode)}


def _again(level: int) -> Again:
    """A stop that comes late would stop what somebody has begun since."""
    return Again.TWICE if level == STOP else Again.SAME_STATE

"""Home + Control's JSON as captured: members and their order. (`contract/homecontrol.md` 2.5-2.10)

The order differs from kind to kind. ``timestamp`` of a consumption is the instant of the question,
not of the measure: every element of one answer carries the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from workswith.devices import automation, heater, light, meter, plug, remote
from workswith.devices.history import Sample
from workswith.devices.plants import Ambient, Module, Plant, Reach
from workswith.devices.scenes import Scene
from workswith.devices.twin import Snapshot
from workswith.events.outbox import Event
from workswith.kernel.clock import HOUR, SECOND, iso

LISTS: Mapping[str, str] = {
    light.DEVICE: "lights",
    plug.DEVICE: "plugs",
    automation.DEVICE: "automations",
    meter.DEVICE: "energymeters",
    remote.DEVICE: "remotes",
    heater.DEVICE: "heaters",
}
"""The name of each kind's list, in the order of the plant's status."""
SCENE = "scene"
_READINGS: Mapping[str, type[Any]] = {
    each.DEVICE: each.Reading for each in (light, plug, automation, meter, remote, heater)
}


def plants(found: Iterable[Plant]) -> dict[str, Any]:
    return {"plants": [{"id": one.id, "name": one.name, "country": one.country} for one in found]}


def topology(plant: Plant, ambients: Iterable[Ambient], modules: Sequence[Module]) -> Any:
    def inside(ambient_id: str | None) -> list[dict[str, Any]]:
        return [_module(one) for one in modules if one.ambient_id == ambient_id]

    return {
        "plant": {
            "id": plant.id,
            "ambients": [
                {"id": one.id, "name": one.name, "type": one.type, "modules": inside(one.id)}
                for one in ambients
            ],
            "modules": inside(None),
        }
    }


def plant_status(snapshots: Iterable[Snapshot], shown: Iterable[str], now: int) -> dict[str, Any]:
    """All six lists; those of kinds that are not to be ``shown`` stay empty."""
    shown = frozenset(shown)
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS.values()}
    for one in snapshots:
        if one.device in shown:
            lists[LISTS[one.device]].append(element(one, now))
    return {"modules": lists}


def status(device: str, snapshots: Iterable[Snapshot], now: int) -> dict[str, Any]:
    return {LISTS[device]: [element(one, now) for one in snapshots]}


def element(snapshot: Snapshot, now: int) -> dict[str, Any]:
    """One module as it is listed."""
    head = {"reachable": snapshot.reach is Reach.ONLINE}
    sender = _sender({"id": snapshot.module_id})
    return _ELEMENTS[snapshot.device](head, snapshot.reading, snapshot.fw, sender, now)


def consumptions(snapshot: Snapshot, hours: Iterable[Sample], now: int) -> dict[str, Any]:
    """Mean watts of each hour, the latest first."""
    listed = [_watts(int(hour.mean + 0.5), hour.at + HOUR) for hour in hours]
    members = element(snapshot, now)
    members["consumptions"] = listed[::-1]
    return {LISTS[snapshot.device]: [members]}


def scenes(found: Iterable[Scene]) -> dict[str, Any]:
    return {
        "scenes": [_scene(one.name, one.friendly_name, _sender({"id": one.id})) for one in found]
    }


def notification(event: Event, _subscription: object) -> bytes | None:
    """The body of a webhook: an array with one event. ``None`` for what is not shown here."""
    sender = {"plant": {"id": event.plant_id, "module": {"id": event.module_id}}}
    state = event.state
    if event.kind == SCENE:
        data = _scene(state["name"], state.get("friendly_name", ""), sender)
    elif event.kind in LISTS:
        reading = msgspec.convert(state, _READINGS[event.kind])
        head = {"reachable": state["online"]}
        data = _ELEMENTS[event.kind](head, reading, state["fw"], sender, event.at)
    else:
        return None
    return msgspec.json.encode(
        [
            {
                "id": event.id,
                "topic": "workswith",
                "subject": event.plant_id,
                "eventType": f"{event.kind}.status",
                "eventTime": iso(event.at // SECOND * SECOND),
                "data": data,
                "dataVersion": "1.0",
                "metadataVersion": "1",
            }
        ]
    )


def _module(module: Module) -> dict[str, Any]:
    members = {"id": module.id, "name": module.name, "hw_type": module.hw_type}
    if module.appliance:
        members["type"] = module.appliance
    members["device"] = module.device
    return members


def _light(
    head: dict[str, Any], reading: light.Reading, fw: int, sender: Any, now: int
) -> dict[str, Any]:
    head["status"] = _on_off(on=reading.on)
    if reading.level is not None:
        head["level"] = reading.level
    return {**head, "fw": fw, "consumptions": [_watts(reading.power, now)], "sender": sender}


def _plug(
    head: dict[str, Any], reading: plug.Reading, fw: int, sender: Any, now: int
) -> dict[str, Any]:
    head["status"] = _on_off(on=reading.on)
    return {**head, "consumptions": [_watts(reading.power, now)], "sender": sender, "fw": fw}


def _automation(
    head: dict[str, Any], reading: automation.Reading, fw: int, sender: Any, _now: int
) -> dict[str, Any]:
    return {**head, "level": reading.level, "step": reading.step, "fw": fw, "sender": sender}


def _heater(
    head: dict[str, Any], reading: heater.Reading, fw: int, sender: Any, now: int
) -> dict[str, Any]:
    head["mode"] = reading.mode.value
    return {**head, "consumptions": [_watts(reading.power, now)], "sender": sender, "fw": fw}


def _meter(
    head: dict[str, Any], reading: meter.Reading, fw: int, sender: Any, now: int
) -> dict[str, Any]:
    return {**head, "consumptions": [_watts(reading.power, now)], "sender": sender, "fw": fw}


def _remote(
    head: dict[str, Any], reading: remote.Reading, fw: int, sender: Any, _now: int
) -> dict[str, Any]:
    return {**head, "battery": reading.battery.value, "sender": sender, "fw": fw}


_ELEMENTS: Mapping[str, Callable[..., dict[str, Any]]] = {
    light.DEVICE: _light,
    plug.DEVICE: _plug,
    automation.DEVICE: _automation,
    meter.DEVICE: _meter,
    remote.DEVICE: _remote,
    heater.DEVICE: _heater,
}


def _scene(name: str, friendly_name: str, sender: dict[str, Any]) -> dict[str, Any]:
    friendly = {"friendlyName": friendly_name} if friendly_name else {}
    return {"name": name, **friendly, "sender": sender}


def _sender(module: dict[str, str]) -> dict[str, Any]:
    return {"plant": {"module": module}}


def _on_off(*, on: bool) -> str:
    return "on" if on else "off"


def _watts(value: int, at: int) -> dict[str, Any]:
    """``{"unit":"watt","value":128,"timestamp":"2021-03-02T09:15:00+00:00"}``"""
    return {"unit": "watt", "value": value, "timestamp": _stamp(at // SECOND)}


@lru_cache(maxsize=256)
def _stamp(second: int) -> str:
    """All elements of one answer carry the same."""
    return iso(second * SECOND).removesuffix("Z") + "+00:00"

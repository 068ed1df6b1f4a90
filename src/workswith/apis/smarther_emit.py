"""The vendor's JSON as captured: members, their order, their types. (`contract/smarther.md` 2-8, 14)

In answers of the API times are local with an offset and program numbers are integers; in
notifications times are UTC and program numbers are strings. Both are as clients met them.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from workswith.devices.plants import Module, Plant
from workswith.devices.thermostat import CAPABILITIES, DEVICE, Program, Reading
from workswith.devices.twin import Snapshot
from workswith.events.outbox import Event
from workswith.kernel.clock import SECOND, iso

_OPERATIONS = ("command", "request", "notification")


class Receiver(Protocol):
    """Of a webhook subscription: the user whose plant it is about."""

    @property
    def account_id(self) -> str: ...


def plants(found: Iterable[Plant]) -> dict[str, Any]:
    return {"plants": [{"id": one.id, "name": one.name, "type": one.type} for one in found]}


def topology(plant: Plant, modules: Iterable[Module]) -> dict[str, Any]:
    return {
        "plant": {
            "id": plant.id,
            "name": plant.name,
            "modules": [
                {
                    "device": one.device,
                    "id": one.id,
                    "name": one.name,
                    "capabilities": _capabilities(),
                }
                for one in modules
            ],
        }
    }


def status(snapshot: Snapshot) -> dict[str, Any]:
    zone = _zone(snapshot.time_zone)
    reading = snapshot.reading
    members = _status(reading, reading.program, zone, zone)
    members["sender"] = _sender("addressLocation", snapshot.plant_id, snapshot.module_id)
    return {"chronothermostats": [members]}


def measures(snapshot: Snapshot) -> dict[str, Any]:
    """Without the wrapper that everything else has."""
    return {
        **_measures(snapshot.reading, _zone(snapshot.time_zone)),
        "sender": _sender("addressLocation", snapshot.plant_id, snapshot.module_id),
    }


def program_list(snapshot: Snapshot, programs: Sequence[Program]) -> dict[str, Any]:
    listed = [{"number": one.number, "name": one.name} for one in programs]
    sender = _sender("addressLocation", snapshot.plant_id, snapshot.module_id)
    return {"chronothermostats": [{"programs": listed, "sender": sender}]}


def notification(event: Event, subscription: Receiver) -> bytes | None:
    """The body of a webhook: an array with one event. ``None`` for what is no thermostat's."""
    if event.kind != DEVICE:
        return None
    reading = msgspec.convert(event.state, Reading)
    members = _status(reading, str(reading.program), UTC, _zone(event.state["time_zone"]))
    members["online"] = event.state["online"]
    members["sender"] = _sender("AddressLocation", event.plant_id, event.module_id)
    members["receiver"] = {"oid": [subscription.account_id]}
    cloud = f"bs_cloud_{event.plant_id}"
    return msgspec.json.encode(
        [
            {
                "id": event.id,
                "eventType": "DeviceToCloud",
                "subject": f"///{cloud}//",
                "eventTime": iso(event.at // SECOND * SECOND),
                "data": {"chronothermostats": [members]},
                "subjectElements": {"plantId": cloud},
            }
        ]
    )


def _status(reading: Reading, program: int | str, zone: tzinfo, local: tzinfo) -> dict[str, Any]:
    """Everything but the sender; ``activationTime`` only while the mode has an end."""
    members: dict[str, Any] = {
        "function": reading.function.value,
        "mode": reading.mode.value,
        "setPoint": {"value": _tenths(reading.set_point) + "0000", "unit": "C"},
        "programs": [{"number": program}],
    }
    if reading.activation_end is not None:
        end = datetime.fromtimestamp(reading.activation_end // SECOND, local)
        members["activationTime"] = end.strftime("%Y-%m-%dT%H:%M:%S")
    members["temperatureFormat"] = "C"
    members["loadState"] = "ACTIVE" if reading.load_active else "INACTIVE"
    members["time"] = _time(reading.at, zone)
    return {**members, **_measures(reading, zone)}


def _measures(reading: Reading, zone: tzinfo) -> dict[str, Any]:
    at = _time(reading.at, zone)
    temperature = _tenths(reading.temperature).removesuffix(".0")
    return {
        "thermometer": {"measures": [{"timeStamp": at, "value": temperature, "unit": "C"}]},
        "hygrometer": {
            "measures": [{"timeStamp": at, "value": _tenths(reading.humidity), "unit": "%"}]
        },
    }


def _sender(address_type: str, plant_id: str, module_id: str) -> dict[str, Any]:
    return {
        "addressType": address_type,
        "system": "thermoregulation",
        "plant": {"id": plant_id, "module": {"id": module_id}},
    }


def _capabilities() -> list[dict[str, Any]]:
    return [
        {
            "capability": one.name,
            "canDo": {name: {"do": getattr(one, name)} for name in _OPERATIONS},
        }
        for one in CAPABILITIES
    ]


def _tenths(value: int) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 10}.{value % 10}"


def _time(at: int, zone: tzinfo) -> str:
    """``2024-01-12T08:15:03+01:00``"""
    return datetime.fromtimestamp(at // SECOND, zone).isoformat(timespec="seconds")


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

"""Lights, plugs, shutters and the rest, as Home + Control tells of them. [contract/homecontrol.md]

Power is in watts. Everything may be missing; `raw` has what came.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .reading import (
    Open,
    Raw,
    flag,
    inside,
    instant,
    listed,
    members,
    number,
    objects,
    text,
    whole,
    word,
)


class Device(Open):
    LIGHT = "light"
    PLUG = "plug"
    AUTOMATION = "automation"
    HEATER = "heater"
    REMOTE = "remote"
    ENERGYMETER = "energymeter"
    SCENE = "scene"


class HeaterMode(Open):
    COMFORT = "comfort"
    AWAY = "away"
    FROST_GUARD = "frost_guard"


class Battery(Open):
    FULL = "full"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    VERY_LOW = "very_low"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Plant:
    """A home; ``country`` as in ISO 3166."""

    id: str
    name: str
    country: str
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Plant":
        return cls(text(raw.get("id")), text(raw.get("name")), text(raw.get("country")), raw)


@dataclass(frozen=True, slots=True)
class Module:
    """``hardware`` is the maker's word for the product, such as ``NLP``."""

    id: str
    name: str
    device: Device | None
    hardware: str
    type: str
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Module":
        return cls(
            text(raw.get("id")),
            text(raw.get("name")),
            word(Device, raw.get("device")),
            text(raw.get("hw_type")),
            text(raw.get("type")),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Ambient:
    """A room."""

    id: str
    name: str
    type: str
    modules: tuple[Module, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Ambient":
        return cls(
            text(raw.get("id")),
            text(raw.get("name")),
            text(raw.get("type")),
            listed(raw.get("modules"), Module.read),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Topology:
    """``others`` are the modules in no room."""

    id: str
    ambients: tuple[Ambient, ...]
    others: tuple[Module, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Topology":
        plant = members(raw.get("plant"))
        return cls(
            text(plant.get("id")),
            listed(plant.get("ambients"), Ambient.read),
            listed(plant.get("modules"), Module.read),
            raw,
        )

    @property
    def modules(self) -> tuple[Module, ...]:
        """Those of the rooms first."""
        return (*(module for room in self.ambients for module in room.modules), *self.others)


@dataclass(frozen=True, slots=True)
class Consumption:
    value: float | None
    unit: str
    at: datetime | None

    @classmethod
    def read(cls, raw: Raw) -> "Consumption":
        return cls(number(raw.get("value")), text(raw.get("unit")), instant(raw.get("timestamp")))


@dataclass(frozen=True, slots=True)
class Status:
    """A module now; which members it has depends on its kind.

    ``level`` is 0 to 100: brightness, or how far a shutter is open; it is kept while a light is off.
    """

    module_id: str
    plant_id: str
    device: Device | None
    reachable: bool | None
    on: bool | None
    level: int | None
    step: int | None
    mode: HeaterMode | None
    battery: Battery | None
    firmware: int | None
    consumptions: tuple[Consumption, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw, device: Device | None = None) -> "Status":
        switched = text(raw.get("status")).lower()
        return cls(
            text(inside(raw, "sender", "plant", "module", "id")),
            text(inside(raw, "sender", "plant", "id")),
            device,
            flag(raw.get("reachable")),
            {"on": True, "off": False}.get(switched),
            whole(raw.get("level")),
            whole(raw.get("step")),
            word(HeaterMode, raw.get("mode")),
            word(Battery, raw.get("battery")),
            whole(raw.get("fw")),
            listed(raw.get("consumptions"), Consumption.read),
            raw,
        )

    @property
    def watts(self) -> float | None:
        return self.consumptions[0].value if self.consumptions else None


@dataclass(frozen=True, slots=True)
class Scene:
    """``name`` is the cloud's word, such as ``away``; ``title`` what people called it."""

    id: str
    name: str
    title: str
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Scene":
        name = text(raw.get("name"))
        id_ = text(inside(raw, "sender", "plant", "module", "id"))
        return cls(id_, name, text(raw.get("friendlyName")) or name, raw)


LISTS = {
    "lights": Device.LIGHT,
    "plugs": Device.PLUG,
    "automations": Device.AUTOMATION,
    "energymeters": Device.ENERGYMETER,
    "remotes": Device.REMOTE,
    "heaters": Device.HEATER,
}


def statuses(body: Any) -> tuple[Status, ...]:
    """Every module of an answer, whichever lists it has."""
    lists = members(inside(body, "modules")) or members(body)
    return tuple(
        Status.read(one, LISTS.get(name)) for name, found in lists.items() for one in objects(found)
    )

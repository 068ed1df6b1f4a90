"""Thermostats, as the Smarther API tells of them. [contract/smarther.md]

Temperatures are in the unit that they come with, °C nearly always. Everything may be missing, since
no member is promised; `raw` has what came, members included that nobody knows.
"""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
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


class Function(Open):
    HEATING = "HEATING"
    COOLING = "COOLING"


class Mode(Open):
    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"
    BOOST = "BOOST"
    OFF = "OFF"
    PROTECTION = "PROTECTION"


class LoadState(Open):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


@dataclass(frozen=True, slots=True)
class Plant:
    """A home. ``type`` is a word of the cloud, such as ``House``."""

    id: str
    name: str
    type: str
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Plant":
        return cls(text(raw.get("id")), text(raw.get("name")), text(raw.get("type")), raw)


@dataclass(frozen=True, slots=True)
class Capability:
    """What can be done with a member of the status."""

    name: str
    command: bool
    request: bool
    notification: bool

    @classmethod
    def read(cls, raw: Raw) -> "Capability":
        can = [
            flag(inside(raw, "canDo", what, "do")) or False
            for what in ("command", "request", "notification")
        ]
        return cls(text(raw.get("capability")), *can)


@dataclass(frozen=True, slots=True)
class Module:
    """A thermostat; ``device`` is ``chronothermostat``."""

    id: str
    name: str
    device: str
    capabilities: tuple[Capability, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Module":
        return cls(
            text(raw.get("id")),
            text(raw.get("name")),
            text(raw.get("device")),
            listed(raw.get("capabilities"), Capability.read),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Topology:
    id: str
    name: str
    modules: tuple[Module, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Topology":
        plant = members(raw.get("plant"))
        modules = listed(plant.get("modules"), Module.read)
        return cls(text(plant.get("id")), text(plant.get("name")), modules, raw)


@dataclass(frozen=True, slots=True)
class Measure:
    """``unit`` is ``C``, ``F`` or ``%``; ``at`` is aware where the cloud named an offset."""

    value: float | None
    unit: str
    at: datetime | None

    @classmethod
    def read(cls, raw: Raw) -> "Measure":
        unit = text(raw.get("unit")).removeprefix("°")
        return cls(number(raw.get("value")), unit, instant(raw.get("timeStamp")))


@dataclass(frozen=True, slots=True)
class Status:
    """A thermostat now, from an answer or from a notification.

    ``until`` is when the mode ends: naive as the thermostat's wall shows it, aware where the cloud
    named a zone, ``None`` for no end. ``online`` and ``receivers`` come with notifications only.
    """

    plant_id: str
    module_id: str
    function: Function | None
    mode: Mode | None
    set_point: Measure | None
    program: int | None
    since: datetime | None
    until: datetime | None
    load_state: LoadState | None
    time: datetime | None
    temperature: Measure | None
    humidity: Measure | None
    unit: str
    online: bool | None
    receivers: tuple[str, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Status":
        since, until = span(raw.get("activationTime"))
        point = raw.get("setPoint")
        receivers = inside(raw, "receiver", "oid")
        return cls(
            text(inside(raw, "sender", "plant", "id")),
            text(inside(raw, "sender", "plant", "module", "id")),
            word(Function, raw.get("function")),
            word(Mode, raw.get("mode")),
            Measure.read(members(point)) if point else None,
            next((whole(one.get("number")) for one in objects(raw.get("programs"))), None),
            since,
            until,
            word(LoadState, raw.get("loadState")),
            instant(raw.get("time")),
            latest(raw, "thermometer"),
            latest(raw, "hygrometer"),
            text(raw.get("temperatureFormat")),
            flag(raw.get("online")),
            tuple(map(text, receivers)) if isinstance(receivers, list) else (),
            raw,
        )

    @property
    def heating(self) -> bool | None:
        """Whether the boiler is asked for heat right now."""
        if self.load_state is None or self.function is None:
            return None
        return self.load_state is LoadState.ACTIVE and self.function is Function.HEATING

    def ends_at(self, zone: tzinfo | None = None) -> datetime | None:
        """`until` as an instant: in the ``zone`` of the home, else by the offset of `time`.

        Notifications have their `time` in UTC: give the zone there.
        """
        if self.until is None or self.until.tzinfo is not None:
            return self.until
        zone = zone or (self.time.tzinfo if self.time is not None else None)
        return None if zone is None else self.until.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Measures:
    """What a thermostat measures; the lists have one element each as a rule."""

    plant_id: str
    module_id: str
    temperatures: tuple[Measure, ...]
    humidities: tuple[Measure, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Measures":
        return cls(
            text(inside(raw, "sender", "plant", "id")),
            text(inside(raw, "sender", "plant", "module", "id")),
            listed(inside(raw, "thermometer", "measures"), Measure.read),
            listed(inside(raw, "hygrometer", "measures"), Measure.read),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Program:
    """Number 0 stands for the thermostat's default and has no name of its own."""

    number: int | None
    name: str

    @classmethod
    def read(cls, raw: Raw) -> "Program":
        return cls(whole(raw.get("number")), text(raw.get("name")))


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    plant_id: str
    url: str
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> "Subscription":
        plant = text(raw.get("plantId") or raw.get("plantid"))
        id_ = text(raw.get("subscriptionId") or raw.get("id"))
        return cls(id_, plant, text(raw.get("EndPointUrl")), raw)


def statuses(body: Any) -> tuple[Status, ...]:
    """Of an answer or of a notification's data; none where the list is empty."""
    return listed(inside(body, "chronothermostats"), Status.read)


def latest(raw: Raw, instrument: str) -> Measure | None:
    measures = listed(inside(raw, instrument, "measures"), Measure.read)
    return measures[0] if measures else None


def span(value: object) -> tuple[datetime | None, datetime | None]:
    """Start and end of ``start/end``; of a single instant only the end."""
    start, slash, end = value.partition("/") if isinstance(value, str) else ("", "", "")
    return (instant(start), instant(end)) if slash else (None, instant(start))

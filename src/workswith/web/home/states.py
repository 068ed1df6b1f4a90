"""What a device that is no thermostat is called, and how it is, in a few words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.devices import (
    automation,
    doorentry,
    emergency,
    heater,
    light,
    meter,
    multisocket,
    plug,
    remote,
)
from workswith.devices.kinds import KINDS
from workswith.devices.plants import Module
from workswith.devices.thermostat import DEVICE as THERMOSTAT
from workswith.devices.twin import Snapshot
from workswith.web.site.house import House
from workswith.web.site.language import _, lazy

from .gadgets import HEATER_MODES, Button, buttons

_MOTIONS = {
    automation.Motion.STOPPED: lazy("%(level)s%% open"),
    automation.Motion.OPENING: lazy("Opening, %(level)s%%"),
    automation.Motion.CLOSING: lazy("Closing, %(level)s%%"),
}
_AT_REST = {0: lazy("Shut"), 100: lazy("Fully open")}
"""Shutters that stand at one of their ends, by level."""
_WORDS: dict[str, tuple[Any, Callable[[Any], str]]] = {
    light.DEVICE: (lazy("Lamp"), lambda r: _dimmed(r) if r.on else _("Off")),
    plug.DEVICE: (lazy("Plug"), lambda r: watts(r.power) if r.on else _("Off")),
    automation.DEVICE: (lazy("Shutter"), lambda r: _at_rest(r) or _moving(r)),
    heater.DEVICE: (
        lazy("Heater"),
        lambda r: f"{HEATER_MODES[r.mode]}, {watts(r.power)}",
    ),
    remote.DEVICE: (
        lazy("Remote control"),
        lambda r: _("Battery %(level)s%%") % {"level": r.level},
    ),
    meter.DEVICE: (lazy("Energy meter"), lambda r: watts(r.power)),
    multisocket.DEVICE: (
        lazy("Multiple socket"),
        lambda r: " · ".join(_("On") if on else _("Off") for on in r.outlets),
    ),
    emergency.DEVICE: (
        lazy("Emergency lighting"),
        lambda r: _("Reports a failure") if r.alert else _("In order"),
    ),
    doorentry.DEVICE: (lazy("Door entry"), lambda r: _("Ringing") if r.ringing else _("Quiet")),
}
"""By kind of device: its name, and the state that a reading shows."""
GOODS_OF = {
    light.DEVICE: "light",
    automation.DEVICE: "shutter",
    heater.DEVICE: "heater",
    remote.DEVICE: "remote",
    meter.DEVICE: "meter",
    multisocket.DEVICE: "multisocket",
    emergency.DEVICE: "emergency_lights",
    doorentry.DEVICE: "door_unit",
    THERMOSTAT: "thermostat",
}
"""By kind of device: as what it is sold, so that the operator's name of it is the kind's."""
ON_CARDS = frozenset({light.DEVICE, plug.DEVICE, automation.DEVICE, multisocket.DEVICE})
"""Kinds whose buttons stand on their cards already."""


@dataclass(frozen=True, slots=True)
class Gadget:
    """One device for a card and for its page; ``said_at`` is when it reported last, in ms."""

    module_id: str
    device: str
    name: str
    kind: str
    state: str
    reach: str
    said_at: int
    buttons: Sequence[Button]

    @property
    def online(self) -> bool:
        return self.reach == "online"

    @property
    def quick(self) -> Sequence[Button]:
        return self.buttons if self.device in ON_CARDS else ()


def gadget(snapshot: Snapshot, module: Module, house: House) -> Gadget:
    """In the reader's language; kinds as the operator calls them."""
    state = _WORDS[snapshot.device][1]
    type_ = KINDS[snapshot.device].configuration
    configuration = msgspec.json.decode(module.configuration, type=type_)
    return Gadget(
        snapshot.module_id,
        snapshot.device,
        snapshot.name,
        kind_name(snapshot.device, house),
        state(snapshot.reading),
        snapshot.reach.value,
        snapshot.reading.at,
        buttons(snapshot.device, snapshot.reading, configuration),
    )


def kind_name(device: str, house: House) -> str:
    """What people call it."""
    usual = str(_WORDS[device][0]) if device in _WORDS else _("Thermostat")
    return house.device(GOODS_OF.get(device, ""), usual)


def watts(power: int) -> str:
    return f"{power} W"


def _dimmed(reading: light.Reading) -> str:
    if reading.level is None:
        return _("On")
    return _("On, %(level)s%%") % {"level": reading.level}


def _at_rest(reading: automation.Reading) -> str:
    """Empty for a shutter that moves, or stands between its ends."""
    stopped = reading.motion is automation.Motion.STOPPED
    return str(_AT_REST[reading.level]) if stopped and reading.level in _AT_REST else ""


def _moving(reading: automation.Reading) -> str:
    return str(_MOTIONS[reading.motion]) % {"level": reading.level}

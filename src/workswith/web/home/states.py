"""What a device that is no thermostat is called, and how it is, in a few words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
from workswith.devices.twin import Snapshot
from workswith.web.site.language import _, lazy

_WORDS: dict[str, tuple[Any, Callable[[Any], str]]] = {
    light.DEVICE: (lazy("Light"), lambda r: _dimmed(r) if r.on else _("Off")),
    plug.DEVICE: (lazy("Plug"), lambda r: _watts(r.power) if r.on else _("Off")),
    automation.DEVICE: (lazy("Shutter"), lambda r: _("%(level)s %% open") % {"level": r.level}),
    heater.DEVICE: (lazy("Heater"), lambda r: _watts(r.power)),
    remote.DEVICE: (
        lazy("Remote control"),
        lambda r: _("Battery %(level)s %%") % {"level": r.level},
    ),
    meter.DEVICE: (lazy("Energy meter"), lambda r: _watts(r.power)),
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


@dataclass(frozen=True, slots=True)
class Gadget:
    """One device for a card."""

    module_id: str
    name: str
    kind: str
    state: str
    online: bool


def gadget(snapshot: Snapshot) -> Gadget:
    """In the reader's language."""
    kind, state = _WORDS[snapshot.device]
    return Gadget(
        snapshot.module_id,
        snapshot.name,
        str(kind),
        state(snapshot.reading),
        snapshot.reach == "online",
    )


def _dimmed(reading: light.Reading) -> str:
    if reading.level is None:
        return _("On")
    return _("On, %(level)s %%") % {"level": reading.level}


def _watts(power: int) -> str:
    return f"{power / 1000:.0f} W"

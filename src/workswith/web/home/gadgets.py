"""What can be done to a device that is no thermostat, by hand: its buttons, and what they change.

[END-1 DEV-2] As on the thermostat, the buttons are touches of the device's own controls.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workswith.devices import (
    automation,
    doorentry,
    emergency,
    heater,
    light,
    multisocket,
    plug,
    remote,
)
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _, lazy

HEATER_MODES = {
    heater.Mode.COMFORT: lazy("Comfort"),
    heater.Mode.AWAY: lazy("Away"),
    heater.Mode.FROST_GUARD: lazy("Frost guard"),
}
Touch = Callable[[str, str, Any], Any]
"""The change that a button makes, given its value and the last reading; ``None``: no such button."""


@dataclass(frozen=True, slots=True)
class Button:
    """``touch`` and ``value`` are what it sends; ``pressed`` says that it is so now."""

    label: str
    touch: str
    value: str = ""
    pressed: bool = False


def change_of(device: str, button: str, value: str, reading: Any) -> Any:
    """What a button does. Raises `Kind.MALFORMED` for one that the device does not have."""
    change = _TOUCHES[device](button, value, reading) if device in _TOUCHES else None
    if change is None:
        raise Problem(Kind.MALFORMED, "button_unknown", "The device has no such button.")
    return change


def buttons(device: str, reading: Any, configuration: Any) -> list[Button]:
    """Those of its card and of its page."""
    return _BUTTONS[device](reading, configuration) if device in _BUTTONS else []


def _switch(button: str, _value: str, reading: Any) -> bool | None:
    return {"on": True, "off": False, "toggle": not reading.on}.get(button)


def _light(button: str, value: str, reading: light.Reading) -> light.Command | None:
    if button == "level":
        return light.Command(level=_percent(value))
    on = _switch(button, value, reading)
    return None if on is None else light.Command(on=on)


def _plug(button: str, value: str, reading: plug.Reading) -> plug.Command | None:
    on = _switch(button, value, reading)
    return None if on is None else plug.Command(on)


def _automation(button: str, value: str, _reading: Any) -> automation.Command | None:
    if button == "level":
        return automation.Command(_percent(value))
    levels = {"open": automation.OPEN, "close": automation.CLOSED, "stop": None}
    return automation.Command(levels[button]) if button in levels else None


def _heater(button: str, value: str, _reading: Any) -> heater.Command | None:
    if button != "mode" or value not in HEATER_MODES:
        return None
    return heater.Command(heater.Mode(value))


def _remote(button: str, value: str, _reading: Any) -> remote.Press | None:
    if button == "battery":
        return remote.Press(new_battery=True)
    return remote.Press(int(value)) if button == "press" and value in {"1", "2"} else None


def _multisocket(
    button: str, value: str, reading: multisocket.Reading
) -> multisocket.Command | None:
    outlets = [str(place) for place in range(1, len(reading.outlets) + 1)]
    if button != "outlet" or value not in outlets:
        return None
    place = int(value) - 1
    return multisocket.Command(
        tuple(on is not (each == place) for each, on in enumerate(reading.outlets))
    )


def _emergency(button: str, _value: str, _reading: Any) -> emergency.Fault | None:
    return {"break": emergency.Fault(1), "mend": emergency.Fault(0)}.get(button)


def _door(button: str, _value: str, _reading: Any) -> doorentry.Ring | None:
    return doorentry.Ring() if button == "ring" else None


_TOUCHES: Mapping[str, Touch] = {
    light.DEVICE: _light,
    plug.DEVICE: _plug,
    automation.DEVICE: _automation,
    heater.DEVICE: _heater,
    remote.DEVICE: _remote,
    multisocket.DEVICE: _multisocket,
    emergency.DEVICE: _emergency,
    doorentry.DEVICE: _door,
}


def _on_off(reading: Any, _configuration: Any) -> list[Button]:
    return [
        Button(_("On"), "on", pressed=reading.on),
        Button(_("Off"), "off", pressed=not reading.on),
    ]


def _three(reading: automation.Reading, _configuration: Any) -> list[Button]:
    moving, still = reading.motion, reading.motion is automation.Motion.STOPPED
    return [
        Button(_("Open"), "open", pressed=moving is automation.Motion.OPENING),
        Button(_("Stop"), "stop", pressed=still),
        Button(_("Close"), "close", pressed=moving is automation.Motion.CLOSING),
    ]


def _orders(reading: heater.Reading, _configuration: Any) -> list[Button]:
    return [
        Button(str(label), "mode", mode.value, reading.mode is mode)
        for mode, label in HEATER_MODES.items()
    ]


def _presses(_reading: Any, configuration: remote.Configuration) -> list[Button]:
    return [
        Button(_("Button %(number)s") % {"number": number}, "press", str(number))
        for number in range(1, configuration.buttons + 1)
    ] + [Button(_("New battery"), "battery")]


def _outlets(reading: multisocket.Reading, _configuration: Any) -> list[Button]:
    return [
        Button(_("Outlet %(number)s") % {"number": place}, "outlet", str(place), on)
        for place, on in enumerate(reading.outlets, 1)
    ]


_BUTTONS: Mapping[str, Callable[[Any, Any], list[Button]]] = {
    light.DEVICE: _on_off,
    plug.DEVICE: _on_off,
    automation.DEVICE: _three,
    heater.DEVICE: _orders,
    remote.DEVICE: _presses,
    multisocket.DEVICE: _outlets,
    emergency.DEVICE: lambda reading, _configuration: (
        [Button(_("Mend it"), "mend")] if reading.alert else [Button(_("Break a lamp"), "break")]
    ),
    doorentry.DEVICE: lambda _reading, _configuration: [Button(_("Ring the bell"), "ring")],
}


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:4]) > 100:
        raise Problem(Kind.INVALID, "level_range", "A level is from 0 to 100.", field="level")
    return int(text)

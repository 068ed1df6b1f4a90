"""What can be put into a home: for each API the devices that its maker sells. [END-1]"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from workswith.devices import furniture as put
from workswith.devices.furniture import Piece
from workswith.devices.simulators.appliances import Appliance

Circuit = tuple[str, ...]
Make = Callable[[str, Circuit], Piece]
"""A piece of a name; a meter measures the modules of ``Circuit``, by id."""


def _thermostat(name: str, _circuit: Circuit) -> Piece:
    return put.thermostat(name, 0.6)


def _light(name: str, _circuit: Circuit) -> Piece:
    return put.light(name, None, 12)


def _dimmer(name: str, _circuit: Circuit) -> Piece:
    return put.light(name, None, 24, dimmable=True)


def _plug(appliance: Appliance, watts: int) -> Make:
    return lambda name, _circuit: put.plug(name, None, appliance, watts)


def _meter(name: str, circuit: Circuit) -> Piece:
    return put.meter(name, None, *circuit)


GOODS: Mapping[str, Make] = {
    "thermostat": _thermostat,
    "light": _light,
    "dimmer": _dimmer,
    "fridge": _plug(Appliance.FRIDGE, 95),
    "kettle": _plug(Appliance.KETTLE, 2_000),
    "washing_machine": _plug(Appliance.WASHING_MACHINE, 2_100),
    "television": _plug(Appliance.TELEVISION, 110),
    "lamp": _plug(Appliance.LAMP, 40),
    "shutter": lambda name, _circuit: put.shutter(name, None),
    "level_shutter": lambda name, _circuit: put.shutter(name, None, step=1),
    "heater": lambda name, _circuit: put.heater(name, None),
    "remote": lambda name, _circuit: put.remote(name, None),
    "double_remote": lambda name, _circuit: put.remote(name, None, buttons=2),
    "meter": _meter,
    "socket": lambda name, _circuit: put.socket(name, None, 1),
    "multisocket": lambda name, _circuit: put.socket(name, None, 3),
    "emergency_lights": lambda name, _circuit: put.emergency_lights(
        name, None, "662602", "4FA20199"
    ),
    "emergency_remote": lambda name, _circuit: put.emergency_lights(
        name, None, "662701", "4FA30099"
    ),
    "door_unit": lambda name, _circuit: put.door_unit(name, None),
}
"""By the word for it."""

_HOME = (
    "light",
    "dimmer",
    "fridge",
    "kettle",
    "washing_machine",
    "television",
    "lamp",
    "shutter",
    "level_shutter",
    "heater",
    "remote",
    "double_remote",
    "meter",
)
SOLD: Mapping[str, tuple[str, ...]] = {
    "smarther": ("thermostat",),
    "home_control": _HOME,
    "multisocket": ("socket", "multisocket"),
    "myhome_up": _HOME,
    "emergency_lighting": ("emergency_lights", "emergency_remote"),
    "classe_100x": ("door_unit",),
}
"""What goes with the gateways of each API."""


def piece_of(goods: str, name: str, circuit: Circuit) -> Piece:
    """In no room yet. Raises ``KeyError``."""
    return replace(GOODS[goods](name, circuit), ambient=None)


GATEWAYS: Mapping[str, tuple[str, str, int]] = {"home_control": ("Gateway", "NLG", 178)}
"""Name, code and firmware of the gateway that comes with the first device of a plant."""
OTHER_GATEWAY = ("Gateway", "", 0)

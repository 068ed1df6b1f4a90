"""One captured module: what is put up for it, and what brings it into the state that was captured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workswith.devices import automation, furniture, heater, light, meter, plug, remote, thermostat
from workswith.devices.furniture import Piece
from workswith.devices.programs import PROGRAMS
from workswith.devices.simulators.appliances import Appliance

_DIMMERS = ("NLF", "NLFN", "NLFE")
_APPLIANCES = {"cooking": Appliance.KETTLE, "water_heater": Appliance.KETTLE}
_NUMBERS = range(12)
_EVERY = tuple(replace(PROGRAMS[0], number=number) for number in _NUMBERS)
DRAWS = (light.DEVICE, plug.DEVICE, heater.DEVICE)
"""What a meter measures."""


@dataclass(frozen=True, slots=True)
class Found:
    """A module as a topology has it; ``ambient`` is an id."""

    id: str
    name: str
    device: str
    hw_type: str
    appliance: str
    ambient: str | None
    status: Mapping[str, Any]


Circuit = tuple[str, ...]
_PIECES: Mapping[str, Callable[[Found, Circuit], Piece]] = {
    thermostat.DEVICE: lambda one, _circuit: furniture.thermostat(one.name, 0.6),
    light.DEVICE: lambda one, _circuit: furniture.light(
        one.name, None, 12, dimmable="level" in one.status or one.hw_type in _DIMMERS
    ),
    plug.DEVICE: lambda one, _circuit: _plug(one),
    automation.DEVICE: lambda one, _circuit: furniture.shutter(one.name, None, step=_step(one)),
    heater.DEVICE: lambda one, _circuit: furniture.heater(one.name, None),
    remote.DEVICE: lambda one, _circuit: furniture.remote(
        one.name, None, buttons=2 if one.hw_type == "NLD" else 1
    ),
    meter.DEVICE: lambda one, circuit: furniture.meter(one.name, None, *circuit),
}
"""What is put up for a module, by its device."""
DEVICES = frozenset(_PIECES)


def piece_of(found: Found, circuit: Circuit, programs: Mapping[int, str]) -> Piece:
    """``programs`` are names of a thermostat's, by number; their times are made up."""
    piece = _PIECES[found.device](found, circuit)
    fw = found.status.get("fw", piece.fw)
    return replace(
        piece,
        configuration=_named(piece.configuration, programs),
        hw_type=found.hw_type or piece.hw_type,
        fw=fw if isinstance(fw, int) else piece.fw,
    )


def command_of(found: Found, now: int) -> Any:
    """``None`` where nothing was captured. Raises what a status of another shape causes."""
    status = found.status
    if found.device == thermostat.DEVICE and "mode" in status:
        return _thermostat(status, now)
    if found.device == light.DEVICE and "status" in status:
        return light.Command(status["status"] == "on")
    if found.device == plug.DEVICE and "status" in status:
        return plug.Command(status["status"] == "on")
    if found.device == automation.DEVICE and "level" in status:
        return automation.Command(min(max(int(status["level"]), 0), 100))
    if found.device == heater.DEVICE and "mode" in status:
        return heater.Command(heater.Mode(status["mode"]))
    return None


def warmth_of(found: Found) -> float | None:
    """What a thermostat measured, in °C."""
    if found.device != thermostat.DEVICE or "thermometer" not in found.status:
        return None
    return min(max(float(found.status["thermometer"]["measures"][0]["value"]), -10.0), 45.0)


def _thermostat(status: Mapping[str, Any], now: int) -> thermostat.Command:
    function = thermostat.Function(str(status["function"]).upper())
    mode = thermostat.Mode(str(status["mode"]).upper())
    if mode is thermostat.Mode.BOOST:
        mode = thermostat.Mode.AUTOMATIC  # it has ended long ago
    command = thermostat.Command(function, mode)
    if mode is thermostat.Mode.MANUAL:
        command = replace(command, set_point=round(float(status["setPoint"]["value"]) * 10))
    if mode is thermostat.Mode.AUTOMATIC:
        command = replace(command, program=int(status["programs"][0]["number"]))
    thermostat.check(command, thermostat.Configuration(furniture.BOTH, _EVERY), now)
    return command


def _named(configuration: Any, programs: Mapping[int, str]) -> Any:
    if not programs:
        return configuration
    usual = {one.number: one for one in PROGRAMS}
    return replace(
        configuration,
        programs=tuple(
            replace(usual.get(number, PROGRAMS[1]), number=number, name=name[:40])
            for number, name in sorted(programs.items())
            if number in _NUMBERS
        ),
    )


def _plug(found: Found) -> Piece:
    appliance = _APPLIANCES.get(found.appliance, Appliance.LAMP)
    watts = max(40, _watts(found.status)) if appliance is Appliance.LAMP else 2_000
    return furniture.plug(found.name, None, appliance, watts, kind=found.appliance)


def _step(found: Found) -> int:
    step = found.status.get("step", 1 if found.hw_type == "NLLV" else automation.COARSE)
    return step if isinstance(step, int) and 1 <= step <= automation.COARSE else automation.COARSE


def _watts(status: Mapping[str, Any]) -> int:
    match status.get("consumptions"):
        case [{"value": int(value)}, *_]:
            return min(max(value, 0), 20_000)
    return 0

"""The table of kinds: everything that tells a light from a thermostat is in its row. [DEV-2]"""

from collections.abc import Mapping
from operator import attrgetter
from random import Random
from typing import Any

from . import (
    automation,
    doorentry,
    emergency,
    heater,
    light,
    meter,
    multisocket,
    plug,
    remote,
    thermostat,
)
from .kind import POWER, Capability, DeviceKind, Measure
from .simulators import automation as simulated_automation
from .simulators import doorentry as simulated_doorentry
from .simulators import emergency as simulated_emergency
from .simulators import heater as simulated_heater
from .simulators import light as simulated_light
from .simulators import meter as simulated_meter
from .simulators import multisocket as simulated_multisocket
from .simulators import plug as simulated_plug
from .simulators import remote as simulated_remote
from .simulators import thermostat as simulated_thermostat
from .simulators.course import soonest
from .simulators.kind import Together


def _can(name: str, *, command: bool = False) -> Capability:
    return Capability(name, command=command, request=True, notification=True)


def _switched_on(body: Any, now: int, seed: int) -> simulated_thermostat.State:
    """A thermostat in a home that is about as warm as homes are."""
    warmth = Random(seed).uniform(18.5, 20.5)  # noqa: S311 - a home, not a secret
    return simulated_thermostat.begin(body, now, warmth=round(warmth, 2))


def _thermostats() -> Together:
    from .simulators.fleet import Fleet  # noqa: PLC0415 - NumPy, which few homes need
    from .simulators.thermostats import THERMOSTATS  # noqa: PLC0415 - as above

    return Fleet(THERMOSTATS)


def _heaters() -> Together:
    from .simulators.fleet import Fleet  # noqa: PLC0415 - NumPy, which few homes need
    from .simulators.heaters import HEATERS  # noqa: PLC0415 - as above

    return Fleet(HEATERS)


_FW = Capability("fw", command=False, request=True, notification=False)
_CONSUMPTIONS = _can("consumptions")
_TEMPERATURE = Measure("temperature", attrgetter("temperature"))

_ROWS = (
    DeviceKind(
        thermostat.DEVICE,
        thermostat.Reading,
        thermostat.Configuration,
        thermostat.NOTIFIED,
        simulated_thermostat,
        _switched_on,
        command=thermostat.Command,
        touch=thermostat.Command,
        check=thermostat.check,
        capabilities=thermostat.CAPABILITIES,
        measures=(
            _TEMPERATURE,
            Measure("humidity", attrgetter("humidity")),
            Measure("set_point", attrgetter("set_point")),
        ),
        together=_thermostats,
        soonest=soonest,
    ),
    DeviceKind(
        light.DEVICE,
        light.Reading,
        light.Configuration,
        light.NOTIFIED,
        simulated_light.SIMULATOR,
        simulated_light.begin,
        command=light.Command,
        touch=light.Command,
        check=light.check,
        capabilities=(
            _can("status", command=True),
            _can("level", command=True),
            _FW,
            _CONSUMPTIONS,
        ),
        measures=(POWER,),
    ),
    DeviceKind(
        plug.DEVICE,
        plug.Reading,
        plug.Configuration,
        plug.NOTIFIED,
        simulated_plug.SIMULATOR,
        simulated_plug.begin,
        command=plug.Command,
        touch=plug.Command,
        capabilities=(_can("status", command=True), _CONSUMPTIONS, _FW),
        measures=(POWER,),
    ),
    DeviceKind(
        automation.DEVICE,
        automation.Reading,
        automation.Configuration,
        automation.NOTIFIED,
        simulated_automation.SIMULATOR,
        simulated_automation.begin,
        command=automation.Command,
        touch=automation.Command,
        check=automation.check,
        capabilities=(_can("level", command=True), _can("motion"), _FW),
    ),
    DeviceKind(
        heater.DEVICE,
        heater.Reading,
        heater.Configuration,
        heater.NOTIFIED,
        simulated_heater.SIMULATOR,
        simulated_heater.begin,
        command=heater.Command,
        touch=heater.Command,
        capabilities=(_can("mode", command=True), _CONSUMPTIONS, _can("temperature"), _FW),
        measures=(POWER, _TEMPERATURE),
        together=_heaters,
        soonest=simulated_heater.soonest,
    ),
    DeviceKind(
        remote.DEVICE,
        remote.Reading,
        remote.Configuration,
        remote.NOTIFIED,
        simulated_remote.SIMULATOR,
        simulated_remote.begin,
        touch=remote.Press,
        capabilities=(_can("battery"), _can("press"), _FW),
    ),
    DeviceKind(
        meter.DEVICE,
        meter.Reading,
        meter.Configuration,
        meter.NOTIFIED,
        simulated_meter,
        simulated_meter.begin,
        capabilities=(_CONSUMPTIONS, _FW),
        measures=(POWER,),
    ),
    DeviceKind(
        multisocket.DEVICE,
        multisocket.Reading,
        multisocket.Configuration,
        multisocket.NOTIFIED,
        simulated_multisocket.SIMULATOR,
        simulated_multisocket.begin,
        command=multisocket.Command,
        touch=multisocket.Command,
        check=multisocket.check,
        capabilities=(_can("status", command=True),),
    ),
    DeviceKind(
        emergency.DEVICE,
        emergency.Reading,
        emergency.Configuration,
        emergency.NOTIFIED,
        simulated_emergency.SIMULATOR,
        simulated_emergency.begin,
        touch=emergency.Fault,
        capabilities=(_can("failures"),),
    ),
    DeviceKind(
        doorentry.DEVICE,
        doorentry.Reading,
        doorentry.Configuration,
        doorentry.NOTIFIED,
        simulated_doorentry.SIMULATOR,
        simulated_doorentry.begin,
        touch=doorentry.Ring,
        capabilities=(_can("ringing"), _can("rings")),
    ),
)
KINDS: Mapping[str, DeviceKind] = {row.device: row for row in _ROWS}


def kind_of(device: str) -> DeviceKind:
    """Raises ``KeyError``."""
    return KINDS[device]

"""One of every kind of simulated device, without a database; and what hands and callers ask of them."""

from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.conftest import NOON
from workswith.devices import (
    automation,
    doorentry,
    emergency,
    furniture,
    heater,
    light,
    multisocket,
    plug,
    remote,
)
from workswith.devices.furniture import Piece, Site
from workswith.devices.kind import DeviceKind
from workswith.devices.kinds import KINDS
from workswith.devices.simulators.appliances import Appliance
from workswith.devices.simulators.kind import USUAL_PACE, Pace, Simulator
from workswith.devices.simulators.weather import Climate


@dataclass(frozen=True, slots=True)
class Put:
    """A device put up at `NOON`."""

    piece: Piece
    body: Any
    start: Any

    @property
    def kind(self) -> DeviceKind:
        return KINDS[self.piece.device]

    @property
    def simulator(self) -> Simulator:
        return self.kind.simulator

    def heard(self, state: Any, until: int) -> tuple[Any, list[Any]]:
        """Lives as the park lets it: from one report to the next."""
        said = []
        ahead = self.simulator.foresee(self.body, state)
        while ahead.wake_at <= until:
            state = ahead.step.state
            said.append(ahead.step.reading)
            ahead = self.simulator.foresee(self.body, state)
        return self.simulator.step(self.body, state, until).state, said


def put(piece: Piece, *, seed: int = 7, pace: Pace = USUAL_PACE, zone: str = "Europe/Rome") -> Put:
    site = Site(Climate(), phase=7_000, seed=seed, modules={})
    model = msgspec.json.encode(piece.model(site)).decode()
    configuration = msgspec.json.encode(piece.configuration).decode()
    kind = KINDS[piece.device]
    body = kind.simulator.body_of(model, configuration, zone, pace)
    return Put(piece, body, kind.begin(body, NOON, seed))


HOUSEHOLD = {
    "light": furniture.light("a", None, 12),
    "dimmer": furniture.light("b", None, 24, dimmable=True),
    "lamp": furniture.plug("c", None, Appliance.LAMP, 40),
    "fridge": furniture.plug("d", None, Appliance.FRIDGE, 95),
    "kettle": furniture.plug("e", None, Appliance.KETTLE, 2_000),
    "washing machine": furniture.plug("f", None, Appliance.WASHING_MACHINE, 2_100),
    "television": furniture.plug("g", None, Appliance.TELEVISION, 110),
    "shutter": furniture.shutter("h", None),
    "fine shutter": furniture.shutter("i", None, step=1),
    "heater": furniture.heater("j", None),
    "remote": furniture.remote("k", None, buttons=2),
    "thermostat": furniture.thermostat("l"),
    "socket": furniture.socket("m", None, 3),
    "emergency lights": furniture.emergency_lights("n", None, "662602", "4FA20187"),
    "door unit": furniture.door_unit("o", None),
}
PLUGS = ("lamp", "fridge", "kettle", "washing machine", "television")
ELECTRIC = ("light", "dimmer", *PLUGS, "heater")

_on = st.builds(plug.Command, st.booleans())
_presses = st.builds(remote.Press, st.integers(1, 2), new_battery=st.booleans())
ASKED: dict[str, st.SearchStrategy[Any]] = {
    "light": st.builds(light.Command, st.booleans()),
    "dimmer": st.builds(light.Command, st.booleans(), st.none() | st.integers(0, 100))
    | st.builds(light.Command, st.none(), st.integers(0, 100)),
    **dict.fromkeys(PLUGS, _on),
    "shutter": st.builds(automation.Command, st.none() | st.integers(0, 100)),
    "fine shutter": st.builds(automation.Command, st.none() | st.integers(0, 100)),
    "heater": st.builds(heater.Command, st.sampled_from(heater.Mode)),
    "remote": _presses,
    "socket": st.builds(multisocket.Command, st.lists(st.booleans(), max_size=3).map(tuple)),
    "emergency lights": st.builds(emergency.Fault, st.integers(0, 9)),
    "door unit": st.builds(doorentry.Ring),
}
"""What can be asked of each, from afar or by hand."""

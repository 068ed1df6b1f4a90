"""A simulated module as it is taken up from its row, and what a meter before it sees of it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.conftest import House
from tests.devices.simulators.household import ASKED, ELECTRIC, HOUSEHOLD, put
from workswith.devices import plug
from workswith.devices.device import UNKNOWN, Circuits, Device, alone, awaken
from workswith.devices.kinds import KINDS
from workswith.devices.meter import Configuration, Measured
from workswith.devices.parked import every_parked
from workswith.devices.plants import Reach
from workswith.devices.simulators import meter
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.simulators.machine import Body
from workswith.kernel.clock import HOUR, MINUTE


async def test_a_setting_puts_every_home_under_another_year(every: House) -> None:
    """`devices.climate`; what has no room has no weather and stays as it is."""
    rows = [row async for page in every_parked(every.database) for row in page]
    moved = {row.kind: awaken(row, USUAL_PACE, "chicago").body.model for row in rows}
    kept = {row.kind: awaken(row, USUAL_PACE).body.model for row in rows}
    assert kept["heater"].climate.place == "denver"
    assert moved["heater"].climate.place == "chicago"
    assert moved["heater"].climate.seed == kept["heater"].climate.seed
    assert moved["heater"].house == kept["heater"].house
    assert moved["light"] == kept["light"]


METER = "meter"


class Board:
    """What draws power, behind one meter, and beside each the state of a device that nobody looks at."""

    def __init__(self) -> None:
        self.things = {name: put(HOUSEHOLD[name]) for name in ELECTRIC}
        self.unseen = {name: one.start for name, one in self.things.items()}
        self.devices = {
            name: Device(name, one.kind, one.body, one.start, Reach.ONLINE, UNKNOWN, ())
            for name, one in self.things.items()
        }
        for device in self.devices.values():
            alone(device)
        self.circuits = Circuits(self.devices)
        body = Body(meter.Model(tuple(ELECTRIC)), Configuration(), ZoneInfo("UTC"))
        start = meter.begin(body, NOON, 0)
        self.meter = Device(
            METER, KINDS["energymeter"], body, start, Reach.ONLINE, UNKNOWN, tuple(ELECTRIC)
        )
        self.circuits.add(self.meter)

    def speak(self, now: int) -> None:
        """As the park lets them: from one report to the next."""
        for device in self.devices.values():
            while device.ahead.wake_at <= now:
                device.state = device.ahead.step.state
                alone(device)

    def obey(self, name: str, now: int, command: Any) -> Mapping[str, Any]:
        """What is about to be stored."""
        one = self.things[name]
        self.unseen[name] = one.simulator.step(one.body, self.unseen[name], now, command).state
        device = self.devices[name]
        return {name: one.simulator.step(one.body, device.state, now, command).state}

    def store(self, fresh: Mapping[str, Any]) -> None:
        for name, state in fresh.items():
            self.devices[name].state = state
            alone(self.devices[name])

    def measured(self, now: int, fresh: Mapping[str, Any]) -> Measured:
        flow: Measured = self.circuits.measure(self.meter, now, fresh).state.flow
        return flow

    def expected(self, now: int) -> Measured:
        said = [
            one.simulator.look(one.body, self.unseen[name], now).reading
            for name, one in self.things.items()
        ]
        return Measured(sum(one.power for one in said), sum(one.energy for one in said))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_meter_sees_what_each_device_would_say(data: st.DataObject) -> None:
    """To the millijoule, at any instant, whatever it remembers of how they drew before."""
    board, now = Board(), NOON
    for _ in range(data.draw(st.integers(1, 14))):
        now += data.draw(st.integers(0, 40) | st.integers(0, 3 * MINUTE) | st.integers(0, 2 * HOUR))
        if data.draw(st.booleans()):
            board.speak(now)
        fresh: Mapping[str, Any] = {}
        if name := data.draw(st.none() | st.sampled_from(ELECTRIC)):
            fresh = board.obey(name, now, data.draw(ASKED[name]))
        assert board.measured(now, fresh) == board.expected(now)
        board.store(fresh)


def test_what_was_never_stored_is_not_remembered() -> None:
    board, later = Board(), NOON + MINUTE
    off = board.measured(later, {})
    one = board.things["lamp"]
    switched = one.simulator.step(one.body, one.start, later, plug.Command(on=False)).state
    assert board.measured(later, {"lamp": switched}).power == off.power - 40
    assert board.measured(later, {}) == off

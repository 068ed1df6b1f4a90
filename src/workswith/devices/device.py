"""A simulated module in memory, and the meters before it. [DEV-2]"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .kind import DeviceKind
from .kinds import KINDS
from .known import Known
from .meter import Measured
from .parked import Parked
from .plants import Reach
from .simulators.kind import NEVER, Ahead, Pace, Simulator, Step
from .simulators.weather import moved

UNKNOWN: Ahead[Any] = Ahead(NEVER, Step(None, None))
WAITING: Step[Any] = Step(None, None)
"""The step of a device of which only is known when it speaks at the earliest."""


class Draw(NamedTuple):
    """What a device in this ``state`` draws: watts, from ``since`` until ``until``.

    ``energy`` is its counter at ``since``, in millijoules.
    """

    state: Any
    power: int
    energy: int
    since: int
    until: int


@dataclass(slots=True, eq=False)
class Device:
    """Whoever changes it holds its lock."""

    module_id: str
    kind: DeviceKind
    body: Any
    state: Any
    reach: Reach
    ahead: Ahead[Any]
    circuit: tuple[str, ...]
    plant_id: str = ""
    known: Known | None = None
    """What the cloud holds of it, as this process has written it."""
    queued: int = NEVER
    """The earliest instant at which the park looks after it."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    draw: Draw | None = None
    """As a meter saw it last."""
    gone: bool = False
    """Taken out of the park; whoever waited for its lock looks for the one in its place."""

    @property
    def simulator(self) -> Simulator:
        return self.kind.simulator

    @property
    def heard(self) -> bool:
        """Whether what it says reaches the cloud."""
        return self.reach is not Reach.OFFLINE


def awaken(row: Parked, pace: Pace, climate: str = "") -> Device:
    """The device as it was kept, and when it speaks next."""
    device = asleep(row, pace, climate)
    alone(device)
    return device


def alone(device: Device) -> None:
    """Finds out by itself when it speaks next."""
    device.ahead = device.simulator.foresee(device.body, device.state)


def later(device: Device) -> None:
    """Leaves that until it could speak, if that is known and cheaper."""
    if device.kind.soonest is None:
        alone(device)
    else:
        device.ahead = Ahead(device.kind.soonest(device.body, device.state), WAITING)


def asleep(row: Parked, pace: Pace, climate: str = "") -> Device:
    """The device as it was kept; under the weather of another place if ``climate`` names one."""
    kind = KINDS[row.kind]
    model = moved(row.model, climate) if climate else row.model
    body = kind.simulator.body_of(model, row.configuration, row.time_zone, pace)
    state = kind.simulator.state_of(row.state)
    circuit = kind.simulator.circuit(body)
    reach = Reach(row.reach)
    return Device(row.module_id, kind, body, state, reach, UNKNOWN, circuit, plant_id=row.plant_id)


class Circuits:
    """Which meters stand before a device; what they measure is looked at, not told."""

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._meters: dict[str, list[Device]] = {}

    def add(self, device: Device) -> None:
        for module_id in device.circuit:
            self._meters.setdefault(module_id, []).append(device)

    def drop(self, device: Device) -> None:
        for module_id in device.circuit:
            self._meters[module_id].remove(device)

    def before(self, devices: Iterable[Device]) -> list[Device]:
        """The meters that measure any of these, in the order of their ids."""
        found: dict[str, Device] = {}
        for device in devices:
            for meter in self._meters.get(device.module_id, ()):
                found[meter.module_id] = meter
        return [found[module_id] for module_id in sorted(found)]

    async def hold(self, devices: Sequence[Device]) -> Sequence[asyncio.Lock]:
        """Takes the locks of devices and their meters; whoever has them gives them to `release`.

        In the order of ids, so that nobody waits in a circle.
        """
        if len(devices) == 1 and not self._meters.get(devices[0].module_id):
            await devices[0].lock.acquire()
            return (devices[0].lock,)
        every = {one.module_id: one for one in (*devices, *self.before(devices))}
        held: list[asyncio.Lock] = []
        try:
            for module_id in sorted(every):
                await every[module_id].lock.acquire()
                held.append(every[module_id].lock)
        except BaseException:
            release(held)
            raise
        return held

    def measure(self, meter: Device, now: int, fresh: Mapping[str, Any]) -> Step[Any]:
        """What a meter does at ``now``; ``fresh`` are states that are about to be stored."""
        power = energy = 0
        for module_id in meter.circuit:
            device = self._devices.get(module_id)
            if device is not None:
                draw = _draw(device, now, fresh.get(module_id))
                power += draw.power
                energy += draw.energy + draw.power * max(0, now - draw.since)
        now = max(now, meter.state.said.at)
        return meter.simulator.step(meter.body, meter.state, now, Measured(power, energy))


def release(locks: Iterable[asyncio.Lock]) -> None:
    for lock in locks:
        lock.release()


def _draw(device: Device, now: int, fresh: Any) -> Draw:
    """The one that was seen last, while it holds: most devices draw the same for hours."""
    state = device.state if fresh is None else fresh
    draw = device.draw
    if draw is not None and draw.state is state and draw.since <= now < draw.until:
        return draw
    simulator, body = device.simulator, device.body
    if fresh is None and state.said.at <= now < device.ahead.wake_at:
        # It lives on to here and says nothing, so the next look has less far to go.
        device.state = state = simulator.step(body, state, now).state
        said = simulator.look(body, state, now).reading
    elif state.said.at >= now and not device.circuit:  # it has just said so
        now, said = state.said.at, state.said
    else:  # it lives on only when its turn comes, and from here nothing is known of then
        now = max(now, state.said.at)
        said = simulator.look(body, state, now).reading
        return Draw(state, said.power, said.energy, now, now)
    until = simulator.steady(body, state, now)
    device.draw = Draw(state, said.power, said.energy, now, until)
    return device.draw

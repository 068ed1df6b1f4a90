"""What simulated devices do while they are held still: it comes to this, with this to be stored.

Whatever a device does, the meters before it make a step with it, once for all that is done at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workswith.kernel.clock import Clock

from .device import Circuits, Device
from .ledger import Done
from .link import Outcome
from .plants import Reach
from .reporting import Told
from .simulators.kind import Step
from .wakes import Wakes, is_due


class _Action(NamedTuple):
    """A step of a device, and what it was told."""

    device: Device
    step: Step[Any]
    obeyed: Told | None = None


class Actions:
    """Nothing is changed here but by whoever stores it."""

    def __init__(self, clock: Clock, circuits: Circuits, wakes: Wakes) -> None:
        self._clock = clock
        self._circuits = circuits
        self._wakes = wakes

    def obey(self, device: Device, command: Any, flow: str) -> tuple[Outcome, list[Done]]:
        """What becomes of a command."""
        now = self._now(device)
        outcome, action = _obeyed(device, command, now)
        return outcome, [] if action is None else self._done([action], now, flow=flow)

    def obey_all(
        self, devices: Mapping[str, Device], commands: Mapping[str, Any], flow: str
    ) -> tuple[Mapping[str, Outcome], list[Done]]:
        """What becomes of each command, by the id of its module."""
        outcomes: dict[str, Outcome] = {}
        actions: list[_Action] = []
        latest = 0
        for module_id, device in devices.items():
            now = self._now(device)
            outcomes[module_id], action = _obeyed(device, commands[module_id], now)
            if action is not None:
                actions.append(action)
                latest = max(latest, now)
        return outcomes, self._done(actions, latest, flow=flow)

    def use(self, device: Device, change: Any, flow: str) -> list[Done]:
        """A hand is on it, and changes something or not."""
        now = self._now(device)
        step = device.simulator.touch(device.body, device.state, now, change)
        return self._done([_Action(device, step)], now, flow=flow)

    def say(self, device: Device) -> list[Done]:
        """It says how it is."""
        now = self._now(device)
        state = device.state
        if device.circuit:
            state = self._circuits.measure(device, now, {}).state
        step = device.simulator.look(device.body, state, now)
        return self._done([_Action(device, step)], now)

    def say_all(self, due: Sequence[Device], now: int) -> list[Done]:
        """What those say that are due; a command in between may have changed what is."""
        due = [one for one in due if is_due(one, now) and not one.gone]
        speaking = [one for one in due if not one.circuit]
        steps = zip(speaking, self._wakes.caught_up(speaking, now), strict=True)
        actions = [_Action(device, step) for device, step in steps]
        return self._done(actions, now, meters=[one for one in due if one.circuit])

    def _done(
        self, actions: Sequence[_Action], now: int, *, meters: Sequence[Device] = (), flow: str = ""
    ) -> list[Done]:
        """All that is done, and with it the steps of the meters before it and of other ``meters``."""
        done = [Done(one.device, one.step, one.device.heard, flow, one.obeyed) for one in actions]
        before = self._circuits.before([one.device for one in actions])
        if not before and not meters:
            return done
        fresh = {one.device.module_id: one.step.state for one in actions}
        behind = {one.module_id: one for one in (*before, *meters) if one.module_id not in fresh}
        measured = [(one, self._circuits.measure(one, now, fresh)) for one in behind.values()]
        return done + [Done(one, step, one.heard) for one, step in measured]

    def _now(self, device: Device) -> int:
        """Never before what the device said last, whatever became of the clock."""
        return max(self._clock.now(), int(device.state.said.at))


def _obeyed(device: Device, command: Any, now: int) -> tuple[Outcome, _Action | None]:
    if device.reach is Reach.OFFLINE:
        return Outcome.OFFLINE, None  # since it was sent
    simulator, state = device.kind.simulator, device.state
    if simulator.busy(state, now):
        return Outcome.BUSY, None
    step = simulator.step(device.body, state, now, command)
    return Outcome.DONE, _Action(device, step, Told(command, Outcome.DONE, now))

"""The devices behind a simulated gateway: those of a template, without a cloud around them.

They are the very simulators of the park. What a device is called by its gateway is its id in the
blueprint of the home, which stands on its housing, so to speak.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from workswith.devices.device import Circuits, Device, awaken
from workswith.devices.homes.blueprint import Blueprint
from workswith.devices.link import Outcome
from workswith.devices.parked import Parked
from workswith.devices.plants import Reach
from workswith.devices.simulators.kind import USUAL_PACE, Pace, Step

from .protocol import Announced, Command, Said, Setup


class Devices:
    """Instants are milliseconds of the clock that the gateway goes by."""

    def __init__(self, blueprint: Blueprint, pace: Pace = USUAL_PACE) -> None:
        self._plans = {plan.id: plan for plan in blueprint.modules}
        ambients = {one.id: one.name for one in blueprint.ambients}
        self._ambients = {
            plan.id: ambients.get(plan.ambient or "", "") for plan in blueprint.modules
        }
        self._time_zone = blueprint.plant.time_zone
        self._pace = pace
        self._setups: dict[str, int] = {}
        self._devices: dict[str, Device] = {}
        self._circuits = Circuits(self._devices)
        for plan in blueprint.modules:
            row = Parked(
                plan.id,
                plan.device,
                _text(plan.model),
                _text(plan.state),
                _text(plan.configuration),
                blueprint.plant.time_zone,
                Reach.ONLINE,
                blueprint.plant.id,
            )
            self._devices[plan.id] = device = awaken(row, pace)
            self._circuits.add(device)

    def announce(self) -> list[Announced]:
        """All of them, as they were when they spoke last."""
        return [
            Announced(
                name,
                device.kind.device,
                self._plans[name].name,
                _members(device.state.said),
                msgspec.json.decode(self._plans[name].configuration),
                self._ambients[name],
                self._plans[name].hw_type,
                self._plans[name].fw,
                setup=self._setups.get(name, 0),
            )
            for name, device in self._devices.items()
        ]

    @property
    def next_at(self) -> int:
        """When one of them has something to say."""
        return min(device.ahead.wake_at for device in self._devices.values())

    def live(self, now: int) -> list[Said]:
        """What they say on the way to ``now``, each at its own instant."""
        said: list[Said] = []
        while (at := self.next_at) <= now:
            due = [one for one in self._devices.values() if one.ahead.wake_at == at]
            steps = [(one, one.ahead.step) for one in due if not one.circuit]
            meters = [one for one in due if one.circuit]
            said += self._commit(steps, at, meters)
        return said

    def look(self, now: int) -> list[Said]:
        """Each as it is now."""
        return [said for name in self._devices for said in self._look(name, now)]

    def obey(self, command: Command, now: int) -> tuple[Outcome, list[Said]]:
        """What became of it, and what is to be told. Raises ``ValueError`` for what is no command."""
        device = self._devices.get(command.module)
        if device is None or device.kind.command is None:
            raise ValueError(f"nothing here can be told that: {command.module}")
        told = msgspec.convert(command.command, device.kind.command)
        now = max(now, device.state.said.at)
        if device.simulator.busy(device.state, now):
            return Outcome.BUSY, []
        step = device.simulator.step(device.body, device.state, now, told)
        said = list(self._commit([(device, step)], now))
        if not any(one.module == command.module for one in said):
            said += self._look(command.module, now)
        return Outcome.DONE, [
            msgspec.structs.replace(one, command=command.id)
            if one.module == command.module
            else one
            for one in said
        ]

    def set_up(self, setup: Setup, now: int) -> list[Said]:
        """Lives so from ``now`` on, and says how it is then; an older setup changes nothing.

        Raises ``ValueError`` for what it cannot live with.
        """
        device = self._devices.get(setup.module)
        if device is None:
            raise ValueError(f"nothing here is called that: {setup.module}")
        if setup.version <= self._setups.get(setup.module, 0):
            return []
        plan, now = self._plans[setup.module], max(now, device.state.said.at)
        raw = msgspec.Raw(msgspec.json.encode(setup.configuration))
        body = device.simulator.body_of(_text(plan.model), _text(raw), self._time_zone, self._pace)
        device.state = device.simulator.step(device.body, device.state, now).state
        device.body = body
        self._plans[setup.module] = msgspec.structs.replace(plan, configuration=raw)
        self._setups[setup.module] = setup.version
        return list(self._look(setup.module, now))

    def touch(self, name: str, change: Any, now: int) -> list[Said]:
        """A hand on a device."""
        device = self._devices[name]
        step = device.simulator.touch(device.body, device.state, now, change)
        return list(self._commit([(device, step)], now))

    def _look(self, name: str, now: int) -> Iterator[Said]:
        device = self._devices[name]
        now = max(now, device.state.said.at)
        if device.circuit:
            step = self._circuits.measure(device, now, {})
        else:
            step = device.simulator.look(device.body, device.state, now)
        self._make(device, step)
        yield Said(name, _members(device.state.said))

    def _commit(
        self, steps: list[tuple[Device, Step[Any]]], now: int, meters: Iterable[Device] = ()
    ) -> Iterator[Said]:
        fresh = {device.module_id: step.state for device, step in steps}
        before = self._circuits.before(device for device, _ in steps)
        behind = {one.module_id: one for one in (*before, *meters)}
        steps = [*steps, *((m, self._circuits.measure(m, now, fresh)) for m in behind.values())]
        for device, step in steps:
            self._make(device, step)
            if step.reading is not None:
                yield Said(device.module_id, _members(step.reading))

    def _make(self, device: Device, step: Step[Any]) -> None:
        device.state = step.state
        device.ahead = device.simulator.foresee(device.body, device.state)


def _members(reading: Any) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(reading)
    return members


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()

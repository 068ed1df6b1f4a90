"""A simulated plug, and the appliance behind it."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.plug import Command, Configuration, Reading

from . import power
from .appliances import Appliance, draw
from .kind import NEVER
from .machine import Body, Machine


@dataclass(frozen=True, slots=True)
class Model:
    """``watts`` is what the appliance draws at its most; ``seed`` is whose habits it follows."""

    appliance: Appliance
    watts: int
    seed: int


class State(msgspec.Struct, frozen=True):
    at: int
    on: bool
    energy: int
    said: Reading


Plug = Body[Model, Configuration]


def begin(body: Plug, now: int, _seed: int) -> State:
    """Switched on."""
    state = State(now, on=True, energy=0, said=Reading(on=True, power=0, energy=0, at=now))
    return replace(state, said=say(body, state, now))


def live(body: Plug, state: State, until: int) -> tuple[State, int | None]:
    curve = _curve(body, state)
    due = power.next_report(curve, state.said.power, state.said.at, state.at, body.pace)
    at = min(due, until)
    if at > state.at:
        used = power.energy(curve, state.at, at)
        state = replace(state, at=at, energy=state.energy + used)
    return state, due if due <= until else None


def obey(_body: Plug, state: State, _now: int, command: Command) -> State:
    return replace(state, on=command.on)


def say(body: Plug, state: State, now: int) -> Reading:
    watts, _ = _curve(body, state)(now)
    return Reading(state.on, watts, state.energy, now)


def stays(body: Plug, state: State, now: int) -> int:
    return _curve(body, state)(now)[1]


def _curve(body: Plug, state: State) -> power.Curve:
    if not state.on:
        return lambda _at: (0, NEVER)
    model, zone = body.model, body.zone
    return lambda at: draw(model.appliance, model.watts, model.seed, zone, at)


SIMULATOR = Machine(Model, Configuration, State, live, obey, say, stays)

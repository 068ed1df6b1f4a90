"""A simulated audio-video unit: it rings for a while after somebody pressed the button."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.doorentry import RINGS_FOR, Configuration, Reading, Ring

from .machine import Body, Machine


@dataclass(frozen=True, slots=True)
class Model:
    """Nothing about it matters."""


class State(msgspec.Struct, frozen=True):
    """``pressed_at`` is -1 as long as nobody was at the door."""

    at: int
    rings: int
    pressed_at: int
    said: Reading


Unit = Body[Model, Configuration]


def begin(_body: Unit, now: int, _seed: int) -> State:
    return State(now, 0, -1, Reading(ringing=False, rings=0, at=now))


def live(body: Unit, state: State, until: int) -> tuple[State, int | None]:
    due = state.said.at + body.pace.heartbeat
    if state.said.ringing:
        due = min(due, state.pressed_at + RINGS_FOR)
    due = max(state.at, due)
    return replace(state, at=max(state.at, min(due, until))), due if due <= until else None


def obey(_body: Unit, state: State, now: int, _command: Ring) -> State:
    return replace(state, rings=state.rings + 1, pressed_at=now)


def say(_body: Unit, state: State, now: int) -> Reading:
    ringing = state.pressed_at >= 0 and now < state.pressed_at + RINGS_FOR
    return Reading(ringing, state.rings, now)


SIMULATOR = Machine(Model, Configuration, State, live, obey, say)

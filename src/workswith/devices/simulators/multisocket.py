"""A simulated socket with several outlets."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.multisocket import Command, Configuration, Reading

from .machine import Body, Machine


@dataclass(frozen=True, slots=True)
class Model:
    """Nothing about it matters but its outlets."""


class State(msgspec.Struct, frozen=True):
    at: int
    outlets: tuple[bool, ...]
    said: Reading


Socket = Body[Model, Configuration]


def begin(body: Socket, now: int, _seed: int) -> State:
    """Only the first outlet is on."""
    outlets = tuple(place == 0 for place in range(body.configuration.outlets))
    return State(now, outlets, Reading(outlets, now))


def live(body: Socket, state: State, until: int) -> tuple[State, int | None]:
    due = max(state.at, state.said.at + body.pace.heartbeat)
    return replace(state, at=max(state.at, min(due, until))), due if due <= until else None


def obey(_body: Socket, state: State, _now: int, command: Command) -> State:
    outlets = command.outlets + state.outlets[len(command.outlets) :]
    return replace(state, outlets=outlets[: len(state.outlets)])


def say(_body: Socket, state: State, now: int) -> Reading:
    return Reading(state.outlets, now)


SIMULATOR = Machine(Model, Configuration, State, live, obey, say)

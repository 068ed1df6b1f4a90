"""A simulated shutter: it travels for as long as it takes, and stops where it is told to."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.automation import (
    BETWEEN,
    CLOSED,
    COARSE,
    OPEN,
    Command,
    Configuration,
    Motion,
    Reading,
)
from workswith.kernel.clock import SECOND

from .machine import Body, Machine

FINE = 1_000
"""Positions are kept in thousandths of a percent."""


@dataclass(frozen=True, slots=True)
class Model:
    """How many milliseconds the whole way takes. Up is slower."""

    up: int = 24 * SECOND
    down: int = 21 * SECOND


class State(msgspec.Struct, frozen=True):
    """It has been on the way from ``start`` to ``aim`` since ``since``."""

    at: int
    start: int
    aim: int
    since: int
    said: Reading


Shutter = Body[Model, Configuration]


def begin(body: Shutter, now: int, seed: int) -> State:
    """Open or closed."""
    place = (OPEN if seed % 2 else CLOSED) * FINE
    step = body.configuration.step
    blank = Reading(CLOSED, step, Motion.STOPPED, now)
    state = State(now, place, place, now, blank)
    return replace(state, said=say(body, state, now))


def position(body: Shutter, state: State, at: int) -> int:
    """Thousandths of a percent."""
    gone = (at - state.since) * OPEN * FINE // _whole(body, state)
    if gone >= abs(state.aim - state.start):
        return state.aim
    return state.start + gone if state.aim > state.start else state.start - gone


def live(body: Shutter, state: State, until: int) -> tuple[State, int | None]:
    due = max(state.at, state.said.at + body.pace.heartbeat)
    arrives = _arrives(body, state)
    if state.said.at < arrives:
        due = min(due, max(arrives, state.at))
    state = replace(state, at=max(state.at, min(due, until)))
    return state, due if due <= until else None


def obey(body: Shutter, state: State, now: int, command: Command) -> State:
    place = position(body, state, now)
    if command.level is None:
        aim = place
    elif body.configuration.step >= COARSE:  # it knows nothing in between
        aim = (OPEN if command.level >= BETWEEN else CLOSED) * FINE
    else:
        aim = _stepped(command.level, body.configuration.step) * FINE
    return replace(state, start=place, aim=aim, since=now)


def say(body: Shutter, state: State, now: int) -> Reading:
    place, step = position(body, state, now), body.configuration.step
    if place in (CLOSED, OPEN * FINE):
        level = place // FINE
    else:
        level = BETWEEN if step >= COARSE else _stepped((place + FINE // 2) // FINE, step)
    motion = Motion.STOPPED
    if now < _arrives(body, state):
        motion = Motion.OPENING if state.aim > state.start else Motion.CLOSING
    return Reading(level, step, motion, now)


def _whole(body: Shutter, state: State) -> int:
    return body.model.up if state.aim > state.start else body.model.down


def _arrives(body: Shutter, state: State) -> int:
    """The first instant at which it is there."""
    way = abs(state.aim - state.start) * _whole(body, state)
    return state.since - (-way // (OPEN * FINE))


def _stepped(level: int, step: int) -> int:
    return min(OPEN, (level + step // 2) // step * step)


SIMULATOR = Machine(Model, Configuration, State, live, obey, say)

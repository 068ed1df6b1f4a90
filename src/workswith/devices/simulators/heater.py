"""A simulated electric heater: its pilot wire says which warmth to keep, its own thermostat keeps it.

A pilot wire carries the whole wave of the mains, half of it, or none; that is how comfort (none),
away (the whole) and frost guard (the negative half) arrive at a heater. The room moves on a grid of
minutes, as the thermostats' rooms do; orders act on their millisecond.
"""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.heater import Command, Configuration, Mode, Reading
from workswith.kernel.clock import MINUTE

from .indoors import Indoors, measured, sensed
from .machine import Body, Machine
from .room import House, Room
from .weather import Climate, weather

HYSTERESIS = 0.25
"""K above and below the temperature that is kept."""


@dataclass(frozen=True, slots=True)
class Model:
    """The room it heats; ``phase`` is where in the minute its gateway's grid lies, in ms."""

    house: House
    climate: Climate
    phase: int


class State(msgspec.Struct, frozen=True):
    """``at`` is the last minute lived through; ``energy`` is counted up to ``counted``."""

    at: int
    mode: Mode
    heats: bool
    room: Room
    energy: int
    counted: int
    said: Reading


Heater = Body[Model, Configuration]


def begin(body: Heater, now: int, seed: int) -> State:
    """In comfort, in a room that is nearly warm."""
    warmth = 18.2 + seed % 16 / 10
    outside = weather(body.model.climate, body.zone, now)
    room = Room(warmth, warmth - 0.5, 0.0, warmth, outside.water + 0.0018)
    at = now - (now - body.model.phase) % MINUTE
    blank = Reading(Mode.COMFORT, 0, 0, 0, now)
    state = _switch(
        body,
        State(at, Mode.COMFORT, heats=False, room=room, energy=0, counted=now, said=blank),
        now,
    )
    return replace(state, said=say(body, state, now))


def live(body: Heater, state: State, until: int) -> tuple[State, int | None]:
    """Minute by minute; everything it has to say, it says on a minute."""
    house = body.model.house
    indoors = Indoors(house, body.model.climate, body.zone)
    at, room = state.at, state.room
    while at + MINUTE <= until:
        at += MINUTE
        room = indoors.minute(room, at, house.heater if state.heats else 0.0)
        if _wants(body, state, sensed(house, room, at)) is not state.heats:
            state = _switch(body, replace(state, at=at, room=room), at)
        if _has_to_speak(body, state, room, at):
            return replace(state, at=at, room=room), at
    return replace(state, at=at, room=room), None


def obey(body: Heater, state: State, now: int, command: Command) -> State:
    return _switch(body, replace(state, mode=command.mode), now)


def say(body: Heater, state: State, now: int) -> Reading:
    used = _watts(body, state) * max(0, now - state.counted)
    warmth = measured(body.model.house, state.room, state.at)
    return Reading(state.mode, _watts(body, state), state.energy + used, warmth, now)


def soonest(body: Heater, state: State) -> int:
    """It does not speak before: a minute of its own, and not too soon after the last report."""
    return max(state.at + MINUTE, state.said.at + body.pace.power)


def stays(_body: Heater, state: State, now: int) -> int:
    """Until its next minute; what it uses counts from `State.counted` on."""
    return now if now < state.counted else max(now, state.at + MINUTE)


def _switch(body: Heater, state: State, now: int) -> State:
    """Follows what is wanted at ``now``, and counts what was used until then."""
    used = _watts(body, state) * max(0, now - state.counted)
    heats = _wants(body, state, sensed(body.model.house, state.room, state.at))
    return replace(state, heats=heats, energy=state.energy + used, counted=max(now, state.counted))


def _wants(body: Heater, state: State, warmth: float) -> bool:
    lacking = body.configuration.set_point(state.mode) / 10 - warmth
    return lacking > (-HYSTERESIS if state.heats else HYSTERESIS)


def _watts(body: Heater, state: State) -> int:
    return round(body.model.house.heater) if state.heats else 0


def _has_to_speak(body: Heater, state: State, room: Room, now: int) -> bool:
    said, pace = state.said, body.pace
    quiet = now - said.at
    if quiet < pace.power:
        return False
    if quiet >= pace.heartbeat or abs(_watts(body, state) - said.power) >= pace.power_step:
        return True
    warmth = measured(body.model.house, room, now)
    warmer = abs(warmth - said.temperature) >= pace.temperature_step
    return warmer and quiet >= pace.measure


SIMULATOR = Machine(Model, Configuration, State, live, obey, say, stays)

"""A simulated light: switched at once, or dimmed over a ramp; its watts follow its brightness."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import msgspec
from msgspec.structs import replace

from workswith.devices.light import BRIGHTEST, Command, Configuration, Reading

from . import power
from .kind import NEVER
from .machine import Body, Machine


@dataclass(frozen=True, slots=True)
class Model:
    """``watts`` at full brightness; ``ramp`` is the milliseconds for one percent."""

    watts: int = 9
    ramp: int = 20


class State(msgspec.Struct, frozen=True):
    """Its brightness is on the way from ``start`` since ``since`` to what it is set to."""

    at: int
    on: bool
    level: int
    start: int
    since: int
    energy: int
    said: Reading


Light = Body[Model, Configuration]


def begin(body: Light, now: int, seed: int) -> State:
    """Off, at a level that somebody chose once."""
    level = 40 + seed % 61 if body.configuration.dimmable else BRIGHTEST
    state = State(now, on=False, level=level, start=0, since=now, energy=0, said=_NOTHING)
    return replace(state, said=say(body, state, now))


def brightness(body: Light, state: State, at: int) -> int:
    """Percent."""
    aim = _aim(state)
    if aim == state.start:
        return aim
    moved = (at - state.since) // body.model.ramp
    if moved >= abs(aim - state.start):
        return aim
    return state.start + moved if aim > state.start else state.start - moved


def live(body: Light, state: State, until: int) -> tuple[State, int | None]:
    curve = _curve(body, state)
    said = state.said
    due = power.next_report(curve, said.power, said.at, state.at, body.pace)
    settled = _settled(body, state)
    if said.at < settled:
        due = min(due, max(settled, state.at))
    at = min(due, until)
    if at > state.at:
        state = replace(state, at=at, energy=state.energy + used(body, state, state.at, at))
    return state, due if due <= until else None


def used(body: Light, state: State, since: int, until: int) -> int:
    """The millijoules of that time: `power.energy`, without a look at every percent of a ramp."""
    return _used_up_to(body, state, until) - _used_up_to(body, state, since)


def obey(body: Light, state: State, now: int, command: Command) -> State:
    on, level = command.on, command.level
    if on is None:
        on = state.on if level is None else level > 0
    start = brightness(body, state, now)
    state = replace(state, on=on, level=level or state.level, start=start, since=now)
    # Without a dimmer there is no ramp.
    return state if body.configuration.dimmable else replace(state, start=_aim(state))


def say(body: Light, state: State, now: int) -> Reading:
    watts, _ = _curve(body, state)(now)
    level = state.level if body.configuration.dimmable else None
    return Reading(state.on, level, watts, state.energy, now)


def stays(body: Light, state: State, now: int) -> int:
    return _curve(body, state)(now)[1]


def _aim(state: State) -> int:
    return state.level if state.on else 0


def _settled(body: Light, state: State) -> int:
    """When the ramp ends."""
    return state.since + abs(_aim(state) - state.start) * body.model.ramp


def _used_up_to(body: Light, state: State, at: int) -> int:
    """Millijoules since the ramp began; its steps are whole."""
    ramp, start, way = body.model.ramp, state.start, _aim(state) - state.start
    steps = min(abs(way), (at - state.since) // ramp)
    sums = _sums(body.model.watts)
    if way > 0:
        passed, bright = sums[start + steps] - sums[start], start + steps
    else:
        passed, bright = sums[start + 1] - sums[start + 1 - steps], start - steps
    rest = at - state.since - steps * ramp
    return ramp * passed + rest * _watts(body.model.watts, bright)


@lru_cache(maxsize=256)
def _sums(watts: int) -> tuple[int, ...]:
    """Of each brightness, the watts of all that are darker."""
    each = (_watts(watts, bright) for bright in range(BRIGHTEST + 1))
    return tuple(accumulate(each, initial=0))


def _watts(watts: int, bright: int) -> int:
    return round(watts * bright / BRIGHTEST)


def _curve(body: Light, state: State) -> power.Curve:
    settled, ramp = _settled(body, state), body.model.ramp

    def watts(at: int) -> tuple[int, int]:
        bright = brightness(body, state, at)
        until = NEVER if at >= settled else at + ramp - (at - state.since) % ramp
        return _watts(body.model.watts, bright), until

    return watts


_NOTHING = Reading(on=False, level=None, power=0, energy=0, at=0)
SIMULATOR = Machine(Model, Configuration, State, live, obey, say, stays)

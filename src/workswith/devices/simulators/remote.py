"""A simulated remote switch: its battery runs down by the day and by each press."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.remote import FROM, Configuration, Press, Reading
from workswith.kernel.clock import DAY, HOUR

from .machine import Body, Machine

RARELY = 24
"""To spare its battery it reports this many times more rarely than what has a wire."""


@dataclass(frozen=True, slots=True)
class Model:
    """``life`` is how many milliseconds a battery lasts unused; a press costs ``press`` of them."""

    life: int = 900 * DAY
    press: int = HOUR


class State(msgspec.Struct, frozen=True):
    """At ``since`` there were ``charge`` milliseconds of life left in the battery."""

    at: int
    charge: int
    since: int
    presses: int
    button: int
    said: Reading


Remote = Body[Model, Configuration]


def begin(body: Remote, now: int, seed: int) -> State:
    """With a battery that has been in it for a while."""
    charge = body.model.life * (70 + seed % 31) // 100
    state = State(now, charge, now, 0, 0, Reading(0, 0, 0, now))
    return replace(state, said=say(body, state, now))


def live(body: Remote, state: State, until: int) -> tuple[State, int | None]:
    due = min(state.said.at + RARELY * body.pace.heartbeat, _weaker(body, state))
    due = max(due, state.at)
    state = replace(state, at=max(state.at, min(due, until)))
    return state, due if due <= until else None


def obey(body: Remote, state: State, now: int, command: Press) -> State:
    if command.new_battery:
        return replace(state, charge=body.model.life, since=now)
    charge = _charge(state, now)
    if charge <= 0:  # nothing is heard of a press any more
        return state
    return replace(
        state,
        charge=max(0, charge - body.model.press),
        since=now,
        presses=state.presses + 1,
        button=command.button,
    )


def say(body: Remote, state: State, now: int) -> Reading:
    level = max(0, _charge(state, now)) * 100 // body.model.life
    return Reading(level, state.presses, state.button, now)


def _charge(state: State, at: int) -> int:
    return state.charge - (at - state.since)


def _weaker(body: Remote, state: State) -> int:
    """When the battery's word changes next; the last one stays."""
    for least, word in FROM:
        if word is state.said.battery and least:
            too_little = -(-least * body.model.life // 100) - 1
            return state.since + state.charge - too_little
    return state.said.at + RARELY * body.pace.heartbeat


SIMULATOR = Machine(Model, Configuration, State, live, obey, say)

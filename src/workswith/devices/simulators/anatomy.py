"""What a simulated thermostat consists of: a body that stays, a state that moves, and their rows."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from workswith.devices.thermostat import Configuration, Function, Reading

from .kind import USUAL_PACE, Pace
from .plan import Plan
from .relay import NO_DUTY, Duty
from .room import House, Room
from .weather import Climate


@dataclass(frozen=True, slots=True)
class Model:
    """What it is built into; ``phase`` is where in the minute its gateway's grid lies, in ms."""

    house: House
    climate: Climate
    phase: int


@dataclass(frozen=True, slots=True)
class Body:
    """Everything that does not change by itself."""

    model: Model
    configuration: Configuration
    zone: ZoneInfo
    pace: Pace = USUAL_PACE


class State(msgspec.Struct, frozen=True):
    """Everything that does. ``at`` is the last minute lived through.

    Members that came later have defaults, so that what was kept before can still be read.
    """

    at: int
    function: Function
    plan: Plan
    program: int
    closed: bool
    closed_since: int
    room: Room
    busy_until: int
    said: Reading
    duty: Duty = NO_DUTY


@lru_cache(maxsize=512)
def _configuration(text: str) -> Configuration:
    """Many have the same, and share it."""
    return msgspec.json.decode(text, type=Configuration)


_states = msgspec.json.Decoder(State)


def body_of(model: str, configuration: str, time_zone: str, pace: Pace) -> Body:
    """The body from its row and its module's."""
    return Body(
        msgspec.json.decode(model, type=Model),
        _configuration(configuration),
        ZoneInfo(time_zone),
        pace,
    )


def state_of(text: str) -> State:
    return _states.decode(text)


def text_of(state: State) -> str:
    """The state as it is kept; `state_of` gives back the very same."""
    return msgspec.json.encode(state).decode()

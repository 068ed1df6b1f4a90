"""What a thermostat goes through, minute by minute, for whoever wants to see it."""

from collections.abc import Iterator
from typing import NamedTuple

from workswith.kernel.clock import MINUTE

from . import thermostat
from .anatomy import Body, State
from .indoors import measured
from .room import humidity
from .weather import weather


class Minute(NamedTuple):
    """Temperatures in °C, humidity in percent; ``closed`` is the relay."""

    at: int
    measured: float
    set_point: float
    closed: bool
    outside: float
    humidity: float


def record(body: Body, state: State, until: int) -> Iterator[Minute]:
    """From the state's instant on, nobody touching it."""
    house, climate = body.model.house, body.model.climate
    for at in range(state.at, until + 1, MINUTE):
        state = thermostat.step(body, state, at).state
        yield Minute(
            at,
            measured(house, state.room, at) / 10,
            state.said.set_point / 10,
            state.closed,
            weather(climate, body.zone, at).air,
            humidity(state.room),
        )

"""The columns of thermostats that have lived through the same minute: rooms, relays, what was said.

`course` in columns. Every sum here has the terms of its twin in the same order, and IEEE arithmetic
has one answer for each.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workswith.devices.thermostat import Reading
from workswith.kernel.clock import MINUTE

from .anatomy import Body, State
from .columns import Bools, Columns, Ints, kept
from .course import outlook
from .relays import Relays
from .rooms import Rooms


class Member(NamedTuple):
    """One that lives on: its row of the columns, what it is, how it is."""

    row: int
    body: Body
    state: State
    set_point: int
    event: int
    """When its program or its mode may change."""

    @property
    def soonest(self) -> int:
        """It does not speak before."""
        return min(self.state.at + MINUTE, self.event)


def member(row: int, body: Body, state: State) -> Member:
    return Member(row, body, state, *outlook(body, state))


class Lives:
    """Of ``members`` that have lived through the same minute; who they are is ``who``."""

    def __init__(self, columns: Columns, members: Sequence[Member]) -> None:
        states, bodies = [one.state for one in members], [one.body for one in members]
        self.minute = states[0].at // MINUTE
        self.who = np.arange(len(members))
        self.at = np.array([one.at for one in states], np.int64)
        self.event = np.array([one.event for one in members], np.int64)
        self.rooms = Rooms(
            columns, np.array([one.row for one in members], np.int64), [one.room for one in states]
        )
        self.relays = Relays(bodies, states, [one.set_point for one in members])
        self._on = np.where(self.relays.heating, self.rooms.heater, self.rooms.cooler)
        said = [one.said for one in states]
        self._load = np.array([one.load_active for one in said], np.bool_)
        self._temperature = np.array([one.temperature for one in said], np.int64)
        self._humidity = np.array([one.humidity for one in said], np.int64)
        self._said_at = np.array([one.at for one in said], np.int64)
        self._phase = np.array([one.model.phase for one in bodies], np.int64)
        paces = [one.pace for one in bodies]
        self._measure = np.array([one.measure for one in paces], np.int64)
        self._heartbeat = np.array([one.heartbeat for one in paces], np.int64)
        self._warmer = np.array([one.temperature_step for one in paces], np.int64)
        self._wetter = np.array([one.humidity_step for one in paces], np.int64)

    def pass_minute(self) -> Ints:
        """Of all of them; returns what their sensors then show, in tenths of a degree."""
        rooms, relays = self.rooms, self.relays
        self.at, self.minute = self.at + MINUTE, self.minute + 1
        rooms.pass_minute(self.minute, np.where(relays.closed, self._on, 0.0), relays.heating)
        measured = rooms.measured()
        relays.move(self.at, measured)
        return measured

    def have_to_speak(self, measured: Ints, among: Bools) -> Bools:
        """`Course._pass_minute`, and on the grid of measures `Course._say_measures`."""
        speaking: Bools = self.relays.closed != self._load
        quiet = self.at - self._said_at
        grid = (self.at - self._phase) % self._measure == 0
        play = self._measure // 2
        may = among & ~speaking & grid
        may &= quiet >= np.minimum(self._measure, self._heartbeat) - play
        places = np.flatnonzero(may)
        if len(places):
            changed = np.abs(measured - self._temperature)[places] >= self._warmer[places]
            humidity = np.array(self.rooms.humidity(places), np.int64)
            changed |= np.abs(humidity - self._humidity[places]) >= self._wetter[places]
            patience = np.where(changed, self._measure[places], self._heartbeat[places])
            speaking[places] = quiet[places] >= patience - play[places]
        return speaking & among

    def note_said(self, places: Ints, measured: Ints) -> None:
        """They have spoken, and live on."""
        self._load[places] = self.relays.closed[places]
        self._temperature[places] = measured[places]
        self._humidity[places] = self.rooms.humidity(places)
        self._said_at[places] = self.at[places]

    def said(self, place: int, one: Member) -> Reading:
        """What `note_said` noted last of one."""
        return _reading(
            one,
            bool(self._load[place]),
            int(self._temperature[place]),
            int(self._humidity[place]),
            int(self._said_at[place]),
        )

    def turn(self, place: int, one: Member) -> None:
        """One that came to a switch of its program, or to the end of its mode, is as it is now."""
        state, said = one.state, one.state.said
        self.event[place] = one.event
        self.relays.turn(place, state, one.set_point)
        self._load[place], self._said_at[place] = said.load_active, said.at
        self._temperature[place], self._humidity[place] = said.temperature, said.humidity

    def readings(self, places: Ints, members: Sequence[Member], measured: Ints) -> list[Reading]:
        """What some say now."""
        return [
            _reading(members[n], closed, warm, wet, at)
            for n, closed, warm, wet, at in zip(
                self.who[places].tolist(),
                self.relays.closed[places].tolist(),
                measured[places].tolist(),
                self.rooms.humidity(places),
                self.at[places].tolist(),
                strict=True,
            )
        ]

    def taken(self, places: Ints, members: Sequence[Member]) -> list[State]:
        """Some as they are, as if they had not spoken since."""
        relays = self.relays
        return [
            State(
                at,
                before.function,
                before.plan,
                before.program,
                closed,
                since,
                room,
                before.busy_until,
                before.said,
                duty,
            )
            for at, before, closed, since, room, duty in zip(
                self.at[places].tolist(),
                (members[n].state for n in self.who[places].tolist()),
                relays.closed[places].tolist(),
                relays.since[places].tolist(),
                self.rooms.taken(places),
                relays.duties(places),
                strict=True,
            )
        ]

    def keep(self, those: Bools) -> None:
        """Forgets all others."""
        self.rooms.keep(those)
        self.relays.keep(those)
        kept(self, those)


def _reading(
    one: Member,
    closed: bool,  # noqa: FBT001 - the order of a reading
    warm: int,
    wet: int,
    at: int,
) -> Reading:
    state, plan = one.state, one.state.plan
    return Reading(
        state.function,
        plan.mode,
        one.set_point,
        state.program,
        plan.end,
        closed,
        warm,
        wet,
        at,
    )

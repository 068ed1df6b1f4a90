"""Many thermostats live on together, a minute of all of them at a time.

The same bits as `thermostat.foresee` gives one by one: every sum here has the terms of its twin in
`room`, `indoors`, `household` and `relay`, in the same order, and IEEE arithmetic has one answer for
each. Exponentials have not, so the few that decide something are taken one by one. Whoever comes to
a switch of its program or to the end of its mode lives on by itself to its report.
"""

import gc
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from workswith.devices.thermostat import Reading
from workswith.kernel.clock import MINUTE

from . import thermostat
from .anatomy import Body, State
from .columns import Bools, Columns, Ints, kept
from .course import outlook
from .kind import Ahead, Step
from .relays import Relays
from .rooms import Rooms

WORTH = 24
"""So many at once are quicker together than one by one."""
BLOCK = 4_096
"""So many have their columns in the processor's cache."""


class Member(NamedTuple):
    """One that has spoken and lives on: its row of the fleet, what it is, how it is."""

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


class Fleet:
    """The rows of those who live together. Nothing else of it is kept from call to call."""

    def __init__(self, *, worth: int = WORTH) -> None:
        """``worth`` is how many are taken together at least."""
        self._columns = Columns()
        self._worth = worth

    def enrol(self, body: Body) -> int | None:
        """Its row; ``None`` for one that has to live by itself."""
        return self._columns.enrol(body)

    def leave(self, row: int) -> None:
        self._columns.leave(row)

    def member(self, row: int, body: Body, state: State) -> Member:
        return Member(row, body, state, *outlook(body, state))

    def foresee(self, members: Sequence[Member]) -> list[Ahead[State]]:
        """`thermostat.foresee` of each, in their order."""
        # What is made here stays, and to look for garbage in it would take as long again.
        collects = gc.isenabled()
        gc.disable()
        try:
            return self._foresee(members)
        finally:
            if collects:
                gc.enable()

    def _foresee(self, members: Sequence[Member]) -> list[Ahead[State]]:
        found: dict[int, Ahead[State]] = {}
        minutes = [one.state.at // MINUTE for one in members]
        order = sorted(range(len(members)), key=minutes.__getitem__)
        for _, same in groupby(order, key=minutes.__getitem__):
            places = list(same)
            for first in range(0, len(places), BLOCK):
                block = places[first : first + BLOCK]
                found.update(zip(block, self._together([members[n] for n in block]), strict=True))
        return [found[place] for place in range(len(members))]

    def _together(self, members: Sequence[Member]) -> list[Ahead[State]]:
        if len(members) < self._worth:
            return [thermostat.foresee(one.body, one.state) for one in members]
        return _Block(self._columns, members).foresee()


class _Block:
    """Members that have lived through the same minute, until each has spoken.

    Those who have stay in the columns until they are half of all.
    """

    def __init__(self, columns: Columns, members: Sequence[Member]) -> None:
        states, bodies = [one.state for one in members], [one.body for one in members]
        self._members = members
        self._found: list[Ahead[State] | None] = [None] * len(members)
        self._minute = states[0].at // MINUTE
        self._rooms = Rooms(
            columns, np.array([one.row for one in members], np.int64), [one.room for one in states]
        )
        self._relays = Relays(bodies, states, [one.set_point for one in members])
        self._who = np.arange(len(members))
        self._living = np.ones(len(members), np.bool_)
        self._at = np.array([one.at for one in states], np.int64)
        self._event = np.array([one.event for one in members], np.int64)
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

    def foresee(self) -> list[Ahead[State]]:
        rooms, relays = self._rooms, self._relays
        on = np.where(relays.heating, rooms.heater, rooms.cooler)
        while self._living.any():
            due = self._at + MINUTE
            alone = self._living & (self._event < due)
            if alone.any():
                self._part(alone)
            self._at, self._minute = due, self._minute + 1
            rooms.pass_minute(self._minute, np.where(relays.closed, on, 0.0), relays.heating)
            measured = rooms.measured()
            relays.move(due, measured)
            self._speak(np.flatnonzero(self._living & self._have_to_speak(measured)), measured)
            if 2 * np.count_nonzero(self._living) <= len(self._living):
                on = on[self._living]
                self._close_ranks(self._living)
        return [one for one in self._found if one is not None]

    def _have_to_speak(self, measured: Ints) -> Bools:
        """`Course._pass_minute`, and on the grid of measures `Course._say_measures`."""
        speaking: Bools = self._relays.closed != self._load
        quiet = self._at - self._said_at
        grid = (self._at - self._phase) % self._measure == 0
        play = self._measure // 2
        may = self._living & ~speaking & grid
        may &= quiet >= np.minimum(self._measure, self._heartbeat) - play
        places = np.flatnonzero(may)
        if len(places):
            changed = np.abs(measured - self._temperature)[places] >= self._warmer[places]
            humidity = np.array(self._rooms.humidity(places), np.int64)
            changed |= np.abs(humidity - self._humidity[places]) >= self._wetter[places]
            patience = np.where(changed, self._measure[places], self._heartbeat[places])
            speaking[places] = quiet[places] >= patience - play[places]
        return speaking

    def _speak(self, places: Ints, measured: Ints) -> None:
        """They have something to say, and their minutes here are over."""
        if not len(places):
            return
        humidity = self._rooms.humidity(places)
        warmth = measured[places].tolist()
        for state, place, warm, wet in zip(
            self._taken(places), self._who[places].tolist(), warmth, humidity, strict=True
        ):
            plan, set_point = state.plan, self._members[place].set_point
            said = Reading(
                state.function,
                plan.mode,
                set_point,
                state.program,
                plan.end,
                state.closed,
                warm,
                wet,
                state.at,
            )
            self._found[place] = Ahead(state.at, Step(_said(state, said), said))
        self._living[places] = False

    def _part(self, alone: Bools) -> None:
        """They go on by themselves."""
        places = np.flatnonzero(alone)
        for state, place in zip(self._taken(places), self._who[places].tolist(), strict=True):
            self._found[place] = thermostat.foresee(self._members[place].body, state)
        self._living[places] = False

    def _taken(self, places: Ints) -> list[State]:
        """Some as they are, as if they had not spoken since."""
        relays = self._relays
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
                self._at[places].tolist(),
                (self._members[place].state for place in self._who[places].tolist()),
                relays.closed[places].tolist(),
                relays.since[places].tolist(),
                self._rooms.taken(places),
                relays.duties(places),
                strict=True,
            )
        ]

    def _close_ranks(self, those: Bools) -> None:
        self._rooms.keep(those)
        self._relays.keep(those)
        kept(self, those)


def _said(state: State, said: Reading) -> State:
    return State(
        state.at,
        state.function,
        state.plan,
        state.program,
        state.closed,
        state.closed_since,
        state.room,
        state.busy_until,
        said,
        state.duty,
    )

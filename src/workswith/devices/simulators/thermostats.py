"""Many thermostats live on together, a minute of all of them at a time: `thermostat` in columns.

Exponentials have no one answer, so the few that decide something are taken one by one. Whoever comes
to a switch of its program or to the end of its mode does that by itself.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from workswith.kernel.clock import MINUTE

from . import thermostat
from .anatomy import State
from .columns import Bools, Columns, Ints
from .course import Course
from .fleet import Ways
from .kind import NEVER, Ahead, Step
from .lives import Lives, Member, member


def _foresee(columns: Columns, members: Sequence[Member]) -> list[Ahead[State]]:
    return _Ahead(columns, members).foresee()


def _live(columns: Columns, members: Sequence[Member], now: int) -> list[Step[State]]:
    return _Absence(columns, members, now).live()


THERMOSTATS = Ways(thermostat, member, _foresee, _live)


class _Ahead:
    """Members until each has spoken. Those who have stay in the columns until they are half of all."""

    def __init__(self, columns: Columns, members: Sequence[Member]) -> None:
        self._members = members
        self._lives = Lives(columns, members)
        self._living = np.ones(len(members), np.bool_)
        self._found: list[Ahead[State] | None] = [None] * len(members)

    def foresee(self) -> list[Ahead[State]]:
        lives = self._lives
        while self._living.any():
            alone = self._living & (lives.event <= lives.at + MINUTE)
            if alone.any():
                self._part(alone)
            measured = lives.pass_minute()
            self._speak(np.flatnonzero(lives.have_to_speak(measured, self._living)), measured)
            if 2 * np.count_nonzero(self._living) <= len(self._living):
                lives.keep(self._living)
                self._living = self._living[self._living]
        return [one for one in self._found if one is not None]

    def _speak(self, places: Ints, measured: Ints) -> None:
        """They have something to say, and their minutes here are over."""
        if not len(places):
            return
        lives, members = self._lives, self._members
        states = lives.taken(places, members)
        readings = lives.readings(places, members, measured)
        who = lives.who[places].tolist()
        for place, state, said in zip(who, states, readings, strict=True):
            self._found[place] = Ahead(state.at, Step(_said(state, said), said))
        self._living[places] = False

    def _part(self, alone: Bools) -> None:
        """They go on by themselves."""
        places, members = np.flatnonzero(alone), self._members
        who = self._lives.who[places].tolist()
        for place, state in zip(who, self._lives.taken(places, members), strict=True):
            self._found[place] = thermostat.foresee(members[place].body, state)
        self._living[places] = False


class _Absence:
    """Members up to an instant; of what they say on the way only the last counts."""

    def __init__(self, columns: Columns, members: Sequence[Member], now: int) -> None:
        self._members = list(members)
        self._now = now
        self._lives = Lives(columns, members)
        self._living = np.ones(len(members), np.bool_)
        self._spoke = np.zeros(len(members), np.bool_)
        """Since their last event, in the columns."""
        self._said: list[Any] = [None] * len(members)
        """What they said at their events."""

    def live(self) -> list[Step[State]]:
        lives, now = self._lives, self._now
        found: list[Step[State] | None] = [None] * len(self._members)
        while True:
            due = lives.at + MINUTE
            while len(
                events := np.flatnonzero(self._living & (lives.event < np.minimum(due, now + 1)))
            ):
                for place in events.tolist():
                    self._turn(place)
            over = np.flatnonzero(self._living & (due > now))
            for place, state in zip(over.tolist(), self._states(over), strict=True):
                spoken = state.said if self._spoke[place] else self._said[place]
                found[place] = Step(state, spoken)
            self._living[over] = False
            if not self._living.any():
                return [one for one in found if one is not None]
            measured = lives.pass_minute()
            speaking = lives.have_to_speak(measured, self._living)
            lives.note_said(np.flatnonzero(speaking), measured)
            self._spoke |= speaking

    def _turn(self, place: int) -> None:
        """A switch of its program, or the end of its mode."""
        one = self._members[place]
        (state,) = self._states(np.array([place]))
        event = int(self._lives.event[place])
        course = Course(one.body, state)
        course.set_point = one.set_point
        course.turn(event)
        self._said[place] = (
            course.spoken or (state.said if self._spoke[place] else None) or (self._said[place])
        )
        self._spoke[place] = False
        again = min(course.switch_at, course.plan.end or NEVER)
        turned = Member(one.row, one.body, course.state(), course.set_point, again)
        self._members[place] = turned
        self._lives.turn(place, turned)

    def _states(self, places: Ints) -> list[State]:
        """Some as they are; what they said is what they said last."""
        states = self._lives.taken(places, self._members)
        return [
            _said(state, self._lives.said(place, self._members[place]))
            if self._spoke[place]
            else state
            for place, state in zip(places.tolist(), states, strict=True)
        ]


def _said(state: State, said: Any) -> State:
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

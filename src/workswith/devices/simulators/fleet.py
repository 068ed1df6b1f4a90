"""Many thermostats live on together, a minute of all of them at a time.

The same bits as `thermostat` gives one by one (`lives`). Exponentials have no one answer, so the few
that decide something are taken one by one. Whoever comes to a switch of its program or to the end of
its mode does that by itself.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any, Protocol, TypeVar

import numpy as np

from workswith.kernel.clock import MINUTE

from . import thermostat
from .anatomy import Body, State
from .columns import Bools, Columns, Ints
from .course import Course
from .kind import MEMORY, NEVER, Ahead, Step
from .lives import Lives, Member, member

WORTH = 24
"""So many at once are quicker together than one by one."""
BLOCK = 4_096
"""So many have their columns in the processor's cache."""


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
        return member(row, body, state)

    def foresee(self, members: Sequence[Member]) -> list[Ahead[State]]:
        """`thermostat.foresee` of each, in their order."""
        with no_garbage():
            return by_minutes(members, self._foresee)

    def live(self, members: Sequence[Member], now: int) -> list[Step[State]]:
        """`thermostat.step` of each to ``now``, in their order."""
        with no_garbage():
            awake = [_remembered(one, now) for one in members]
            return by_minutes(awake, lambda some: self._live(some, now))

    def _foresee(self, members: Sequence[Member]) -> list[Ahead[State]]:
        if len(members) < self._worth:
            return [thermostat.foresee(one.body, one.state) for one in members]
        return _Ahead(self._columns, members).foresee()

    def _live(self, members: Sequence[Member], now: int) -> list[Step[State]]:
        if len(members) < self._worth:
            return [thermostat.step(one.body, one.state, now) for one in members]
        return _Absence(self._columns, members, now).live()


class Placed(Protocol):
    """Has lived up to ``state.at``."""

    @property
    def state(self) -> Any: ...


P = TypeVar("P", bound=Placed)
R = TypeVar("R")


def by_minutes(members: Sequence[P], act: Callable[[Sequence[P]], Sequence[R]]) -> list[R]:
    """``act`` on those who have lived through the same minute, `BLOCK` at most; in their order."""
    found: dict[int, R] = {}
    minutes = [one.state.at // MINUTE for one in members]
    order = sorted(range(len(members)), key=minutes.__getitem__)
    for _, same in groupby(order, key=minutes.__getitem__):
        places = list(same)
        for first in range(0, len(places), BLOCK):
            block = places[first : first + BLOCK]
            found.update(zip(block, act([members[n] for n in block]), strict=True))
    return [found[place] for place in range(len(members))]


@contextmanager
def no_garbage() -> Iterator[None]:
    """What is made here stays, and to look for garbage in it would take as long again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


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


def _remembered(one: Member, now: int) -> Member:
    """Of a longer absence only the last days are lived through. (`Course.live`)"""
    missed = now - one.state.at - MEMORY
    if missed <= 0:
        return one
    return one._replace(state=replace(one.state, at=one.state.at + missed // MINUTE * MINUTE))


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

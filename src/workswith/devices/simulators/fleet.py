"""Many devices of a kind live on together, a minute of all of them at a time.

The same bits as the kind's simulator gives one by one. Only those who have lived through the same
minute are taken together, and only where they are so many that columns are quicker.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from workswith.kernel.clock import MINUTE

from .columns import Columns
from .kind import MEMORY, Ahead, Simulator, Step

WORTH = 24
"""So many at once are quicker together than one by one."""
BLOCK = 4_096
"""So many have their columns in the processor's cache."""


class Ways(NamedTuple):
    """How devices of a kind live: one ``alone``; and, of members at the same minute, all at once.

    A member has a ``row`` of the columns, a ``body`` and a ``state``, which says ``at``.
    """

    alone: Simulator
    member: Callable[[int, Any, Any], Any]
    foresee: Callable[[Columns, Sequence[Any]], list[Ahead[Any]]]
    live: Callable[[Columns, Sequence[Any], int], list[Step[Any]]]


class Fleet:
    """The rows of those who live together; nothing else of it is kept from call to call.

    (`kind.Together`)
    """

    def __init__(self, ways: Ways, *, worth: int = WORTH) -> None:
        """``worth`` is how many are taken together at least."""
        self._ways = ways
        self._columns = Columns()
        self._worth = worth

    def enrol(self, body: Any) -> int | None:
        """Its row; ``None`` for one that has to live by itself."""
        return self._columns.enrol(body)

    def leave(self, row: int) -> None:
        self._columns.leave(row)

    def member(self, row: int, body: Any, state: Any) -> Any:
        return self._ways.member(row, body, state)

    def foresee(self, members: Sequence[Any]) -> list[Ahead[Any]]:
        """`Simulator.foresee` of each, in their order."""
        with _no_garbage():
            return _by_minutes(members, self._foresee)

    def live(self, members: Sequence[Any], now: int) -> list[Step[Any]]:
        """`Simulator.step` of each to ``now``, in their order."""
        with _no_garbage():
            awake = [_remembered(one, now) for one in members]
            return _by_minutes(awake, lambda some: self._live(some, now))

    def _foresee(self, members: Sequence[Any]) -> list[Ahead[Any]]:
        if len(members) < self._worth:
            return [self._ways.alone.foresee(one.body, one.state) for one in members]
        return self._ways.foresee(self._columns, members)

    def _live(self, members: Sequence[Any], now: int) -> list[Step[Any]]:
        if len(members) < self._worth:
            return [self._ways.alone.step(one.body, one.state, now) for one in members]
        return self._ways.live(self._columns, members, now)


R = TypeVar("R")


def _by_minutes(members: Sequence[Any], act: Callable[[Sequence[Any]], Sequence[R]]) -> list[R]:
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
def _no_garbage() -> Iterator[None]:
    """What is made here stays, and to look for garbage in it would take as long again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _remembered(one: Any, now: int) -> Any:
    """Of a longer absence only the last days are lived through. (`Course.live`, `Machine.step`)"""
    missed = now - one.state.at - MEMORY
    if missed <= 0:
        return one
    return one._replace(state=replace(one.state, at=one.state.at + missed // MINUTE * MINUTE))

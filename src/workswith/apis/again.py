"""The same answer again, while what it shows is the same.

Rendering a state costs more than every check in front of it, and clients ask far more often than
devices report. Only for functions that depend on nothing but their argument, so never on the time.
"""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

from workswith.contracts.binding import Answer

T = TypeVar("T")

DONE = Answer(200)
"""What says no more than that it was done."""
_OK = partial(Answer, 200)


class Again(Generic[T]):
    """``emit`` of a value as a 200, remembered under a key; at most ``limit`` of them."""

    def __init__(
        self,
        emit: Callable[[T], object],
        limit: int = 4096,
        *,
        answered: Callable[[object], Answer] = _OK,
    ) -> None:
        """``answered`` makes the answer of a body, where a 200 is more than that."""
        self._emit = emit
        self._limit = limit
        self._answered = answered
        self._given: dict[Hashable, tuple[T, Answer]] = {}

    def answer(self, key: Hashable, value: T) -> Answer:
        given = self._given.get(key)
        if given is not None and (given[0] is value or given[0] == value):
            return given[1]
        if given is None and len(self._given) >= self._limit:
            del self._given[next(iter(self._given))]
        answer = self._answered(self._emit(value))
        self._given[key] = (value, answer)
        return answer

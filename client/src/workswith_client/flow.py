"""How one description of a thing to do serves programs that wait and programs that await.

A flow is a generator. It yields steps, gets their results back, and returns what it was for; it
never sends, sleeps or touches a disk itself. `waiting` performs steps by waiting, `awaiting` by
awaiting. Errors of a step are raised inside the flow, where it was yielded.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

from .wire import Request, Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class Blocking:
    """A function that reads or writes files; an event loop gives it to a thread.

    It is never left half done: a cancelled task waits for it first.
    """

    act: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """A flow that goes on to its end even if who wanted it is cancelled meanwhile."""

    flow: "Flow[Any]"


Step: TypeAlias = Request | Wait | Blocking | Whole
Flow: TypeAlias = Generator[Step, Any, T]


def send(request: Request) -> Flow[Response]:
    """Raises `TransportError`."""
    return cast("Response", (yield request))


def wait(seconds: float) -> Flow[None]:
    yield Wait(seconds)


def whole(flow: "Flow[T]") -> "Flow[T]":
    return cast("T", (yield Whole(flow)))


def blocking(act: Callable[[], T]) -> Flow[T]:
    return cast("T", (yield Blocking(act)))

"""Where something may be put between two areas. A production process leaves them all as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from workswith.contracts.binding import Api
from workswith.gateway.call import CallRecord
from workswith.webhooks.fanout import Renderer
from workswith.webhooks.worker import Posts

T = TypeVar("T")


def _as_it_is(value: T) -> T:
    return value


def _nobody(_record: CallRecord) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Seams:
    """``apis`` in front of every handler, ``notifications`` of every body, ``posts`` of every
    attempt; ``on_call`` hears of every finished call.
    """

    apis: Callable[[tuple[Api, ...]], tuple[Api, ...]] = _as_it_is
    notifications: Callable[[Mapping[str, Renderer]], Mapping[str, Renderer]] = _as_it_is
    posts: Callable[[Posts], Posts] = _as_it_is
    on_call: Callable[[CallRecord], None] = _nobody


PLAIN = Seams()

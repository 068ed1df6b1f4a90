"""When a call is tried again, and after how long.

| answer | read, or end of something | command to an absolute state | what may not happen twice |
|---|---|---|---|
| 429 | after `Retry-After` | the same | the same |
| 486, somebody uses the device | – | after 10 s | after 10 s |
| no connection | soon | soon | soon |
| 408, 5xx, connection lost | soon | soon, within 30 s of the first try | never |

*Soon* is 1, 2, 4 … seconds with up to half of that by chance, or `Retry-After`. Nothing is tried
longer than `Retries.seconds` or more often than `Retries.tries`.

A command says which state is wanted (“manual, 21 °C”), so doing it twice is as doing it once; but
not for long, since meanwhile somebody may have turned the thermostat. Running a scene, stopping a
shutter and the like are done once or not at all. [contract §1.1, §9.1; RFC 9110 9.2.2]
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from .errors import ApiError, DeviceBusy, DeviceTimeout, ServerError, Throttled, TransportError

BUSY_SECONDS = 10.0
COMMAND_SECONDS = 30.0
_LONGEST_PAUSE = 30.0


class Again(Enum):
    """What happens if a call is made twice."""

    HARMLESS = "harmless"
    SAME_STATE = "same state"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Retries:
    """``tries`` with the first; ``seconds`` for all pauses together."""

    tries: int = 4
    seconds: float = 90.0
    first_pause: float = 1.0

    def pause(
        self,
        error: Exception,
        *,
        again: Again,
        tried: int,
        since: float,
        chance: Callable[[], float] = random.random,
    ) -> float | None:
        """Seconds to wait before trying again, ``None`` for never.

        ``tried`` counts from 1; ``since`` are the seconds since the first try.
        """
        if tried >= self.tries or not _may(error, again):
            return None
        soon = min(self.first_pause * 2 ** (tried - 1), _LONGEST_PAUSE)
        pause = soon * (1 + chance() / 2)
        if isinstance(error, DeviceBusy):
            pause = BUSY_SECONDS
        if isinstance(error, ApiError) and error.retry_after is not None:
            pause = max(error.retry_after, pause if error.retry_after < soon else 0.0)
        limit = self.seconds
        if again is Again.SAME_STATE and not _untouched(error):
            limit = min(limit, COMMAND_SECONDS)
        return pause if since + pause <= limit else None


def _may(error: Exception, again: Again) -> bool:
    if _untouched(error):
        return True
    passing = isinstance(error, TransportError | DeviceTimeout | ServerError)
    return passing and again is not Again.TWICE


def _untouched(error: Exception) -> bool:
    """Whether it is sure that nothing has happened."""
    if isinstance(error, TransportError):
        return not error.may_have_happened
    return isinstance(error, Throttled | DeviceBusy)

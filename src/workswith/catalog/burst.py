"""How many calls within any minute: a sliding window, exact within one process. [platform.md A1]

The original limits bursts beside the day's quota; here it is an option of a product. Each process
counts for itself and forgets when it stops: a burst is over in a minute, and its limit protects
machines, not accounts.
"""

from collections import deque

from workswith.kernel.clock import MINUTE
from workswith.kernel.problem import Kind, Problem

MOST_KEYS = 10_000
"""More callers than this are not remembered at once; those silent for a minute go first."""


class Bursts:
    """The instants of the last calls of each key, as many as its limit allows."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[int]] = {}

    def take(self, key: str, limit: int, now: int) -> None:
        """Counts one call at ``now`` (ms).

        Raises `Problem` THROTTLED ``rate_exceeded``, and counts nothing, when ``limit`` calls lie
        less than a minute back; ``retry_after`` is when the oldest of them no longer does.
        """
        calls = self._calls.get(key)
        if calls is None:
            calls = self._begin(key, now)
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= limit:
            over = calls[len(calls) - limit] + MINUTE - now
            raise Problem(
                Kind.THROTTLED,
                "rate_exceeded",
                "Rate limit is exceeded.",
                hint="Spread the calls, or be notified by a C2C subscription.",
                retry_after=-(-over // 1000),
            )
        calls.append(now)

    def _begin(self, key: str, now: int) -> deque[int]:
        if len(self._calls) >= MOST_KEYS:
            self._calls = {
                one: calls for one, calls in self._calls.items() if calls[-1] > now - MINUTE
            }
            while len(self._calls) >= MOST_KEYS:
                del self._calls[next(iter(self._calls))]
        calls = self._calls[key] = deque()
        return calls

"""Counts what is refused again and again, so that a loop is answered cheaply. [OID-11]

In memory of one process and bounded: it spares the database, it protects no secret.
"""

from collections import OrderedDict

from workswith.kernel.clock import MINUTE

MOST = 10_000


class Repeats:
    """At most ``limit`` refusals of the same key within a minute; 0 for no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait(self, key: str, now: int) -> int:
        """Seconds until the key may be tried again; 0 for at once."""
        times, since = self._seen.get(key, (0, now))
        left = since + MINUTE - now
        return -(-left // 1000) if self._limit and times >= self._limit and left > 0 else 0

    def refused(self, key: str, now: int) -> None:
        times, since = self._seen.pop(key, (0, now))
        self._seen[key] = (times + 1, since) if now - since < MINUTE else (1, now)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)

"""Counting calls: the port, and the adapter that forgets. [GTW-3]

What is counted is a product and an end-user: several applications or subscriptions of the same
product share the end-user's day. A counter never lets more than ``limit`` calls of one key and day
through, however many callers and processes ask at the same time.
"""

from typing import Protocol

from workswith.kernel.problem import Kind, Problem


class Counter(Protocol):
    """Counts per key and day; ``day`` is that of `window.window`. Both must be text without NUL."""

    async def take(self, key: str, day: int, limit: int) -> int:
        """Counts one call; returns how many that makes, 1 … ``limit``.

        Raises `Problem` EXHAUSTED ``quota_exhausted`` and counts nothing when ``limit`` is reached.
        """

    def take_now(self, key: str, day: int, limit: int) -> int | None:
        """As `take` where that needs no waiting; else counts nothing and returns ``None``."""

    async def used(self, key: str, day: int) -> int:
        """How many were counted; what other processes hold in reserve may be included."""


def counted(product_id: str, account_id: str) -> str:
    """The key under which an end-user's calls to a product are counted."""
    return f"{product_id}/{account_id}"


def exhausted() -> Problem:
    return Problem(
        Kind.EXHAUSTED,
        "quota_exhausted",
        "Out of call volume quota.",
        hint="Ask less often: be notified by a C2C subscription, or request a higher quota.",
    )


class MemoryCounter:
    """For one process; forgets when it ends, and all days but the latest."""

    def __init__(self) -> None:
        self._day = -1
        self._counts: dict[str, int] = {}
        self._before: dict[str, int] = {}

    async def take(self, key: str, day: int, limit: int) -> int:
        return self.take_now(key, day, limit)

    def take_now(self, key: str, day: int, limit: int) -> int:
        counts = self._of(day)
        count = counts.get(key, 0) + 1
        if count > limit:
            raise exhausted()
        counts[key] = count
        return count

    async def used(self, key: str, day: int) -> int:
        return self._of(day).get(key, 0)

    def _of(self, day: int) -> dict[str, int]:
        """The counts of ``day``; a call that began before midnight still finds its own day."""
        if day > self._day:
            self._before = self._counts if day == self._day + 1 else {}
            self._day, self._counts = day, {}
        return self._counts if day == self._day else self._before

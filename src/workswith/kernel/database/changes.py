"""Which tables this process has written, so that what was read from them can be kept.

A statement names the tables that it touches; from that alone, and without any area having to
remember it, a kept row is known to be out of date.
"""

from collections import defaultdict
from collections.abc import Iterable


class Watch:
    """``count`` grows with every commit of this process that wrote one of the watched tables."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Changes:
    """Told by the database after each commit, before anybody hears that it is durable."""

    def __init__(self) -> None:
        self._watches: dict[str, list[Watch]] = defaultdict(list)

    def watch(self, tables: Iterable[str]) -> Watch:
        """For as long as the database lives."""
        watch = Watch()
        for table in tables:
            self._watches[table].append(watch)
        return watch

    def note(self, tables: Iterable[str]) -> None:
        for table in tables:
            for watch in self._watches.get(table, ()):
                watch.count += 1

"""Tells caches what changed.

In one process a listener hears it before `send` returns; between processes an adapter carries the
same words within a second. A cache that misses a word only lives until its own time limit.
"""

from collections import defaultdict
from collections.abc import Callable

Listener = Callable[[str], None]


class Broadcast:
    """Topics are nouns (``subscription``, ``consent``, ``application``), words are ids."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = defaultdict(list)

    def on(self, topic: str, listener: Listener) -> None:
        self._listeners[topic].append(listener)

    def send(self, topic: str, word: str) -> None:
        for listener in self._listeners[topic]:
            listener(word)

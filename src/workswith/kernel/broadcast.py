"""Tells caches what changed.

In one process a listener hears it before `send` returns; between processes an adapter carries the
same words within a second. A cache that misses a word only lives until its own time limit.
"""

from collections import defaultdict
from collections.abc import Callable

Listener = Callable[[str], None]
Carrier = Callable[[str, str], None]
"""Takes (topic, word) to other processes; neither waits nor fails."""


class Broadcast:
    """Topics are nouns (``subscription``, ``consent``, ``application``), words are ids."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._carriers: list[Carrier] = []

    def on(self, topic: str, listener: Listener) -> None:
        self._listeners[topic].append(listener)

    def carry(self, carrier: Carrier) -> None:
        """Hands every word that is sent here to ``carrier`` as well."""
        self._carriers.append(carrier)

    def send(self, topic: str, word: str) -> None:
        self.deliver(topic, word)
        for carrier in self._carriers:
            carrier(topic, word)

    def deliver(self, topic: str, word: str) -> None:
        """To the listeners of this process alone: what a carrier brings from others."""
        for listener in self._listeners[topic]:
            listener(word)

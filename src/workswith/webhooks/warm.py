"""Idle connections by endpoint, kept for its next delivery.

A new TLS connection costs 25 to 40 times a delivery on a warm one, and would use up the answer
budget of a distant receiver.
"""

import asyncio

from .connection import Connection

WARM_SECONDS = 55.0
"""Shorter than the 60 s after which common servers close."""
TIDY_SECONDS = 5.0
"""How often connections that were closed or idle for too long are looked for."""


class Warm:
    """At most ``most`` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: dict[Connection, None] = {}  # the one idle for longest first
        self._by_endpoint: dict[str, list[Connection]] = {}
        self._tidied = 0.0

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, endpoint_id: str) -> Connection | None:
        """The one used last, if it can still be used."""
        idle = self._by_endpoint.get(endpoint_id)
        now = asyncio.get_running_loop().time()
        while idle:
            connection = idle.pop()
            del self._idle[connection]
            if connection.usable and now - connection.idle_since < WARM_SECONDS:
                return connection
            connection.cut()
        return None

    def keep(self, connection: Connection) -> None:
        now = connection.idle_since = asyncio.get_running_loop().time()
        self._idle[connection] = None
        idle = self._by_endpoint.get(connection.endpoint_id)
        if idle is None:
            self._by_endpoint[connection.endpoint_id] = [connection]
        else:
            idle.append(connection)
        if len(self._idle) > self._most:
            self.make_room()
        if now - self._tidied > TIDY_SECONDS:
            self._tidy(now)

    def make_room(self) -> None:
        """Cuts the one that has been idle for longest."""
        self._drop(next(iter(self._idle)))

    def close(self) -> None:
        """Cuts all."""
        for connection in list(self._idle):
            self._drop(connection)

    def _tidy(self, now: float) -> None:
        """Cuts what was idle for too long or has been closed by the other side."""
        self._tidied = now
        for connection in list(self._idle):
            if now - connection.idle_since >= WARM_SECONDS or not connection.usable:
                self._drop(connection)
        for endpoint_id in [each for each, idle in self._by_endpoint.items() if not idle]:
            del self._by_endpoint[endpoint_id]

    def _drop(self, connection: Connection) -> None:
        del self._idle[connection]
        self._by_endpoint[connection.endpoint_id].remove(connection)
        connection.cut()

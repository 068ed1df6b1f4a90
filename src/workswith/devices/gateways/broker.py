"""What is asked of the connection to a broker. `adapters.mqtt` has it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Heard = Callable[[str, bytes, str], Awaitable[None]]
"""(topic, payload, proof)"""


class Broker(Protocol):
    """The connection to an MQTT 5 broker; it is made again whenever it is lost."""

    @property
    def connected(self) -> bool: ...

    def start(self, heard: Heard, topics: tuple[str, ...]) -> None:
        """Subscribes to ``topics``; a message counts as taken when ``heard`` has returned."""

    async def publish(
        self,
        topic: str,
        payload: bytes,
        proof: str,
        *,
        sure: bool = False,
        expires: int | None = None,
        answer_to: str = "",
        correlation: bytes = b"",
    ) -> None:
        """``sure`` is QoS 1; ``expires`` in seconds. Raises ``ConnectionError``."""

    async def cut(self, gateway_id: str) -> None:
        """Ends the connection of a gateway. Raises ``ConnectionError``."""

    async def close(self) -> None: ...

"""MQTT 5 through gmqtt: one connection, and one that is made again whenever it is lost. [DEV-5]

A message that came with QoS 1 is acknowledged to the broker only when it has been taken in, and the
broker keeps back what goes beyond `RECEIVE_MAXIMUM` meanwhile.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import gmqtt

from workswith.devices.gateways.protocol import MAC
from workswith.kernel import log
from workswith.kernel.ident import Ident

CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30
AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
RECEIVE_MAXIMUM = 500
FULL_SECONDS = 0.005
"""How often a message that the broker has no room for at the moment is tried again."""
REFUSED = 0x80
"""Reason codes from here on are refusals. [MQTT 5, 2.4]"""
OVERHEAD_BYTES = 2_048
"""What topic and properties may add to the longest payload."""
_LOCAL = ("localhost", "127.0.0.1", "::1")

_log = log.get("mqtt")

Heard = Callable[[str, bytes, dict[str, Any]], Awaitable[None]]
"""(topic, payload, properties)"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker listens, and as whom to go there."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> "Address":
        """``mqtts://[user:password@]host[:8883]``; ``mqtt://`` on this machine only.

        Raises ``ValueError``.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("mqtts", "mqtt") or not parts.hostname:
            raise ValueError("a broker is mqtts://user:password@host:port")
        if parts.scheme == "mqtt" and parts.hostname not in _LOCAL:
            raise ValueError("mqtt:// is not encrypted; it is for this machine only")
        tls = parts.scheme == "mqtts"
        return cls(
            parts.hostname,
            parts.port or (8883 if tls else 1883),
            tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes
    proof: str


class Connection:
    """One connection; `lost` is set when it has ended, and it is not made again."""

    def __init__(
        self, client_id: str, heard: Heard, will: Will | None = None, **options: Any
    ) -> None:
        """``options`` are properties of CONNECT by their names in gmqtt."""
        clean = not options.get("session_expiry_interval")
        message = None
        if will is not None:
            proof = [(MAC, will.proof)]
            message = gmqtt.Message(will.topic, will.payload, qos=1, user_property=proof)
        # It tells of every lost connection, with a traceback; we do it in a line.
        logging.getLogger("gmqtt").setLevel(logging.CRITICAL)
        self.lost = asyncio.Event()
        self._heard = heard
        self._client = gmqtt.Client(
            client_id,
            clean_session=clean,
            optimistic_acknowledgement=False,
            will_message=message,
            receive_maximum=RECEIVE_MAXIMUM,
            **options,
        )
        self._client.set_config({"reconnect_retries": -2})  # never: a new one is made
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe

    async def open(self, address: Address, context: ssl.SSLContext | None) -> None:
        """Raises ``ConnectionError`` with a reason."""
        if address.user:
            self._client.set_auth_credentials(address.user, address.password)
        connecting = asyncio.ensure_future(
            self._client.connect(
                address.host, address.port, ssl=context or False, keepalive=KEEP_ALIVE_SECONDS
            )
        )
        ended = asyncio.ensure_future(self.lost.wait())
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.wait({connecting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                raise ConnectionError("the broker hung up")
            connecting.result()
        except (OSError, TimeoutError, gmqtt.MQTTConnectError) as error:
            await self.close()
            raise ConnectionError(str(error) or type(error).__name__) from error
        finally:
            ended.cancel()
            connecting.cancel()

    def subscribe(self, *topics: str) -> None:
        self._client.subscribe([gmqtt.Subscription(topic, qos=1) for topic in topics])

    async def publish(self, topic: str, payload: bytes, proof: str, **properties: Any) -> None:
        """``qos`` and properties of PUBLISH by their names in gmqtt. Raises ``ConnectionError``."""
        if proof:
            properties["user_property"] = [(MAC, proof)]
        while not self.lost.is_set():
            try:
                self._client.publish(topic, payload, **properties)
            except OverflowError:  # as much is under way as the broker allows
                await asyncio.sleep(FULL_SECONDS)
            else:
                return
        raise ConnectionError("not connected")

    async def close(self) -> None:
        """Says good-bye; no will is published."""
        with contextlib.suppress(Exception):  # whatever state it is in, it ends
            async with asyncio.timeout(1):
                await self._client.disconnect()
        self.lost.set()

    async def _on_message(
        self, _client: Any, topic: str, payload: bytes, _qos: int, properties: dict[str, Any]
    ) -> int:
        await self._heard(topic, bytes(payload), properties)
        return 0

    def _on_subscribe(self, _client: Any, _mid: int, granted: tuple[int, ...], _all: Any) -> None:
        """A broker without shared subscriptions, say, or with rules that are too strict."""
        if any(code >= REFUSED for code in granted):
            _log.error("the broker refuses subscriptions", codes=list(granted))

    def _on_disconnect(self, _client: Any, _packet: Any, _error: Any = None) -> None:
        self.lost.set()


def tls_context(address: Address, authority: str) -> ssl.SSLContext | None:
    """Trusts the authorities of the system, or only the one in a PEM file. Raises ``OSError``."""
    return ssl.create_default_context(cafile=authority or None) if address.tls else None


def proof_of(properties: dict[str, Any]) -> str:
    """The user property `MAC` of a message; empty where there is none."""
    return next((value for name, value in properties.get("user_property", ()) if name == MAC), "")


class MqttBroker:
    """`devices.gateways.hub.Broker`."""

    def __init__(self, address: Address, authority: str, payload_bytes: int) -> None:
        self._address = address
        self._context = tls_context(address, authority)
        self._packet_bytes = payload_bytes + OVERHEAD_BYTES
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None and not self._connection.lost.is_set()

    def start(
        self, heard: Callable[[str, bytes, str], Awaitable[None]], topics: tuple[str, ...]
    ) -> None:
        async def take(topic: str, payload: bytes, properties: dict[str, Any]) -> None:
            await heard(topic, payload, proof_of(properties))

        self._task = asyncio.create_task(self._run(take, topics), name="mqtt")

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
        if self._connection is None:
            raise ConnectionError("not connected")
        properties: dict[str, Any] = {"qos": int(sure)}
        if expires is not None:
            properties["message_expiry_interval"] = expires
        if answer_to:
            properties["response_topic"] = answer_to
        if correlation:
            properties["correlation_data"] = correlation
        await self._connection.publish(topic, payload, proof, **properties)

    async def cut(self, gateway_id: str) -> None:
        """Takes over its client id, upon which a broker ends the older connection. [MQTT-3.1.4-3]"""

        async def nothing(_topic: str, _payload: bytes, _properties: dict[str, Any]) -> None: ...

        instead = Connection(gateway_id, nothing)
        await instead.open(self._address, self._context)
        await instead.close()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None:
            await self._connection.close()

    async def _run(self, heard: Heard, topics: tuple[str, ...]) -> None:
        failures = 0
        while True:
            connection = Connection(
                f"workswith-{Ident().key()[:16]}", heard, maximum_packet_size=self._packet_bytes
            )
            try:
                await connection.open(self._address, self._context)
                connection.subscribe(*topics)
                self._connection, failures = connection, 0
                await connection.lost.wait()
                _log.warning("the broker is gone")
            except ConnectionError as error:
                _log.warning("the broker cannot be reached", reason=str(error))
            self._connection = None
            await connection.close()
            await asyncio.sleep(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
            failures += 1

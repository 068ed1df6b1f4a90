"""Whether a broker does what real gateways need of it, found by doing it. For ``workswith doctor``."""

import asyncio
import contextlib
from typing import Any, Literal, NamedTuple

from workswith.devices.gateways.protocol import up
from workswith.devices.gateways.settings import Settings
from workswith.kernel.ident import Ident

from .mqtt import Address, Connection, tls_context

SECTION = "MQTT 5"
ANSWER_SECONDS = 5.0
WAIT_SECONDS = 0.2


class Verdict(NamedTuple):
    section: str
    item: str
    state: Literal["good", "warning", "failure"]
    said: str


async def examine(settings: Settings) -> list[Verdict]:
    """Connects as a process of the cloud does, and sends itself a message."""
    try:
        address = Address.parse(settings.url)
        context = tls_context(address, settings.authority)
    except (ValueError, OSError) as error:
        return [Verdict(SECTION, "address of the broker", "failure", str(error))]
    found = [
        Verdict(SECTION, "encrypted", "good", "TLS")
        if address.tls
        else Verdict(SECTION, "encrypted", "warning", "mqtt:// within this machine")
    ]
    heard = asyncio.Event()

    async def hear(_topic: str, _payload: bytes, _properties: dict[str, Any]) -> None:
        heard.set()

    connection = Connection(f"workswith-doctor-{Ident().key()[:16]}", hear)
    try:
        await connection.open(address, context)
    except ConnectionError as error:
        return [*found, Verdict(SECTION, "connection", "failure", str(error))]
    found.append(Verdict(SECTION, "connection", "good", f"{address.host}:{address.port}"))
    try:
        found.append(await _shared(connection, heard))
    finally:
        await connection.close()
    return found


async def _shared(connection: Connection, heard: asyncio.Event) -> Verdict:
    item, topic = "shared subscriptions", up("doctor", Ident().key())
    connection.subscribe(f"$share/workswith-doctor/{topic}")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            while not heard.is_set():
                await connection.publish(topic, b"", "", qos=1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), WAIT_SECONDS)
    except (TimeoutError, ConnectionError):
        said = "nothing comes back: the broker has none, or its access rules forbid it"
        return Verdict(SECTION, item, "failure", said)
    return Verdict(SECTION, item, "good", "a message came back")

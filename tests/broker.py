"""A Mosquitto of its own for tests, set up as ``workswith gateway broker-config`` writes it.

TLS, certificates, access rules: nothing is left out. ``Cable`` is a wire to it that can be cut.
"""

import asyncio
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Self

from click.testing import CliRunner

from tests.patience import until
from tests.ports import held_port
from workswith.cli.gateway import command

MOSQUITTO = "/usr/sbin/mosquitto"
SECONDS = 20


@dataclass
class Broker:
    """``url`` is for the cloud, ``gateway_url`` for gateways; ``data`` has the authorities."""

    data: Path
    folder: Path
    url: str
    authority: Path
    gateway_port: int
    cloud_port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def gateway_url(self) -> str:
        return f"mqtts://localhost:{self.gateway_port}"

    @property
    def environ(self) -> dict[str, str]:
        """The settings of a cloud that goes to it."""
        return {
            "WORKSWITH_MQTT_URL": self.url,
            "WORKSWITH_MQTT_AUTHORITY": str(self.authority),
        }

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        until(self._answers, lambda: self.log)

    def _answers(self) -> bool:
        try:
            for port in (self.gateway_port, self.cloud_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def read_again(self) -> None:
        """As after new revocations: it starts anew, since a reload is its end. (docs/gateways.md)"""
        self.stop()
        self.start()


@contextmanager
def mosquitto(data: Path, folder: Path) -> Iterator[Broker]:
    """``data`` is the data folder of the cloud whose gateways are let in."""
    ports = held_port(), held_port()
    done = CliRunner().invoke(
        command,
        [
            "broker-config", "--out", str(folder), "--data", str(data),
            "--gateway-port", str(ports[0]), "--cloud-port", str(ports[1]),
        ],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    settings = dict(re.findall(r"^WORKSWITH_MQTT_(\w+)=(.*)$", done.output, re.MULTILINE))
    if os.getuid() == 0:  # it would give up its rights, and could not read what is ours
        conf = folder / "mosquitto.conf"
        conf.write_text(f"user root\nlog_type all\n{conf.read_text()}")
    broker = Broker(data, folder, settings["URL"], Path(settings["AUTHORITY"]), *ports)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class Cable:
    """A TCP proxy on this machine; `cut` ends what goes through it and takes nothing new."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.plugged = True
        self.loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def pull(self) -> None:
        """`cut`, from another thread."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.cut)

    def cut(self) -> None:
        self.plugged = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self.plugged = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.plugged:
            writer.transport.abort()
            return
        above, upstream = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers |= {writer, upstream}
        try:
            await asyncio.gather(self._pipe(reader, upstream), self._pipe(above, writer))
        except OSError:
            pass
        finally:
            for each in (writer, upstream):
                each.transport.abort()
                self._writers.discard(each)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


@contextmanager
def cable_in_thread(target: int) -> Iterator[Cable]:
    """For tests that do not run in an event loop. They `pull` it, and `mend` it."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    cable = Cable(target)
    asyncio.run_coroutine_threadsafe(cable.__aenter__(), loop).result(SECONDS)
    cable.loop = loop
    try:
        yield cable
    finally:
        asyncio.run_coroutine_threadsafe(cable.__aexit__(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()

"""Reports of real gateways through Mosquitto over TLS into SQLite, and commands to one, per second.

One process is the cloud; another one plays all gateways by the port that may do all, so that what is
measured is the cloud and not a thousand TLS connections on the same machine.
"""

import argparse
import asyncio
import multiprocessing
import ssl
import tempfile
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import uvloop
from tests.broker import Broker, mosquitto

from workswith.adapters.mqtt import Address, Connection, MqttBroker
from workswith.devices.gateways import protocol
from workswith.devices.gateways.authority import GatewayAuthority
from workswith.devices.gateways.desk import Desk
from workswith.devices.gateways.hub import Hub
from workswith.devices.gateways.settings import Settings
from workswith.devices.plants import Plant, create_plant
from workswith.kernel.cipher import derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import migrate, open_database, query
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor

Gateway = tuple[str, bytes]
LAMP = {"on": False, "level": None, "power": 0, "energy": 0}
STORED = query(int, "SELECT COALESCE(SUM(seq), 0) FROM gateway_links")
WELCOMED = query(int, "SELECT COUNT(*) FROM gateway_modules")


def keys(purpose: str) -> bytes:
    return derive(bytes(32), purpose)


async def until(database: Any, question: Any, count: int) -> None:
    while await database.one(question) < count:  # noqa: ASYNC110 - tables ring no bell
        await asyncio.sleep(0.01)


async def nothing(_topic: str, _payload: bytes, _properties: dict[str, Any]) -> None: ...


async def play(broker: Broker, gateways: list[Gateway], reports: int, go: Any) -> None:
    """The other process: hellos, and after the sign as many reports of each."""
    connection = Connection("benchmark", nothing)
    context = ssl.create_default_context(cafile=str(broker.authority))
    await connection.open(Address.parse(broker.url), context)

    async def say(gateway: Gateway, what: str, message: Any) -> None:
        topic, payload = protocol.up(gateway[0], what), protocol.encode(message)
        await connection.publish(topic, payload, protocol.mac(gateway[1], topic, payload), qos=1)

    for gateway in gateways:
        lamp = protocol.Announced("L", "light", "Lamp", LAMP)
        await say(gateway, "hello", protocol.Hello("0123456789abcdef", modules=[lamp]))
    await asyncio.to_thread(go.wait)
    for seq in range(1, reports + 1):
        said = protocol.Said("L", {**LAMP, "on": seq % 2 == 0, "power": seq, "energy": seq})
        for gateway in gateways:
            await say(gateway, "report", protocol.Report(1, seq, [said]))
    await asyncio.sleep(1)
    await connection.close()


def player(broker: Broker, gateways: list[Gateway], reports: int, go: Any) -> None:
    broker.process = None
    uvloop.run(play(broker, gateways, reports, go))


async def measure(broker: Broker, folder: Path, gateways: int, reports: int) -> None:
    url = f"sqlite:///{folder / 'benchmark.db'}"
    database = await open_database(url)
    await migrate(database, url)
    clock, ident, bells = Clock(), Ident(), Bells()
    settings = Settings(messages_per_minute=10**9)
    mqtt = MqttBroker(Address.parse(broker.url), str(broker.authority), settings.payload_bytes)
    hub = Hub(database, clock, ident, bells, settings, keys=keys, broker=mqtt)
    authority = GatewayAuthority(broker.data / "gateways")
    desk = Desk(database, clock, ident, bells, settings, keys=keys, authority=authority)

    async def set_up(tx: Any) -> Plant:
        return await create_plant(tx, "anna", ident, "Home", api="home_control", now=clock.now())

    plant = await database.write(set_up)
    added = [await desk.add(plant.id, f"Gateway {n}") for n in range(gateways)]
    known = [(one.gateway_id, urlsafe_b64decode(one.secret + "=")) for one in added]
    supervisor = Supervisor(clock, bells)
    supervisor.add(hub)
    supervisor.start()
    while not mqtt.connected:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)
    spawn = multiprocessing.get_context("spawn")
    go = spawn.Event()
    broker.process, running = None, broker.process
    process = spawn.Process(target=player, args=(broker, known, reports, go))
    process.start()
    broker.process = running
    await until(database, WELCOMED, gateways)
    began, cpu = time.perf_counter(), time.process_time()
    go.set()
    await until(database, STORED, gateways * reports)
    count, took = gateways * reports, time.perf_counter() - began
    spent = (time.process_time() - cpu) / count * 1e6
    print(
        f"{gateways} gateways, {count} reports: {count / took:,.0f} a second, each with its event, "
        f"proof and acknowledgement; {spent:.0f} us of CPU each in the cloud"
    )
    await asyncio.to_thread(process.join)
    await supervisor.stop()
    await hub.close()
    await database.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--gateways", type=int, default=200)
    options.add_argument("--reports", type=int, default=50)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mosquitto(folder / "data", folder / "mosquitto") as broker:
            uvloop.run(measure(broker, folder, chosen.gateways, chosen.reports))


if __name__ == "__main__":
    main()

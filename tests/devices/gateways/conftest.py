"""A real broker, the cloud's hub and a simulated gateway, all over TLS."""

import asyncio
import ssl
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.broker import Broker, mosquitto
from tests.patience import eventually
from workswith.adapters.mqtt import Address, Connection, MqttBroker
from workswith.adapters.mqtt_gateway import SimulatedGateway
from workswith.devices.gateways.authority import GatewayAuthority
from workswith.devices.gateways.desk import Credentials, Desk
from workswith.devices.gateways.hub import Hub
from workswith.devices.gateways.settings import Settings
from workswith.devices.gateways.simulated import Devices
from workswith.devices.homes.drawing import draw
from workswith.devices.links import Links
from workswith.devices.park import Park
from workswith.devices.plants import Module, Plant, create_plant, gateways_of, modules_of
from workswith.devices.settings import Settings as DeviceSettings
from workswith.devices.templates import TEMPLATES
from workswith.devices.twin import Twin
from workswith.kernel.cipher import derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor

INSTANCE_KEY = bytes(range(32))
OWNER = "anna"


def keys(purpose: str) -> bytes:
    return derive(INSTANCE_KEY, purpose)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("broker")
    with mosquitto(folder / "data", folder / "mosquitto") as running:
        yield running


@dataclass
class Site:
    """A cloud with one plant for real gateways; `gateway` starts a simulated one."""

    database: Database
    clock: Clock
    ident: Ident
    bells: Bells
    broker: Broker
    plant: Plant
    settings: Settings
    hub: Hub
    desk: Desk
    twin: Twin
    park: Park
    supervisor: Supervisor
    running: list["asyncio.Task[None]"] = field(default_factory=list)
    open: list[Connection] = field(default_factory=list)
    """Connections of a test's own."""

    async def add(self, name: str = "Gateway") -> Credentials:
        return await self.desk.add(self.plant.id, name)

    def context(self, credentials: Credentials, folder: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.broker.authority))
        chain = folder / f"{credentials.gateway_id}.pem"
        chain.write_text(credentials.certificate + credentials.key)
        context.load_cert_chain(chain)
        return context

    def gateway(
        self,
        credentials: Credentials,
        folder: Path,
        template: str = "flat",
        *,
        port: int = 0,
        gateway_id: str = "",
    ) -> SimulatedGateway:
        """It runs when this returns."""
        made = SimulatedGateway(
            gateway_id or credentials.gateway_id,
            secret(credentials),
            Address("localhost", port or self.broker.gateway_port, tls=True),
            self.context(credentials, folder),
            lambda now: Devices(draw(TEMPLATES[template][0], Ident.seeded(1), now)),
        )
        self.running.append(asyncio.create_task(made.run()))
        return made

    async def connected(self, gateway: SimulatedGateway) -> None:
        """Returns once it is on line and all it had to say is stored."""

        async def there() -> bool:
            return gateway.online and not gateway.waiting

        await eventually(there)

    async def reach(self, gateway_id: str) -> str:
        rows = await gateways_of(self.database, OWNER, self.plant.id)
        return next(one.reach for one in rows if one.id == gateway_id)

    async def offline(self, gateway_id: str) -> None:
        """Returns once the cloud knows that it is."""

        async def gone() -> bool:
            return await self.reach(gateway_id) == "offline"

        await eventually(gone)

    async def modules(self) -> list[Module]:
        return await modules_of(self.database, OWNER, self.plant.id)

    async def stop(self) -> None:
        for connection in self.open:
            await connection.close()
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        await self.supervisor.stop()
        await self.hub.close()


def secret(credentials: Credentials) -> bytes:
    return urlsafe_b64decode(credentials.secret + "=")


@pytest.fixture
def settings() -> Settings:
    return Settings(alive_seconds=60)


@pytest.fixture
async def site(
    database: Database,
    clock: Clock,
    ident: Ident,
    bells: Bells,
    *,
    broker: Broker,
    settings: Settings,
) -> AsyncIterator[Site]:
    async def set_up(tx: Any) -> Plant:
        return await create_plant(
            tx, OWNER, ident, "Casa vera", api="home_control", now=clock.now()
        )

    plant = await database.write(set_up)
    mqtt = MqttBroker(Address.parse(broker.url), str(broker.authority), settings.payload_bytes)
    hub = Hub(database, clock, ident, bells, settings, keys=keys, broker=mqtt)
    desk = Desk(
        database, clock, ident, bells, settings,
        keys=keys, authority=GatewayAuthority(broker.data / "gateways"),
    )  # fmt: skip
    devices = DeviceSettings(answer_timeout_ms=3_000)
    park = Park(database, clock, bells, devices)
    twin = Twin(database, clock, Links(park, hub), devices)
    supervisor = Supervisor(clock, bells, poll=0.05)
    supervisor.add(hub, park)
    supervisor.start()
    made = Site(
        database,
        clock,
        ident,
        bells,
        broker,
        plant,
        settings,
        hub,
        desk,
        twin,
        park,
        supervisor,
    )

    async def connected() -> bool:
        return mqtt.connected

    await eventually(connected)
    yield made
    await made.stop()

"""A process of the cloud of its own, for `test_workers`: ``python -m … DB_URL MQTT_URL AUTHORITY``.

With the id of a module as a fourth word it commands it, too, and is never answered.
"""

import asyncio
import sys

from tests.conftest import NOON
from tests.devices.gateways.conftest import keys
from workswith.adapters.mqtt import Address, MqttBroker
from workswith.devices.gateways.hub import Hub
from workswith.devices.gateways.settings import Settings
from workswith.devices.light import Command
from workswith.kernel.clock import Clock, ClockState
from workswith.kernel.database import open_database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor


async def main(url: str, mqtt: str, authority: str, module_id: str = "") -> None:
    settings, bells = Settings(messages_per_minute=100_000), Bells()
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    database = await open_database(url, connections=3)
    broker = MqttBroker(Address.parse(mqtt), authority, settings.payload_bytes)
    hub = Hub(database, clock, Ident(), bells, settings, keys=keys, broker=broker)
    supervisor = Supervisor(clock, bells, poll=0.05)
    supervisor.add(hub)
    supervisor.start()
    while not broker.connected:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)  # its subscriptions are on the way
    sys.stdout.write("running\n")
    sys.stdout.flush()
    if module_id:
        await hub.send(module_id, Command(on=True), deadline=2, flow="")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

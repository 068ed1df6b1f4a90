"""The devices of one installation: twins, scenes, and the park or gateways behind them."""

from typing import TYPE_CHECKING

from workswith.devices.homes import Homes
from workswith.devices.link import PlantLink
from workswith.devices.links import Hands, Links, RemoteHands
from workswith.devices.outages import Outages
from workswith.devices.park import Park
from workswith.devices.scenes import Scenes
from workswith.devices.twin import Twin
from workswith.kernel.database import Tx
from workswith.kernel.tasks import Work

from .kernel import Kernel

if TYPE_CHECKING:
    from workswith.devices.gateways.hub import Hub


class Devices:
    """What the homes contain and how it is reached."""

    def __init__(self, kernel: Kernel) -> None:
        database, clock, settings = kernel.database, kernel.clock, kernel.settings.devices
        self.park = Park(database, clock, kernel.bells, settings)
        self.outages = Outages(database, clock, kernel.bells, self.park, settings)
        self.works: tuple[Work, ...] = (self.park, self.outages)
        self._hub = _real_gateways(kernel)
        link: PlantLink = self.park
        self.hands: Hands = self.park
        if self._hub is not None:
            link = Links(self.park, self._hub)
            self.hands = RemoteHands(self.park, self._hub, settings.answer_timeout_ms / 1000)
            self.works = (*self.works, self._hub)
        self.twin = Twin(database, clock, link, settings)
        self.scenes = Scenes(database, clock, kernel.bells, self.twin)
        self.homes = Homes(database, clock, kernel.ident, self.park, settings)
        if self._hub is not None:
            self.homes.on_gateway(_cut)

    async def close(self) -> None:
        if self._hub is not None:
            await self._hub.close()


async def _cut(tx: Tx, gateway_id: str, _now: int) -> None:
    """The connection of a gateway whose home is taken down."""
    from workswith.devices.gateways.desk import cut  # noqa: PLC0415 - as below

    await cut(tx, gateway_id)


def _real_gateways(kernel: Kernel) -> "Hub | None":
    settings = kernel.settings.mqtt
    if not settings.url:
        return None
    # Few installations have a broker, and the others do not load what speaks to it.
    from workswith.adapters.mqtt import Address, MqttBroker  # noqa: PLC0415
    from workswith.devices.gateways.coalescing import paces  # noqa: PLC0415
    from workswith.devices.gateways.hub import Hub  # noqa: PLC0415

    return Hub(
        kernel.database,
        kernel.clock,
        kernel.ident,
        kernel.bells,
        settings,
        keys=kernel.key,
        broker=MqttBroker(Address.parse(settings.url), settings.authority, settings.payload_bytes),
        paces=paces(kernel.settings.devices),
    )

"""The whole way of an event, as the program wires it, for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from workswith.events.outbox import Event, append
from workswith.events.relay import Relay
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.logbook import Attempt
from workswith.webhooks.reading import (
    DeliveryView,
    EndpointView,
    LossView,
    attempts_of,
    deliveries_of,
    endpoints_of,
    losses_of,
)
from workswith.webhooks.sender import Sender
from workswith.webhooks.settings import Settings
from workswith.webhooks.signing import Signer
from workswith.webhooks.subscriptions import Subscription, Subscriptions
from workswith.webhooks.worker import Posts, Worker

ACCOUNT, CLIENT, PLANT, API = "account-1", "client-1", "plant-1", "smarther-v2.0"
FOR_EVER = 60
"""Real seconds; what has not come by then does not come on a slow machine either."""


async def until(
    true: Callable[[], bool], turn: Callable[[int], Awaitable[object]] | None = None, now: int = 0
) -> None:
    """Waits for a condition; with ``turn``, taking one after the other at ``now`` meanwhile."""
    async with asyncio.timeout(FOR_EVER):
        while not true():
            if turn is not None:
                await turn(now)
            await asyncio.sleep(0.001)


def render(event: Event, subscription: Subscription) -> bytes | None:
    """A body that says which event it is; none for events of kind ``quiet``."""
    if event.kind == "broken":
        raise LookupError("this cannot be written down")
    if event.kind == "quiet":
        return None
    return msgspec.json.encode(
        [{"id": event.id, "sequence": event.sequence, "plant": event.plant_id, "at": event.at}]
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What a chain stands on."""

    database: Database
    clock: Clock
    ident: Ident
    bells: Bells
    cipher: Cipher


class Chain:
    """`change` a plant, `advance` the clock, look at what came of it."""

    def __init__(self, ground: Ground, settings: Settings, sender: Posts | None = None) -> None:
        self.ground = ground
        self.database = ground.database
        self.clock = ground.clock
        self.settings = settings
        self.subscriptions = Subscriptions(
            ground.database, ground.clock, ground.ident, ground.cipher, settings
        )
        self.sender = sender or Sender(settings)
        self.worker = self.new_worker()
        fan_out = FanOut({API: render}, settings.rules)
        self.relay = Relay(ground.database, ground.bells, fan_out)
        self.supervisor = Supervisor(ground.clock, ground.bells)
        self.supervisor.add(self.relay, self.worker)

    def new_worker(self) -> Worker:
        """A worker that knows nothing of what another one has under way."""
        return Worker(
            self.database,
            self.clock,
            self.ground.bells,
            signer=Signer(self.ground.cipher),
            sender=self.sender,
            settings=self.settings,
            portal="https://portal.example",
        )

    async def close(self) -> None:
        await self.worker.settle()
        if isinstance(self.sender, Sender):
            self.sender.close()

    async def subscribe(self, url: str, plant: str = PLANT, client: str = CLIENT) -> str:
        return await self.subscriptions.subscribe(ACCOUNT, client, plant, API, url)

    async def change(self, plant: str = PLANT, kind: str = "status", times: int = 1) -> None:
        """Events, not relayed yet."""
        for _ in range(times):
            await self.database.write(
                append,
                plant_id=plant,
                module_id="module-1",
                kind=kind,
                changed=("mode",),
                state={"mode": "manual"},
                at=self.clock.now(),
                flow="flow-1",
            )

    async def settle(self) -> None:
        await self.supervisor.settle()

    async def advance(self, milliseconds: int) -> None:
        await self.supervisor.advance(self.clock.now() + milliseconds)

    async def endpoint(self, client: str = CLIENT) -> EndpointView:
        (found,) = await endpoints_of(
            self.database, [client], self.settings.rules, self.clock.now()
        )
        return found

    async def deliveries(self, client: str = CLIENT) -> list[DeliveryView]:
        """The oldest first."""
        return (await deliveries_of(self.database, [client], limit=10_000))[::-1]

    async def attempts(self, delivery: DeliveryView) -> list[Attempt]:
        return await attempts_of(self.database, [delivery.client_id], delivery.id)

    async def losses(self, client: str = CLIENT) -> list[LossView]:
        endpoint = await self.endpoint(client)
        return await losses_of(self.database, [client], endpoint.id, limit=10_000)

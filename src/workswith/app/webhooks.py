"""The notifications of one installation: subscriptions, fan-out and the worker that delivers."""

from workswith.apis import catalogue
from workswith.events.relay import Relay
from workswith.kernel.tasks import Work
from workswith.webhooks.desk import Desk
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.preview import Preview
from workswith.webhooks.sender import Sender
from workswith.webhooks.signing import Signer
from workswith.webhooks.subscriptions import Subscriptions
from workswith.webhooks.tokens import Tokens
from workswith.webhooks.worker import Worker

from .kernel import Kernel
from .seams import PLAIN, Seams


class Webhooks:
    """Who hears of what, and the delivery of it."""

    def __init__(self, kernel: Kernel, seams: Seams = PLAIN) -> None:
        database, clock, bells = kernel.database, kernel.clock, kernel.bells
        cipher, settings = kernel.cipher, kernel.settings.webhooks
        self.subscriptions = Subscriptions(
            database, clock, kernel.ident.branch("webhooks"), cipher, settings, bells=bells
        )
        self.sender = Sender(settings)
        self.worker = Worker(
            database,
            clock,
            bells,
            signer=Signer(cipher),
            sender=seams.posts(self.sender),
            settings=settings,
            portal=kernel.origins.portal,
        )
        self.desk = Desk(
            database,
            clock,
            kernel.ident.branch("webhooks"),
            cipher,
            settings,
            bells=bells,
            renderers=catalogue.NOTIFICATIONS,
            portal=kernel.origins.portal,
        )
        self.tokens = Tokens(
            database, clock, kernel.ident.branch("webhook tokens"), kernel.broadcast
        )
        self.preview = Preview(database, catalogue.NOTIFICATIONS)
        self.fan_out = FanOut(seams.notifications(catalogue.NOTIFICATIONS), settings.rules)
        self.works: tuple[Work, ...] = (Relay(database, bells, self.fan_out), self.worker)

    async def close(self) -> None:
        await self.worker.close()
        self.sender.close()

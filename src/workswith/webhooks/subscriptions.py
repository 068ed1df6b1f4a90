"""Which application wants to hear of which plant, and where. [C2C-1, contract §8.1 … 8.3]

A *subscription* is one URL for one plant. An *endpoint* is one URL of one application: it has the
failure counter, the ban and the signing secret, and outlives its subscriptions, so that
unsubscribing and subscribing again neither lifts a ban nor changes the secret.
"""

from dataclasses import dataclass

from workswith.events import outbox
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Query, Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from . import handshake, policy, queue, signing
from .settings import Settings
from .shards import shard_of
from .target import parse, require_reachable


@dataclass(frozen=True, slots=True)
class Subscription:
    """``account_id`` is the end-user who consented, ``client_id`` the application that asked.

    ``state`` is active, or suspended as long as the account is; for an API that wants proof first, pending until the endpoint has given it
    (`handshake`), and refused when it never did.
    """

    id: str
    account_id: str
    client_id: str
    plant_id: str
    api: str
    url: str
    endpoint_id: str
    created_at: int
    state: str = "active"


COLUMNS = "id, account_id, client_id, plant_id, api, url, endpoint_id, created_at, state"

_ENDPOINT_ID = query(
    str, "SELECT id FROM webhook_endpoint WHERE client_id = :client_id AND url = :url"
)
_ADD_ENDPOINT = statement(
    "INSERT INTO webhook_endpoint (id, client_id, url, secret, failures, successes, lost, "
    "created_at, shard) VALUES (:id, :client_id, :url, :secret, 0, 0, 0, :now, :shard) "
    "ON CONFLICT (client_id, url) DO NOTHING"
)
_COUNT = query(
    int,
    "SELECT count(*) FROM webhook_subscription "
    "WHERE account_id = :account_id AND client_id = :client_id AND plant_id = :plant_id",
)
_ADD = statement(
    f"INSERT INTO webhook_subscription ({COLUMNS}) VALUES (:id, :account_id, :client_id, "
    ":plant_id, :api, :url, :endpoint_id, :now, :state) "
    "ON CONFLICT (account_id, client_id, plant_id, url) DO NOTHING"
)
_FORGET_REFUSED = statement(
    "DELETE FROM webhook_subscription WHERE account_id = :account_id AND client_id = :client_id "
    "AND plant_id = :plant_id AND url = :url AND state = 'refused'"
)
_WAKE = statement(
    "UPDATE webhook_endpoint SET next_due = CASE WHEN ban_until > :now THEN ban_until ELSE :now END "
    "WHERE id = :id"
)
_OF_ACCOUNT: Query[Subscription] = query(
    Subscription,
    f"SELECT {COLUMNS} FROM webhook_subscription WHERE account_id = :account_id AND api = :api "
    "AND (:client_id = '' OR client_id = :client_id) ORDER BY created_at, id",
)
_LATEST_URL = query(
    str,
    "SELECT url FROM webhook_subscription WHERE client_id = :client_id AND api = :api "
    "ORDER BY created_at DESC, id DESC LIMIT 1",
)
# Ending locks the endpoints first, as fan-out does: either the fan-out's deliveries are seen here
# and cancelled, or fan-out comes later and finds no subscription.
_CHOICES = {
    "one": "account_id = :account_id AND plant_id = :plant_id AND id = :id "
    "AND (:client_id = '' OR client_id = :client_id)",
    "consent": "account_id = :account_id AND client_id = :client_id",
    "plant": "plant_id = :plant_id",
    "suspended": "account_id = :account_id AND state = 'active'",
    "lost": "account_id = :account_id AND NOT EXISTS (SELECT 1 FROM plant_members me "
    "WHERE me.account_id = :account_id AND me.plant_id = webhook_subscription.plant_id)",
}
_LOCK = {
    name: statement(
        "UPDATE webhook_endpoint SET next_due = next_due WHERE id IN "
        f"(SELECT endpoint_id FROM webhook_subscription WHERE {choice})"
    )
    for name, choice in _CHOICES.items()
}
_CANCEL = {
    name: statement(
        "UPDATE webhook_delivery SET state = 'cancelled', due_at = NULL, finished_at = :now "
        "WHERE due_at IS NOT NULL AND endpoint_id IN "
        f"(SELECT endpoint_id FROM webhook_subscription WHERE {choice}) "
        f"AND subscription_id IN (SELECT id FROM webhook_subscription WHERE {choice})"
    )
    for name, choice in _CHOICES.items()
}
_END = {
    name: statement(f"DELETE FROM webhook_subscription WHERE {choice}")
    for name, choice in _CHOICES.items()
}
_SUSPEND = statement(
    f"UPDATE webhook_subscription SET state = 'suspended' WHERE {_CHOICES['suspended']}"
)
_RESUME = statement(
    "UPDATE webhook_subscription SET state = 'active' "
    "WHERE account_id = :account_id AND state = 'suspended'"
)


class Subscriptions:
    """Subscribes, lists and ends. Who may see a plant has been checked by the caller."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        cipher: Cipher,
        settings: Settings,
        *,
        bells: Bells | None = None,
    ) -> None:
        """With ``bells`` a handshake begins at once, otherwise at the worker's next look."""
        self._database = database
        self._clock = clock
        self._ident = ident
        self._cipher = cipher
        self._settings = settings
        self._bells = bells

    async def subscribe(
        self, account_id: str, client_id: str, plant_id: str, api: str, url: str
    ) -> str:
        """Returns the new subscription's id.

        Raises a `Problem`: MALFORMED for an address that cannot be notified, CONFLICT
        ``subscription_exists``, INVALID ``subscription_limit``.
        """
        target = parse(url, allow_http=self._settings.allow_http)
        require_reachable(target, self._settings.reach)
        endpoint_id = self._ident.uuid()
        secret = signing.seal(self._cipher, endpoint_id, signing.new_secret(self._ident))
        wanted = Subscription(
            self._ident.uuid(),
            account_id,
            client_id,
            plant_id,
            api,
            url,
            endpoint_id,
            self._clock.now(),
            "pending" if api in self._settings.handshakes else "active",
        )
        await self._database.write(self._add, wanted, secret)
        if self._bells is not None:
            self._bells.ring("webhooks")
        return wanted.id

    async def of_account(
        self, account_id: str, api: str, *, client_id: str = ""
    ) -> list[Subscription]:
        """All subscriptions to an account's plants, of one application or of all."""
        return await of_account(self._database, account_id, api, client_id)

    async def latest_url(self, client_id: str, api: str) -> str | None:
        """Where an application was last told to be notified of the plants of an API."""
        return await self._database.one(_LATEST_URL, client_id=client_id, api=api)

    async def unsubscribe(
        self, account_id: str, plant_id: str, subscription_id: str, *, client_id: str = ""
    ) -> None:
        """Ends one; what was still to be delivered is cancelled. Raises UNKNOWN."""

        async def end_one(tx: Tx) -> int:
            return await _end(
                tx,
                "one",
                self._clock.now(),
                account_id=account_id,
                plant_id=plant_id,
                id=subscription_id,
                client_id=client_id,
            )

        if not await self._database.write(end_one):
            raise Problem(
                Kind.UNKNOWN, "subscription_unknown", "There is no such subscription to this plant."
            )

    async def _add(self, tx: Tx, wanted: Subscription, secret: bytes) -> None:
        whose = {
            "account_id": wanted.account_id,
            "client_id": wanted.client_id,
            "plant_id": wanted.plant_id,
        }
        now, client_id, url = wanted.created_at, wanted.client_id, wanted.url
        limit = self._settings.subscriptions_per_plant
        await outbox.hear(tx, wanted.plant_id)
        await tx.run(
            _ADD_ENDPOINT,
            id=wanted.endpoint_id,
            client_id=client_id,
            url=url,
            secret=secret,
            now=now,
            shard=shard_of(wanted.endpoint_id),
        )
        await tx.run(_FORGET_REFUSED, **whose, url=url)
        endpoint_id = await tx.one(_ENDPOINT_ID, client_id=client_id, url=url)
        added = await tx.run(
            _ADD,
            **whose,
            id=wanted.id,
            api=wanted.api,
            url=url,
            endpoint_id=endpoint_id,
            now=now,
            state=wanted.state,
        )
        if not added:
            raise Problem(Kind.CONFLICT, "subscription_exists", "Subscription already exists")
        if (await tx.one(_COUNT, **whose) or 0) > limit:
            raise Problem(
                Kind.INVALID,
                "subscription_limit",
                f"An application can have {limit} subscriptions to one plant.",
                hint="Delete subscriptions that are no longer used.",
            )
        if wanted.state == "pending":
            await self._challenge(tx, wanted, endpoint_id or "")

    async def _challenge(self, tx: Tx, wanted: Subscription, endpoint_id: str) -> None:
        """The first delivery of such a subscription asks for its proof."""
        id_, code, now = self._ident.uuid(), self._ident.uuid(), wanted.created_at
        row = {
            "delivery_id": id_,
            "endpoint_id": endpoint_id,
            "subscription_id": wanted.id,
            "client_id": wanted.client_id,
            "event_id": id_,
            "plant_id": wanted.plant_id,
            "sequence": 0,
            "kind": handshake.KIND,
            "at": now,
            "expires_at": policy.expires_at(self._settings.rules, now),
            "body": handshake.body(id_, code, now),
            "now": now,
            "flow": log.flow.get() or "",
            "cause": "handshake",
            "proof": code,
        }
        await queue.add(tx, [row])
        await tx.run(_WAKE, id=endpoint_id, now=now)


async def of_account(
    reads: Reads, account_id: str, api: str, client_id: str = ""
) -> list[Subscription]:
    return await reads.all(_OF_ACCOUNT, account_id=account_id, api=api, client_id=client_id)


async def end_for_consent(tx: Tx, account_id: str, client_id: str, now: int) -> None:
    """Ends what an application subscribed to for an account; for `Consents.on_end`."""
    await _end(tx, "consent", now, account_id=account_id, client_id=client_id)


async def end_for_plant(tx: Tx, plant_id: str, now: int) -> None:
    """Ends all subscriptions to a plant that is removed or changes hands."""
    await _end(tx, "plant", now, plant_id=plant_id)


async def end_for_lost(tx: Tx, account_id: str, now: int) -> None:
    """Ends all subscriptions of an account to plants that it no longer sees."""
    await _end(tx, "lost", now, account_id=account_id)


async def suspend_for_account(tx: Tx, account_id: str, now: int) -> None:
    """While an account is suspended nobody is told of its plants: it could not end a consent now."""
    await tx.run(_LOCK["suspended"], account_id=account_id)
    await tx.run(_CANCEL["suspended"], now=now, account_id=account_id)
    await tx.run(_SUSPEND, account_id=account_id)


async def resume_for_account(tx: Tx, account_id: str, _now: int) -> None:
    """What changes from here on is told again."""
    await tx.run(_RESUME, account_id=account_id)


async def _end(tx: Tx, choice: str, now: int, **parameters: str) -> int:
    await tx.run(_LOCK[choice], **parameters)
    await tx.run(_CANCEL[choice], now=now, **parameters)
    return await tx.run(_END[choice], **parameters)

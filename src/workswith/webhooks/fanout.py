"""From an event to one delivery for each endpoint that wants it.

Runs in the relay's transaction: after a crash there are the mark "relayed" and the deliveries, or
neither. The body is rendered here, once, and stored, so that every attempt sends the same bytes.
For an endpoint that is banned the event is lost: counted, listed, never delivered. [C2C-4 C2C-6]
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha1
from typing import Any

from workswith.events.outbox import Event
from workswith.kernel import log
from workswith.kernel.database import Query, Tx, query, statement

from . import policy, queue
from .lanes import keys
from .settings import Rules
from .subscriptions import COLUMNS, Subscription

Renderer = Callable[[Event, Subscription], bytes | None]
"""The body of a notification; ``None`` when this event is none of the API's.

Of the subscription it may look at the account: for all endpoints of one account it is made once.
"""

BANNED = "banned"
UNRENDERABLE = "unrenderable"

_log = log.get("webhooks")

# The update locks the endpoints until the commit: the ban read here holds, and an acknowledgement
# that recomputes `next_due` waits until it can see the new deliveries. On PostgreSQL they are
# locked in the order of their ids before, as acknowledgements do it, so that nobody waits in a ring.
_OF_PLANTS = (
    "SELECT endpoint_id FROM webhook_subscription "
    "WHERE plant_id IN (SELECT key FROM json_each(:plants))"
)
_IN_ORDER = {
    "postgresql": query(
        str, f"SELECT id FROM webhook_endpoint WHERE id IN ({_OF_PLANTS}) ORDER BY id FOR UPDATE"
    ),
}
_LOCK = query(
    lambda id_, ban_until: (id_, policy.Lane(ban_until=ban_until)),
    "UPDATE webhook_endpoint SET next_due = CASE WHEN ban_until > :now THEN next_due "
    "WHEN next_due IS NULL OR next_due > :now THEN :now ELSE next_due END "
    f"WHERE id IN ({_OF_PLANTS}) RETURNING id, ban_until",
)
_SUBSCRIPTIONS: Query[Subscription] = query(
    Subscription,
    f"SELECT {COLUMNS} FROM webhook_subscription "
    "WHERE plant_id IN (SELECT key FROM json_each(:plants)) "
    "AND state = 'active' ORDER BY created_at, id",
)
_LOSE = statement(
    "INSERT INTO webhook_lost (endpoint_id, client_id, subscription_id, event_id, plant_id, "
    "sequence, kind, at, reason) VALUES (:endpoint_id, :client_id, :subscription_id, :event_id, "
    ":plant_id, :sequence, :kind, :at, :reason)"
)
_COUNT_LOST = statement(
    "UPDATE webhook_endpoint SET lost = lost + 1, lost_first = COALESCE(lost_first, :at), "
    "lost_last = :at WHERE id = :endpoint_id"
)


class FanOut:
    """What the relay calls. ``renderers`` by API."""

    def __init__(self, renderers: Mapping[str, Renderer], rules: Rules, dialect: str) -> None:
        self._dialect = dialect
        self._renderers = renderers
        self._rules = rules

    async def __call__(self, tx: Tx, events: Sequence[Event], now: int) -> None:
        pairs = await self._pairs(tx, events, now)
        bodies: dict[tuple[str, str, str], bytes | None] = {}
        deliveries: list[dict[str, Any]] = []
        losses: list[dict[str, Any]] = []
        for event, subscription, lane in pairs:
            columns = _columns(event, subscription)
            if policy.banned(lane, now):
                losses.append({**columns, "reason": BANNED})
                continue
            seen_as = (event.id, subscription.api, subscription.account_id)
            try:
                if seen_as not in bodies:
                    bodies[seen_as] = self._renderers[subscription.api](event, subscription)
            except Exception as error:
                # One event that cannot be written down must not stop all that come after it.
                _log.error("no notification could be made", event_id=event.id, exc_info=error)
                losses.append({**columns, "reason": UNRENDERABLE})
                continue
            body = bodies[seen_as]
            if body is not None:
                columns["body"], columns["now"] = body, now
                columns["expires_at"] = policy.expires_at(self._rules, event.at)
                deliveries.append(columns)
        await queue.add(tx, self._dialect, deliveries)
        await tx.run_many(_LOSE, losses)
        await tx.run_many(_COUNT_LOST, losses)

    async def _pairs(
        self, tx: Tx, events: Sequence[Event], now: int
    ) -> list[tuple[Event, Subscription, policy.Lane]]:
        """Who hears of what, in the order of the events; locks the endpoints."""
        plants = keys([event.plant_id for event in events])
        if self._dialect in _IN_ORDER:
            await tx.all(_IN_ORDER[self._dialect], plants=plants)
        lanes = dict(await tx.all(_LOCK, plants=plants, now=now))
        if not lanes:
            return []
        subscriptions = defaultdict(list)
        for subscription in await tx.all(_SUBSCRIPTIONS, plants=plants):
            # Without a lane it was subscribed a moment ago, after these events.
            if subscription.endpoint_id in lanes:
                subscriptions[subscription.plant_id].append(subscription)
        return [
            (event, subscription, lanes[subscription.endpoint_id])
            for event in events
            for subscription in subscriptions[event.plant_id]
        ]


def delivery_id(subscription_id: str, event_id: str) -> str:
    """Follows from event and subscription: the same notification never gets a second id.

    A UUID of version 5 (RFC 9562), made here because the library's takes five times as long.
    """
    digest = bytearray(sha1(_space(subscription_id) + event_id.encode()).digest()[:16])  # noqa: S324  no secret
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=10_000)
def _space(subscription_id: str) -> bytes:
    return uuid.UUID(subscription_id).bytes


def _columns(event: Event, subscription: Subscription) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id(subscription.id, event.id),
        "endpoint_id": subscription.endpoint_id,
        "subscription_id": subscription.id,
        "client_id": subscription.client_id,
        "event_id": event.id,
        "plant_id": event.plant_id,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": event.at,
        "flow": event.flow,
        "cause": "event",
        "proof": "",
    }

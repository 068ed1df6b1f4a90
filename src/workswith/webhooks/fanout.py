"""From an event to one delivery for each endpoint that wants it.

Runs in the relay's transaction: after a crash there are the mark "relayed" and the deliveries, or
neither. The body is rendered here, once, and stored, so that every attempt sends the same bytes.
For an endpoint that is banned the event is lost: counted, listed, never delivered. [C2C-4 C2C-6]
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha1
from typing import Any

from workswith.events.outbox import Event
from workswith.kernel import log
from workswith.kernel.database import Query, Tx, keys, query, statement

from . import policy, queue
from .bodies import SERIES
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
# that recomputes `next_due` waits until it can see the new deliveries.
_LOCK = query(
    lambda id_, ban_until: (id_, policy.Lane(ban_until=ban_until)),
    "UPDATE webhook_endpoint SET next_due = CASE WHEN ban_until > :now THEN next_due "
    "WHEN next_due IS NULL OR next_due > :now THEN :now ELSE next_due END "
    "WHERE id IN (SELECT endpoint_id FROM webhook_subscription "
    "WHERE plant_id IN (SELECT key FROM json_each(:plants))) RETURNING id, ban_until",
)
_SUBSCRIPTIONS: Query[Subscription] = query(
    Subscription,
    f"SELECT {COLUMNS} FROM webhook_subscription "
    "WHERE plant_id IN (SELECT key FROM json_each(:plants)) "
    "AND state = 'active' ORDER BY created_at, id",
)
# On PostgreSQL, where a question costs more than its rows, one for both and for the slice that takes
# bodies now. Endpoints are locked in the order of their ids, as acknowledgements do it, so that
# nobody waits in a ring. Whoever is waited for may end a subscription meanwhile, which this question
# cannot see any more: so the deliveries are added only for those that are active still.
_HEARING: dict[str, Query[tuple[int, Subscription, policy.Lane]]] = {
    "postgresql": query(
        lambda slice_, ban_until, *columns: (
            slice_,
            Subscription(*columns),
            policy.Lane(ban_until=ban_until),
        ),
        f"WITH hearing AS MATERIALIZED (SELECT {COLUMNS} FROM webhook_subscription "
        "WHERE plant_id = ANY (CAST(:plants AS TEXT[])) AND state = 'active'), "
        "lane AS MATERIALIZED (SELECT id AS lane_id, ban_until AS held, next_due AS due "
        "FROM webhook_endpoint WHERE id = ANY (ARRAY(SELECT endpoint_id FROM hearing)) "
        "ORDER BY id FOR UPDATE), "
        # By what was locked: the row that an update finds first may be older.
        "woken AS (UPDATE webhook_endpoint SET next_due = CAST(:now AS BIGINT) FROM lane "
        "WHERE id = lane_id AND (due IS NULL OR due > :now) AND (held IS NULL OR held <= :now)) "
        f"SELECT {SERIES.open}, held, {COLUMNS} FROM hearing "
        "JOIN lane ON lane_id = endpoint_id ORDER BY created_at, id",
    ),
}
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

    def __init__(self, renderers: Mapping[str, Renderer], rules: Rules) -> None:
        self._renderers = renderers
        self._rules = rules

    async def __call__(self, tx: Tx, events: Sequence[Event], now: int) -> None:
        plants = {event.plant_id for event in events}
        heard = _heard_at_once if tx.dialect in _HEARING else _heard
        slice_, listeners = await heard(tx, plants, now)
        bodies: dict[tuple[str, str, str], bytes | None] = {}
        deliveries: list[dict[str, Any]] = []
        losses: list[dict[str, Any]] = []
        for event, (subscription, lane) in _pairs(events, listeners):
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
        await queue.add(tx, deliveries, slice_=slice_, of_active=True)
        await tx.run_many(_LOSE, losses)
        await tx.run_many(_COUNT_LOST, losses)


Listener = tuple[Subscription, policy.Lane]
Listeners = Mapping[str, Sequence[Listener]]
"""By plant, who hears of it, in the order in which they subscribed."""


async def _heard(tx: Tx, plants: Collection[str], now: int) -> tuple[int | None, Listeners]:
    """Who hears of what, their endpoints locked; and which slice takes bodies, if that is known."""
    listeners: dict[str, list[Listener]] = defaultdict(list)
    packed = keys(plants)
    lanes = dict(await tx.all(_LOCK, plants=packed, now=now))
    for subscription in await tx.all(_SUBSCRIPTIONS, plants=packed) if lanes else ():
        listeners[subscription.plant_id].append((subscription, lanes[subscription.endpoint_id]))
    return None, listeners


async def _heard_at_once(tx: Tx, plants: Collection[str], now: int) -> tuple[int | None, Listeners]:
    listeners: dict[str, list[Listener]] = defaultdict(list)
    found = await tx.all(_HEARING[tx.dialect], plants=list(plants), now=now)
    for _, subscription, lane in found:
        listeners[subscription.plant_id].append((subscription, lane))
    return found[0][0] if found else None, listeners


def _pairs(events: Iterable[Event], listeners: Listeners) -> Iterator[tuple[Event, Listener]]:
    """In the order of the events."""
    for event in events:
        for listener in listeners.get(event.plant_id, ()):
            yield event, listener


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

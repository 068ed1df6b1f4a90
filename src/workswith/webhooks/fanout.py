"""From an event to one delivery for each endpoint that wants it.

Runs in the relay's transaction: after a crash there are the mark "relayed" and the deliveries, or
neither. The body is rendered here, once, and stored, so that every attempt sends the same bytes.
For an endpoint that is banned the event is lost: counted, listed, never delivered. [C2C-4 C2C-6]
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workswith.events.outbox import Event
from workswith.kernel import log
from workswith.kernel.database import Query, Tx, query, statement

from . import policy, queue
from .settings import Rules
from .subscriptions import COLUMNS, Subscription

Renderer = Callable[[Event, Subscription], bytes | None]
"""The body of a notification; ``None`` when this event is none of the API's."""

BANNED = "banned"
UNRENDERABLE = "unrenderable"

_log = log.get("webhooks")

# The update locks the endpoints until the commit: the ban read here holds, and an acknowledgement
# that recomputes `next_due` waits until it can see the new deliveries.
_LOCK = query(
    lambda id_, ban_until: (id_, policy.Lane(ban_until=ban_until)),
    "UPDATE webhook_endpoint SET next_due = CASE WHEN ban_until > :now THEN next_due "
    "WHEN next_due IS NULL OR next_due > :now THEN :now ELSE next_due END "
    "WHERE id IN (SELECT endpoint_id FROM webhook_subscription WHERE plant_id = :plant_id) "
    "RETURNING id, ban_until",
)
_OF_PLANT: Query[Subscription] = query(
    Subscription,
    f"SELECT {COLUMNS} FROM webhook_subscription WHERE plant_id = :plant_id "
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


@dataclass(frozen=True, slots=True)
class _Plant:
    lanes: dict[str, policy.Lane]
    subscriptions: list[Subscription]


class FanOut:
    """What the relay calls. ``renderers`` by API."""

    def __init__(self, renderers: Mapping[str, Renderer], rules: Rules, dialect: str) -> None:
        self._dialect = dialect
        self._renderers = renderers
        self._rules = rules

    async def __call__(self, tx: Tx, events: Sequence[Event], now: int) -> None:
        plants = {
            plant_id: await _lock(tx, plant_id, now)
            for plant_id in sorted({event.plant_id for event in events})
        }
        deliveries: list[dict[str, Any]] = []
        losses: list[dict[str, Any]] = []
        for event, subscription, lane in _pairs(events, plants):
            columns = _columns(event, subscription)
            if policy.banned(lane, now):
                losses.append({**columns, "reason": BANNED})
                continue
            try:
                body = self._renderers[subscription.api](event, subscription)
            except Exception as error:
                # One event that cannot be written down must not stop all that come after it.
                _log.error("no notification could be made", event_id=event.id, exc_info=error)
                losses.append({**columns, "reason": UNRENDERABLE})
                continue
            if body is not None:
                expires = policy.expires_at(self._rules, event.at)
                deliveries.append({**columns, "body": body, "now": now, "expires_at": expires})
        await queue.add(tx, self._dialect, deliveries)
        await tx.run_many(_LOSE, losses)
        await tx.run_many(_COUNT_LOST, losses)


def delivery_id(subscription_id: str, event_id: str) -> str:
    """Follows from event and subscription: the same notification never gets a second id."""
    return str(uuid.uuid5(uuid.UUID(subscription_id), event_id))


def _pairs(
    events: Iterable[Event], plants: Mapping[str, _Plant]
) -> Iterable[tuple[Event, Subscription, policy.Lane]]:
    for event in events:
        plant = plants[event.plant_id]
        for subscription in plant.subscriptions:
            lane = plant.lanes.get(subscription.endpoint_id)
            if lane is not None:  # else it was subscribed a moment ago, after this event
                yield event, subscription, lane


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


async def _lock(tx: Tx, plant_id: str, now: int) -> _Plant:
    lanes = dict(await tx.all(_LOCK, plant_id=plant_id, now=now))
    subscriptions = await tx.all(_OF_PLANT, plant_id=plant_id) if lanes else []
    return _Plant(lanes, subscriptions)

"""What the developer sees: endpoints with their health, deliveries, attempts, losses.

The owner comes first: every question names the applications (``client_ids``) that the asker owns,
and whatever belongs to others is not found. Newest first; ``before`` is the `number` to go on from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from workswith.kernel.cipher import Cipher
from workswith.kernel.database import Query, Reads, query

from . import policy, signing
from .settings import Rules

T = TypeVar("T")
_END = 2**62


@dataclass(frozen=True, slots=True)
class EndpointView:
    """``lost`` events happened during bans, from ``lost_first`` to ``lost_last``."""

    id: str
    client_id: str
    url: str
    created_at: int
    lane: policy.Lane
    lost: int
    lost_first: int | None
    lost_last: int | None
    subscriptions: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """``state``: waiting, delivered, exhausted, expired or cancelled; ``due_at`` while waiting."""

    number: int
    id: str
    endpoint_id: str
    subscription_id: str
    client_id: str
    event_id: str
    plant_id: str
    sequence: int
    kind: str
    event_at: int
    expires_at: int
    body: bytes
    state: str
    attempts: int
    due_at: int | None
    finished_at: int | None
    flow: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """``error`` is a key of `sender.ERRORS` when there is no status; ``failures`` is the counter
    of the endpoint after this attempt, ``ban_until`` the ban that then was in force or past.
    """

    id: int
    delivery_id: str
    endpoint_id: str
    client_id: str
    number: int
    at: int
    connect_ms: float
    answer_ms: float
    status: int | None
    error: str
    answer: bytes
    failures: int
    ban_until: int | None

    @property
    def succeeded(self) -> bool:
        return policy.succeeded(self.status)


@dataclass(frozen=True, slots=True)
class LossView:
    """An event that was never to be delivered; ``reason`` is banned or unrenderable."""

    number: int
    endpoint_id: str
    client_id: str
    subscription_id: str
    event_id: str
    plant_id: str
    sequence: int
    kind: str
    at: int
    reason: str


def _endpoint(*columns: Any) -> EndpointView:
    id_, client_id, url, created_at, *lane, lost, first, last, subscriptions, waiting = columns
    known = policy.Lane(*lane)
    return EndpointView(
        id_, client_id, url, created_at, known, lost, first, last, subscriptions, waiting
    )


_ENDPOINTS = query(
    _endpoint,
    "SELECT id, client_id, url, created_at, failures, successes, failed_at, ban_until, lost, "
    "lost_first, lost_last, "
    "(SELECT count(*) FROM webhook_subscription s WHERE s.endpoint_id = e.id), "
    "(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id "
    "AND d.due_at IS NOT NULL) "
    "FROM webhook_endpoint e WHERE client_id = :client_id ORDER BY created_at, id",
)
_DELIVERIES: Query[DeliveryView] = query(
    DeliveryView,
    "SELECT id, delivery_id, endpoint_id, subscription_id, client_id, event_id, plant_id, "
    "sequence, kind, event_at, expires_at, body, state, attempts, due_at, finished_at, flow "
    "FROM webhook_delivery WHERE client_id = :client_id AND id < :before "
    "AND (:endpoint_id = '' OR endpoint_id = :endpoint_id) AND (:state = '' OR state = :state) "
    "ORDER BY id DESC LIMIT :limit",
)
_ATTEMPTS: Query[AttemptView] = query(
    AttemptView,
    "SELECT id, delivery_id, endpoint_id, client_id, number, at, connect_ms, answer_ms, status, "
    "error, answer, failures, ban_until FROM webhook_attempt "
    "WHERE client_id = :client_id AND delivery_id = :delivery_id ORDER BY id",
)
_LOSSES: Query[LossView] = query(
    LossView,
    "SELECT id, endpoint_id, client_id, subscription_id, event_id, plant_id, sequence, kind, at, "
    "reason FROM webhook_lost WHERE client_id = :client_id AND id < :before "
    "AND endpoint_id = :endpoint_id ORDER BY id DESC LIMIT :limit",
)
_SECRET = query(
    bytes, "SELECT secret FROM webhook_endpoint WHERE client_id = :client_id AND id = :id"
)


async def endpoints_of(
    reads: Reads, client_ids: Sequence[str], rules: Rules, now: int
) -> list[EndpointView]:
    """All endpoints of these applications, with the counter as it stands at ``now``."""
    found = [
        endpoint
        for client_id in client_ids
        for endpoint in await reads.all(_ENDPOINTS, client_id=client_id)
    ]
    return [replace(one, lane=policy.rested(rules, one.lane, now)) for one in found]


async def deliveries_of(
    reads: Reads,
    client_ids: Sequence[str],
    *,
    endpoint_id: str = "",
    state: str = "",
    before: int = _END,
    limit: int = 50,
) -> list[DeliveryView]:
    """Deliveries of one endpoint or all, in one state or any."""
    return await _newest(
        reads,
        _DELIVERIES,
        client_ids,
        limit,
        lambda delivery: delivery.number,
        endpoint_id=endpoint_id,
        state=state,
        before=before,
    )


async def attempts_of(
    reads: Reads, client_ids: Sequence[str], delivery_id: str
) -> list[AttemptView]:
    """The attempts of one delivery, the first one first."""
    return [
        attempt
        for client_id in client_ids
        for attempt in await reads.all(_ATTEMPTS, client_id=client_id, delivery_id=delivery_id)
    ]


async def losses_of(
    reads: Reads,
    client_ids: Sequence[str],
    endpoint_id: str,
    *,
    before: int = _END,
    limit: int = 50,
) -> list[LossView]:
    """What an endpoint never got."""
    return await _newest(
        reads,
        _LOSSES,
        client_ids,
        limit,
        lambda loss: loss.number,
        endpoint_id=endpoint_id,
        before=before,
    )


async def secret_of(
    reads: Reads, cipher: Cipher, client_ids: Sequence[str], endpoint_id: str
) -> str | None:
    """The signing secret of an endpoint, ``whsec_…``."""
    for client_id in client_ids:
        sealed = await reads.one(_SECRET, client_id=client_id, id=endpoint_id)
        if sealed is not None:
            return signing.unseal(cipher, endpoint_id, sealed)
    return None


async def _newest(
    reads: Reads,
    query: Query[T],
    client_ids: Sequence[str],
    limit: int,
    number: Callable[[T], int],
    **parameters: Any,
) -> list[T]:
    found = [
        row
        for client_id in client_ids
        for row in await reads.all(query, client_id=client_id, limit=limit, **parameters)
    ]
    found.sort(key=number, reverse=True)
    return found[:limit]

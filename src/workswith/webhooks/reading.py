"""What the developer sees: endpoints with their health, deliveries, attempts, losses.

The owner comes first: every question names the applications (``client_ids``) that the asker owns,
and whatever belongs to others is not found. Newest first; ``before`` is the `number` to go on from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from workswith.events.outbox import COLUMNS as EVENT_COLUMNS
from workswith.events.outbox import Event, event_of
from workswith.kernel.cipher import Cipher
from workswith.kernel.database import Query, Reads, query

from . import logbook, policy, signing
from .bodies import BODY
from .fanout import delivery_id
from .logbook import Attempt
from .settings import Rules
from .subscriptions import COLUMNS, Subscription

T = TypeVar("T")
_END = 2**62


@dataclass(frozen=True, slots=True)
class EndpointView:
    """``lost`` events happened during bans, from ``lost_first`` to ``lost_last``.

    ``failing_since`` is the first failure after the last success; ``rotating_until`` is how long a
    former secret still signs.
    """

    id: str
    client_id: str
    url: str
    created_at: int
    lane: policy.Lane
    lost: int
    lost_first: int | None
    lost_last: int | None
    failing_since: int | None
    rotating_until: int | None
    subscriptions: int
    waiting: int
    pending: int
    last_status: int | None
    last_error: str

    def health(self, now: int) -> str:
        """``banned``, ``failing``, ``unsteady`` (failures on its counter) or ``well``."""
        if policy.banned(self.lane, now):
            return "banned"
        if self.failing_since is not None:
            return "failing"
        return "unsteady" if self.lane.failures else "well"

    def ban_left(self, now: int) -> int:
        """Milliseconds until the ban ends; 0 without one."""
        return max(0, (self.lane.ban_until or 0) - now)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """``state``: waiting, delivered, exhausted, expired or cancelled; ``due_at`` while waiting.

    ``cause``: event, replay, test or handshake.
    """

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
    cause: str


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
    replayed_at: int | None


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of a subscribed plant, and what became of it: the state of its delivery, ``lost``
    (in a ban), or empty while it is not fanned out or none of the API's.
    """

    event: Event
    subscription: Subscription
    outcome: str

    @property
    def seen(self) -> "Seen":
        """Where a list goes on after this one."""
        event = self.event
        return Seen(event.at, event.plant_id, event.sequence, self.subscription.id)


class Seen(NamedTuple):
    """Up to where a list of events was read."""

    at: int = -1
    plant_id: str = ""
    sequence: int = 0
    subscription_id: str = ""


FROM_THE_START = Seen()


def _endpoint(*columns: Any) -> EndpointView:
    values = [*columns[:4], policy.Lane(*columns[4:8]), *columns[8:]]
    return EndpointView(*values)


def _event(*columns: Any) -> tuple[Event, Subscription]:
    return event_of(*columns[:9]), Subscription(*columns[9:])


_EVERY_ENDPOINT = (
    "SELECT id, client_id, url, created_at, failures, successes, failed_at, ban_until, lost, "
    "lost_first, lost_last, failing_since, previous_until, "
    "(SELECT count(*) FROM webhook_subscription s WHERE s.endpoint_id = e.id), "
    "(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id "
    "AND d.due_at IS NOT NULL), "
    "(SELECT count(*) FROM webhook_subscription s WHERE s.endpoint_id = e.id "
    "AND s.state = 'pending'), last_status, last_error "
    "FROM webhook_endpoint e WHERE "
)
_BANNED = query(
    _endpoint, f"{_EVERY_ENDPOINT} ban_until > :now ORDER BY ban_until DESC, id LIMIT :limit"
)
_ENDPOINT_COLUMNS = f"{_EVERY_ENDPOINT} client_id = :client_id"
_ENDPOINTS = query(
    _endpoint,
    f"{_ENDPOINT_COLUMNS} AND (created_at, id) > (:at, :id) ORDER BY created_at, id LIMIT :limit",
)
_ENDPOINT = query(_endpoint, f"{_ENDPOINT_COLUMNS} AND id = :id")
_APPLICATIONS = query(str, "SELECT DISTINCT client_id FROM webhook_endpoint ORDER BY client_id")
_DELIVERY_COLUMNS = (
    "SELECT d.id, delivery_id, endpoint_id, subscription_id, client_id, event_id, plant_id, "
    f"sequence, kind, event_at, expires_at, {BODY}, state, attempts, due_at, finished_at, flow, "
    "cause FROM webhook_delivery d"
)
_DELIVERIES: Query[DeliveryView] = query(
    DeliveryView,
    f"{_DELIVERY_COLUMNS} WHERE client_id = :client_id AND d.id < :before "
    "AND (:endpoint_id = '' OR endpoint_id = :endpoint_id) AND (:state = '' OR state = :state) "
    "AND (:plant_id = '' OR plant_id = :plant_id) AND event_at >= :since AND event_at < :until "
    "ORDER BY d.id DESC LIMIT :limit",
)
_LOG = query(
    lambda number, notes: (number, notes),
    "SELECT id, log FROM webhook_delivery "
    "WHERE client_id = :client_id AND delivery_id = :delivery_id",
)
_LOSSES: Query[LossView] = query(
    LossView,
    "SELECT id, endpoint_id, client_id, subscription_id, event_id, plant_id, sequence, kind, at, "
    "reason, replayed_at FROM webhook_lost WHERE client_id = :client_id AND id < :before "
    "AND endpoint_id = :endpoint_id AND (:plant_id = '' OR plant_id = :plant_id) "
    "AND at >= :since AND at < :until ORDER BY id DESC LIMIT :limit OFFSET :offset",
)
_EVENTS = query(
    _event,
    f"SELECT {', '.join('e.' + c for c in EVENT_COLUMNS.split(', '))}, "
    f"{', '.join('s.' + c for c in COLUMNS.split(', '))} "
    "FROM webhook_subscription s JOIN event e ON e.plant_id = s.plant_id "
    "WHERE s.client_id = :client_id AND (:endpoint_id = '' OR s.endpoint_id = :endpoint_id) "
    "AND (:plant_id = '' OR s.plant_id = :plant_id) AND s.state = 'active' "
    "AND e.at >= s.created_at AND e.at >= :since AND e.at < :until AND e.at >= :after_at "
    "AND (e.at, e.plant_id, e.sequence, s.id) > (:after_at, :after_plant, :after, :after_id) "
    "ORDER BY e.at, e.plant_id, e.sequence, s.id LIMIT :limit OFFSET :offset",
)
_STATE = query(str, "SELECT state FROM webhook_delivery WHERE delivery_id = :id")
_LOST_OF = query(
    lambda subscription_id, event_id: (subscription_id, event_id),
    "SELECT subscription_id, event_id FROM webhook_lost WHERE endpoint_id = :endpoint_id "
    "AND at >= :since AND at <= :until",
)
_DELIVERY: Query[DeliveryView] = query(
    DeliveryView,
    f"{_DELIVERY_COLUMNS} WHERE client_id = :client_id AND delivery_id = :id",
)
_SECRET = query(
    bytes, "SELECT secret FROM webhook_endpoint WHERE client_id = :client_id AND id = :id"
)


async def applications(reads: Reads) -> list[str]:
    """Every application that has an endpoint, for whoever may see all of them."""
    return await reads.all(_APPLICATIONS)


async def endpoints_of(
    reads: Reads,
    client_ids: Sequence[str],
    rules: Rules,
    now: int,
    *,
    after: tuple[int, str] = (-1, ""),
    limit: int = _END,
) -> list[EndpointView]:
    """Endpoints of these applications, with the counter as it stands at ``now``, the oldest first.

    ``limit`` of each application; ``after`` is when the last one seen was made, and its id.
    """
    at, id_ = after
    found = [
        endpoint
        for client_id in client_ids
        for endpoint in await reads.all(_ENDPOINTS, client_id=client_id, at=at, id=id_, limit=limit)
    ]
    return [replace(one, lane=policy.rested(rules, one.lane, now)) for one in found]


async def banned(reads: Reads, now: int, *, limit: int = 50) -> list[EndpointView]:
    """Whatever is banned, the longest first, for the operator."""
    return await reads.all(_BANNED, now=now, limit=limit)


async def endpoint_of(
    reads: Reads, client_ids: Sequence[str], id_: str, rules: Rules, now: int
) -> EndpointView | None:
    """One endpoint by its id."""
    for client_id in client_ids:
        found = await reads.one(_ENDPOINT, client_id=client_id, id=id_)
        if found is not None:
            return replace(found, lane=policy.rested(rules, found.lane, now))
    return None


async def deliveries_of(
    reads: Reads,
    client_ids: Sequence[str],
    *,
    endpoint_id: str = "",
    state: str = "",
    plant_id: str = "",
    since: int = 0,
    until: int = _END,
    before: int = _END,
    limit: int = 50,
) -> list[DeliveryView]:
    """Deliveries of one endpoint or all, in one state or any, of events in a span of time."""
    return await _newest(
        reads,
        _DELIVERIES,
        client_ids,
        limit,
        lambda delivery: delivery.number,
        endpoint_id=endpoint_id,
        state=state,
        plant_id=plant_id,
        since=since,
        until=until,
        before=before,
    )


async def attempts_of(reads: Reads, client_ids: Sequence[str], delivery_id: str) -> list[Attempt]:
    """The attempts of one delivery, the first one first."""
    for client_id in client_ids:
        found = await reads.one(_LOG, client_id=client_id, delivery_id=delivery_id)
        if found is not None:
            number, notes = found
            return logbook.of_delivery(await logbook.attempts(reads, notes), number)
    return []


async def losses_of(
    reads: Reads,
    client_ids: Sequence[str],
    endpoint_id: str,
    *,
    plant_id: str = "",
    since: int = 0,
    until: int = _END,
    before: int = _END,
    offset: int = 0,
    limit: int = 50,
) -> list[LossView]:
    """What an endpoint never got, but for the ``offset`` newest."""
    return await _newest(
        reads,
        _LOSSES,
        client_ids,
        limit,
        lambda loss: loss.number,
        endpoint_id=endpoint_id,
        plant_id=plant_id,
        since=since,
        until=until,
        before=before,
        offset=offset,
    )


async def events_of(
    reads: Reads,
    client_ids: Sequence[str],
    *,
    endpoint_id: str = "",
    plant_id: str = "",
    since: int = 0,
    until: int = _END,
    after: Seen = FROM_THE_START,
    offset: int = 0,
    limit: int = 100,
) -> list[EventView]:
    """What happened in subscribed plants, the oldest first: to reconcile from after a ban.

    Each since its subscription, from ``since`` to before ``until``; ``after`` is the last one seen.
    ``offset`` leaves out the first ones of each application, and so is for one endpoint's events.
    """
    found = [
        pair
        for client_id in client_ids
        for pair in await reads.all(
            _EVENTS,
            client_id=client_id,
            endpoint_id=endpoint_id,
            plant_id=plant_id,
            since=since,
            until=until,
            after_at=after.at,
            after_plant=after.plant_id,
            after=after.sequence,
            after_id=after.subscription_id,
            limit=limit,
            offset=offset,
        )
    ]
    found.sort(key=lambda pair: pair[0].at)
    return await _with_outcomes(reads, found[:limit])


async def _with_outcomes(
    reads: Reads, found: Sequence[tuple[Event, Subscription]]
) -> list[EventView]:
    lost: set[tuple[str, str]] = set()
    for endpoint_id in {subscription.endpoint_id for _, subscription in found}:
        span = {"since": found[0][0].at, "until": found[-1][0].at}
        lost.update(await reads.all(_LOST_OF, endpoint_id=endpoint_id, **span))
    views = []
    for event, subscription in found:
        state = await reads.one(_STATE, id=delivery_id(subscription.id, event.id))
        if state is None:
            state = "lost" if (subscription.id, event.id) in lost else ""
        views.append(EventView(event, subscription, state))
    return views


async def delivery_of(reads: Reads, client_ids: Sequence[str], id_: str) -> DeliveryView | None:
    """One delivery by its public id."""
    for client_id in client_ids:
        found = await reads.one(_DELIVERY, client_id=client_id, id=id_)
        if found is not None:
            return found
    return None


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

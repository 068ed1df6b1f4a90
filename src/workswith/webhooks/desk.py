"""What the developer does about endpoints: lift a ban, replay, test, replace the secret. [C2C-6]

The owner comes first, as in `reading`: ``client_ids`` are the applications of whoever asks, and
what belongs to others is UNKNOWN. A replayed delivery keeps its id and its bytes, so that a receiver
sees that it knows it already, and has a whole schedule of attempts before it again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from workswith.events.outbox import COLUMNS as EVENT_COLUMNS
from workswith.events.outbox import Event, event_of
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import HOUR, Clock
from workswith.kernel.database import Database, Query, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from . import incidents, policy, queue, reading, signing
from .fanout import Renderer, delivery_id
from .incidents import About
from .once import once
from .settings import Settings
from .subscriptions import COLUMNS, Subscription

MOST = 1_000
"""Deliveries that one call replays."""
TEST = "test"
PLANTS_TRIED = 50
"""Plants of an endpoint in which an event to test with is looked for."""

T = TypeVar("T")
_log = log.get("webhooks")


@dataclass(frozen=True, slots=True)
class _Endpoint:
    id: str
    client_id: str
    url: str
    failures: int
    ban_until: int | None


_LOCK: Query[_Endpoint] = query(
    _Endpoint,
    "UPDATE webhook_endpoint SET next_due = next_due WHERE id = :id AND client_id = :client_id "
    "RETURNING id, client_id, url, failures, ban_until",
)
_WAKE = statement(
    "UPDATE webhook_endpoint SET next_due = CASE WHEN ban_until > :now THEN ban_until "
    "ELSE :now END WHERE id = :id"
)
_LIFT = statement(
    "UPDATE webhook_endpoint SET ban_until = NULL, failures = 0, next_due = CASE "
    "WHEN next_due IS NULL THEN NULL ELSE CAST(:now AS BIGINT) END WHERE id = :id"
)
_RELEASE = statement(
    "UPDATE webhook_delivery SET due_at = :now WHERE endpoint_id = :id AND due_at > :now"
)
_ROTATE = statement(
    "UPDATE webhook_endpoint SET previous_secret = secret, previous_until = :until, "
    "secret = :secret WHERE id = :id"
)
# Who no longer hears of a plant does not hear of its past either.
_STILL_SUBSCRIBED = (
    "EXISTS (SELECT 1 FROM webhook_subscription s WHERE s.endpoint_id = "
    "webhook_delivery.endpoint_id AND s.plant_id = webhook_delivery.plant_id "
    "AND s.state = 'active')"
)
_REPLAY = (
    "UPDATE webhook_delivery SET state = 'waiting', spent = attempts, due_at = :now, "
    "expires_at = :expires_at, finished_at = NULL, cause = 'replay' "
    "WHERE endpoint_id = :endpoint_id AND due_at IS NULL AND cause <> 'handshake' AND "
    f"{_STILL_SUBSCRIBED}"
)
_REPLAY_ONE = statement(f"{_REPLAY} AND delivery_id = :delivery_id")
_REPLAY_RANGE = statement(
    f"{_REPLAY} AND id IN (SELECT id FROM webhook_delivery WHERE endpoint_id = :endpoint_id "
    "AND due_at IS NULL AND event_at >= :since AND event_at < :until "
    "AND (:state = '' AND state <> 'delivered' OR state = :state) ORDER BY id LIMIT :limit)"
)
_ENDPOINT_OF = query(
    lambda endpoint_id, subscribed: (endpoint_id, bool(subscribed)),
    f"SELECT endpoint_id, CASE WHEN {_STILL_SUBSCRIBED} THEN 1 ELSE 0 END FROM webhook_delivery "
    "WHERE client_id = :client_id AND delivery_id = :delivery_id",
)


def _lost(*columns: Any) -> tuple[int, Event, Subscription]:
    return columns[0], event_of(*columns[1:10]), Subscription(*columns[10:])


_LOST = query(
    _lost,
    f"SELECT l.id, {', '.join('e.' + c for c in EVENT_COLUMNS.split(', '))}, "
    f"{', '.join('s.' + c for c in COLUMNS.split(', '))} FROM webhook_lost l "
    "JOIN event e ON e.plant_id = l.plant_id AND e.sequence = l.sequence JOIN webhook_subscription s "
    "ON s.id = l.subscription_id AND s.state = 'active' "
    "WHERE l.endpoint_id = :endpoint_id AND l.replayed_at IS NULL "
    "AND l.at >= :since AND l.at < :until ORDER BY l.id LIMIT :limit",
)
_FOUND = statement("UPDATE webhook_lost SET replayed_at = :now WHERE id = :id")
_SUBSCRIBED = query(
    Subscription,
    f"SELECT {COLUMNS} FROM webhook_subscription WHERE endpoint_id = :endpoint_id "
    "AND state = 'active' ORDER BY created_at, id LIMIT :limit",
)
_LAST_EVENTS: Query[Event] = query(
    event_of,
    f"SELECT {EVENT_COLUMNS} FROM event WHERE plant_id = :plant_id ORDER BY sequence DESC LIMIT 20",
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries are made again, and how many of those lost in a ban are made up for."""

    deliveries: int
    losses: int


class Desk:
    """``renderers`` by API, as for the fan-out; mails lead to the ``portal``."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        cipher: Cipher,
        settings: Settings,
        *,
        bells: Bells,
        renderers: Mapping[str, Renderer],
        portal: str = "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._cipher = cipher
        self._settings = settings
        self._bells = bells
        self._renderers = renderers
        self._portal = portal

    @property
    def settings(self) -> Settings:
        return self._settings

    async def lift_ban(
        self,
        client_ids: Sequence[str],
        endpoint_id: str,
        *,
        by_operator: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> None:
        """Ends a ban and clears the counter; what waited goes on at once. Raises UNKNOWN.

        Retries that were not due yet as well: whoever lifts a ban has mended the endpoint. Where
        there is no ban their delays hold. Who owns the application is told by mail.
        ``by_operator`` writes an operator's act down.
        """

        async def lift(tx: Tx) -> None:
            one, now = await _lock(tx, client_ids, endpoint_id), self._clock.now()
            await tx.run(_LIFT, id=endpoint_id, now=now)
            lane = policy.Lane(failures=one.failures, ban_until=one.ban_until)
            if policy.banned(lane, now):
                await tx.run(_RELEASE, id=endpoint_id, now=now)
                about = About(
                    one.client_id, one.url, incidents.page(self._portal, one.client_id, one.id)
                )
                notice = incidents.LIFTED_FOR if by_operator else incidents.LIFTED
                await incidents.tell(tx, notice, about, lane, now)
            if by_operator is not None:
                await by_operator(tx)

        await self._write(lift)

    async def replay(self, client_ids: Sequence[str], id_: str, *, key: str = "") -> None:
        """Makes one finished delivery again, once for each ``key`` (`once`).

        Raises UNKNOWN, CONFLICT while it still waits, for the proof of an endpoint, and once the
        endpoint is not subscribed to the plant any more.
        """

        async def again(tx: Tx) -> str:
            found = [
                one
                for client_id in client_ids
                for one in await tx.all(_ENDPOINT_OF, client_id=client_id, delivery_id=id_)
            ]
            if not found:
                raise Problem(Kind.UNKNOWN, "delivery_unknown", "There is no such delivery.")
            endpoint_id, subscribed = found[0]
            own, now = await _lock(tx, client_ids, endpoint_id), self._clock.now()

            async def act() -> str:
                if not subscribed:
                    raise Problem(
                        Kind.CONFLICT,
                        "subscription_ended",
                        "The endpoint is not subscribed to the plant of this delivery any more.",
                    )
                if not await tx.run(
                    _REPLAY_ONE,
                    endpoint_id=own.id,
                    delivery_id=id_,
                    now=now,
                    expires_at=self._expiry(now),
                ):
                    raise Problem(
                        Kind.CONFLICT,
                        "delivery_waiting",
                        "This delivery is not finished yet, or is the proof of an endpoint.",
                    )
                await tx.run(_WAKE, id=own.id, now=now)
                return ""

            return await once(tx, own.client_id, key, act, asked=f"replay {id_}", now=now)

        await self._write(again)

    async def replay_range(
        self,
        client_ids: Sequence[str],
        endpoint_id: str,
        since: int = 0,
        until: int = 2**62,
        *,
        state: str = "",
        limit: int = MOST,
        key: str = "",
    ) -> Replayed:
        """Makes again what an endpoint missed of the events from ``since`` to before ``until``.

        What a ban lost is delivered after all; of the deliveries those in a ``state``, or all that
        did not arrive. At most ``limit`` of each; asked again, it goes on, but not under the same
        ``key`` (`once`). Raises UNKNOWN.
        """

        async def again(tx: Tx) -> str:
            own, now = await _lock(tx, client_ids, endpoint_id), self._clock.now()
            span = {"endpoint_id": endpoint_id, "since": since, "until": until, "limit": limit}

            async def act() -> str:
                made = await tx.run(
                    _REPLAY_RANGE, **span, state=state, now=now, expires_at=self._expiry(now)
                )
                losses = [] if state else await tx.all(_LOST, **span)
                for number, event, subscription in losses:
                    await self._deliver(tx, event, subscription, now, cause="replay")
                    await tx.run(_FOUND, id=number, now=now)
                await tx.run(_WAKE, id=endpoint_id, now=now)
                return f"{made} {len(losses)}"

            asked = f"range {endpoint_id} {since} {until} {state}"
            return await once(tx, own.client_id, key, act, asked=asked, now=now)

        made, losses = (await self._write(again)).split()
        return Replayed(int(made), int(losses))

    async def send_test(self, client_ids: Sequence[str], endpoint_id: str, *, key: str = "") -> str:
        """Sends a real body, marked as a test in the list only; returns its delivery's id.

        It is the latest event of a plant that the endpoint is subscribed to; one for each ``key``
        (`once`). Raises UNKNOWN, CONFLICT ``no_event`` when nothing is subscribed or nothing has
        happened yet.
        """

        async def send(tx: Tx) -> str:
            own, now = await _lock(tx, client_ids, endpoint_id), self._clock.now()

            async def act() -> str:
                subscribed = await tx.all(_SUBSCRIBED, endpoint_id=endpoint_id, limit=PLANTS_TRIED)
                for subscription in subscribed:
                    for event in await tx.all(_LAST_EVENTS, plant_id=subscription.plant_id):
                        id_ = self._ident.uuid()
                        if await self._deliver(tx, event, subscription, now, cause=TEST, id_=id_):
                            await tx.run(_WAKE, id=endpoint_id, now=now)
                            return id_
                raise Problem(
                    Kind.CONFLICT,
                    "no_event",
                    "Nothing has happened yet in a plant that this endpoint is subscribed to.",
                    hint="Turn a thermostat, then try again.",
                )

            return await once(tx, own.client_id, key, act, asked=f"test {endpoint_id}", now=now)

        return await self._write(send)

    async def rotate_secret(self, client_ids: Sequence[str], endpoint_id: str) -> str:
        """Replaces the signing secret; the former one signs beside it for a while."""
        secret = signing.new_secret(self._ident)

        async def rotate(tx: Tx) -> None:
            await _lock(tx, client_ids, endpoint_id)
            until = self._clock.now() + self._settings.rotation_hours * HOUR
            sealed = signing.seal(self._cipher, endpoint_id, secret)
            await tx.run(_ROTATE, id=endpoint_id, secret=sealed, until=until)

        await self._write(rotate)
        return secret

    async def secret(self, client_ids: Sequence[str], endpoint_id: str) -> str:
        """The signing secret of an endpoint, ``whsec_…``. Raises UNKNOWN."""
        found = await reading.secret_of(self._database, self._cipher, client_ids, endpoint_id)
        if found is None:
            raise _unknown()
        return found

    def render(self, event: Event, subscription: Subscription) -> bytes | None:
        """The body of a notification; ``None`` when there is none."""
        try:
            return self._renderers[subscription.api](event, subscription)
        except Exception as error:
            _log.error("no notification could be made", event_id=event.id, exc_info=error)
            return None

    async def _deliver(
        self,
        tx: Tx,
        event: Event,
        subscription: Subscription,
        now: int,
        *,
        cause: str,
        id_: str = "",
    ) -> bool:
        body = self.render(event, subscription)
        if body is None:
            return False
        row = {
            "delivery_id": id_ or delivery_id(subscription.id, event.id),
            "endpoint_id": subscription.endpoint_id,
            "subscription_id": subscription.id,
            "client_id": subscription.client_id,
            "event_id": event.id,
            "plant_id": event.plant_id,
            "sequence": event.sequence,
            "kind": event.kind,
            "at": event.at,
            "expires_at": self._expiry(now),
            "body": body,
            "now": now,
            "flow": log.flow.get() or event.flow,
            "cause": cause,
            "proof": "",
        }
        await queue.add(tx, [row])
        return True

    def _expiry(self, now: int) -> int:
        return policy.expires_at(self._settings.rules, now)

    async def _write(self, body: Callable[[Tx], Awaitable[T]]) -> T:
        result = await self._database.write(body)
        self._bells.ring("webhooks")
        return result


async def _lock(tx: Tx, client_ids: Sequence[str], endpoint_id: str) -> _Endpoint:
    for client_id in client_ids:
        found = await tx.one(_LOCK, id=endpoint_id, client_id=client_id)
        if found is not None:
            return found
    raise _unknown()


def _unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "endpoint_unknown", "There is no such endpoint.")

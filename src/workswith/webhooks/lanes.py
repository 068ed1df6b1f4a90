"""What the worker reads and writes: lanes, deliveries that are due, and what came of attempts.

A lane is due at `next_due`: never later than its earliest waiting delivery, or the end of its ban.
Whoever changes a lane's deliveries locks its row first (an update that returns it), so that
`next_due` and the counters follow from what everybody else has committed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Query, Reads, Tx, query, statement

from . import policy
from .policy import Lane
from .sender import OUR_FAULT, Sent
from .settings import Rules

AILING = MINUTE
"""An endpoint that failed within this time may use only half of the places."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A lane with something due."""

    id: str
    url: str
    secret: bytes
    ban_until: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose next attempt is due; ``number`` orders deliveries, ``id`` is public."""

    number: int
    id: str
    endpoint_id: str
    client_id: str
    plant_id: str
    attempts: int
    due_at: int
    expires_at: int
    body: bytes
    flow: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt of ``due`` that began at ``at`` and ended at ``ended`` (clock time)."""

    due: Due
    sent: Sent
    at: int
    ended: int
    jitter: float


_DUE_LANES = "SELECT id, url, secret, ban_until FROM webhook_endpoint WHERE next_due <= :now"
_HEALTHY: Query[Endpoint] = query(
    Endpoint,
    f"{_DUE_LANES} AND (failed_at IS NULL OR failed_at < :since) ORDER BY next_due LIMIT :limit",
)
_AILING: Query[Endpoint] = query(
    Endpoint, f"{_DUE_LANES} AND failed_at >= :since ORDER BY next_due LIMIT :limit"
)
_NEXT = query(
    int,
    "SELECT next_due FROM webhook_endpoint WHERE next_due > :now ORDER BY next_due LIMIT 1",
)
_DUE: Query[Due] = query(
    Due,
    "SELECT id, delivery_id, endpoint_id, client_id, plant_id, attempts, due_at, expires_at, "
    "body, flow FROM webhook_delivery WHERE endpoint_id = :endpoint_id AND due_at <= :now "
    "ORDER BY due_at, id LIMIT :limit",
)
_LOCK = query(
    Lane,
    "UPDATE webhook_endpoint SET next_due = next_due WHERE id = :id "
    "RETURNING failures, successes, failed_at, ban_until",
)
_EARLIEST = query(
    int,
    "SELECT due_at FROM webhook_delivery WHERE endpoint_id = :id AND due_at IS NOT NULL "
    "ORDER BY due_at LIMIT 1",
)
_SAVE = statement(
    "UPDATE webhook_endpoint SET failures = :failures, successes = :successes, "
    "failed_at = :failed_at, ban_until = :ban_until, next_due = :next_due WHERE id = :id"
)
# Only a delivery that still waits changes, and by a failure only after as many attempts as that
# one knew of: what comes late (cancelled meanwhile; acknowledged by a process that died just after)
# is listed and counted, but moves nothing. A success is one whenever it comes.
_WAITING = "WHERE id = :number AND due_at IS NOT NULL"
_RETRY = statement(
    "UPDATE webhook_delivery SET attempts = attempts + 1, due_at = :due_at "
    f"{_WAITING} AND attempts = :before"
)
_EXHAUSTED = statement(
    "UPDATE webhook_delivery SET attempts = attempts + 1, due_at = NULL, finished_at = :now, "
    f"state = 'exhausted' {_WAITING} AND attempts = :before"
)
_DELIVERED = statement(
    "UPDATE webhook_delivery SET attempts = attempts + 1, due_at = NULL, finished_at = :now, "
    f"state = 'delivered' {_WAITING}"
)
_EXPIRE = statement(
    f"UPDATE webhook_delivery SET due_at = NULL, finished_at = :now, state = 'expired' {_WAITING}"
)
_ATTEMPT = statement(
    "INSERT INTO webhook_attempt (delivery_id, endpoint_id, client_id, number, at, connect_ms, "
    "answer_ms, status, error, answer, failures, ban_until) VALUES (:delivery_id, :endpoint_id, "
    ":client_id, :number, :at, :connect_ms, :answer_ms, :status, :error, :answer, :failures, "
    ":ban_until)"
)


async def due_lanes(reads: Reads, now: int, limit: int, *, ailing: bool) -> list[Endpoint]:
    """Lanes to look at, the longest waiting first; those that failed lately apart."""
    return await reads.all(
        _AILING if ailing else _HEALTHY, now=now, since=now - AILING, limit=limit
    )


async def next_due(reads: Reads, now: int) -> int | None:
    """When the next lane is due after ``now``."""
    return await reads.one(_NEXT, now=now)


async def due_of(reads: Reads, endpoint_id: str, now: int, limit: int) -> list[Due]:
    """A lane's deliveries in the order of their turn: first attempts as the events came."""
    return await reads.all(_DUE, endpoint_id=endpoint_id, now=now, limit=limit)


async def record(tx: Tx, rules: Rules, outcomes: Iterable[Outcome]) -> dict[str, Lane]:
    """Writes down attempts in the order in which they ended; returns the lanes after them."""
    lanes: dict[str, Lane] = {}
    ordered = sorted(outcomes, key=lambda outcome: outcome.due.endpoint_id)
    for endpoint_id, group in groupby(ordered, key=lambda outcome: outcome.due.endpoint_id):
        lane = await tx.one(_LOCK, id=endpoint_id)
        if lane is None:
            continue
        for outcome in group:
            lane = await _record_one(tx, rules, lane, outcome)
        lanes[endpoint_id] = lane
        await _save(tx, endpoint_id, lane)
    return lanes


async def expire(tx: Tx, endpoint_id: str, numbers: Sequence[int], now: int) -> None:
    """Ends deliveries whose time is over, and finds out anew when the lane is due."""
    lane = await tx.one(_LOCK, id=endpoint_id)
    if lane is not None:
        await tx.run_many(_EXPIRE, [{"number": number, "now": now} for number in numbers])
        await _save(tx, endpoint_id, lane)


async def _record_one(tx: Tx, rules: Rules, lane: Lane, outcome: Outcome) -> Lane:
    due, sent, now = outcome.due, outcome.sent, outcome.ended
    success = policy.succeeded(sent.status)
    if sent.error != OUR_FAULT:  # tried again by the schedule, but no step towards a ban
        lane = policy.counted(rules, lane, success=success, now=now)
    attempts = due.attempts + 1
    again = policy.retry_at(rules, attempts, now, due.expires_at, outcome.jitter)
    if success:
        await tx.run(_DELIVERED, number=due.number, now=now)
    elif again is not None:
        await tx.run(_RETRY, number=due.number, before=due.attempts, due_at=again)
    else:
        await tx.run(_EXHAUSTED, number=due.number, before=due.attempts, now=now)
    await tx.run(
        _ATTEMPT,
        delivery_id=due.id,
        endpoint_id=due.endpoint_id,
        client_id=due.client_id,
        number=attempts,
        at=outcome.at,
        connect_ms=sent.connect_ms,
        answer_ms=sent.answer_ms,
        status=sent.status,
        error=sent.error,
        answer=sent.answer,
        failures=lane.failures,
        ban_until=lane.ban_until,
    )
    return lane


async def _save(tx: Tx, endpoint_id: str, lane: Lane) -> None:
    await tx.run(
        _SAVE,
        id=endpoint_id,
        failures=lane.failures,
        successes=lane.successes,
        failed_at=lane.failed_at,
        ban_until=lane.ban_until,
        next_due=policy.lane_due(lane, await tx.one(_EARLIEST, id=endpoint_id)),
    )

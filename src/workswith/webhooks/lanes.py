"""What the worker reads and writes: lanes, deliveries that are due, and what came of attempts.

A lane is due at `next_due`: never later than its earliest waiting delivery, or the end of its ban.
Whoever changes a lane's deliveries locks its row first (an update that returns it), so that
`next_due` and the counters follow from what everybody else has committed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Query, Reads, Tx, query, statement

from . import handshake, incidents, policy
from .incidents import Incident
from .policy import Lane
from .sender import OUR_FAULT, UNPROVEN, Sent
from .settings import Rules

AILING = MINUTE
"""An endpoint that failed within this time may use only half of the places."""

HANDSHAKE = "handshake"
"""The cause of a delivery whose answer has to carry its proof."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A lane with something due."""

    id: str
    url: str
    secret: bytes
    previous_secret: bytes | None
    previous_until: int | None
    ban_until: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose next attempt is due; ``number`` orders deliveries, ``id`` is public.

    Of its ``attempts`` the first ``spent`` were made before it was replayed.
    """

    number: int
    id: str
    endpoint_id: str
    client_id: str
    subscription_id: str
    plant_id: str
    attempts: int
    spent: int
    due_at: int
    expires_at: int
    cause: str
    proof: str
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

    @property
    def succeeded(self) -> bool:
        return policy.succeeded(self.sent.status) and not self.sent.error


@dataclass(slots=True)
class _Locked:
    shard: int
    client_id: str
    url: str
    lane: Lane
    incident: Incident


def _locked(shard: int, client_id: str, url: str, *columns: Any) -> _Locked:
    return _Locked(shard, client_id, url, Lane(*columns[:4]), Incident(*columns[4:]))


_DUE_LANES = (
    "SELECT id, url, secret, previous_secret, previous_until, ban_until FROM webhook_endpoint "
    "WHERE next_due <= :now "
    "AND shard IN (SELECT shard FROM webhook_shard WHERE owner = :owner)"
)
_HEALTHY: Query[Endpoint] = query(
    Endpoint,
    f"{_DUE_LANES} AND (failed_at IS NULL OR failed_at < :since) ORDER BY next_due LIMIT :limit",
)
_AILING: Query[Endpoint] = query(
    Endpoint, f"{_DUE_LANES} AND failed_at >= :since ORDER BY next_due LIMIT :limit"
)
_NEXT = query(
    int,
    "SELECT next_due FROM webhook_endpoint WHERE next_due > :now "
    "AND shard IN (SELECT shard FROM webhook_shard WHERE owner = :owner) "
    "ORDER BY next_due LIMIT 1",
)
_DUE: Query[Due] = query(
    Due,
    "SELECT id, delivery_id, endpoint_id, client_id, subscription_id, plant_id, attempts, spent, "
    "due_at, expires_at, cause, proof, body, flow FROM webhook_delivery "
    "WHERE endpoint_id = :endpoint_id AND due_at <= :now ORDER BY due_at, id LIMIT :limit",
)
_LOCK: Query[_Locked] = query(
    _locked,
    "UPDATE webhook_endpoint SET next_due = next_due WHERE id = :id RETURNING shard, client_id, "
    "url, failures, successes, failed_at, ban_until, failing_since, told",
)
_SAVE = statement(
    "UPDATE webhook_endpoint SET failures = :failures, successes = :successes, "
    "failed_at = :failed_at, ban_until = :ban_until, failing_since = :failing_since, "
    "told = :told, next_due = (SELECT CASE WHEN first.due_at < CAST(:held AS BIGINT) "
    "THEN CAST(:held AS BIGINT) ELSE first.due_at END FROM (SELECT due_at FROM webhook_delivery "
    "WHERE endpoint_id = :id AND due_at IS NOT NULL ORDER BY due_at LIMIT 1) AS first) "
    "WHERE id = :id"
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
_PROVEN = statement(
    "UPDATE webhook_subscription SET state = 'active' WHERE id = :id AND state = 'pending'"
)
_REFUSED = statement(
    "UPDATE webhook_subscription SET state = 'refused' WHERE id = :id AND state = 'pending'"
)
_ATTEMPT = statement(
    "INSERT INTO webhook_attempt (delivery_id, endpoint_id, client_id, number, at, connect_ms, "
    "answer_ms, status, error, answer, failures, ban_until) VALUES (:delivery_id, :endpoint_id, "
    ":client_id, :number, :at, :connect_ms, :answer_ms, :status, :error, :answer, :failures, "
    ":ban_until)"
)


async def due_lanes(
    reads: Reads, owner: str, now: int, limit: int, *, ailing: bool
) -> list[Endpoint]:
    """An owner's lanes to look at, the longest waiting first; those that failed lately apart."""
    return await reads.all(
        _AILING if ailing else _HEALTHY, owner=owner, now=now, since=now - AILING, limit=limit
    )


async def next_due(reads: Reads, owner: str, now: int) -> int | None:
    """When the next lane is due after ``now``."""
    return await reads.one(_NEXT, owner=owner, now=now)


async def due_of(reads: Reads, endpoint_id: str, now: int, limit: int) -> list[Due]:
    """A lane's deliveries in the order of their turn: first attempts as the events came."""
    return await reads.all(_DUE, endpoint_id=endpoint_id, now=now, limit=limit)


async def record(
    tx: Tx, rules: Rules, held: Collection[int], outcomes: Iterable[Outcome]
) -> dict[str, Lane]:
    """Writes down attempts in the order in which they ended; returns the lanes after them.

    What ended for a lane of a shard that is not ``held`` is left to the shard's owner.
    """
    rows = _Rows()
    lanes: dict[str, Lane] = {}
    ordered = sorted(outcomes, key=lambda outcome: outcome.due.endpoint_id)
    for endpoint_id, group in groupby(ordered, key=lambda outcome: outcome.due.endpoint_id):
        locked = await tx.one(_LOCK, id=endpoint_id)
        if locked is None or locked.shard not in held:
            continue
        for outcome in group:
            _count(rows, rules, locked, outcome)
            if notice := incidents.notice_of(locked.incident):
                await incidents.tell(
                    tx,
                    notice,
                    client_id=locked.client_id,
                    url=locked.url,
                    lane=locked.lane,
                    now=outcome.ended,
                )
                locked.incident = incidents.told(locked.incident)
        lanes[endpoint_id] = locked.lane
        rows.saves.append(_saved(endpoint_id, locked))
    await rows.write(tx)
    return lanes


async def expire(
    tx: Tx, held: Collection[int], endpoint_id: str, expired: Sequence[Due], now: int
) -> None:
    """Ends deliveries whose time is over, and finds out anew when the lane is due."""
    locked = await tx.one(_LOCK, id=endpoint_id)
    if locked is None or locked.shard not in held:
        return
    await tx.run_many(_EXPIRE, [{"number": due.number, "now": now} for due in expired])
    refused = [{"id": due.subscription_id} for due in expired if due.cause == HANDSHAKE]
    await tx.run_many(_REFUSED, refused)
    await tx.run(_SAVE, **_saved(endpoint_id, locked))


@dataclass(slots=True)
class _Rows:
    """What a batch writes, by statement."""

    delivered: list[dict[str, Any]] = field(default_factory=list)
    retried: list[dict[str, Any]] = field(default_factory=list)
    exhausted: list[dict[str, Any]] = field(default_factory=list)
    proven: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    saves: list[dict[str, Any]] = field(default_factory=list)

    async def write(self, tx: Tx) -> None:
        for statement_, rows in (
            (_DELIVERED, self.delivered),
            (_RETRY, self.retried),
            (_EXHAUSTED, self.exhausted),
            (_PROVEN, self.proven),
            (_REFUSED, self.refused),
            (_ATTEMPT, self.attempts),
            (_SAVE, self.saves),  # last: it looks for the earliest delivery that still waits
        ):
            if rows:
                await tx.run_many(statement_, rows)


def _count(rows: _Rows, rules: Rules, locked: _Locked, outcome: Outcome) -> None:
    due, sent, now = outcome.due, outcome.sent, outcome.ended
    lane, incident, success = locked.lane, locked.incident, outcome.succeeded
    attempts = due.attempts + 1
    if sent.error != OUR_FAULT:  # tried again by the schedule, but no step towards a ban
        before, lane = lane, policy.counted(rules, lane, success=success, now=now)
        incident = incidents.after(incident, before, lane, attempts - due.spent, now)
    locked.lane, locked.incident = lane, incident
    again = None
    if not success:
        again = policy.retry_at(rules, attempts - due.spent, now, due.expires_at, outcome.jitter)
    if success:
        rows.delivered.append({"number": due.number, "now": now})
        if due.cause == HANDSHAKE:
            rows.proven.append({"id": due.subscription_id})
    elif again is not None:
        rows.retried.append({"number": due.number, "before": due.attempts, "due_at": again})
    else:
        rows.exhausted.append({"number": due.number, "before": due.attempts, "now": now})
        if due.cause == HANDSHAKE:
            rows.refused.append({"id": due.subscription_id})
    rows.attempts.append(
        {
            "delivery_id": due.id,
            "endpoint_id": due.endpoint_id,
            "client_id": due.client_id,
            "number": attempts,
            "at": outcome.at,
            "connect_ms": sent.connect_ms,
            "answer_ms": sent.answer_ms,
            "status": sent.status,
            "error": sent.error,
            "answer": sent.answer,
            "failures": lane.failures,
            "ban_until": lane.ban_until,
        }
    )


def judged(due: Due, sent: Sent) -> Sent:
    """A handshake is answered well only by its proof."""
    if due.cause != HANDSHAKE or not policy.succeeded(sent.status):
        return sent
    return sent if handshake.proves(sent.answer, due.proof) else replace(sent, error=UNPROVEN)


def _saved(endpoint_id: str, locked: _Locked) -> dict[str, Any]:
    lane, incident = locked.lane, locked.incident
    return {
        "id": endpoint_id,
        "failures": lane.failures,
        "successes": lane.successes,
        "failed_at": lane.failed_at,
        "ban_until": lane.ban_until,
        "held": lane.ban_until or 0,
        "failing_since": incident.since,
        "told": incident.told,
    }

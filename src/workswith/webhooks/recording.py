"""What the worker writes: what came of attempts, and what is over.

Whoever changes a lane's deliveries locks its row first, so that `next_due` and the counters follow
from what everybody else has committed. While more of a lane waits in memory, a success alone does
not write its row.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workswith.kernel.database import Query, Tx, keys, query, statement

from . import handshake, incidents, logbook, policy
from .incidents import About, Incident
from .lanes import Due
from .logbook import Attempt, Tally
from .policy import Lane
from .sent import OUR_FAULT, UNPROVEN, Sent
from .settings import Rules


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """An attempt of ``due`` that began at ``at`` and ended at ``ended`` (clock time)."""

    due: Due
    sent: Sent
    at: int
    ended: int
    jitter: float
    succeeded: bool


def outcome_of(due: Due, sent: Sent, at: int, ended: int, jitter: float) -> Outcome:
    return Outcome(due, sent, at, ended, jitter, not sent.error and policy.succeeded(sent.status))


@dataclass(slots=True)
class _Locked:
    """A lane as it stands and, ``before``, as it was read."""

    id: str
    client_id: str
    url: str
    lane: Lane
    incident: Incident
    last: tuple[int | None, str]
    before: tuple[Lane, Incident, tuple[int | None, str]]


def _locked(id_: str, client_id: str, url: str, *columns: Any) -> tuple[str, _Locked]:
    lane, incident, last = Lane(*columns[:4]), Incident(*columns[4:6]), columns[6:]
    return id_, _Locked(id_, client_id, url, lane, incident, last, (lane, incident, last))


# With the lanes comes the proof that they are still ours. On PostgreSQL whoever takes a shard over
# waits for the transaction that asked.
_LANES = (
    "SELECT id, client_id, url, failures, successes, failed_at, ban_until, failing_since, told, "
    "last_status, last_error FROM webhook_endpoint JOIN held ON held.number = "
    "webhook_endpoint.shard WHERE id IN (SELECT key FROM json_each(:ids))"
)
_HELD = "SELECT shard AS number FROM webhook_shard WHERE owner = :owner"
_LOCK: dict[str, Query[tuple[str, _Locked]]] = {
    "sqlite": query(_locked, f"WITH held AS ({_HELD}) {_LANES}"),
    "postgresql": query(
        _locked,
        f"WITH held AS MATERIALIZED ({_HELD} AND shard IN (SELECT shard FROM webhook_endpoint "
        f"WHERE id IN (SELECT key FROM json_each(:ids))) FOR SHARE) {_LANES} "
        "ORDER BY id FOR UPDATE OF webhook_endpoint",
    ),
}
_SAVE = statement(
    "UPDATE webhook_endpoint SET failures = :failures, successes = :successes, "
    "failed_at = :failed_at, ban_until = :ban_until, failing_since = :failing_since, "
    "told = :told, last_status = :last_status, last_error = :last_error, "
    "next_due = (SELECT CASE WHEN first.due_at < CAST(:held AS BIGINT) "
    "THEN CAST(:held AS BIGINT) ELSE first.due_at END FROM (SELECT due_at FROM webhook_delivery "
    "WHERE endpoint_id = :id AND due_at IS NOT NULL ORDER BY due_at LIMIT 1) AS first) "
    "WHERE id = :id"
)
# Only a delivery that still waits changes, and by a failure only after as many attempts as that
# one knew of: what comes late (cancelled meanwhile; acknowledged by a process that died just after)
# is listed and counted, but moves nothing. A success is one whenever it comes.
_DELIVERED = statement(
    "UPDATE webhook_delivery SET log = log || :note, "
    "attempts = CASE WHEN due_at IS NULL THEN attempts ELSE attempts + 1 END, "
    "finished_at = CASE WHEN due_at IS NULL THEN finished_at ELSE CAST(:now AS BIGINT) END, "
    "state = CASE WHEN due_at IS NULL THEN state ELSE 'delivered' END, due_at = NULL "
    "WHERE id IN (SELECT CAST(key AS BIGINT) FROM json_each(:numbers))"
)
_EXPECTED = "due_at IS NOT NULL AND attempts = :before"
_FAILED = statement(
    "UPDATE webhook_delivery SET log = log || :note, "
    f"due_at = CASE WHEN {_EXPECTED} THEN CAST(:due_at AS BIGINT) ELSE due_at END, "
    f"finished_at = CASE WHEN {_EXPECTED} THEN CAST(:finished_at AS BIGINT) ELSE finished_at END, "
    f"state = CASE WHEN {_EXPECTED} THEN :state ELSE state END, "
    f"spent = CASE WHEN {_EXPECTED} THEN spent + :spared ELSE spent END, "
    f"attempts = CASE WHEN {_EXPECTED} THEN attempts + 1 ELSE attempts END WHERE id = :number"
)
_EXPIRE = statement(
    "UPDATE webhook_delivery SET due_at = NULL, finished_at = :now, state = 'expired' "
    "WHERE id = :number AND due_at IS NOT NULL"
)
_ASKED = (
    "WHERE id = (SELECT subscription_id FROM webhook_delivery WHERE id = :number) "
    "AND state = 'pending'"
)
_PROVEN = statement(f"UPDATE webhook_subscription SET state = 'active' {_ASKED}")
_REFUSED = statement(f"UPDATE webhook_subscription SET state = 'refused' {_ASKED}")


@dataclass(frozen=True, slots=True)
class Book:
    """What recording needs to know beside the outcomes.

    ``portal`` is where developers find their endpoints; ``owner`` is who records; ``going_on`` says
    of a lane whether more of it waits in memory.
    """

    dialect: str
    rules: Rules
    portal: str
    owner: str
    going_on: Callable[[str], bool]


async def record(tx: Tx, book: Book, outcomes: Sequence[Outcome]) -> dict[str, Lane]:
    """Writes down attempts in the order in which they ended; returns the lanes after them.

    What ended for a lane that is not ours any more is left to its owner.
    """
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.due.endpoint_id, []).append(outcome)
    rows = _Rows()
    lanes: dict[str, Lane] = {}
    for endpoint_id, locked in await _lock(tx, book, groups):
        rows.tallies[endpoint_id] = await _count(tx, rows, book, locked, groups[endpoint_id])
        lanes[endpoint_id] = locked.lane
        if (
            locked.before != (locked.lane, locked.incident, locked.last)
            or locked.lane.ban_until is not None
            or not book.going_on(endpoint_id)
        ):
            rows.saves.append(_saved(endpoint_id, locked))
    if rows.attempts:
        now = max([outcome.ended for outcome in outcomes])
        note = await logbook.append(tx, rows.attempts, rows.tallies, now=now)
        await rows.write(tx, note, now)
    return lanes


async def expire(
    tx: Tx,
    book: Book,
    endpoint_id: str,
    expired: Sequence[Due],
    *,
    now: int,
) -> None:
    """Ends deliveries whose time is over, and finds out anew when the lane is due."""
    for _, locked in await _lock(tx, book, [endpoint_id]):
        await tx.run_many(_EXPIRE, [{"number": due.number, "now": now} for due in expired])
        refused = [{"number": due.number} for due in expired if due.proof]
        await tx.run_many(_REFUSED, refused)
        await tx.run(_SAVE, **_saved(endpoint_id, locked))


async def _lock(tx: Tx, book: Book, ids: Collection[str]) -> list[tuple[str, _Locked]]:
    """Those of the lanes that are ours, until the transaction ends."""
    return await tx.all(_LOCK[book.dialect], ids=keys(ids), owner=book.owner)


@dataclass(slots=True)
class _Rows:
    """What a batch writes, by statement."""

    delivered: list[int] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    proven: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    saves: list[dict[str, Any]] = field(default_factory=list)

    async def write(self, tx: Tx, note: str, now: int) -> None:
        if self.delivered:
            await tx.run(_DELIVERED, numbers=keys(self.delivered), note=note, now=now)
        for statement_, rows in (
            (_FAILED, [{**row, "note": note} for row in self.failed]),
            (_PROVEN, self.proven),
            (_REFUSED, self.refused),
            (_SAVE, self.saves),  # last: it looks for the earliest delivery that still waits
        ):
            if rows:
                await tx.run_many(statement_, rows)


async def _count(
    tx: Tx, rows: _Rows, book: Book, locked: _Locked, outcomes: Iterable[Outcome]
) -> Tally:
    """The attempts of one lane, one after the other."""
    tally, rules = Tally(), book.rules
    for outcome in outcomes:
        due, sent = outcome.due, outcome.sent
        attempts = due.attempts + 1
        # With nothing on the counter a success changes nothing.
        counts = (
            not outcome.succeeded
            or locked.lane.failed_at is not None
            or rules.reset_after_successes > 0
        )
        if counts:
            _step(rules, locked, outcome, attempts)
        tally.attempts += sent.error != OUR_FAULT
        if outcome.succeeded:
            tally.answer_ms += sent.answer_ms
            rows.delivered.append(due.number)
            if due.proof:
                rows.proven.append({"number": due.number})
        else:
            tally.failed += sent.error != OUR_FAULT
            rows.failed.append(_failed(rules, outcome, attempts))
            if due.proof and rows.failed[-1]["due_at"] is None:
                rows.refused.append({"number": due.number})
        if counts and locked.incident.worth:
            await _tell(tx, book, locked, outcome)
        lane = locked.lane
        locked.last = (sent.status, sent.error)
        rows.attempts.append(
            Attempt(
                due.number,
                attempts,
                outcome.at,
                sent.connect_ms,
                sent.answer_ms,
                sent.status,
                sent.error,
                sent.answer,
                lane.failures,
                lane.ban_until,
            )
        )
    return tally


def _step(rules: Rules, locked: _Locked, outcome: Outcome, attempts: int) -> None:
    """Counts one attempt on the lane and on the incident."""
    if outcome.sent.error == OUR_FAULT:
        return  # tried again, but no step towards a ban
    before, now = locked.lane, outcome.ended
    locked.lane = policy.counted(rules, before, success=outcome.succeeded, now=now)
    locked.incident = incidents.after(
        locked.incident, before, locked.lane, attempts - outcome.due.spent, now
    )


def _failed(rules: Rules, outcome: Outcome, attempts: int) -> dict[str, Any]:
    due, now = outcome.due, outcome.ended
    spared = outcome.sent.error == OUR_FAULT
    if spared:
        again: int | None = policy.spared_at(rules, now, due.expires_at)
    else:
        again = policy.retry_at(rules, attempts - due.spent, now, due.expires_at, outcome.jitter)
    return {
        "number": due.number,
        "before": due.attempts,
        "due_at": again,
        "finished_at": now if again is None else None,
        "state": "exhausted" if again is None else "waiting",
        "spared": int(spared),
    }


async def _tell(tx: Tx, book: Book, locked: _Locked, outcome: Outcome) -> None:
    if notice := incidents.notice_of(locked.incident):
        page, sent = incidents.page(book.portal, locked.client_id, locked.id), outcome.sent
        about = About(locked.client_id, locked.url, page, sent.status, sent.error)
        await incidents.tell(tx, notice, about, locked.lane, outcome.ended)
        locked.incident = incidents.told(locked.incident)


def judged(due: Due, sent: Sent) -> Sent:
    """A handshake is answered well only by its proof."""
    if not due.proof or not policy.succeeded(sent.status):
        return sent
    if handshake.proves(sent.answer, due.proof):
        return sent
    return msgspec.structs.replace(sent, error=UNPROVEN)


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
        "last_status": locked.last[0],
        "last_error": locked.last[1],
    }

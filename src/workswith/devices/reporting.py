"""`report` is the only function that changes a device's state; the event stands in its transaction.

Many reports of one moment take as many statements as one. What they come to is said in `known`.
[C2C-2]
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from workswith.events import outbox
from workswith.kernel.database import Tx, keys, query, statement
from workswith.kernel.problem import Kind, Problem

from . import history
from .kind import Reading
from .known import (
    Known,
    Renewal,
    Report,
    Told,
    decoder,
    event_state,
    event_text,
    known_of,
    renewal_of,
    row_of,
    told_columns,
)
from .link import Outcome

__all__ = [
    "Known",
    "Outdated",
    "Renewed",
    "Report",
    "Told",
    "decoder",
    "event_state",
    "note",
    "renew",
    "renew_all",
    "report",
    "told",
]

REPORT_TRIES = 5
"""How often another writer of the same module may come in between."""


class Renewed(NamedTuple):
    """What changed, in the words of the kind; what is now known, once it is committed.

    ``heard``: somebody is to be told, so ring ``relay``.
    """

    changed: tuple[str, ...]
    known: Known | None
    heard: bool = False


class Outdated(Exception):
    """A row was no longer as it was known to be."""


_KNOWN = query(
    lambda module_id, *columns: (module_id, known_of(*columns)),
    "SELECT m.id, m.plant_id, m.device, m.fw, p.time_zone, COALESCE(s.version, 0), "
    "COALESCE(s.reported, ''), COALESCE(s.times, ''), COALESCE(s.tally, '') FROM modules m "
    "JOIN plants p ON p.id = m.plant_id LEFT JOIN module_states s ON s.module_id = m.id "
    "WHERE m.id IN (SELECT key FROM json_each(:module_ids))",
)
_FIRST = statement(
    "INSERT INTO module_states (module_id, version, reported, times, tally, reported_at) "
    "VALUES (:module_id, 1, :reported, :times, :tally, :at) ON CONFLICT (module_id) DO NOTHING"
)
# Only if everything is as it was known: a version is never given twice, and a module that was
# moved or renewed meanwhile is read again.
_NEXT_SET = (
    "UPDATE module_states SET version = version + 1, reported = :reported, times = :times, "
    "tally = :tally, reported_at = :at"
)
_NEXT_IF = (
    " WHERE module_id = :module_id AND version = :version AND EXISTS (SELECT 1 FROM modules m "
    "JOIN plants p ON p.id = m.plant_id WHERE m.id = :module_id AND m.plant_id = :plant_id "
    "AND m.fw = :fw AND p.time_zone = :time_zone)"
)
_NEXT = statement(_NEXT_SET + _NEXT_IF)
_NEXT_TOLD = statement(
    f"{_NEXT_SET}, desired = :command, desired_at = :told_at, outcome = :outcome{_NEXT_IF}"
)
_TOLD = statement(
    "UPDATE module_states SET desired = :command, desired_at = :told_at, outcome = :outcome "
    "WHERE module_id = :module_id"
)


async def report(tx: Tx, module_id: str, reading: Reading, *, flow: str = "") -> tuple[str, ...]:
    """Takes what a module says of itself; returns what changed, in its kind's ``notified`` words.

    The hours that this report completes are written to its history. The event is appended here
    when something did change: ring ``relay`` after the commit. A report older than the last one
    changes nothing, nor does one of a module that is no more.
    """
    return (await renew(tx, Report(module_id, reading, flow))).changed


async def renew(tx: Tx, report: Report) -> Renewed:
    """`report`, for whoever reports often: what it knows spares reading, and may be out of date."""
    for _ in range(REPORT_TRIES):
        try:
            return (await renew_all(tx, [report]))[0]
        except Outdated:  # before anything was written
            report = structs.replace(report, known=None)
    raise Problem(Kind.INTERNAL, "report_contended", "The report could not be stored.")


async def renew_all(tx: Tx, reports: Sequence[Report]) -> list[Renewed]:
    """Reports of different modules, in their order.

    Raises `Outdated` when one was not, or no longer, as it was known; then the transaction must not
    be committed, unless it was the only one.
    """
    strange = [one.module_id for one in reports if one.known is None]
    read = dict(await tx.all(_KNOWN, module_ids=keys(strange))) if strange else {}
    known = [one.known or read.get(one.module_id) for one in reports]
    renewals = [
        None if before is None else renewal_of(one, before)
        for one, before in zip(reports, known, strict=True)
    ]
    heard = await _write(tx, [one for one in renewals if one is not None])
    return [
        Renewed((), None)
        if one is None
        else Renewed(one.changed, one.after, bool(one.changed) and one.after.plant_id in heard)
        for one in renewals
    ]


async def told(tx: Tx, module_id: str, command: object, *, outcome: Outcome, at: int) -> None:
    """Notes what the module was told and what became of it: its desired state."""
    await note(tx, {module_id: Told(command, outcome, at)})


async def note(tx: Tx, notes: Mapping[str, Told]) -> None:
    """`told` of several modules, by their ids."""
    if notes:
        rows = [{"module_id": id_, **told_columns(notes[id_])} for id_ in sorted(notes)]
        await tx.run_many(_TOLD, rows)


async def _write(tx: Tx, renewals: Sequence[Renewal]) -> set[str]:
    """States, then history and events; returns the plants of which somebody hears.

    Rows in the order of ids, so that nobody waits in a ring.
    """
    taken = [one for one in renewals if not one.late]
    first = [one for one in taken if not one.before.version]
    following = sorted((one for one in taken if one.before.version), key=_module_id)
    for one in first:
        if not await tx.run(_FIRST, **row_of(one)):
            raise Outdated
    for next_, obeyed in ((_NEXT, False), (_NEXT_TOLD, True)):
        rows = [row_of(one) for one in following if (one.report.obeyed is not None) is obeyed]
        if rows and await tx.count_many(next_, rows) != len(rows):
            raise Outdated
    await note(
        tx,
        {
            one.report.module_id: one.report.obeyed
            for one in renewals
            if one.report.obeyed is not None and (one.late or not one.before.version)
        },
    )
    for one in taken:
        if one.hours:
            await history.keep_hours(tx, one.report.module_id, one.before.time_zone, one.hours)
    drafts = [_event(one) for one in taken if one.changed and one.before.version]
    return await outbox.append_all(tx, drafts)


def _module_id(renewal: Renewal) -> str:
    return renewal.report.module_id


def _event(renewal: Renewal) -> outbox.Draft:
    report, before = renewal.report, renewal.before
    return outbox.Draft(
        before.plant_id,
        report.module_id,
        before.device,
        renewal.changed,
        event_text(renewal.state, before.time_zone, before.fw),
        report.reading.at,
        report.flow,
    )

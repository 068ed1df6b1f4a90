"""`report` is the only function that changes a device's state; the event stands in its transaction.

Reported state has a version, which counts reports, and for each notified member the instant of its
last change. Beside it stands what the module was last told, its desired state. [C2C-2]
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import msgspec

from workswith.events import outbox
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import history, tally
from .kind import DeviceKind, Reading
from .kinds import KINDS
from .link import Outcome

REPORT_TRIES = 5
"""How often another writer of the same module may come in between."""


@dataclass(frozen=True, slots=True)
class Known:
    """The row that a report replaces, as it was committed; version 0 is none."""

    plant_id: str
    device: str
    fw: int
    time_zone: str
    version: int
    reported: str
    times: str
    tally: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a module was told, what became of it, and when."""

    command: Any
    outcome: Outcome
    at: int


class Renewed(NamedTuple):
    """What changed, in the words of the kind; what is now known, once it is committed."""

    changed: tuple[str, ...]
    known: Known | None


_KNOWN = query(
    Known,
    "SELECT m.plant_id, m.device, m.fw, p.time_zone, COALESCE(s.version, 0), "
    "COALESCE(s.reported, ''), COALESCE(s.times, ''), COALESCE(s.tally, '') FROM modules m "
    "JOIN plants p ON p.id = m.plant_id LEFT JOIN module_states s ON s.module_id = m.id "
    "WHERE m.id = :module_id",
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
_encode = msgspec.json.Encoder().encode


async def report(tx: Tx, module_id: str, reading: Reading, *, flow: str = "") -> tuple[str, ...]:
    """Takes what a module says of itself; returns what changed, in its kind's ``notified`` words.

    The hours that this report completes are written to its history. The event is appended here
    when something did change: ring ``relay`` after the commit. A report older than the last one
    changes nothing, nor does one of a module that is no more.
    """
    return (await renew(tx, module_id, reading, flow=flow)).changed


async def renew(
    tx: Tx,
    module_id: str,
    reading: Reading,
    *,
    flow: str = "",
    known: Known | None = None,
    obeyed: Told | None = None,
) -> Renewed:
    """`report`, for whoever reports often.

    With the row that the last one left, which spares reading it; what is out of date is noticed
    and read again. ``obeyed`` is what it was told, which is noted in the same statement.
    """
    for _ in range(REPORT_TRIES):
        before = known or await tx.one(_KNOWN, module_id=module_id)
        known = None
        if before is None:
            return Renewed((), None)
        kind = KINDS[before.device]
        old: Reading | None = None
        if before.version:
            old = decoder(before.device).decode(before.reported)
        if old and reading.at < old.at:
            if obeyed is not None:
                await _note(tx, module_id, obeyed)
            return Renewed((), before)
        changed = tuple(
            name for name, of in kind.notified.items() if not old or of(old) != of(reading)
        )
        after = await _write(tx, module_id, reading, before, changed, old=old, obeyed=obeyed)
        if after is not None:
            if changed and old:
                await outbox.append(
                    tx,
                    plant_id=before.plant_id,
                    module_id=module_id,
                    kind=before.device,
                    changed=changed,
                    state=event_state(reading, before.time_zone, before.fw),
                    at=reading.at,
                    flow=flow,
                )
            return Renewed(changed, after)
    raise Problem(Kind.INTERNAL, "report_contended", "The report could not be stored.")


async def told(tx: Tx, module_id: str, command: Any, *, outcome: Outcome, at: int) -> None:
    """Notes what the module was told and what became of it: its desired state."""
    await _note(tx, module_id, Told(command, outcome, at))


async def _note(tx: Tx, module_id: str, told: Told) -> None:
    await tx.run(_TOLD, module_id=module_id, **_told_columns(told))


def event_state(reading: Reading, time_zone: str, fw: int = 0) -> Mapping[str, Any]:
    """What an event carries: the whole reading, the zone of its plant's clocks, the firmware."""
    return {**msgspec.to_builtins(reading), "time_zone": time_zone, "fw": fw, "online": True}


async def _write(
    tx: Tx,
    module_id: str,
    reading: Reading,
    before: Known,
    changed: tuple[str, ...],
    *,
    old: Reading | None,
    obeyed: Told | None,
) -> Known | None:
    """The row as it is now; ``None`` when it was not, or no longer, as ``before``."""
    kind = KINDS[before.device]
    sums, hours = _sum_up(kind, before, old, reading)
    times = before.times
    if changed:
        instants = msgspec.json.decode(times) if times else {}
        times = _encode(instants | dict.fromkeys(changed, reading.at)).decode()
    after = replace(
        before,
        version=before.version + 1,
        reported=_encode(reading).decode(),
        times=times or "{}",
        tally=sums,
    )
    row = {
        "module_id": module_id,
        "reported": after.reported,
        "times": after.times,
        "tally": sums,
        "at": reading.at,
    }
    if not before.version:
        if not await tx.run(_FIRST, **row):
            return None
        if obeyed is not None:
            await _note(tx, module_id, obeyed)
        return after
    row |= {
        "version": before.version,
        "plant_id": before.plant_id,
        "fw": before.fw,
        "time_zone": before.time_zone,
    }
    if obeyed is None:
        renewed = await tx.run(_NEXT, **row)
    else:
        renewed = await tx.run(_NEXT_TOLD, **row, **_told_columns(obeyed))
    if not renewed:
        return None
    if hours:
        await history.keep_hours(tx, module_id, before.time_zone, hours)
    return after


def _told_columns(told: Told) -> dict[str, Any]:
    command = _encode(told.command).decode()
    return {"command": command, "told_at": told.at, "outcome": told.outcome.value}


def _sum_up(
    kind: DeviceKind, before: Known, old: Reading | None, reading: Reading
) -> tuple[str, history.Hours]:
    """What is measured in the hour that is running, and the hours that are over."""
    if old is None or not kind.measures:
        return "", {}
    running = history.tally_of(before.tally)
    sums, hours = tally.advance(running, kind.measures, old, reading)
    return history.text_of(sums), hours


@cache
def decoder(device: str) -> "msgspec.json.Decoder[Any]":
    """Of what a kind of device says."""
    return msgspec.json.Decoder(KINDS[device].reading)

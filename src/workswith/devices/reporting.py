"""`report` is the only function that changes a device's state; the event stands in its transaction.

Reported state has a version, which counts reports, and for each notified member the instant of its
last change. Beside it stands what the module was last told, its desired state. [C2C-2]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
class _Before:
    """The state that a report replaces; version 0 is none."""

    plant_id: str
    device: str
    fw: int
    time_zone: str
    version: int | None
    reported: str | None
    times: str | None
    tally: str | None


_BEFORE = query(
    _Before,
    "SELECT m.plant_id, m.device, m.fw, p.time_zone, s.version, s.reported, s.times, "
    "s.tally FROM modules m "
    "JOIN plants p ON p.id = m.plant_id LEFT JOIN module_states s ON s.module_id = m.id "
    "WHERE m.id = :module_id",
)
_FIRST = statement(
    "INSERT INTO module_states (module_id, version, reported, times, tally, reported_at) "
    "VALUES (:module_id, 1, :reported, :times, :tally, :at) ON CONFLICT (module_id) DO NOTHING"
)
_NEXT = statement(
    "UPDATE module_states SET version = version + 1, reported = :reported, times = :times, "
    "tally = :tally, reported_at = :at WHERE module_id = :module_id AND version = :version"
)
_TOLD = statement(
    "UPDATE module_states SET desired = :command, desired_at = :at, outcome = :outcome "
    "WHERE module_id = :module_id"
)


async def report(tx: Tx, module_id: str, reading: Reading, *, flow: str = "") -> tuple[str, ...]:
    """Takes what a module says of itself; returns what changed, in its kind's ``notified`` words.

    The hours that this report completes are written to its history. The event is appended here
    when something did change: ring ``relay`` after the commit. A report older than the last one
    changes nothing, nor does one of a module that is no more.
    """
    for _ in range(REPORT_TRIES):
        before = await tx.one(_BEFORE, module_id=module_id)
        if before is None:
            return ()
        kind = KINDS[before.device]
        old: Reading | None = None
        if before.reported is not None:
            old = msgspec.json.decode(before.reported, type=kind.reading)
        if old and reading.at < old.at:
            return ()
        changed = tuple(
            name for name, of in kind.notified.items() if not old or of(old) != of(reading)
        )
        if await _write(tx, module_id, reading, before, changed, old=old):
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
            return changed
    raise Problem(Kind.INTERNAL, "report_contended", "The report could not be stored.")


async def told(tx: Tx, module_id: str, command: Any, *, outcome: Outcome, at: int) -> None:
    """Notes what the module was told and what became of it: its desired state."""
    text = msgspec.json.encode(command).decode()
    await tx.run(_TOLD, module_id=module_id, command=text, outcome=outcome.value, at=at)


def event_state(reading: Reading, time_zone: str, fw: int = 0) -> Mapping[str, Any]:
    """What an event carries: the whole reading, the zone of its plant's clocks, the firmware."""
    return {**msgspec.to_builtins(reading), "time_zone": time_zone, "fw": fw, "online": True}


async def _write(
    tx: Tx,
    module_id: str,
    reading: Reading,
    before: _Before,
    changed: tuple[str, ...],
    *,
    old: Reading | None,
) -> bool:
    """Whether nobody else wrote since ``before`` was read."""
    kind = KINDS[before.device]
    sums, hours = _sum_up(kind, before, old, reading)
    times = msgspec.json.decode(before.times) if before.times else {}
    times |= dict.fromkeys(changed, reading.at)
    row = {
        "module_id": module_id,
        "reported": msgspec.json.encode(reading).decode(),
        "times": msgspec.json.encode(times).decode(),
        "tally": sums,
        "at": reading.at,
    }
    if before.version is None:
        return bool(await tx.run(_FIRST, **row))
    if not await tx.run(_NEXT, version=before.version, **row):
        return False
    if hours:
        await history.keep_hours(tx, module_id, before.time_zone, hours)
    return True


def _sum_up(
    kind: DeviceKind, before: _Before, old: Reading | None, reading: Reading
) -> tuple[str, history.Hours]:
    """What is measured in the hour that is running, and the hours that are over."""
    if old is None or not kind.measures:
        return "", {}
    running = history.tally_of(before.tally or "")
    sums, hours = tally.advance(running, kind.measures, old, reading)
    return history.text_of(sums), hours

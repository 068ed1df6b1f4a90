"""What the cloud knows of a module, and what a report makes of that: rows, no tables.

Reported state has a version, which counts reports, and for each notified member the instant of its
last change. Beside it stands what the module was last told, its desired state. [C2C-2]
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec

from . import history, tally
from .kind import Reading
from .kinds import KINDS
from .link import Outcome


class Known(msgspec.Struct, frozen=True):
    """The row that a report replaces, as it was committed; of version 0 there is none."""

    plant_id: str
    device: str
    fw: int
    time_zone: str
    version: int
    reading: Reading | None
    times: Mapping[str, int]
    tally: tally.Tally


class Told(msgspec.Struct, frozen=True):
    """What a module was told, what became of it, and when."""

    command: Any
    outcome: Outcome
    at: int


class Report(msgspec.Struct, frozen=True):
    """What a module says of itself, and the call that this answers.

    ``known`` is the row that its last report left, for whoever reports often; ``obeyed`` what it
    was told, which is noted with the report. Words of the kind that are ``due`` count as changed
    though they have not, ``hushed`` ones do not though they have: the state is renewed all the same.
    """

    module_id: str
    reading: Reading
    flow: str = ""
    known: Known | None = None
    obeyed: Told | None = None
    due: frozenset[str] = frozenset()
    hushed: frozenset[str] = frozenset()


class Renewal(msgspec.Struct, frozen=True):
    """What a report comes to: the row ``after``, with what of it ``changed``, and the hours over.

    ``state`` is the new reading as JSON. Of a report ``late`` nothing is taken but what was told.
    """

    report: Report
    before: Known
    after: Known
    changed: tuple[str, ...]
    hours: history.Hours
    state: str
    late: bool = False


_encode = msgspec.json.Encoder().encode


def known_of(*columns: Any) -> Known:
    """From plant, device, firmware, zone, version, and JSON: reading, times, tally."""
    plant_id, device, fw, time_zone, version, reported, times, sums = columns
    reading = decoder(device).decode(reported) if version else None
    instants = msgspec.json.decode(times) if times else {}
    return Known(
        plant_id, device, fw, time_zone, version, reading, instants, history.tally_of(sums)
    )


def renewal_of(report: Report, before: Known) -> Renewal:
    """A report older than the last one is late."""
    kind, old, new = KINDS[before.device], before.reading, report.reading
    if old is not None and new.at < old.at:
        return Renewal(report, before, before, (), {}, "", late=True)
    times, sums = before.times, before.tally
    hours: history.Hours = {}
    changed = tuple(
        [name for name, of in kind.notified.items() if old is None or of(old) != of(new)]
    )
    if changed:
        times = {**times, **dict.fromkeys(changed, new.at)}
    if report.due or report.hushed:
        told = report.due.union(changed) - report.hushed
        changed = tuple([name for name in kind.notified if name in told])
    if old is None:
        sums = tally.NOTHING
    elif kind.measures:
        sums, hours = tally.advance(sums, kind.measures, old, new)
    after = Known(
        before.plant_id,
        before.device,
        before.fw,
        before.time_zone,
        before.version + 1,
        new,
        times,
        sums,
    )
    return Renewal(report, before, after, changed, hours, _encode(new).decode())


def row_of(renewal: Renewal) -> dict[str, Any]:
    """The parameters of the statements that write it."""
    report, before, after = renewal.report, renewal.before, renewal.after
    row = {
        "module_id": report.module_id,
        "reported": renewal.state,
        "times": _encode(after.times).decode(),
        "tally": history.text_of(after.tally),
        "at": report.reading.at,
        "version": before.version,
        "plant_id": before.plant_id,
        "fw": before.fw,
        "time_zone": before.time_zone,
    }
    if report.obeyed is not None:
        row.update(told_columns(report.obeyed))
    return row


def told_columns(told: Told) -> dict[str, Any]:
    command = _encode(told.command).decode()
    return {"command": command, "told_at": told.at, "outcome": told.outcome.value}


def event_state(reading: Reading, time_zone: str, fw: int = 0) -> Mapping[str, Any]:
    """What an event carries: the whole reading, the zone of its plant's clocks, the firmware."""
    return {**msgspec.to_builtins(reading), **_standing(time_zone, fw)}


def event_text(state: str, time_zone: str, fw: int) -> str:
    """`event_state` as JSON, of a reading that is JSON already and has members."""
    return f"{state[:-1]},{_standing_text(time_zone, fw)}"


def _standing(time_zone: str, fw: int) -> dict[str, Any]:
    return {"time_zone": time_zone, "fw": fw, "online": True}


@lru_cache(maxsize=4_096)
def _standing_text(time_zone: str, fw: int) -> str:
    return _encode(_standing(time_zone, fw)).decode()[1:]


@cache
def decoder(device: str) -> "msgspec.json.Decoder[Any]":
    """Of what a kind of device says."""
    return msgspec.json.Decoder(KINDS[device].reading)

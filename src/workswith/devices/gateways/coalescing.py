"""How often the measures of real gateways are told of. [C2C-2]

A gateway may report each second what drifts by a tenth of a kelvin; every reading is taken in, but
an event of measures alone is made at most so often, and for so large a change, as simulated devices
make one (section ``devices``). What was held back is told when its time has come, though nothing
more is reported. Whatever else changes is told at once, and tells the measures with it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.reporting import Report, decoder, renew
from workswith.devices.settings import Settings
from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.database import Query, Reads, Tx, query, statement

AT_ONCE = 50
"""Modules that one transaction tells of."""


class Pace(NamedTuple):
    """From which change on, in the units of readings, and after how many ms again."""

    step: int
    every: int


Paces = Mapping[str, Pace]
"""By the word of a measure in `kinds.Kind.notified`."""
Said = dict[str, tuple[int, int]]
"""By the same words: what was told last, and the instant of that reading."""


class Verdict(NamedTuple):
    """Words to tell of, words to be silent of, and when a silence ends at the latest."""

    due: frozenset[str]
    hushed: frozenset[str]
    tell_at: int | None


class Held(NamedTuple):
    """What is stored about a module."""

    said: Said
    tell_at: int | None


_KEEP = statement(
    "INSERT INTO gateway_measures (module_id, said, tell_at) VALUES (:module_id, :said, :tell_at) "
    "ON CONFLICT (module_id) DO UPDATE SET said = excluded.said, tell_at = excluded.tell_at"
)
_DUE = query(
    lambda module_id, said: (module_id, said),
    "UPDATE gateway_measures SET tell_at = NULL WHERE tell_at <= :now AND module_id IN "
    "(SELECT module_id FROM gateway_measures WHERE tell_at <= :now ORDER BY tell_at LIMIT :limit) "
    "RETURNING module_id, said",
)
_READING: Query[tuple[str, Any]] = query(
    lambda device, reported: (device, decoder(device).decode(reported)),
    "SELECT m.device, s.reported FROM modules m JOIN module_states s ON s.module_id = m.id "
    "WHERE m.id = :module_id",
)
_NEXT = query(
    int,
    "SELECT tell_at FROM gateway_measures WHERE tell_at IS NOT NULL ORDER BY tell_at LIMIT 1",
)
_said = msgspec.json.Decoder(Said)


def paces(settings: Settings) -> Paces:
    """Those of simulated devices; temperature and humidity are in tenths."""
    often = settings.measure_minutes * MINUTE
    return {
        "temperature": Pace(max(1, round(settings.temperature_step * 10)), often),
        "humidity": Pace(max(1, round(settings.humidity_step * 10)), often),
        "consumptions": Pace(settings.power_step, settings.power_seconds * SECOND),
    }


def judge(paces: Paces, said: Said, values: Mapping[str, int], at: int) -> Verdict:
    """What a reading of ``at`` is to tell of its measures. Pure."""
    due, hushed, ends = set(), set(), []
    for word, value in values.items():
        if word not in said:
            continue  # told, if it changed at all
        last, when = said[word]
        step, every = paces[word]
        if abs(value - last) < step:
            hushed.add(word)
        elif at < when + every:
            hushed.add(word)
            ends.append(when + every)
        else:
            due.add(word)
    return Verdict(frozenset(due), frozenset(hushed), min(ends, default=None))


async def tell(
    tx: Tx, module_id: str, reading: Any, held: Held, paces: Paces, *, device: str, flow: str
) -> bool:
    """Takes a reading in; returns whether an event was made of it."""
    values = _values(device, reading, paces)
    verdict = judge(paces, held.said, values, reading.at)
    report = Report(module_id, reading, flow, due=verdict.due, hushed=verdict.hushed)
    told = bool((await renew(tx, report)).changed)
    kept = Held(held.said, verdict.tell_at)
    if told or not held.said:
        kept = Held({word: (value, reading.at) for word, value in values.items()}, None)
    if kept != held and values:
        await _keep(tx, module_id, kept)
    return told


async def tell_due(tx: Tx, now: int, paces: Paces) -> int:
    """Tells what was held back until ``now``; returns of how many modules."""
    due = await tx.all(_DUE, now=now, limit=AT_ONCE)
    for module_id, text in due:
        found = await tx.one(_READING, module_id=module_id)
        if found is None:
            continue
        said, (device, reading) = said_of(text), found
        values = _values(device, reading, paces)
        words = frozenset(
            word
            for word, value in values.items()
            if word in said and abs(value - said[word][0]) >= paces[word].step
        )
        if words:
            await renew(tx, Report(module_id, reading, due=words))
        # The next one counts from now: what is told is what holds now.
        await _keep(
            tx, module_id, Held({word: (value, now) for word, value in values.items()}, None)
        )
    return len(due)


async def next_due(reads: Reads) -> int | None:
    """When the next one is to be told of."""
    return await reads.one(_NEXT)


def said_of(text: str) -> Said:
    return _said.decode(text) if text else {}


def _values(device: str, reading: Any, paces: Paces) -> dict[str, int]:
    notified = KINDS[device].notified
    found = {word: notified[word](reading) for word in paces if word in notified}
    return {word: value for word, value in found.items() if isinstance(value, int)}


async def _keep(tx: Tx, module_id: str, held: Held) -> None:
    text = msgspec.json.encode(held.said).decode()
    await tx.run(_KEEP, module_id=module_id, said=text, tell_at=held.tell_at)

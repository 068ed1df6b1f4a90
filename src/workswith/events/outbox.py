"""The transactional outbox: an event exists if and only if the change that it tells of does.

Whoever changes a plant's state appends here in the same transaction; the relay comes and fetches.
Events of one plant are numbered without gaps. The number is taken by updating the plant's row of
``event_sequence``, which on PostgreSQL is held until the commit: so within a plant the order of
numbers, of row ids and of commits is the same. Between plants ids may commit out of order, which
is why nobody may ask for "events after id N". That row also says whether anybody ever asked to hear
of the plant; events of the others are listed only. [C2C-6]

Events are written once and never changed; they lie in slices that go as a whole, seen as one by the
view ``event``. What is still to be relayed stands in ``event_queue``.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from workswith.kernel.database import Query, Reads, Tx, keys, query, statement
from workswith.kernel.slices import SLICES, Series

_json = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one module.

    ``changed`` names what changed, in the words of the twin; ``state`` is the module's whole state
    after it; ``at`` is the instant of the change; ``flow`` is the id of the call that caused it.
    """

    id: str
    plant_id: str
    module_id: str
    sequence: int
    kind: str
    changed: tuple[str, ...]
    state: Mapping[str, Any]
    at: int
    flow: str


class Draft(msgspec.Struct, frozen=True):
    """An event that has no number yet; ``state`` is JSON, and so is stored."""

    plant_id: str
    module_id: str
    kind: str
    changed: Sequence[str]
    state: str
    at: int
    flow: str


def event_of(*columns: Any) -> Event:
    """An event from the columns `COLUMNS`."""
    id_, plant_id, module_id, sequence, kind, changed, state, at, flow = columns
    words = tuple(changed.split())
    known = msgspec.json.decode(state)
    return Event(id_, plant_id, module_id, sequence, kind, words, known, at, flow)


SERIES = Series("event", "event", held="SELECT id FROM event_queue WHERE slice = {n} LIMIT 1")

COLUMNS = "event_id, plant_id, module_id, sequence, kind, changed, state, at, flow"

_NUMBERS = query(
    lambda *row: row,
    "INSERT INTO event_sequence (plant_id, last, heard) "
    "SELECT key, CAST(CAST(value AS TEXT) AS BIGINT), 0 FROM json_each(:counts) WHERE 1 = 1 "
    "ON CONFLICT (plant_id) DO UPDATE SET last = event_sequence.last + excluded.last "
    f"RETURNING plant_id, last, heard, {SERIES.open}",
)
_HEAR = statement(
    "INSERT INTO event_sequence (plant_id, last, heard) VALUES (:plant_id, 0, 1) "
    "ON CONFLICT (plant_id) DO UPDATE SET heard = 1"
)
_INSERT = [
    f"INSERT INTO event_{n} ({COLUMNS}) VALUES "
    "(:id, :plant_id, :module_id, :sequence, :kind, :changed, :state, :at, :flow)"
    for n in range(SLICES)
]
_APPEND = [statement(one) for one in _INSERT]
_QUEUE = "INSERT INTO event_queue (id, slice) SELECT id"
# On PostgreSQL a statement costs more than its rows: both tables in one.
_APPEND_HEARD = {
    "postgresql": [
        statement(
            f"WITH written AS ({one} RETURNING id) {_QUEUE}, {n} FROM written "
            "WHERE CAST(:heard AS BIGINT) = 1"
        )
        for n, one in enumerate(_INSERT)
    ],
}
# On SQLite, which has one writer, the last ids are those of this transaction.
_QUEUE_LAST = {
    "sqlite": [
        statement(
            f"{_QUEUE}, {n} FROM event_{n} WHERE id > (SELECT max(id) FROM event_{n}) - :count "
            # Not by the plant's index, which would find all of its events.
            "AND +plant_id IN (SELECT key FROM json_each(:heard))"
        )
        for n in range(SLICES)
    ],
}
_UNRELAYED: Query[Event] = query(
    lambda _, *columns: event_of(*columns),
    f"SELECT q.id, {COLUMNS} FROM event_queue q JOIN event e ON e.id = q.id "
    "ORDER BY q.id LIMIT :limit",
)
_OF_PLANT: Query[Event] = query(
    event_of,
    f"SELECT {COLUMNS} FROM event WHERE plant_id = :plant_id AND sequence > :after "
    "ORDER BY sequence LIMIT :limit",
)


async def append(
    tx: Tx,
    *,
    plant_id: str,
    module_id: str,
    kind: str,
    changed: Sequence[str],
    state: Mapping[str, Any],
    at: int,
    flow: str,
) -> None:
    """Adds an event; ring ``relay`` after the commit. ``changed`` are words without blanks."""
    text = _json.encode(state).decode()
    await append_all(tx, [Draft(plant_id, module_id, kind, changed, text, at, flow)])


async def append_all(tx: Tx, drafts: Sequence[Draft]) -> set[str]:
    """Adds events; those of one plant get numbers in their order.

    Returns of which of the plants somebody hears (`hear`): ring ``relay`` after the commit.
    """
    if not drafts:
        return set()
    counts = Counter([draft.plant_id for draft in drafts])
    # In the order of ids, so that nobody waits in a ring.
    counted = _json.encode(counts).decode()
    numbered = await tx.all(_NUMBERS, counts=counted)
    numbers = {plant_id: last - counts[plant_id] for plant_id, last, _, _ in numbered}
    heard = {plant_id for plant_id, _, heard, _ in numbered if heard}
    rows = []
    for draft in drafts:
        plant_id = draft.plant_id
        numbers[plant_id] = sequence = numbers[plant_id] + 1
        rows.append({
            "id": event_id(plant_id, sequence),
            "plant_id": plant_id,
            "module_id": draft.module_id,
            "sequence": sequence,
            "kind": draft.kind,
            "changed": " ".join(draft.changed),
            "state": draft.state,
            "at": draft.at,
            "flow": draft.flow,
            "heard": int(plant_id in heard),
        })  # fmt: skip
    await _write(tx, rows, heard, numbered[0][3])
    return heard


async def _write(tx: Tx, rows: Sequence[Mapping[str, Any]], heard: set[str], number: int) -> None:
    if heard and tx.dialect in _APPEND_HEARD:
        await tx.run_many(_APPEND_HEARD[tx.dialect][number], rows)
        return
    await tx.run_many(_APPEND[number], rows)
    if heard:
        await tx.run(_QUEUE_LAST[tx.dialect][number], count=len(rows), heard=keys(heard))


async def hear(tx: Tx, plant_id: str) -> None:
    """From the commit on, events of this plant go to the relay; for good."""
    await tx.run(_HEAR, plant_id=plant_id)


def event_id(plant_id: str, sequence: int) -> str:
    """Follows from plant and number, so it needs no randomness and is never used twice.

    The first half is the plant's, the second counts: ids of one plant lie side by side in the
    index, which costs less than scattered ones. (RFC 9562 section 5.8)
    """
    digits = f"{sequence:015x}"
    return f"{_half(plant_id)}-8{digits[:3]}-{digits[3:]}"


@lru_cache(maxsize=4_096)
def _half(plant_id: str) -> str:
    name = hashlib.sha256(plant_id.encode()).hexdigest()
    return f"{name[:8]}-{name[8:12]}-8{name[12:15]}"


async def unrelayed(reads: Reads, limit: int = 500) -> list[Event]:
    """Events that nobody has fetched yet, the oldest first."""
    return await reads.all(_UNRELAYED, limit=limit)


async def of_plant(reads: Reads, plant_id: str, after: int = 0, limit: int = 100) -> list[Event]:
    """A plant's events with a sequence above ``after``: what one reconciles from after a gap.

    The caller has made sure that the asker may see the plant.
    """
    return await reads.all(_OF_PLANT, plant_id=plant_id, after=after, limit=limit)

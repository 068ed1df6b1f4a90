"""How attempts are kept: a batch of them is one row, and rows lie in slices that go as a whole.

A row for each attempt, with the indexes to find it by, costs as much as everything else that is
written for a delivery. So the batch that one transaction acknowledges is packed into one row, and
each delivery has a note of the rows that its attempts are in (``webhook_delivery.log``).

There are `SLICES` tables, written to in turn. A slice is open for a seventh of the days that are
kept; when the eighth is full, the oldest one is emptied at once: no search for what is old, no row
deleted singly. [C2C-6]
"""

from collections.abc import Iterable, Sequence

import msgspec

from workswith.kernel.clock import DAY
from workswith.kernel.database import Query, Reads, Statement, Tx, query, statement

SLICES = 8
_END = 2**62


class Attempt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``error`` is a key of `sender.ERRORS` when there is no status, or the answer is none.

    ``failures`` is the counter of the endpoint after this attempt, ``ban_until`` the ban that then
    was in force or past; times are real milliseconds, ``at`` is the clock's.
    """

    delivery: int
    number: int
    at: int
    connect_ms: float
    answer_ms: float
    status: int | None
    error: str
    answer: bytes
    failures: int
    ban_until: int | None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.error


class Tally(msgspec.Struct, array_like=True, gc=False):
    """Attempts to one endpoint, how many of them failed, the milliseconds of the others' answers."""

    attempts: int = 0
    failed: int = 0
    answer_ms: float = 0.0


class Slice(msgspec.Struct, frozen=True):
    """Open from ``since`` to ``until``; ``delivery`` was the last delivery before it."""

    number: int
    since: int
    until: int
    delivery: int


_pack = msgspec.msgpack.Encoder()
_attempts = msgspec.msgpack.Decoder(list[Attempt])
_tallies = msgspec.msgpack.Decoder(dict[str, Tally])

_APPEND: tuple[Query[int], ...] = tuple(
    query(
        int,
        f"INSERT INTO webhook_log_{number} (at, tallies, attempts) "
        "VALUES (:at, :tallies, :attempts) RETURNING id",
    )
    for number in range(SLICES)
)
_READ: tuple[Query[bytes], ...] = tuple(
    query(bytes, f"SELECT attempts FROM webhook_log_{number} WHERE id = :id")
    for number in range(SLICES)
)
_SINCE: tuple[Query[bytes], ...] = tuple(
    query(bytes, f"SELECT tallies FROM webhook_log_{number} WHERE at >= :since")
    for number in range(SLICES)
)
# Both free whole pages without looking at rows: SQLite when nothing is said about which rows.
_EMPTY: dict[str, tuple[Statement, ...]] = {
    "sqlite": tuple(statement(f"DELETE FROM webhook_log_{n}") for n in range(SLICES)),
    "postgresql": tuple(statement(f"TRUNCATE webhook_log_{n}") for n in range(SLICES)),
}
_NEWEST = query(
    Slice,
    "SELECT number, since, until, delivery FROM webhook_slice ORDER BY since DESC, number LIMIT 1",
)
_OPEN = query(
    int,
    "INSERT INTO webhook_slice (number, since, until, delivery) "
    "VALUES (:number, :now, :until, (SELECT COALESCE(max(id), 0) FROM webhook_delivery)) "
    "ON CONFLICT (number) DO UPDATE SET since = excluded.since, until = excluded.until, "
    "delivery = excluded.delivery WHERE webhook_slice.until <= :now RETURNING number",
)
_ENDED = query(
    int,
    "UPDATE webhook_slice SET until = since WHERE until < :before AND until > since "
    "RETURNING number",
)
_BOUNDARY = query(int, "SELECT min(delivery) FROM webhook_slice WHERE since > :before")


async def append(
    tx: Tx,
    dialect: str,
    attempts: Sequence[Attempt],
    tallies: dict[str, Tally],
    *,
    now: int,
    keep_days: int,
) -> str:
    """Writes a batch; returns the note to add to the ``log`` of its deliveries."""
    current = await turn_over(tx, dialect, now, keep_days)
    row = await tx.one(
        _APPEND[current], at=now, tallies=_pack.encode(tallies), attempts=_pack.encode(attempts)
    )
    return f"{current}.{row} "


async def attempts(reads: Reads, log: str) -> list[Attempt]:
    """What a delivery's notes lead to, of all deliveries of those batches, in order."""
    found: list[Attempt] = []
    for note in dict.fromkeys(log.split()):
        number, _, row = note.partition(".")
        packed = await reads.one(_READ[int(number)], id=int(row))
        if packed is not None:  # else its slice is gone
            found += _attempts.decode(packed)
    return found


async def tallies(reads: Reads, since: int) -> dict[str, Tally]:
    """By endpoint, of the batches written since then."""
    total: dict[str, Tally] = {}
    for of_slice in _SINCE:
        for packed in await reads.all(of_slice, since=since):
            for endpoint_id, part in _tallies.decode(packed).items():
                tally = total.setdefault(endpoint_id, Tally())
                tally.attempts += part.attempts
                tally.failed += part.failed
                tally.answer_ms += part.answer_ms
    return total


async def turn_over(tx: Tx, dialect: str, now: int, keep_days: int) -> int:
    """The slice to write to at ``now``; opens and empties the next one when it is time."""
    newest = await tx.one(_NEWEST)
    if newest is not None and now < newest.until:
        return newest.number
    number = 0 if newest is None else (newest.number + 1) % SLICES
    until = now + keep_days * DAY // (SLICES - 1)
    if await tx.one(_OPEN, number=number, now=now, until=until) is None:
        return number  # another process has just opened it
    await tx.run(_EMPTY[dialect][number])
    return number


async def drop(tx: Tx, dialect: str, before: int) -> None:
    """Empties the slices that ended before an instant."""
    for number in await tx.all(_ENDED, before=before):
        await tx.run(_EMPTY[dialect][number])


async def boundary(reads: Reads, before: int) -> int:
    """A number of deliveries up to which all lie that were made before an instant, and few more."""
    found = await reads.one(_BOUNDARY, before=before)
    return _END if found is None else found


def of_delivery(found: Iterable[Attempt], number: int) -> list[Attempt]:
    return [attempt for attempt in found if attempt.delivery == number]

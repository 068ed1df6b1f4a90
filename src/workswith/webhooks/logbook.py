"""How attempts are kept: a batch of them is one row, and rows lie in slices that go as a whole.

A row for each attempt, with the indexes to find it by, costs as much as everything else that is
written for a delivery. So the batch that one transaction acknowledges is packed into one row, and
each delivery has a note of the rows that its attempts are in (``webhook_delivery.log``).

These rows lie in slices, which go as a whole (`kernel.slices`). [C2C-6]
"""

from collections.abc import Iterable, Sequence

import msgspec

from workswith.kernel.database import Query, Reads, Tx, query
from workswith.kernel.slices import SLICES

from .bodies import SERIES


class Attempt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``error`` is a key of `sent.ERRORS` when there is no status, or the answer is none.

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
    """Attempts to one endpoint, how many of them failed, the milliseconds of the others' answers.

    What could not be sent from here speaks of no endpoint, and is not among them.
    """

    attempts: int = 0
    failed: int = 0
    answer_ms: float = 0.0


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
_OPEN = query(int, f"SELECT {SERIES.open}")


async def append(
    tx: Tx, attempts: Sequence[Attempt], tallies: dict[str, Tally], *, now: int
) -> str:
    """Writes a batch; returns the note to add to the ``log`` of its deliveries."""
    current = await tx.one(_OPEN) or 0
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


def of_delivery(found: Iterable[Attempt], number: int) -> list[Attempt]:
    return [attempt for attempt in found if attempt.delivery == number]

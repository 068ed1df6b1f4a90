"""What programs are refused at /token, counted by day, so that owners see it. [APP-1 OID-11]

Counting costs no write of its own: numbers gather in memory and a background work adds them to the
table. A crash loses some seconds of counts and nothing else.
"""

from collections import Counter
from dataclasses import dataclass

from workswith.kernel.clock import DAY, SECOND, Clock
from workswith.kernel.database import Database, Tx, query, statement

from .errors import OAuthError

EVERY = 10 * SECOND
KEEP_DAYS = 30
MOST = 10_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """``asked_for`` is the grant, ``times`` since ``KEEP_DAYS`` days."""

    asked_for: str
    error: str
    detail: str
    times: int
    last_at: int


_ADD = statement(
    "INSERT INTO token_refusal (client_id, day, asked_for, error, detail, times, last_at) "
    "VALUES (:client_id, :day, :asked_for, :error, :detail, :times, :now) "
    "ON CONFLICT (client_id, day, asked_for, error, detail) DO UPDATE SET "
    "times = token_refusal.times + excluded.times, last_at = excluded.last_at"
)
_FORGET = statement("DELETE FROM token_refusal WHERE day < :before")
_OF = query(
    Refusal,
    "SELECT asked_for, error, detail, CAST(sum(times) AS BIGINT), max(last_at) FROM token_refusal "
    "WHERE client_id = :client_id GROUP BY asked_for, error, detail "
    "ORDER BY max(last_at) DESC LIMIT :limit",
)


class Refusals:
    """A `Work`. Only clients that exist are counted, so that strangers fill no table."""

    name = "token-refusals"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counts: Counter[tuple[str, int, str, str, str]] = Counter()

    def note(self, client_id: str, asked_for: str, error: OAuthError) -> None:
        day = self._clock.now() // DAY
        # What differs from one refusal to the next is not counted apart.
        detail = error.description.partition(". Current time")[0][:_LONGEST]
        key = (client_id, day, asked_for[:_LONGEST], error.error, detail)
        if key in self._counts or len(self._counts) < MOST:
            self._counts[key] += 1

    async def of(self, client_id: str, limit: int = 10) -> list[Refusal]:
        """The latest first; whoever shows them has checked whose application it is."""
        await self.turn(self._clock.now())
        return await self._database.all(_OF, client_id=client_id, limit=limit)

    async def turn(self, now: int) -> int | None:
        counts, self._counts = self._counts, Counter()
        if counts:
            try:
                await self._database.write(self._add, counts, now)
            except Exception:
                self._counts.update(counts)  # for the next turn, when there is a database again
                raise
        return None if not counts else now + EVERY

    async def settle(self) -> bool:
        return False

    async def _add(self, tx: Tx, counts: Counter[tuple[str, int, str, str, str]], now: int) -> None:
        for (client_id, day, asked_for, error, detail), times in counts.items():
            await tx.run(
                _ADD,
                client_id=client_id,
                day=day,
                asked_for=asked_for,
                error=error,
                detail=detail,
                times=times,
                now=now,
            )
        await tx.run(_FORGET, before=now // DAY - KEEP_DAYS)

"""The key that a call brings, and whose it is: the gateway's look-up. [GTW-1 PRD-3]

Keys are found by digest. What was found, or not found, is held for at most `RECHECK_SECONDS` of
real time, so that a key regenerated in another process stops there within a second; a word on the
broadcast ends it at once. Which keys are in use is noted in memory and written now and then: it is
there to tell a person that a key is no longer used and can be regenerated.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import SECOND
from workswith.kernel.database import Database, query, statement
from workswith.kernel.ident import digest

TOPIC = "subscription"
"""Words are subscription ids, or `EVERY` when a product changed."""
EVERY = "*"
RECHECK_SECONDS = 0.5
LONGEST_KEY = 256
NOTE_USES_EVERY = 30 * SECOND


@dataclass(frozen=True, slots=True)
class ActiveKey:
    """A key of an active subscription. ``daily_quota`` is the subscription's own or the product's.

    ``calls_per_minute`` is 0 where there is no such limit; from ``ends_at`` on (ms) it opens
    nothing, whatever the state says.
    """

    subscription_id: str
    account_id: str
    product_id: str
    which: str
    daily_quota: int
    apis: frozenset[str]
    calls_per_minute: int = 0
    ends_at: int | None = None


def _line(*columns: Any) -> ActiveKey:
    """With one of its APIs, or none."""
    id_, account_id, product_id, which, daily_quota, api, *rest = columns
    apis = frozenset([api] if api else [])
    return ActiveKey(id_, account_id, product_id, which, daily_quota, apis, *rest)


_FIND = query(
    _line,
    "SELECT s.id, s.account_id, s.product_id, k.which, COALESCE(s.daily_quota, p.daily_quota), "
    "a.api, COALESCE(s.calls_per_minute, p.calls_per_minute, CAST(:calls_per_minute AS BIGINT)), "
    "s.ends_at FROM subscription_keys k JOIN subscriptions s ON s.id = k.subscription_id "
    "JOIN products p ON p.id = s.product_id LEFT JOIN product_apis a ON a.product_id = p.id "
    "WHERE k.digest = :digest AND s.state = 'active'",
)
_USED = statement(
    "UPDATE subscription_keys SET last_used_at = :now "
    "WHERE digest = :digest AND (last_used_at IS NULL OR last_used_at < :now)"
)


class Keys:
    """`find` for the gateway; the work ``keys`` writes down which were used."""

    name = "keys"

    def __init__(
        self,
        database: Database,
        broadcast: Broadcast,
        limit: int = 10_000,
        elapsed: Callable[[], float] = time.monotonic,
        *,
        calls_per_minute: int = 0,
    ) -> None:
        """``limit`` bounds the cache; ``elapsed`` gives real seconds, whatever the clock shows.

        ``calls_per_minute`` is for products that have no such limit of their own.
        """
        self._calls_per_minute = calls_per_minute
        self._database = database
        self._limit = limit
        self._elapsed = elapsed
        self._held: dict[str, tuple[ActiveKey | None, float]] = {}
        self._changes = 0
        self._used: set[str] = set()
        self._noted_at = 0
        self._now = 0
        broadcast.on(TOPIC, self._forget)

    def known(self, key: str) -> ActiveKey | None:
        """The quick answer, without waiting; ``None`` means to ask `find`."""
        mark = digest(key)
        held = self._held.get(mark)
        if held is None or held[0] is None or held[1] <= self._elapsed():
            return None
        self._used.add(mark)
        return held[0]

    async def find(self, key: str) -> ActiveKey | None:
        """Whose key it is; ``None`` when unknown or when its subscription is not active."""
        if len(key) > LONGEST_KEY:
            return None
        mark = digest(key)
        held = self._held.get(mark)
        if held is not None and held[1] > self._elapsed():
            active = held[0]
        else:
            active = await self._read(mark)
        if active is not None:
            self._used.add(mark)
        return active

    def in_use(self, mark: str) -> bool:
        """Whether the key of this digest was used since uses were last written down."""
        return mark in self._used

    async def turn(self, now: int) -> int | None:
        self._now = now
        if now >= self._noted_at + NOTE_USES_EVERY:
            await self._note_uses()
        return None

    async def settle(self) -> bool:
        """Writes down all uses so far, as a clean stop does."""
        await self._note_uses()
        return False

    async def _read(self, mark: str) -> ActiveKey | None:
        changes = self._changes
        until = self._elapsed() + RECHECK_SECONDS
        rows = await self._database.all(_FIND, digest=mark, calls_per_minute=self._calls_per_minute)
        active = None
        if rows:
            active = replace(rows[0], apis=frozenset().union(*(row.apis for row in rows)))
        # What changed while it was read must not be held.
        if changes == self._changes:
            self._held.pop(mark, None)
            if len(self._held) >= self._limit:
                del self._held[next(iter(self._held))]
            self._held[mark] = (active, until)
        return active

    def _forget(self, word: str) -> None:
        self._changes += 1
        if word == EVERY:
            self._held.clear()
            return
        self._held = {
            mark: held
            for mark, held in self._held.items()
            if held[0] is not None and held[0].subscription_id != word
        }

    async def _note_uses(self) -> None:
        self._noted_at = now = self._now
        used, self._used = self._used, set()
        rows = [{"digest": mark, "now": now} for mark in sorted(used)]
        if rows:
            await self._database.write(lambda tx: tx.run_many(_USED, rows))

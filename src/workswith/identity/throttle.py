"""Guessing slows down; nobody is locked out by somebody else's guesses. [ACC-7]

Failures are counted by *account and network* (an IPv4 /24, an IPv6 /56), so that whoever guesses
from elsewhere delays only themselves, and by network alone, against one password tried on many
accounts. Passwords, one-time passwords, recovery codes and passkeys have counters of their own.
After a few free failures each further one doubles the wait, up to a limit; time lets it fade.

What is refused costs one indexed read and no hash. Tries on one counter take turns, so that many at
once gain nothing; right ones never count, however many come at once, and only wait for each other.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from weakref import WeakValueDictionary

from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import digest
from workswith.kernel.problem import Kind, Problem


@dataclass(frozen=True, slots=True)
class Rule:
    """``free`` failures cost nothing; then 1 s, 2 s, 4 s … up to ``longest``, ms. A counter that
    rests for ``forget`` ms begins anew.
    """

    name: str
    free: int
    longest: int
    forget: int


PASSWORD = Rule("password", 5, 15 * MINUTE, DAY)
NETWORK = Rule("network", 50, MINUTE, HOUR)
ONE_TIME = Rule("otp", 5, 15 * MINUTE, DAY)
# Six digits do not withstand many networks at once. Only who knows the password gets this far, and
# recovery codes and passkeys stay open to the owner, on counters of their own.
ONE_TIME_ANYWHERE = Rule("otp-anywhere", 25, HOUR, DAY)
RECOVERY = Rule("recovery", 5, 15 * MINUTE, DAY)
PASSKEY = Rule("passkey", 20, MINUTE, HOUR)


class Counter(NamedTuple):
    """One counter: a rule, and a digest of whom it counts."""

    rule: Rule
    key: str


def counter(rule: Rule, *whom: str) -> Counter:
    return Counter(rule, digest("\n".join((rule.name, *whom))))


def network(address: str) -> str:
    """The neighbourhood that one person can hardly leave: IPv4 /24, IPv6 /56."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, 24 if ip.version == 4 else 56), strict=False))


def delay(rule: Rule, failures: int) -> int:
    """How long the next try waits, in ms from the last failure."""
    over = failures - rule.free
    return 0 if over < 0 else min(SECOND << min(over, 32), rule.longest)


class _Row(NamedTuple):
    key: str
    failures: int
    last_at: int


_OF = query(_Row, "SELECT key, failures, last_at FROM throttle WHERE key = :key")
_FAILED = query(
    int,
    "INSERT INTO throttle (key, failures, last_at, expires_at) VALUES (:key, 1, :now, :until) "
    "ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN throttle.expires_at <= :now THEN 1 "
    "ELSE throttle.failures + 1 END, last_at = excluded.last_at, expires_at = excluded.expires_at "
    "RETURNING failures",
)
_CLEAR = statement("DELETE FROM throttle WHERE key = :key")


class Throttle:
    """``async with turn(…)``: ``require``, look at the proof, ``failed`` or ``succeeded``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, counters: Sequence[Counter]) -> AsyncIterator[None]:
        """One try at a time in this process, by the first counter; raises as `require` does."""
        lock = self._turns.setdefault(counters[0].key, asyncio.Lock())
        async with lock:
            await self.require(counters)
            yield

    async def require(self, counters: Sequence[Counter]) -> None:
        """Raises THROTTLED ``tries_many`` with ``retry_after`` while one of them says wait."""
        now = self._clock.now()
        wait = 0
        for rule, key in counters:
            row = await self._database.one(_OF, key=key)
            if row and now - row.last_at < rule.forget:
                wait = max(wait, row.last_at + delay(rule, row.failures) - now)
        if wait > 0:
            raise Problem(
                Kind.THROTTLED,
                "tries_many",
                "That went wrong too often. Please wait a little and try again.",
                retry_after=-(-wait // SECOND),
            )

    async def failed(self, counters: Sequence[Counter]) -> bool:
        """A proof was wrong; whether from now on the next ones have to wait. What is no proof at
        all, such as a form half filled, never counts.
        """
        now = self._clock.now()

        async def write(tx: Tx) -> bool:
            begins = False
            for rule, key in counters:
                failures = await tx.one(_FAILED, key=key, now=now, until=now + rule.forget)
                begins = begins or failures == rule.free
            return begins

        return await self._database.write(write)

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        """Clears those that had counted. Leave out what other accounts share."""
        if not [each for each in counters if await self._database.one(_OF, key=each.key)]:
            return

        async def write(tx: Tx) -> None:
            for _rule, key in counters:
                await tx.run(_CLEAR, key=key)

        await self._database.write(write)

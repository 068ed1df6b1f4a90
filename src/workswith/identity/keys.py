"""The keys that sign tokens: Next, Current, Previous. [OID-6]

    next --(published for a day, at least)--> current --(signs for `key_days`)--> previous --> gone

A key is in the JWKS before it signs and until the last token that it signed is over, so relying
parties that keep the JWKS for a while never meet an unknown key. At rest they are sealed; each
process parses a key once.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import DAY, MINUTE, SECOND, Clock
from workswith.kernel.database import Database, Reads, Tx, query, statement

from . import audit
from .jwt import Key, Typ
from .settings import Settings

JWKS_SECONDS = 3600
"""How long others may keep the JWKS."""
PUBLISHED_BEFORE = DAY
STALE = SECOND
"""A process that meets an unknown key asks the database again, at most this often."""
CHECK_EVERY = 60 * MINUTE

State = Literal["next", "current", "previous"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A key as operators see it; instants are ms."""

    kid: str
    state: State
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class _Row:
    kid: str
    state: State
    sealed: bytes
    created_at: int
    changed_at: int


_ALL = query(
    _Row, "SELECT kid, state, sealed, created_at, changed_at FROM signing_key ORDER BY created_at"
)
_PUT = statement(
    "INSERT INTO signing_key (kid, state, sealed, created_at, changed_at) "
    "VALUES (:kid, :state, :sealed, :now, :now) ON CONFLICT DO NOTHING"
)
_MOVE = statement("UPDATE signing_key SET state = :to, changed_at = :now WHERE state = :state")
_CURRENT = query(int, "SELECT changed_at FROM signing_key WHERE state = 'current'")
_DROP_ALL = statement("DELETE FROM signing_key WHERE state <> 'current'")
_DROP = statement("DELETE FROM signing_key WHERE state = 'previous' AND changed_at < :before")


async def current_since(reads: Reads) -> int | None:
    """When the key that signs became the current one, ms; ``None`` if there is none."""
    return await reads.one(_CURRENT)


class SigningKeys:
    """`load` before use. As a `Work` it publishes, rotates and retires keys by itself."""

    name = "signing-keys"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        cipher: Cipher,
        settings: Settings,
        prepared: tuple[bytes, ...] = (),
    ) -> None:
        """``prepared`` are PEMs that are taken, each once, before any key is made."""
        self._prepared = prepared
        self._database = database
        self._clock = clock
        self._cipher = cipher
        self._life = settings.key_days * DAY
        self._longest_token = settings.access_token_seconds * SECOND
        self._parsed: dict[str, Key] = {}
        self._rows: list[_Row] = []
        self._by_header: dict[str, tuple[Key, Typ]] = {}
        self._current: Key | None = None
        self._loaded_at = 0
        self._jwks: dict[str, list[dict[str, str]]] = {"keys": []}

    async def load(self) -> None:
        """Reads the keys, making the first one where there is none."""
        await self._read()
        if self._current is None:
            await self._make("current")
            await self._read()

    @property
    def current(self) -> Key:
        """The key that signs."""
        if self._current is None:
            raise RuntimeError("the signing keys are not loaded")
        return self._current

    @property
    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """All public keys (RFC 7517)."""
        return self._jwks

    def by_header(self, segment: str) -> tuple[Key, Typ] | None:
        """The key, and the type of token, that begins with this very header segment."""
        return self._by_header.get(segment)

    async def refresh(self) -> None:
        """After an unknown header: another process may have a new key."""
        now = self._clock.now()
        if abs(now - self._loaded_at) >= STALE:
            await self._read()

    async def rotate(self) -> None:
        """Next signs from now on, whatever its age, and a new Next is published.

        For a drill or after a theft. In the ordinary course `turn` does it in time.
        """
        await self._make("next")
        await self._database.write(self._rotate)
        await self._make("next")
        await self._read()

    async def listed(self) -> list[Listed]:
        """All keys, the one that signs first, then what comes and what was."""
        await self._read()
        order: tuple[State, ...] = ("current", "next", "previous")
        return sorted(
            (Listed(row.kid, row.state, row.created_at, row.changed_at) for row in self._rows),
            key=lambda key: (order.index(key.state), -key.changed_at),
        )

    async def replace_all(self) -> None:
        """After a theft: a key that nobody has seen signs, and no other is known any more.

        Every access and id token from before is refused at once; refresh tokens are not signed and
        go on, so that programs have new ones with their next refresh.
        """
        fresh = await self._fresh()
        sealed = self._cipher.seal(fresh.pem(), _context(fresh.kid))

        async def replace(tx: Tx) -> None:
            now = self._clock.now()
            await tx.run(_DROP_ALL)
            await tx.run(_MOVE, state="current", to="previous", now=now)
            await tx.run(_PUT, kid=fresh.kid, state="current", sealed=sealed, now=now)
            await tx.run(_DROP_ALL)
            await audit.note(tx, "signing_keys_replaced", now, detail=fresh.kid)

        await self._database.write(replace)
        await self._make("next")
        await self._read()

    async def turn(self, now: int) -> int | None:
        """Publishes a Next, rotates when it is time, forgets keys whose tokens are all over."""
        await self._read()
        states = {row.state: row for row in self._rows}
        next_, current = states.get("next"), states.get("current")
        if next_ is None:
            await self._make("next")
        elif (
            current
            and now - current.changed_at >= self._life
            and now - next_.created_at >= PUBLISHED_BEFORE
        ):
            await self.rotate()

        async def drop(tx: Tx) -> None:
            # Another process may have signed with it until its own next turn.
            await tx.run(_DROP, before=now - self._longest_token - CHECK_EVERY - MINUTE)

        if "previous" in states:
            await self._database.write(drop)
        await self._read()
        return now + CHECK_EVERY

    async def settle(self) -> bool:
        return False

    async def _make(self, state: State) -> None:
        """A new key in this state, unless there is one, here or by another process."""
        if any(row.state == state for row in await self._database.all(_ALL)):
            return
        key = await self._fresh()
        sealed = self._cipher.seal(key.pem(), _context(key.kid))

        async def put(tx: Tx) -> None:
            await tx.run(_PUT, kid=key.kid, state=state, sealed=sealed, now=self._clock.now())

        await self._database.write(put)

    async def _fresh(self) -> Key:
        known = {row.kid for row in await self._database.all(_ALL)}
        for key in map(Key.read, self._prepared):
            if key.kid not in known:
                return key
        return await asyncio.to_thread(Key.generate)

    async def _rotate(self, tx: Tx) -> None:
        now = self._clock.now()
        if any(row.state == "next" for row in await tx.all(_ALL)):
            await tx.run(_MOVE, state="current", to="previous", now=now)
            await tx.run(_MOVE, state="next", to="current", now=now)
            await audit.note(tx, "signing_keys_rotated", now)

    async def _read(self) -> None:
        self._rows = await self._database.all(_ALL)
        self._loaded_at = self._clock.now()
        for row in self._rows:
            if row.kid not in self._parsed:
                pem = self._cipher.open(bytes(row.sealed), _context(row.kid))
                self._parsed[row.kid] = Key.read(pem)
        self._parsed = {row.kid: self._parsed[row.kid] for row in self._rows}
        self._index(self._parsed.values())
        self._current = next(
            (self._parsed[row.kid] for row in self._rows if row.state == "current"), None
        )

    def _index(self, keys: Iterable[Key]) -> None:
        self._by_header = {
            header: (key, typ) for key in keys for typ, header in key.headers.items()
        }
        self._jwks = {"keys": [key.jwk for key in keys]}


def _context(kid: str) -> str:
    return f"signing-key/{kid}"

"""What an application has met so far of all that is documented. [SBX-3]

Counted at the answer: calls of the APIs, token requests, attempts to notify. What an application
has never met, it was never tested with.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from workswith.contracts.binding import Api
from workswith.kernel.clock import Clock, iso
from workswith.kernel.database import Database

from . import notes
from .documented import LOGIN, NOTIFICATIONS, Documented, Met
from .faults.kinds import Row

NOTE = "coverage"
BELL = "coverage"
MOST = 20_000
"""Different answers that are remembered; beyond, only known ones are counted."""
SAVE_SECONDS = 5.0
"""Real time between two writes of the counts."""


class Record(Protocol):
    """`gateway.call.CallRecord`."""

    @property
    def at(self) -> int: ...
    @property
    def api(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def client_id(self) -> str: ...


_GRANTS = (
    ("AADB2C90080", "expired"),
    ("AADB2C90085", "secret_expired"),
    ("scopes of the application have changed", "scopes_changed"),
    ("has been revoked", "revoked"),
    ("has been used before", "reused"),
)
"""What an ``invalid_grant`` says, and which of them it is."""


class Coverage:
    """Counts in memory; as the work ``coverage`` it keeps the counts now and then."""

    name = BELL

    def __init__(
        self,
        database: Database,
        clock: Clock,
        apis: Callable[[], Sequence[Api]],
        rows: Sequence[Row],
    ) -> None:
        self._database = database
        self._clock = clock
        self._documented = Documented(apis, rows)
        self._met: dict[tuple[str, str, str, int, str], Met] = {}
        self._dirty = False
        self._saved_at = 0.0

    async def load(self) -> None:
        text = await notes.read(self._database, NOTE)
        met = msgspec.json.decode(text, type=list[Met]) if text else []
        self._met = {one.key: one for one in met}
        self._dirty = False

    def call(self, record: Record) -> None:
        """A finished call of an API."""
        key = (record.client_id, record.api, record.operation, record.status, record.code[:60])
        self._count(key, record.at)

    def token(self, client_id: str, operation: str, status: int, body: bytes) -> None:
        """An answer of /token."""
        code = ""
        if status >= 400:
            try:
                said = msgspec.json.decode(body)
            except msgspec.DecodeError:
                said = {}
            code = str(said.get("error") or ("facade" if "code" in said else status))
            text = str(said.get("error_description"))
            code = next((which for part, which in _GRANTS if part in text), code)
        key = (client_id[:100], LOGIN, operation, status, code[:60])
        self._count(key, self._clock.now())

    def attempt(self, client_id: str, status: int | None, error: str) -> None:
        """An attempt to notify an endpoint."""
        if status is None:
            code = "late" if error == "timeout" else "unreached"
        else:
            code = "delivered" if 200 <= status < 300 else "refused"
        self._count((client_id, NOTIFICATIONS, "delivery", status or 0, code), self._clock.now())

    async def forget(self) -> None:
        """Begins to count anew."""
        self._met.clear()
        self._dirty = True
        await self._save()

    def applications(self) -> list[str]:
        """Those that have met anything; calls of nobody known count for everybody."""
        return sorted({one.client_id for one in self._met.values() if one.client_id})

    def report(self, client_id: str = "") -> dict[str, Any]:
        """What was met by an application, or by all of them, and what was not: `Documented.compare`."""
        met = [
            one for one in self._met.values() if not client_id or one.client_id in ("", client_id)
        ]
        compared = self._documented.compare(met)
        every = [entry for entries in compared.values() for entry in entries]
        return {
            "application": client_id,
            "applications": self.applications(),
            "since": min((iso(one.first_at) for one in met), default=None),
            "met": sum(1 for one in every if one["times"]),
            "documented": len(every),
            **compared,
        }

    async def turn(self, now: int) -> int | None:
        if asyncio.get_running_loop().time() - self._saved_at >= SAVE_SECONDS:
            await self._save()
        return None

    async def settle(self) -> bool:
        return False

    async def close(self) -> None:
        """Keeps the counts; nothing is counted after it."""
        await self._save()

    async def _save(self) -> None:
        if self._dirty:
            self._dirty = False
            text = msgspec.json.encode(list(self._met.values())).decode()
            await self._database.write(notes.keep, NOTE, text)
            self._saved_at = asyncio.get_running_loop().time()

    def _count(self, key: tuple[str, str, str, int, str], at: int) -> None:
        met = self._met.get(key)
        if met is None:
            if len(self._met) >= MOST:
                return
            met = self._met[key] = Met(*key, first_at=at)
        met.times += 1
        met.last_at = at
        self._dirty = True

"""Forgets what is over: links, codes, sessions and families that nobody can use again."""

from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database, Tx, statement

EVERY = 6 * HOUR
KEEP = DAY
"""So long after its end a row still explains a refusal and betrays a replay."""
_BATCH = 1_000


def _drop(table: str, key: str) -> str:
    return (
        f"DELETE FROM {table} WHERE {key} IN "
        f"(SELECT {key} FROM {table} WHERE expires_at < :before LIMIT {_BATCH})"
    )


_DROPS = tuple(
    statement(_drop(table, key))
    for table, key in (
        ("mail_link", "hash"),
        ("authorization_code", "hash"),
        ("session", "hash"),
        ("token_family", "id"),
        ("device_grant", "hash"),
        ("pushed_request", "hash"),
        ("used_assertion", "hash"),
        ("logout_notice", "id"),
        ("challenge", "hash"),
        ("throttle", "key"),
    )
)


class Tidying:
    """A `Work`; a thousand rows of each table at a time, so that nothing else waits for long."""

    name = "identity-tidying"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._due = 0

    async def turn(self, now: int) -> int | None:
        if now < self._due:
            return self._due

        async def write(tx: Tx) -> int:
            return max([await tx.run(drop, before=now - KEEP) for drop in _DROPS])

        while await self._database.write(write) == _BATCH:
            pass
        self._due = now + EVERY
        return self._due

    async def settle(self) -> bool:
        return False

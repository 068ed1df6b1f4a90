"""How long deliveries, attempts and losses stay listed. What still waits stays whatever its age."""

from workswith.events.retention import Sweep, sweep
from workswith.kernel.database import Database, statement

from .settings import Settings

_OLD = tuple(
    statement(
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {instant} < :before "
        f"ORDER BY {instant} LIMIT :limit)"
    )
    for table, instant in (
        ("webhook_attempt", "at"),
        ("webhook_lost", "at"),
        ("webhook_delivery", "finished_at"),
    )
)


def sweeps(database: Database, settings: Settings) -> list[Sweep]:
    """For the work ``retention``."""
    return [sweep(database, delete, settings.keep_days) for delete in _OLD]

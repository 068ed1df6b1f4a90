"""The audit log remembers as long as it is told to, no longer."""

from workswith.events import retention
from workswith.identity import audit
from workswith.kernel.clock import DAY, Clock
from workswith.kernel.database import Database


async def test_entries_go_after_their_days(database: Database, clock: Clock) -> None:
    now = clock.now()
    for days in (800, 731, 729, 0):
        await database.write(audit.note, f"event_{days}", now - days * DAY)
    work = retention.Retention([retention.sweep(database, audit.OLD, 730)])
    await work.turn(now)
    assert await audit.kinds(database) == ["event_0", "event_729"]

"""Retention: slices of events go when they are over; what nobody fetched yet stays."""

from tests.conftest import NOON
from tests.events.test_outbox import put
from tests.events.test_relay import Collector
from workswith.events.outbox import of_plant, unrelayed
from workswith.events.relay import Relay
from workswith.events.retention import EVERY, Retention, old_events
from workswith.events.settings import Settings
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database
from workswith.kernel.slices import AGAIN
from workswith.kernel.tasks import Bells


async def turn_until(work: Retention, now: int, until: int) -> None:
    """Turns whenever it is due."""
    while now <= until:
        now = await work.turn(now)


async def test_events_go_after_their_days_and_at_most_a_seventh_later(
    database: Database, bells: Bells
) -> None:
    work = Retention([], [old_events(database, Settings(keep_days=28))])
    relay = Relay(database, bells, Collector())
    oldest = set()
    for day in range(70):
        now = NOON + day * DAY
        await work.turn(now)
        ages = [(now - event.at) // DAY for event in await of_plant(database, "a")]
        assert ages == list(range(len(ages), 0, -1))
        assert min(day, 28) <= len(ages) <= 32
        oldest.add(len(ages))
        await database.write(put, "a", day, now)
        await relay.turn(now)
    assert max(oldest) > 28, "a slice goes as a whole"
    assert (await of_plant(database, "a"))[-1].sequence == 70, "numbers go on"


async def test_what_was_not_relayed_holds_its_slice_only(database: Database, bells: Bells) -> None:
    work = Retention([], [old_events(database, Settings(keep_days=7))])
    collector = Collector()
    relay = Relay(database, bells, collector)
    await work.turn(NOON)
    for day in range(30):
        now = NOON + day * DAY
        await turn_until(work, now, now)
        await database.write(put, "a", day, now)
        if day < 3:
            await relay.turn(now)
    (*_, last) = await of_plant(database, "a", limit=500)
    assert last.sequence == 30
    waiting = await unrelayed(database)
    assert [event.sequence for event in waiting] == list(range(4, 31))
    due = await work.turn(NOON + 30 * DAY)
    assert due <= NOON + 30 * DAY + AGAIN, "it is tried again soon"
    await relay.turn(NOON + 30 * DAY)
    assert collector.sequences == list(range(1, 31))
    await turn_until(work, due, NOON + 60 * DAY)
    assert await of_plant(database, "a") == []


async def test_sweeps_come_four_times_a_day(database: Database) -> None:
    swept = []

    async def sweep(now: int) -> bool:
        swept.append(now)
        return False

    work = Retention([sweep], [old_events(database, Settings(keep_days=30))])
    await turn_until(work, NOON, NOON + DAY)
    assert [at - NOON for at in swept] == [EVERY * n for n in range(5)]

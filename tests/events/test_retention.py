"""Retention: what is old goes, in batches; what nobody fetched yet stays."""

import pytest

from tests.conftest import NOON
from tests.events.test_outbox import put
from tests.events.test_relay import Collector
from workswith.events import retention
from workswith.events.outbox import of_plant
from workswith.events.relay import Relay
from workswith.events.retention import EVERY, Retention, old_events
from workswith.events.settings import Settings
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database
from workswith.kernel.tasks import Bells


async def test_only_relayed_events_beyond_their_days_go(
    database: Database, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for days in (40, 35, 33, 31, 29):
        await database.write(put, "a", days, NOON - days * DAY)
    await Relay(database, bells, Collector()).turn(NOON)
    await database.write(put, "a", 50, NOON - 50 * DAY)  # late, not relayed
    work = Retention([old_events(database, Settings(keep_days=30))])
    due = await work.turn(NOON)
    assert [e.sequence for e in await of_plant(database, "a")] == [5, 6]
    assert NOON < due <= NOON + EVERY


async def test_numbers_go_on_after_a_plant_was_swept(database: Database, bells: Bells) -> None:
    await database.write(put, "a", 1, NOON - 40 * DAY)
    await Relay(database, bells, Collector()).turn(NOON)
    await Retention([old_events(database, Settings())]).turn(NOON)
    await database.write(put, "a", 2)
    assert [e.sequence for e in await of_plant(database, "a")] == [2]

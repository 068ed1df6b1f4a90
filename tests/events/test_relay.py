"""The relay: each event is handed on once, in order, together with what is written for it."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.conftest import NOON
from tests.events.test_outbox import put
from workswith.events import relay as relay_module
from workswith.events.outbox import Event, unrelayed
from workswith.events.relay import Relay
from workswith.kernel.database import Database, Tx
from workswith.kernel.tasks import Bells


class Collector:
    """A fan-out that remembers, or fails."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self.fails = False

    async def __call__(self, tx: Tx, events: Sequence[Event], now: int) -> None:
        if self.fails:
            raise LookupError
        self.batches.append(list(events))

    @property
    def sequences(self) -> list[int]:
        return [event.sequence for batch in self.batches for event in batch]


async def test_events_go_on_in_order_and_once(
    database: Database, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BATCH", 4)
    for value in range(10):
        await database.write(put, "a", value)
    collector = Collector()
    relay = Relay(database, bells, collector)
    await relay.turn(NOON)
    await relay.turn(NOON)
    assert collector.sequences == list(range(1, 11))
    assert [len(batch) for batch in collector.batches] == [4, 4, 2]
    assert bells.of("webhooks").is_set()
    assert await unrelayed(database) == []


async def test_a_fan_out_that_fails_leaves_its_events_for_the_next_turn(
    database: Database, bells: Bells
) -> None:
    await database.write(put)
    collector = Collector()
    collector.fails = True
    relay = Relay(database, bells, collector)
    with pytest.raises(LookupError):
        await relay.turn(NOON)
    assert len(await unrelayed(database)) == 1
    assert not bells.of("webhooks").is_set()
    collector.fails = False
    await relay.turn(NOON)
    assert collector.sequences == [1]


async def test_two_relays_share_without_doubling(database: Database, bells: Bells) -> None:
    for value in range(20):
        await database.write(put, f"plant-{value % 3}", value)
    collector = Collector()
    relays = [Relay(database, bells, collector) for _ in range(3)]
    await asyncio.gather(*(relay.turn(NOON) for relay in relays))
    ids = [event.id for batch in collector.batches for event in batch]
    assert len(ids) == len(set(ids)) == 20

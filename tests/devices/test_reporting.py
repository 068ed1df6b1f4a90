"""A report that knows the row before it: one statement less, and never a wrong one."""

from dataclasses import replace

import msgspec

from tests.devices.conftest import House
from workswith.devices.known import event_state, event_text
from workswith.devices.link import Outcome
from workswith.devices.reporting import Report, Told, renew, report
from workswith.devices.thermostat import Command, Function, Mode
from workswith.events import outbox
from workswith.kernel.clock import MINUTE
from workswith.kernel.database import statement

MOVE_ZONE = statement("UPDATE plants SET time_zone = :zone WHERE id = :id")
MANUAL = Command(Function.HEATING, Mode.MANUAL, set_point=215)


async def test_what_is_known_is_what_the_next_report_replaces(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    known = None
    for step in range(1, 4):
        new = replace(reading, at=reading.at + step * MINUTE, temperature=100 + step)
        told = Report(house.module_id, new, known=known)
        changed, known, _ = await house.database.write(renew, told)
        assert changed == ("temperature",)
        assert known is not None
        assert known.version == 1 + step
    events = await outbox.of_plant(house.database, house.plant_id)
    assert [one.state["temperature"] for one in events] == [101, 102, 103]


async def test_a_row_that_another_has_written_is_read_again(house: House) -> None:
    """Else a change would be told twice, or not at all."""
    reading = (await house.twin.read(*house.first)).reading
    first = replace(reading, at=reading.at + MINUTE, temperature=101)
    _, stale, _ = await house.database.write(renew, Report(house.module_id, first))
    other = replace(reading, at=reading.at + 2 * MINUTE, temperature=102)
    await house.database.write(report, house.module_id, other)
    third = replace(other, at=reading.at + 3 * MINUTE)
    told = Report(house.module_id, third, known=stale)
    changed, known, _ = await house.database.write(renew, told)
    assert changed == ()
    assert known is not None
    assert known.version == 4


async def test_a_plant_that_changed_meanwhile_is_read_again(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    first = replace(reading, at=reading.at + MINUTE, temperature=101)
    _, known, _ = await house.database.write(renew, Report(house.module_id, first))
    await house.database.write(lambda tx: tx.run(MOVE_ZONE, zone="Asia/Tokyo", id=house.plant_id))
    second = replace(reading, at=reading.at + 2 * MINUTE, temperature=102)
    await house.database.write(renew, Report(house.module_id, second, known=known))
    *_, event = await outbox.of_plant(house.database, house.plant_id)
    assert event.state["time_zone"] == "Asia/Tokyo"


async def test_what_it_was_told_is_noted_also_by_a_late_report(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    for at in (reading.at + MINUTE, reading.at - MINUTE):
        obeyed = Told(MANUAL, Outcome.DONE, at)
        late = replace(reading, at=at)
        await house.database.write(renew, Report(house.module_id, late, obeyed=obeyed))
        told = await house.twin.desired(*house.first)
        assert told is not None
        assert (told.command, told.at) == (MANUAL, at)


async def test_what_an_event_carries_is_put_together_right_for_every_kind(every: House) -> None:
    """As text it is made of the reading's own text; no kind has a member that would clash."""
    for module in every.home.modules:
        reading = (await every.twin.read("anna", every.plant_id, module.id)).reading
        assert not {"time_zone", "fw", "online"} & set(msgspec.to_builtins(reading))
        text = event_text(msgspec.json.encode(reading).decode(), "Europe/Rome", 7)
        assert msgspec.json.decode(text) == event_state(reading, "Europe/Rome", 7)

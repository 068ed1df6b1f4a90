"""The twin: one place that changes state, an event if and only if something changed."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest

from tests.devices.conftest import House
from workswith.devices.app_accounts import expire_password, expire_terms, renew_password
from workswith.devices.link import Outcome
from workswith.devices.plants import Reach
from workswith.devices.thermostat import Command, Function, Mode, Reading
from workswith.devices.twin import report
from workswith.events import outbox
from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.database import Tx
from workswith.kernel.problem import Kind, Problem

MANUAL = Command(Function.HEATING, Mode.MANUAL, set_point=215)


async def refusal(awaitable: Awaitable[object]) -> Kind:
    with pytest.raises(Problem) as refused:
        await awaitable
    return refused.value.kind


async def test_a_module_is_read_as_it_reported(house: House) -> None:
    snapshot = await house.twin.read(*house.first)
    assert (snapshot.name, snapshot.device) == ("Piano Terra", "chronothermostat")
    assert (snapshot.version, snapshot.reach) == (1, Reach.ONLINE)
    assert snapshot.reading.at == house.clock.now()
    assert snapshot.reading.mode is Mode.AUTOMATIC


async def test_a_command_is_done_when_its_report_is_committed(house: House) -> None:
    await house.database.write(outbox.hear, house.plant_id)
    await house.twin.command(*house.first, MANUAL, "flow-1")
    snapshot = await house.twin.read(*house.first)
    assert (snapshot.reading.mode, snapshot.reading.set_point) == (Mode.MANUAL, 215)
    assert snapshot.version == 2
    (event,) = await outbox.of_plant(house.database, house.plant_id)
    assert (event.module_id, event.flow, event.at) == (
        house.module_id,
        "flow-1",
        house.clock.now(),
    )
    assert event.changed == ("mode", "setPoint", "loadState")
    assert event.state["set_point"] == 215
    assert event.state["time_zone"] == "Europe/Rome"
    assert house.bells.of("relay").is_set()
    told = await house.twin.desired(*house.first)
    assert told is not None
    assert (told.command, told.outcome, told.at) == (MANUAL, Outcome.DONE, house.clock.now())


async def test_a_report_of_nothing_new_has_no_event(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    later = replace(reading, at=reading.at + MINUTE)
    assert await house.database.write(report, house.module_id, later) == ()
    assert await outbox.of_plant(house.database, house.plant_id) == []
    snapshot = await house.twin.read(*house.first)
    assert (snapshot.version, snapshot.reading.at) == (2, later.at)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"function": Function.COOLING}, "function"),
        ({"mode": Mode.OFF}, "mode"),
        ({"set_point": 31}, "setPoint"),
        ({"program": 3}, "program"),
        ({"activation_end": 5}, "activationTime"),
        ({"load_active": True}, "loadState"),
        ({"temperature": 1}, "temperature"),
        ({"humidity": 2}, "humidity"),
    ],
)
async def test_each_of_the_eight_is_told(house: House, change: dict[str, Any], name: str) -> None:
    reading = (await house.twin.read(*house.first)).reading
    new = replace(reading, at=reading.at + 1, **change)
    assert await house.database.write(report, house.module_id, new) == (name,)
    (event,) = await outbox.of_plant(house.database, house.plant_id)
    assert event.changed == (name,)


async def test_an_old_report_and_one_of_no_module_change_nothing(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    old = replace(reading, at=reading.at - 1, temperature=0)
    assert await house.database.write(report, house.module_id, old) == ()
    assert await house.database.write(report, "gone", reading) == ()
    assert (await house.twin.read(*house.first)).reading == reading


async def test_a_failed_transaction_leaves_neither_state_nor_event(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading

    async def fail(tx: Tx, new: Reading) -> None:
        await report(tx, house.module_id, new)
        raise LookupError

    with pytest.raises(LookupError):
        await house.database.write(fail, replace(reading, temperature=1))
    assert (await house.twin.read(*house.first)).reading == reading
    assert await outbox.of_plant(house.database, house.plant_id) == []


async def test_reports_at_once_all_count(house: House) -> None:
    reading = (await house.twin.read(*house.first)).reading
    await asyncio.gather(
        *(
            house.database.write(report, house.module_id, replace(reading, humidity=one))
            for one in range(5)
        )
    )
    assert (await house.twin.read(*house.first)).version == 6
    assert len(await outbox.of_plant(house.database, house.plant_id)) == 5


async def test_what_is_not_theirs_is_unknown(house: House) -> None:
    account, plant, module = house.first
    for who in (("bruno", plant, module), (account, plant, "x"), (account, "x", module)):
        assert await refusal(house.twin.read(*who)) is Kind.UNKNOWN
        assert await refusal(house.twin.command(*who, MANUAL)) is Kind.UNKNOWN
        assert await refusal(house.twin.configuration(*who)) is Kind.UNKNOWN
        assert await house.twin.desired(*who) is None


async def test_an_offline_module_is_unreachable_until_it_is_back(house: House) -> None:
    await house.park.set_online(house.module_id, False)
    assert await refusal(house.twin.read(*house.first)) is Kind.UNREACHABLE
    assert await refusal(house.twin.command(*house.first, MANUAL)) is Kind.UNREACHABLE
    told = await house.twin.desired(*house.first)
    assert told is not None
    assert told.outcome is Outcome.OFFLINE
    known = await house.twin.read(*house.first, last_known=True)
    assert (known.reach, known.reading.mode) == (Reach.OFFLINE, Mode.AUTOMATIC)
    other = house.home.modules[1].id
    assert (await house.twin.read("anna", house.plant_id, other)).reach is Reach.ONLINE
    await house.park.set_online(house.module_id, True)
    await house.twin.command(*house.first, MANUAL)


async def test_a_gateway_takes_all_its_modules_with_it(house: House) -> None:
    gateway = house.home.modules[0].gateway_id
    await house.park.set_online(gateway, False)
    for module in house.home.modules:
        names = ("anna", house.plant_id, module.id)
        assert await refusal(house.twin.read(*names)) is Kind.UNREACHABLE
    await house.park.set_online(gateway, True)
    assert (await house.twin.read(*house.first)).reach is Reach.ONLINE


async def test_a_silent_module_times_out(house: House) -> None:
    await house.park.set_silent(house.module_id, True)
    assert await refusal(house.twin.read(*house.first)) is Kind.TIMED_OUT
    assert await refusal(house.twin.command(*house.first, MANUAL)) is Kind.TIMED_OUT
    told = await house.twin.desired(*house.first)
    assert told is not None
    assert told.outcome is Outcome.SILENT
    await house.park.set_silent(house.module_id, False)
    assert (await house.twin.read(*house.first)).reading.mode is Mode.AUTOMATIC


async def test_a_touch_keeps_commands_away_for_ten_seconds(house: House) -> None:
    await house.park.touch(house.module_id)
    assert await refusal(house.twin.command(*house.first, MANUAL)) is Kind.BUSY
    assert (await house.twin.read(*house.first)).version == 1, "reading is no command"
    await house.supervisor.advance(house.clock.now() + 10 * SECOND)
    await house.twin.command(*house.first, MANUAL)


async def test_an_expired_password_and_expired_terms(house: House) -> None:
    now = house.clock.now()
    await house.database.write(expire_terms, "anna", now)
    assert await refusal(house.twin.read(*house.first)) is Kind.TERMS_EXPIRED
    await house.database.write(expire_password, "anna", now)
    assert await refusal(house.twin.read(*house.first)) is Kind.PASSWORD_EXPIRED
    assert await refusal(house.twin.require_app("anna")) is Kind.PASSWORD_EXPIRED
    assert await refusal(house.twin.read("anna", "x", "y")) is Kind.PASSWORD_EXPIRED
    await house.database.write(renew_password, "anna")
    await house.database.write(expire_terms, "anna", now + 1)
    assert (await house.twin.read(*house.first)).version == 1, "not yet"


@pytest.mark.parametrize(
    "command",
    [
        Command(Function.HEATING, Mode.MANUAL),
        Command(Function.HEATING, Mode.MANUAL, set_point=29),
        Command(Function.HEATING, Mode.MANUAL, set_point=401),
        Command(Function.HEATING, Mode.MANUAL, set_point=200, end=1),
        Command(Function.HEATING, Mode.AUTOMATIC),
        Command(Function.HEATING, Mode.AUTOMATIC, program=9),
        Command(Function.HEATING, Mode.BOOST),
        Command(Function.HEATING, Mode.BOOST, end=1),
        Command(Function.HEATING, Mode.BOOST, end=1 << 50),
        Command(Function.HEATING, Mode.OFF, end=1),
    ],
)
async def test_what_a_thermostat_cannot_do_is_refused(house: House, command: Command) -> None:
    assert await refusal(house.twin.command(*house.first, command)) is Kind.INVALID
    assert (await house.twin.read(*house.first)).version == 1

"""Commands of one moment share a transaction, and nobody can tell but by what it costs."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.conftest import House, built_on, copy_of, said_of
from workswith.devices.homes import furnish
from workswith.devices.link import Outcome
from workswith.devices.reporting import report
from workswith.devices.thermostat import Command, Function, Mode, Reading
from workswith.events import outbox
from workswith.kernel.clock import MINUTE, Clock, ClockState
from workswith.kernel.database import Database, Tx, open_database, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.slices import SLICES
from workswith.kernel.tasks import Bells

P = ParamSpec("P")
T = TypeVar("T")
_VERSIONS = query(
    lambda module_id, version: (module_id, version), "SELECT module_id, version FROM module_states"
)
_REFUSE = {
    "sqlite": "CREATE TRIGGER refuse_{n} BEFORE INSERT ON event_{n} WHEN new.module_id = '{id}' "
    "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "ALTER TABLE event_{n} ADD CONSTRAINT refuse CHECK (module_id <> '{id}')",
}


_ALLOW = {
    "sqlite": "DROP TRIGGER refuse_{n}",
    "postgresql": "ALTER TABLE event_{n} DROP CONSTRAINT refuse",
}


async def run_for_each_slice(database: Database, text: str, id_: str) -> None:
    async def body(tx: Tx) -> None:
        for n in range(SLICES):
            await tx.run(statement(text.format(n=n, id=id_)))

    await database.write(body)


def warmth(tenths: int) -> Command:
    return Command(Function.HEATING, Mode.MANUAL, set_point=tenths)


async def told(house: House, module_id: str) -> list[tuple[str, int]]:
    """The calls that were obeyed, in the order of their events, with what they set."""
    events = await outbox.of_plant(house.database, house.plant_id, limit=10_000)
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    return [(e.flow, e.state["set_point"]) for e in events if e.module_id == module_id and e.flow]


async def test_commands_of_one_moment_share_a_transaction(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests below are about does happen."""
    await house.supervisor.settle()
    written: list[object] = []
    write = type(house.database).write

    async def counted(
        self: Database,
        body: Callable[Concatenate[Tx, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        written.append(body)
        return await write(self, body, *args, **kwargs)

    monkeypatch.setattr(type(house.database), "write", counted)
    await asyncio.gather(
        *(
            house.park.send(one.id, warmth(200 + n), deadline=1, flow=f"f{n}")
            for n, one in enumerate(house.home.modules)
        )
    )
    assert len(written) == 1
    for n, one in enumerate(house.home.modules):
        assert await told(house, one.id) == [(f"f{n}", 200 + n)]


rounds = st.lists(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["set"] * 6 + ["touch", "pull", "mend"])),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None)
@given(story=rounds)
async def test_whatever_comes_at_once_is_as_if_it_came_one_after_the_other(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    story: list[list[tuple[int, str]]],
) -> None:
    """Each command that was answered is on the disk with one event, and no other has any."""
    url = copy_of(sqlite_template, tmp_path_factory.mktemp("ledger"))
    database = await open_database(url, durable=False)
    beside = await open_database(url, durable=False)
    (home,) = await database.write(furnish, "anna", Ident.seeded(3), "house", NOON)
    clock = Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))
    house = built_on(database, clock, Bells(), home)
    await house.supervisor.settle()
    done: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    number = 0

    async def act(module_id: str, what: str, number: int) -> None:
        if what == "touch":
            await house.park.touch(module_id)
        elif what in ("pull", "mend"):
            await house.park.set_online(module_id, what == "mend")
        else:
            call = f"call-{number}", 50 + number
            outcome = await house.park.send(module_id, warmth(call[1]), deadline=1, flow=call[0])
            if outcome is Outcome.DONE:
                done[module_id].add(call)
                events = await outbox.of_plant(beside, house.plant_id, limit=10_000)
                assert call[0] in [one.flow for one in events], "answered before it was durable"

    for each in story:
        # A touch keeps commands away for 10 s, so that some are refused.
        await house.supervisor.advance(house.clock.now() + 7_000)
        acts = [
            act(home.modules[module].id, what, number + n) for n, (module, what) in enumerate(each)
        ]
        number += len(each)
        await asyncio.gather(*acts)
    await house.park.settle()

    versions = dict(await database.all(_VERSIONS))
    events = await outbox.of_plant(database, house.plant_id, limit=10_000)
    for module in home.modules:
        obeyed = await told(house, module.id)
        assert len(obeyed) == len(set(obeyed))
        assert set(obeyed) == done[module.id]
        snapshot = await house.twin.read("anna", house.plant_id, module.id, last_known=True)
        assert snapshot.version == versions[module.id]
        assert snapshot.version > len([one for one in events if one.module_id == module.id])
        if obeyed and snapshot.reach == "online":
            assert snapshot.reading.set_point == obeyed[-1][1], "the last event is the state"
            assert (await said_of(house.park, module.id, Reading)).set_point == obeyed[-1][1]
    await database.close()
    await beside.close()


async def test_one_that_cannot_be_stored_spoils_no_other(house: House) -> None:
    await house.supervisor.settle()
    first, second, third = (one.id for one in house.home.modules)
    await run_for_each_slice(house.database, _REFUSE[house.database.dialect], second)
    outcomes = await asyncio.gather(
        *(
            house.park.send(one, warmth(215), deadline=1, flow=one)
            for one in (first, second, third)
        ),
        return_exceptions=True,
    )
    await run_for_each_slice(house.database, _ALLOW[house.database.dialect], second)
    assert [outcomes[0], outcomes[2]] == [Outcome.DONE, Outcome.DONE]
    assert isinstance(outcomes[1], Exception)
    assert [await told(house, one) for one in (first, second, third)] == [
        [(first, 215)],
        [],
        [(third, 215)],
    ]
    assert (await said_of(house.park, second, Reading)).set_point != 215, "memory is as the table"


async def test_what_another_process_wrote_is_read_again(house: House) -> None:
    """Also among others that are as they were known."""
    await house.supervisor.settle()
    ids = [one.id for one in house.home.modules]
    for one in ids:  # from now on the rows are known
        await house.park.send(one, warmth(180), deadline=1, flow="")
    reading = (await house.twin.read("anna", house.plant_id, ids[1])).reading
    other = replace(reading, temperature=123)
    await house.database.write(report, ids[1], other)
    house.clock.jump(house.clock.now() + MINUTE)
    await asyncio.gather(*(house.park.send(one, warmth(215), deadline=1, flow=one) for one in ids))
    versions = dict(await house.database.all(_VERSIONS))
    assert versions[ids[1]] == versions[ids[0]] + 1
    for one in ids:
        assert (one, 215) in await told(house, one)


async def test_callers_that_go_away_change_nothing_for_the_others(house: House) -> None:
    await house.supervisor.settle()
    ids = [one.id for one in house.home.modules]
    calls = [
        asyncio.create_task(house.park.send(one, warmth(215), deadline=1, flow=one)) for one in ids
    ]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await house.park.settle()
    for one in ids:
        assert await told(house, one) == [(one, 215)]
        assert (await said_of(house.park, one, Reading)).set_point == 215

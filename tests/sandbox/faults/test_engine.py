"""Who meets a fault: counts, chance from a seed, slots, and what survives. [SBX-3]"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.gateway.statuses import TABLE
from workswith.kernel.clock import Clock, ClockState
from workswith.kernel.database import Database
from workswith.kernel.tasks import Bells
from workswith.sandbox.faults.engine import MOST, Faults
from workswith.sandbox.faults.fault import Asked, Fault
from workswith.sandbox.faults.kinds import OWN, find, name_of, table
from workswith.sandbox.faults.states import States

NOON = 1_768_219_200_000


def frozen() -> Clock:
    return Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))


@dataclass
class World:
    """Hands that only remember what they did."""

    done: list[tuple[str, str, bool]] = field(default_factory=list)

    async def set_online(self, module_id: str, online: bool) -> None:
        self.done.append(("online", module_id, online))

    async def set_silent(self, module_id: str, silent: bool) -> None:
        self.done.append(("silent", module_id, silent))

    async def expire_password(self, account_id: str) -> None: ...
    async def renew_password(self, account_id: str) -> None: ...
    async def expire_terms(self, account_id: str) -> None: ...
    async def accept_terms(self, account_id: str) -> None: ...


def faults_of(database: Database, clock: Clock, world: World | None = None) -> Faults:
    made = Faults(database, clock, Bells(), TABLE)
    world = world or World()
    made.reach(States(database, world, world), ["Plants"])
    return made


Outcomes = list[list[int]]


async def outcomes(faults: Faults, calls: int, *asked: Asked) -> Outcomes:
    """By call: the numbers of the faults that struck it."""
    for each in asked:
        await faults.add(each)
    return [
        [one.fault.id for one in faults.draw("call", {"operation": "Plants"}, {408, 500})]
        for _ in range(calls)
    ]


async def test_the_same_seed_brings_the_same(database: Database) -> None:
    asked = (Asked("500-internal", probability=0.4, seed=7), Asked("latency", probability=0.5))
    one = await outcomes(faults_of(database, frozen()), 60, *asked)
    other = await outcomes(faults_of(database, frozen()), 60, *asked)
    changed = await outcomes(
        faults_of(database, frozen()), 60, Asked("500-internal", probability=0.4, seed=8), asked[1]
    )
    assert one == other != changed
    assert 10 <= sum(1 in struck for struck in one) <= 40


async def test_chance_goes_on_after_a_restart(database: Database) -> None:
    asked = Asked("500-internal", probability=0.5, seed=3)
    whole = await outcomes(faults_of(database, frozen()), 40, asked)
    first = faults_of(database, frozen())
    begun = await outcomes(first, 15, asked)
    await first.close()
    second = faults_of(database, frozen())
    await second.load()
    assert begun + await outcomes(second, 25) == whole


def struck(faults: Faults, times: list[int], calls: int) -> list[int]:
    """The faults that strike, in order, of one slot and with so many times each."""
    faults._kept.faults = [
        Fault(number, Asked("500-internal", times=often), "call", NOON, None)
        for number, often in enumerate(times, 1)
    ]
    return [
        one.fault.id
        for _ in range(calls)
        for one in faults.draw("call", {"operation": "Plants"}, {500})
    ]


async def test_counts_never_run_over(database: Database) -> None:
    """Faults of one slot strike one after the other, the eldest first, each exactly so often."""

    @given(times=st.lists(st.integers(1, 9), min_size=1, max_size=5), calls=st.integers(0, 40))
    def exactly(times: list[int], calls: int) -> None:
        expected = [number for number, often in enumerate(times, 1) for _ in range(often)]
        assert struck(faults_of(database, frozen()), times, calls) == expected[:calls]

    exactly()


async def test_places_are_busy_only_while_something_may_strike(database: Database) -> None:
    faults = faults_of(database, frozen())
    assert faults.busy == frozenset()
    await outcomes(faults, 0, Asked("500-internal", times=1), Asked("token-error"))
    assert faults.busy == {"call", "token"}
    await outcomes(faults, 1)
    assert faults.busy == {"token"}
    await faults.clear()
    assert faults.busy == frozenset()


async def test_what_is_spent_makes_room(database: Database) -> None:
    """A test-suite that never clears does not run into the limit; one that only adds does."""
    faults = faults_of(database, frozen())
    faults._kept.faults = [
        Fault(number, Asked("500-internal", times=1), "call", NOON, None, 1, 1)
        for number in range(MOST)
    ]
    await faults.add(Asked("latency"))
    assert [one.asked.kind for one in faults.listed()] == ["latency"]
    faults._kept.faults *= MOST
    with pytest.raises(ValueError, match="clear some"):
        await faults.add(Asked("latency"))


async def test_only_one_of_a_slot_and_the_eldest_first(database: Database) -> None:
    faults = faults_of(database, frozen())
    found = await outcomes(
        faults,
        3,
        Asked("500-internal", times=1),
        Asked("408-timed-out", times=1),
        Asked("latency", times=2),
    )
    assert found == [[1, 3], [2, 3], []]


async def test_a_fault_that_is_not_documented_is_not_met(database: Database) -> None:
    faults = faults_of(database, frozen())
    assert await outcomes(faults, 2, Asked("486-busy")) == [[], []]
    assert faults.listed()[0].met == 0


def test_every_row_has_a_name_of_its_own() -> None:
    kinds = table(TABLE)
    assert len(kinds) == len(OWN) + len(TABLE)
    assert all(find(kinds, name_of(row)).status == row.status for row in TABLE)
    assert find(kinds, "486").name == find(kinds, "busy").name == "486-busy"


def test_every_kind_says_what_it_does() -> None:
    for kind in table(TABLE).values():
        assert kind.what.endswith("."), kind.name
        assert kind.facets, kind.name

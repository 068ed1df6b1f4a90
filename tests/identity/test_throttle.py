"""Guessing slows down; nobody is locked out by somebody else's guesses. [ACC-7]"""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.identity import throttle
from workswith.identity.throttle import Rule, Throttle, counter, delay, network
from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem

from .conftest import PASSWORD, World

HOME, ELSEWHERE = "192.0.2.10", "198.51.100.7"


@given(st.integers(0, 10_000))
def test_a_further_failure_never_shortens_the_wait(failures: int) -> None:
    rule = throttle.PASSWORD
    assert 0 <= delay(rule, failures) <= delay(rule, failures + 1) <= rule.longest


def test_the_first_failures_are_free_and_then_the_wait_doubles() -> None:
    rule = Rule("r", 5, 15 * MINUTE, DAY)
    waits = [delay(rule, failures) for failures in range(9)]
    assert waits == [0, 0, 0, 0, 0, SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.10", "192.0.2.200"),
        ("::ffff:192.0.2.10", "192.0.2.77"),
        ("2001:db8:1:2200::1", "2001:db8:1:22ff:ffff::9"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_neighbours_share_a_network(address: str, same: str) -> None:
    assert network(address) == network(same)


def test_others_do_not() -> None:
    assert len({network(each) for each in (HOME, ELSEWHERE, "2001:db8:1::1", "?", "")}) == 5


async def _guess(world: World, times: int, address: str = HOME) -> list[str]:
    codes = []
    for _ in range(times):
        try:
            await world.area.accounts.sign_in(world.user.email, "not the password", address)
        except Problem as problem:
            codes.append(problem.code)
    return codes


async def test_after_five_guesses_the_sixth_waits_and_the_owner_elsewhere_does_not(
    world: World, clock: Clock
) -> None:
    """Keycloak #46164: a lock by account alone is a weapon against its owner."""
    assert await _guess(world, 7) == ["credentials_wrong"] * 5 + ["tries_many"] * 2
    with pytest.raises(Problem) as refused:
        await world.area.accounts.sign_in(world.user.email, PASSWORD, HOME)
    assert (refused.value.kind, refused.value.retry_after) == (Kind.THROTTLED, 1)
    owner = await world.area.accounts.sign_in(world.user.email, PASSWORD, ELSEWHERE)
    assert owner.id == world.user.id
    clock.jump(clock.now() + SECOND)
    assert (await world.area.accounts.sign_in(world.user.email, PASSWORD, HOME)).id == owner.id
    assert await _guess(world, 5) == ["credentials_wrong"] * 5, "a success begins anew"


async def test_an_unknown_address_is_throttled_as_a_known_one(world: World) -> None:
    codes = []
    for _ in range(7):
        with pytest.raises(Problem) as refused:
            await world.area.accounts.sign_in("nobody@example.test", "whatever it is", HOME)
        codes.append(refused.value.code)
    assert codes == ["credentials_wrong"] * 5 + ["tries_many"] * 2


async def test_one_password_on_many_accounts_slows_the_network(world: World, clock: Clock) -> None:
    codes = []
    for number in range(55):
        with pytest.raises(Problem) as refused:
            await world.area.accounts.sign_in(f"p{number}@example.test", "Winter is cold", HOME)
        codes.append(refused.value.code)
    assert codes[:50] == ["credentials_wrong"] * 50
    assert codes[50:] == ["tries_many"] * 5
    clock.jump(clock.now() + HOUR)
    with pytest.raises(Problem, match="credentials_wrong"):
        await world.area.accounts.sign_in("p@example.test", "Winter is cold", HOME)


async def test_many_guesses_at_once_gain_nothing(world: World) -> None:
    """All pass the first look; whoever is right after the counter ran over is refused as well."""
    tries = [
        world.area.accounts.sign_in(world.user.email, f"guess number {n}", HOME) for n in range(30)
    ]
    right = world.area.accounts.sign_in(world.user.email, PASSWORD, HOME)
    results = await asyncio.gather(*tries, right, return_exceptions=True)
    assert isinstance(results[-1], Problem)
    assert results[-1].code == "tries_many"


async def test_many_right_sign_ins_at_once_all_pass(world: World) -> None:
    """Keycloak #48272, #33527."""
    found = await asyncio.gather(
        *(world.area.accounts.sign_in(world.user.email, PASSWORD, HOME) for _ in range(12))
    )
    assert {account.id for account in found} == {world.user.id}


async def test_a_counter_that_rests_begins_anew(database: Database, clock: Clock) -> None:
    gate = Throttle(database, clock)
    one = [counter(throttle.ONE_TIME, "somebody")]
    for _ in range(12):
        await gate.failed(one)
    with pytest.raises(Problem):
        await gate.require(one)
    await gate.require([counter(throttle.PASSKEY, "somebody")])  # counters do not share
    clock.jump(clock.now() + DAY)
    await gate.require(one)
    await gate.failed(one)
    await gate.require(one)

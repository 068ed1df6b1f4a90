"""What a developer does with subscriptions and keys."""

import asyncio
import re
from dataclasses import replace

import pytest

from workswith.catalog import products
from workswith.catalog.desk import Desk
from workswith.catalog.settings import Settings
from workswith.catalog.subscriptions import Subscriptions, Which
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.problem import Kind, Problem

KIT = products.STARTER_KIT
STORED = query(lambda *row: row, "SELECT digest, sealed FROM subscription_keys")


async def test_a_subscription_begins_active_with_two_different_keys(
    subscriptions: Subscriptions,
) -> None:
    made = await subscriptions.subscribe("dev", KIT, "  My home  ")
    assert (made.name, made.state, made.product_name, made.daily_quota, made.own_quota) == (
        "My home",
        "active",
        "Starter Kit",
        500,
        None,
    )
    keys = await subscriptions.keys("dev", made.id)
    assert set(keys) == {"primary", "secondary"}
    assert all(re.fullmatch("[0-9a-f]{32}", key.key) for key in keys.values())
    assert keys["primary"].key != keys["secondary"].key


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "\0"])
async def test_a_name_is_required(subscriptions: Subscriptions, name: str) -> None:
    with pytest.raises(Problem) as refusal:
        await subscriptions.subscribe("dev", KIT, name)
    assert refusal.value.detail == "Subscription name cannot be empty."
    assert refusal.value.field == "name"


async def test_a_name_has_at_most_100_characters(subscriptions: Subscriptions) -> None:
    made = await subscriptions.subscribe("dev", KIT, "é" * 100)
    with pytest.raises(Problem, match="name_long"):
        await subscriptions.subscribe("dev", KIT, "x" * 101)
    with pytest.raises(Problem, match="name_long"):
        await subscriptions.rename("dev", made.id, "x" * 10_000)


async def test_an_unknown_product_cannot_be_subscribed(subscriptions: Subscriptions) -> None:
    with pytest.raises(Problem, match="product_unknown"):
        await subscriptions.subscribe("dev", "none", "x")


async def test_several_subscriptions_newest_first(
    subscriptions: Subscriptions, clock: Clock
) -> None:
    first = await subscriptions.subscribe("dev", KIT, "first")
    clock.jump(clock.now() + 1)
    second = await subscriptions.subscribe("dev", KIT, "second")
    await subscriptions.subscribe("other", KIT, "other")
    assert [s.id for s in await subscriptions.of_account("dev")] == [second.id, first.id]


async def test_the_number_of_subscriptions_is_bounded_also_for_concurrent_requests(
    subscriptions: Subscriptions,
) -> None:
    few = subscriptions
    few._settings = Settings(subscriptions_per_account=3)
    results = await asyncio.gather(
        *(few.subscribe("dev", KIT, "x") for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(r, Problem) and r.kind is Kind.CONFLICT for r in results) == 5
    made = await few.of_account("dev")
    assert len(made) == 3
    await few.cancel("dev", made[0].id)
    await few.subscribe("dev", KIT, "in its place")


async def test_nobody_reaches_somebody_elses(subscriptions: Subscriptions) -> None:
    made = await subscriptions.subscribe("dev", KIT, "mine")
    for call in (
        subscriptions.one("thief", made.id),
        subscriptions.keys("thief", made.id),
        subscriptions.regenerate("thief", made.id, "primary"),
        subscriptions.rename("thief", made.id, "x"),
        subscriptions.cancel("thief", made.id),
    ):
        with pytest.raises(Problem, match="subscription_unknown"):
            await call
    assert (await subscriptions.one("dev", made.id)) == made


async def test_rename(subscriptions: Subscriptions) -> None:
    made = await subscriptions.subscribe("dev", KIT, "old")
    await subscriptions.rename("dev", made.id, "new")
    assert (await subscriptions.one("dev", made.id)).name == "new"


@pytest.mark.parametrize(("which", "other"), [("primary", "secondary"), ("secondary", "primary")])
async def test_each_key_is_regenerated_on_its_own(
    subscriptions: Subscriptions, which: Which, other: Which
) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    before = await subscriptions.keys("dev", made.id)
    assert await subscriptions.find(before[which].key) is not None
    new = await subscriptions.regenerate("dev", made.id, which)
    after = await subscriptions.keys("dev", made.id)
    assert after[which].key == new != before[which].key
    assert after[other] == before[other]
    assert await subscriptions.find(before[which].key) is None
    found = await subscriptions.find(new)
    assert found is not None
    assert found.which == which
    assert await subscriptions.find(before[other].key) is not None


async def test_a_cancelled_subscription_stops_at_once_and_for_good(
    subscriptions: Subscriptions, desk: Desk
) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    key = (await subscriptions.keys("dev", made.id))["primary"].key
    assert await subscriptions.find(key) is not None
    await subscriptions.cancel("dev", made.id)
    assert await subscriptions.find(key) is None
    assert (await subscriptions.one("dev", made.id)).state == "cancelled"
    for call in (
        subscriptions.cancel("dev", made.id),
        subscriptions.regenerate("dev", made.id, "primary"),
        desk.decide(made.id, "active"),
    ):
        with pytest.raises(Problem) as refusal:
            await call
        assert refusal.value.kind is Kind.CONFLICT


async def test_a_product_with_approval_waits_for_an_operator(
    subscriptions: Subscriptions, desk: Desk, database: Database
) -> None:
    async def create(tx: Tx) -> None:
        await products.create_product(
            tx,
            product_id="partner",
            name="Partner",
            description="",
            daily_quota=5,
            apis=("echo",),
            now=1,
            approval=products.MANUAL,
        )

    await database.write(create)
    made = await subscriptions.subscribe("dev", "partner", "x")
    key = (await subscriptions.keys("dev", made.id))["primary"].key
    assert made.state == "submitted"
    assert await subscriptions.find(key) is None
    assert [s.id for s in await desk.in_state("submitted")] == [made.id]
    for state, works in (("active", True), ("suspended", False), ("active", True)):
        await desk.decide(made.id, state)
        assert (await subscriptions.find(key) is not None) is works


async def test_another_quota_for_one_subscription_and_for_a_product(
    subscriptions: Subscriptions, desk: Desk, database: Database
) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    key = (await subscriptions.keys("dev", made.id))["primary"].key

    async def quota() -> int:
        found = await subscriptions.find(key)
        assert found is not None
        return found.daily_quota

    assert await quota() == 500
    await desk.grant(made.id, 2000)
    assert await quota() == 2000
    await desk.save_product(replace(await products.product(database, KIT), daily_quota=100))
    assert await quota() == 2000
    await desk.grant(made.id, None)
    assert await quota() == 100
    assert (await subscriptions.one("dev", made.id)).daily_quota == 100
    with pytest.raises(Problem, match="quota_range"):
        await desk.grant(made.id, 0)


async def test_keys_are_neither_stored_nor_printed_in_clear(
    subscriptions: Subscriptions, database: Database
) -> None:
    made = await subscriptions.subscribe("dev", KIT, "x")
    keys = await subscriptions.keys("dev", made.id)
    stored = repr(await database.all(STORED))
    for key in keys.values():
        assert key.key not in stored
        assert key.key not in repr(key)


async def test_an_account_that_closes_takes_its_subscriptions_along(
    subscriptions: Subscriptions, database: Database
) -> None:
    await subscriptions.subscribe("dev", KIT, "a")
    await subscriptions.subscribe("dev", KIT, "b")
    kept = await subscriptions.subscribe("other", KIT, "c")
    await database.write(subscriptions.cancel_all, "dev")
    assert {s.state for s in await subscriptions.of_account("dev")} == {"cancelled"}
    assert (await subscriptions.one("other", kept.id)).state == "active"

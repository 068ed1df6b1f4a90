"""Subscriptions: who hears of which plant, and nobody else's business."""

import asyncio

import msgspec
import pytest

from tests.webhooks.chain import ACCOUNT, API, CLIENT, PLANT, Chain, Ground
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks.reading import endpoints_of, secret_of
from workswith.webhooks.settings import Settings
from workswith.webhooks.subscriptions import (
    Subscriptions,
    end_for_consent,
    end_for_plant,
    resume_for_account,
    suspend_for_account,
)

URL = "https://example.com/hook"


@pytest.fixture
def subscriptions(ground: Ground, settings: Settings) -> Subscriptions:
    return Subscriptions(ground.database, ground.clock, ground.ident, ground.cipher, settings)


def refusal(caught: pytest.ExceptionInfo[Problem]) -> tuple[Kind, str]:
    return caught.value.kind, caught.value.code


async def test_what_was_subscribed_is_listed(subscriptions: Subscriptions) -> None:
    first = await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    second = await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL + "?b")
    third = await subscriptions.subscribe(ACCOUNT, CLIENT, "plant-2", API, URL)
    await subscriptions.subscribe(ACCOUNT, CLIENT, "plant-3", "home-control", URL)
    await subscriptions.subscribe("account-2", CLIENT, "plant-4", API, URL)
    found = await subscriptions.of_account(ACCOUNT, API)
    assert {(s.id, s.plant_id, s.url) for s in found} == {
        (first, PLANT, URL),
        (second, PLANT, URL + "?b"),
        (third, "plant-2", URL),
    }


async def test_the_same_address_for_the_same_plant_is_a_conflict(
    subscriptions: Subscriptions,
) -> None:
    """Contract §8.1; another application may use the same address, and cannot find out so."""
    await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    with pytest.raises(Problem) as caught:
        await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    assert refusal(caught) == (Kind.CONFLICT, "subscription_exists")
    assert caught.value.detail == "Subscription already exists"
    await subscriptions.subscribe(ACCOUNT, "client-2", PLANT, API, URL)
    assert len(await subscriptions.of_account(ACCOUNT, API)) == 2
    assert len(await subscriptions.of_account(ACCOUNT, API, client_id=CLIENT)) == 1


async def test_of_many_at_once_one_wins(subscriptions: Subscriptions) -> None:
    outcomes = await asyncio.gather(
        *(subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert len(await subscriptions.of_account(ACCOUNT, API)) == 1


@pytest.mark.parametrize("url", ["http://example.com/", "https://localhost/", "https://10.0.0.1/"])
async def test_only_public_https_in_production(ground: Ground, url: str) -> None:
    strict = Subscriptions(ground.database, ground.clock, ground.ident, ground.cipher, Settings())
    with pytest.raises(Problem) as caught:
        await strict.subscribe(ACCOUNT, CLIENT, PLANT, API, url)
    assert caught.value.kind is Kind.MALFORMED
    assert await strict.of_account(ACCOUNT, API) == []


async def test_subscriptions_to_a_plant_are_limited(ground: Ground, settings: Settings) -> None:
    limited = Subscriptions(
        ground.database,
        ground.clock,
        ground.ident,
        ground.cipher,
        msgspec.structs.replace(settings, subscriptions_per_plant=2),
    )
    for n in range(2):
        await limited.subscribe(ACCOUNT, CLIENT, PLANT, API, f"{URL}/{n}")
    with pytest.raises(Problem) as caught:
        await limited.subscribe(ACCOUNT, CLIENT, PLANT, API, f"{URL}/2")
    assert refusal(caught) == (Kind.INVALID, "subscription_limit")
    await limited.subscribe(ACCOUNT, "client-2", PLANT, API, f"{URL}/2")
    assert len(await endpoints_of(ground.database, [CLIENT], settings.rules, 0)) == 2


async def test_unsubscribing_names_account_plant_and_application(
    subscriptions: Subscriptions,
) -> None:
    id_ = await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    for account, plant, subscription, client in (
        ("account-2", PLANT, id_, ""),
        (ACCOUNT, "plant-2", id_, ""),
        (ACCOUNT, PLANT, "123", ""),
        (ACCOUNT, PLANT, "\x7f'--", ""),
        (ACCOUNT, PLANT, id_, "client-2"),
    ):
        with pytest.raises(Problem) as caught:
            await subscriptions.unsubscribe(account, plant, subscription, client_id=client)
        assert refusal(caught) == (Kind.UNKNOWN, "subscription_unknown")
    await subscriptions.unsubscribe(ACCOUNT, PLANT, id_)
    with pytest.raises(Problem):
        await subscriptions.unsubscribe(ACCOUNT, PLANT, id_)
    assert await subscriptions.of_account(ACCOUNT, API) == []


async def test_an_endpoint_outlives_its_subscriptions(
    subscriptions: Subscriptions, ground: Ground, settings: Settings
) -> None:
    """Subscribing again neither changes the secret nor clears the counter."""
    id_ = await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    (before,) = await endpoints_of(ground.database, [CLIENT], settings.rules, 0)
    secret = await secret_of(ground.database, ground.cipher, [CLIENT], before.id)
    await subscriptions.unsubscribe(ACCOUNT, PLANT, id_)
    await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    (after,) = await endpoints_of(ground.database, [CLIENT], settings.rules, 0)
    assert after.id == before.id
    assert await secret_of(ground.database, ground.cipher, [CLIENT], after.id) == secret


async def test_secrets_belong_to_endpoints_and_are_only_the_owners(
    subscriptions: Subscriptions, ground: Ground, settings: Settings
) -> None:
    await subscriptions.subscribe(ACCOUNT, CLIENT, PLANT, API, URL)
    await subscriptions.subscribe(ACCOUNT, "client-2", PLANT, API, URL)
    one, two = await endpoints_of(ground.database, [CLIENT, "client-2"], settings.rules, 0)
    ask = (ground.database, ground.cipher)
    assert await secret_of(*ask, [CLIENT], one.id) != await secret_of(*ask, ["client-2"], two.id)
    assert await secret_of(*ask, [CLIENT], two.id) is None
    assert await secret_of(*ask, [], one.id) is None


async def test_with_the_consent_its_subscriptions_end(chain: Chain) -> None:
    for account, client in ((ACCOUNT, CLIENT), (ACCOUNT, "client-2"), ("account-2", CLIENT)):
        await chain.subscriptions.subscribe(account, client, PLANT, API, f"{URL}/{account}")
    await chain.change()
    await chain.relay.turn(chain.clock.now())
    await chain.database.write(end_for_consent, ACCOUNT, CLIENT, chain.clock.now())
    left = await chain.subscriptions.of_account(ACCOUNT, API)
    left += await chain.subscriptions.of_account("account-2", API)
    assert [(s.account_id, s.client_id) for s in left] == [
        (ACCOUNT, "client-2"),
        ("account-2", CLIENT),
    ]
    assert sorted(d.state for d in await chain.deliveries()) == ["cancelled", "waiting"]


async def test_nobody_is_told_of_the_plants_of_a_suspended_account(chain: Chain) -> None:
    """It cannot sign in to end a consent. Restored, it is as it was, for what changes then."""
    for account in (ACCOUNT, "account-2"):
        await chain.subscriptions.subscribe(account, CLIENT, PLANT, API, f"{URL}/{account}")
    await chain.change()
    await chain.relay.turn(chain.clock.now())
    await chain.database.write(suspend_for_account, ACCOUNT, chain.clock.now())
    assert sorted(d.state for d in await chain.deliveries()) == ["cancelled", "waiting"]
    await chain.change()
    await chain.relay.turn(chain.clock.now())
    assert len(await chain.deliveries()) == 3
    await chain.database.write(resume_for_account, ACCOUNT, chain.clock.now())
    await chain.change()
    await chain.relay.turn(chain.clock.now())
    assert len(await chain.deliveries()) == 5
    assert len(await chain.subscriptions.of_account(ACCOUNT, API)) == 1


async def test_with_the_plant_its_subscriptions_end(chain: Chain) -> None:
    await chain.subscribe(URL)
    await chain.subscribe(URL, "plant-2")
    await chain.database.write(end_for_plant, PLANT, chain.clock.now())
    assert [s.plant_id for s in await chain.subscriptions.of_account(ACCOUNT, API)] == ["plant-2"]

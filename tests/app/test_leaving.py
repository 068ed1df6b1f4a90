"""Whoever no longer sees a plant is no longer told of it: unshared, unlinked, removed, closed.

[C2C-1 OID-10 ACC-6]
"""

import pytest

from workswith.app.leaving import end_owned, end_unlinked, nothing_more
from workswith.devices.homes import Homes
from workswith.devices.linked_homes import leave_homes
from workswith.devices.park import Park
from workswith.devices.plants import share_plant, unshare_plant
from workswith.devices.settings import Settings as DeviceSettings
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.settings import Settings
from workswith.webhooks.subscriptions import Subscriptions, end_for_lost

API = "smarther-v2.0"


@pytest.fixture
def subscriptions(database: Database, clock: Clock, ident: Ident) -> Subscriptions:
    return Subscriptions(database, clock, ident, Cipher(bytes(32)), Settings(allow_http=True))


@pytest.fixture
def homes(database: Database, clock: Clock, ident: Ident, bells: Bells) -> Homes:
    park = Park(database, clock, bells, DeviceSettings())
    made = Homes(database, clock, ident, park, DeviceSettings())
    made.on_leave(end_for_lost)
    return made


async def listed(subscriptions: Subscriptions, account: str) -> set[str]:
    return {one.plant_id for one in await subscriptions.of_account(account, API)}


async def subscribed(homes: Homes, subscriptions: Subscriptions) -> tuple[str, str]:
    """Two homes of Anna's, both shared with Bruno; both people hear of both."""
    plants = []
    for template in ("flat", "house"):
        (home,) = await homes.create("anna", template)
        await homes.share("anna", home.plant.id, "bruno")
        for account in ("anna", "bruno"):
            url = f"https://hooks.example.com/{account}"
            await subscriptions.subscribe(account, f"client-{account}", home.plant.id, API, url)
        plants.append(home.plant.id)
    return plants[0], plants[1]


async def test_taken_back_from_one_it_goes_on_for_the_other(
    homes: Homes, subscriptions: Subscriptions
) -> None:
    flat, house = await subscribed(homes, subscriptions)
    await homes.unshare("anna", flat, "bruno")
    assert await listed(subscriptions, "bruno") == {house}
    assert await listed(subscriptions, "anna") == {flat, house}
    await homes.leave("bruno", house)
    assert await listed(subscriptions, "bruno") == set()


async def test_a_home_that_is_gone_is_told_to_nobody(
    homes: Homes, subscriptions: Subscriptions
) -> None:
    flat, house = await subscribed(homes, subscriptions)
    await homes.remove("anna", house)
    for account in ("anna", "bruno"):
        assert await listed(subscriptions, account) == {flat}


async def test_the_end_of_a_link_and_of_an_account_end_what_came_with_them(
    homes: Homes, subscriptions: Subscriptions, database: Database, clock: Clock
) -> None:
    flat, house = await subscribed(homes, subscriptions)
    now = clock.now()

    async def unlink(tx: Tx) -> None:
        await unshare_plant(tx, "anna", flat, "bruno")
        await end_unlinked(tx, "bruno", "anna", "thermostat", now)

    await database.write(unlink)
    assert await listed(subscriptions, "bruno") == {house}

    async def link(tx: Tx) -> None:
        await share_plant(tx, "anna", flat, "bruno", now)
        await nothing_more(tx, "bruno", "anna", "thermostat", now)

    await database.write(link)
    assert await listed(subscriptions, "bruno") == {house}, "nobody subscribes by a link"

    async def close(tx: Tx) -> None:
        await end_owned(tx, "anna", now)
        await leave_homes(tx, "anna", now)

    await database.write(close)
    assert await listed(subscriptions, "bruno") == set()

"""Homes of an app's account, linked after proof and confirmation. [OID-10]"""

import pyotp

from tests.person import Form
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.devices.homes import furnish
from workswith.devices.plants import create_plant, plants_of, share_plant
from workswith.identity.account import Account
from workswith.web.site.services import Services

LINK = "/account/third-party-access/link/thermostat"


async def test_linked_homes_appear_and_go_again(
    browser: Browser, ada: Account, grace: Account, services: Services
) -> None:
    database = services.database
    await database.write(furnish, grace.id, services.ident, "flat", services.clock.now())
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open(LINK)
    await browser.press(browser.form("email"), email=grace.email, password="not this one")
    assert browser.page.status_code == 422
    await browser.press(browser.form("email"), email=grace.email, password=PASSWORD)
    assert "Link these homes?" in browser.text
    assert await plants_of(database, ada.id) == [], "nothing is linked before the confirmation"
    await browser.press(browser.form("token"))
    assert "Linked." in browser.text
    assert await plants_of(database, ada.id) == await plants_of(database, grace.id)
    await browser.press(_unlink(browser))
    assert await plants_of(database, ada.id) == []
    assert await plants_of(database, grace.id)


async def test_a_confirmation_is_of_one_account_and_good_once(
    browser: Browser, another: Browser, ada: Account, grace: Account, services: Services
) -> None:
    token = (await services.links.ask(ada.id, "thermostat", grace.email, PASSWORD)).token
    await another.sign_in(grace.email, PASSWORD, "/signin?return_to=/home")
    await another.open(f"{LINK}/confirm?token={token}")
    assert "Link these homes?" not in another.text
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open(f"{LINK}/confirm?token={token}")
    await browser.press(browser.form("token"))
    await browser.open(f"{LINK}/confirm?token={token}")
    assert "Link these homes?" not in browser.text


async def test_an_account_with_a_second_step_is_linked_with_it_and_not_around_it(
    browser: Browser, ada: Account, grace: Account, services: Services
) -> None:
    database = services.database
    await database.write(furnish, grace.id, services.ident, "flat", services.clock.now())
    key = await services.second_factor.begin(grace.id)
    totp = pyotp.TOTP(key)
    await services.second_factor.confirm(grace, totp.at(services.clock.now() // 1000))
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open(f"{LINK}/second?token=made-up")
    assert "answered already" in browser.text
    await browser.open(LINK)
    await browser.press(browser.form("email"), email=grace.email, password=PASSWORD)
    assert "One more step" in browser.text
    waiting = browser.form("token", "code").values["token"][0]
    await browser.open(f"{LINK}/confirm?token={waiting}")
    assert "Link these homes?" not in browser.text, "half a proof confirms nothing"
    await browser.open(f"{LINK}/second?token={waiting}")
    await browser.press(browser.form("code"), code="000000")
    assert browser.page.status_code == 422
    services.clock.jump(services.clock.now() + 30_000)
    await browser.press(browser.form("code"), code=totp.at(services.clock.now() // 1000))
    assert "Link these homes?" in browser.text
    await browser.press(browser.form("token"))
    assert await plants_of(database, ada.id) == await plants_of(database, grace.id)


async def test_homes_that_come_later_are_seen_and_those_that_were_shared_stay(
    browser: Browser, ada: Account, grace: Account, services: Services
) -> None:
    database, now = services.database, services.clock.now()
    (given,) = await database.write(furnish, grace.id, services.ident, "flat", now)
    await database.write(share_plant, grace.id, given.plant.id, ada.id, now)
    asked = await services.links.ask(ada.id, "thermostat", grace.email, PASSWORD)
    await services.links.link(ada.id, asked.token)
    (later,) = await database.write(furnish, grace.id, services.ident, "flat", now)
    other = await database.write(
        create_plant, grace.id, services.ident, "Hall", api="home_control", now=now
    )
    seen = {plant.id for plant in await plants_of(database, ada.id)}
    assert seen == {given.plant.id, later.plant.id}, "of the Thermostat app only"
    assert other.id not in seen
    await services.links.unlink(ada.id, "thermostat", grace.id)
    assert [plant.id for plant in await plants_of(database, ada.id)] == [given.plant.id]
    await database.write(furnish, grace.id, services.ident, "flat", now)
    assert [plant.id for plant in await plants_of(database, ada.id)] == [given.plant.id]


def _unlink(browser: Browser) -> Form:
    return next(form for form in browser.forms if form.action.endswith("/end"))

"""Homes of an app's account, linked after proof and confirmation. [OID-10]"""

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.devices.homes import furnish
from workswith.devices.plants import plants_of
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
    token = await services.links.ask(ada.id, "thermostat", grace.email, PASSWORD)
    await another.sign_in(grace.email, PASSWORD, "/signin?return_to=/home")
    await another.open(f"{LINK}/confirm?token={token}")
    assert "Link these homes?" not in another.text
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open(f"{LINK}/confirm?token={token}")
    await browser.press(browser.form("token"))
    await browser.open(f"{LINK}/confirm?token={token}")
    assert "Link these homes?" not in browser.text


async def test_an_account_with_a_second_step_is_not_linked_around_it(
    browser: Browser, ada: Account, grace: Account, services: Services
) -> None:
    import pyotp

    key = await services.second_factor.begin(grace.id)
    code = pyotp.TOTP(key).at(services.clock.now() // 1000)
    await services.second_factor.confirm(grace, code)
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open(LINK)
    await browser.press(browser.form("email"), email=grace.email, password=PASSWORD)
    assert "has a second step" in browser.text


def _unlink(browser: Browser):
    from tests.person import _Forms

    parser = _Forms()
    parser.feed(browser.page.text)
    return next(form for form in parser.forms if form.action.endswith("/end"))

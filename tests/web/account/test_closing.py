"""A closed account: everything stops at once, nothing personal is left, the audit log stays. [ACC-6]"""

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Register
from workswith.catalog.products import ensure_starter_kit
from workswith.devices.homes import furnish
from workswith.devices.plants import plants_of
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.kernel import mail
from workswith.kernel.database import query
from workswith.web.site.services import Services


async def test_everything_stops_and_nothing_personal_is_left(
    browser: Browser, another: Browser, ada: Account, register: Register, services: Services
) -> None:
    database = services.database
    application = await register()
    await database.write(furnish, ada.id, services.ident, "flat", services.clock.now())
    await database.write(ensure_starter_kit, ("echo",), services.clock.now(), 500)
    held = await services.subscriptions.subscribe(ada.id, "starter-kit", "mine")
    key = (await services.subscriptions.keys(ada.id, held.id))["primary"].key
    await browser.sign_in(ada.email, PASSWORD)
    await another.sign_in(ada.email, PASSWORD)

    await browser.open("/account/close")
    await browser.press(browser.form("current"), current="not this one")
    assert await services.accounts.get(ada.id)
    await browser.press(browser.form("current"), current=PASSWORD)
    assert "Your account is closed" in browser.text

    assert (await another.get("/account")).status_code == 303
    assert await services.accounts.get(ada.id) is None
    assert await services.applications.known(application.client_id) is None
    assert await services.subscriptions.find(key) is None
    assert await plants_of(database, ada.id) == []
    row = await database.one(
        query(
            lambda *columns: columns,
            "SELECT email, first_name, surname, password_hash, language FROM account "
            "WHERE id = :id",
        ),
        id=ada.id,
    )
    assert row == (ada.id, "", "", "", "")
    assert [each.subject for each in await mail.latest(database, ada.email)] == [
        "Your account is closed"
    ]
    entries = await audit.latest(database, account_id=ada.id)
    assert entries[0].kind == "account_closed"
    assert not any(ada.email in entry.detail or "Ada" in entry.detail for entry in entries)
    # The address is free again, for somebody who has nothing of the one before.
    again = await services.accounts.create("end_user", ada.email, "Other", "Person", PASSWORD)
    assert again.id != ada.id

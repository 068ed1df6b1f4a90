"""Which applications reach the homes, and the end of it. [END-2 OID-9]"""

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Register
from workswith.identity.account import Account
from workswith.identity.application import Application
from workswith.kernel.database import Tx
from workswith.web.site.services import Services

PAGE = "/account/third-party-access"


async def consent(services: Services, who: Account, application: Application) -> None:
    async def give(tx: Tx) -> None:
        await services.consents.give(tx, who.id, application, services.clock.now())

    await services.database.write(give)


async def test_consents_are_listed_and_revoked(
    browser: Browser, services: Services, grace: Account, register: Register
) -> None:
    application = await register("Planner", "comfort.read")
    await consent(services, grace, application)
    await browser.sign_in(grace.email, PASSWORD, PAGE)
    for words in ("Planner", "Example Ltd", "See temperatures", "Jan 12, 2026", "not used yet"):
        assert words in browser.text
    action = f"{PAGE}/{application.client_id}/revoke"
    assert action in browser.page.text
    token = browser.form("csrf").values["csrf"][0]
    assert (await browser.get(action)).status_code == 405, "only on purpose"
    await browser.post(action, csrf=token)
    await browser.follow()
    assert "Planner no longer reaches your homes." in browser.text
    assert "No application reaches your homes" in browser.text
    assert await services.consents.of_account(grace.id) == []
    await browser.post(action, csrf=token)
    assert browser.page.status_code == 404


async def test_nobody_revokes_the_consent_of_another(
    browser: Browser, services: Services, ada: Account, grace: Account, register: Register
) -> None:
    application = await register()
    await consent(services, grace, application)
    await browser.sign_in(ada.email, PASSWORD, PAGE)
    token = browser.form("csrf").values["csrf"][0]
    await browser.post(f"{PAGE}/{application.client_id}/revoke", csrf=token)
    assert browser.page.status_code == 404
    assert len(await services.consents.of_account(grace.id)) == 1

"""What the operator sees of notifications: whose endpoint is banned stands there by name. [C2C-6 OPR]"""

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Register
from workswith.devices.plants import create_plant
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.identity.application import Application
from workswith.kernel.clock import HOUR
from workswith.kernel.database import Tx, statement
from workswith.web.site.services import Services

_BAN = statement("UPDATE webhook_endpoint SET failures = 20, ban_until = :until")


@pytest.fixture
async def banned(services: Services, ada: Account, register: Register) -> Application:
    """The application whose only endpoint is banned."""
    application = await register("Warm at <Six>")
    now = services.clock.now()
    plant = await services.database.write(create_plant, ada.id, services.ident, "Home", now=now)
    await services.webhook_subscriptions.subscribe(
        ada.id, application.client_id, plant.id, "smarther-v2.0", "https://hooks.cosy.example/in"
    )

    async def ban(tx: Tx) -> None:
        await tx.run(_BAN, until=now + HOUR)
        await audit.note(tx, "secret_added", now, client_id=application.client_id)

    await services.database.write(ban)
    return application


async def test_an_application_is_called_by_its_name(
    browser: Browser, services: Services, olga: Account, ada: Account, banned: Application
) -> None:
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office")
    for path in ("/office/notifications", "/office/audit"):
        await browser.open(path)
        link = f'<a href="/office/accounts/{ada.id}" title="{banned.client_id}">'
        assert f"{link}Warm at &lt;Six&gt;</a>" in browser.page.text, path
        assert "deleted" not in browser.text
    await services.applications.delete(ada.id, banned.client_id)
    await browser.open("/office/audit")
    assert "Warm at <Six> deleted" in browser.text, "what is told of it stays"

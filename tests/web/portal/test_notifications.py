"""The owner of an application sees where its notifications go, and nobody else's."""

from typing import Any

from tests.web.portal.test_applications import make
from workswith.devices.plants import create_plant

URL = "https://hooks.cosy.example/in"


async def test_endpoints_stand_on_the_page_of_their_application(browser: Any) -> None:
    page, _secret = await make(browser)
    services = browser.services
    plant = await services.database.write(
        create_plant, browser.account_id, services.ident, "Home", now=services.clock.now()
    )
    assert "No endpoint yet" in (await browser.get(f"{page}/notifications")).text
    await services.webhook_subscriptions.subscribe(
        browser.account_id, page.rpartition("/")[2], plant.id, "smarther-v2.0", URL
    )
    text = (await browser.get(f"{page}/notifications")).text
    assert URL in text
    assert "20 until the next ban" in text
    assert "1 endpoint is subscribed." in (await browser.get(page)).text
    mine, _secret = await make(browser)
    assert URL not in (await browser.get(f"{mine}/notifications")).text
    await browser.get(f"{page}/notifications?before=abc")
    await browser.get(f"{page}/notifications?before=99999999999999999999999")

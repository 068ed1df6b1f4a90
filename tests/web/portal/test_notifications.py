"""The owner of an application sees where its notifications go, and nobody else's."""

from typing import Any

from tests.web.portal.test_applications import make
from workswith.devices.plants import create_plant
from workswith.webhooks import reading
from workswith.webhooks.settings import Rules

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


async def test_an_endpoint_has_a_page_with_what_can_be_done(browser: Any) -> None:
    page, _secret = await make(browser)
    services = browser.services
    database, now = services.database, services.clock.now()
    plant = await database.write(create_plant, browser.account_id, services.ident, "Home", now=now)
    client_id = page.rpartition("/")[2]
    await services.webhook_subscriptions.subscribe(
        browser.account_id, client_id, plant.id, "smarther-v2.0", URL
    )
    (one,) = await reading.endpoints_of(database, [client_id], Rules(), now)
    here = f"{page}/endpoints/{one.id}"
    text = (await browser.get(here)).text
    secret = await services.webhook_desk.secret([client_id], one.id)
    assert secret in text
    assert "Send a test event" in text
    refused = await browser.post(here, f"{here}/test", status=409)
    assert "Nothing has happened yet" in refused.text
    await browser.post(here, f"{here}/rotate-secret")
    assert await services.webhook_desk.secret([client_id], one.id) != secret
    await browser.post(here, f"{here}/lift-ban")
    await browser.post(here, f"{here}/replay")
    span = {"since": "2026-01-12T11:00", "until": "2026-01-12T13:00:30"}
    await browser.post(here, f"{here}/replay", span)
    unread = await browser.post(here, f"{here}/replay", {"since": "yesterday"}, status=400)
    assert "2026-05-29T00:00:00" in unread.text
    await browser.post(here, f"{here}/nonsense", status=404)
    mine, _secret = await make(browser)
    await browser.get(f"{mine}/endpoints/{one.id}", 404)
    await browser.post(here, f"{mine}/endpoints/{one.id}/lift-ban", status=404)

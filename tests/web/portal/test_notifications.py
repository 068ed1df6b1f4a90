"""The owner of an application sees where its notifications go, and nobody else's."""

import re
from html import unescape
from typing import Any

from tests.web.portal.test_applications import make
from workswith.devices.plants import create_plant
from workswith.events import outbox
from workswith.kernel.database import Tx, statement
from workswith.webhooks import reading
from workswith.webhooks.settings import Rules

URL = "https://hooks.cosy.example/in"
PAGE = 25
_LOSE = statement(
    "INSERT INTO webhook_lost (endpoint_id, client_id, subscription_id, event_id, plant_id, "
    "sequence, kind, at, reason) SELECT s.endpoint_id, s.client_id, s.id, e.id, e.plant_id, "
    "e.sequence, e.kind, e.at, 'banned' FROM event e JOIN webhook_subscription s "
    "ON s.plant_id = e.plant_id ORDER BY e.sequence"
)


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


async def test_whatever_an_endpoint_missed_can_be_turned_to(browser: Any) -> None:
    """Each event and each loss stands on exactly one page, while the clock goes on."""
    page, _secret = await make(browser)
    services, client_id = browser.services, page.rpartition("/")[2]
    database, now = services.database, services.clock.now()
    plant = await database.write(create_plant, browser.account_id, services.ident, "Home", now=now)
    await services.webhook_subscriptions.subscribe(
        browser.account_id, client_id, plant.id, "smarther-v2.0", URL
    )
    (one,) = await reading.endpoints_of(database, [client_id], Rules(), now)

    async def happen(tx: Tx) -> None:
        for at in range(PAGE + 2):
            await outbox.append(
                tx,
                plant_id=plant.id,
                module_id="m",
                kind="status",
                changed=(),
                state={},
                at=now + at,
                flow="",
            )
        await tx.run(_LOSE)

    await database.write(happen)
    here = f"{page}/endpoints/{one.id}"
    for name, newest_first in (("events", False), ("losses", True)):
        first = (await browser.get(here)).text
        assert {"events=2", "losses=2"} <= set(re.findall(r"(?:events|losses)=\d", first))
        following = next(
            unescape(address)
            for address in re.findall(r'rel="next" href="([^"]+)"', first)
            if f"{name}=2" in address
        )
        second = (await browser.get(following)).text
        shown = numbers(first, name) + numbers(second, name)
        assert shown == sorted(range(1, PAGE + 3), reverse=newest_first)
        assert len(numbers(second, name)) == 2
        assert f"{name}=3" not in second
        assert f"{name}=1" in second
    assert "since=" in unescape(first)


def numbers(text: str, part: str) -> list[int]:
    """The number of each event in one of the two tables."""
    heading = {"losses": "lost"}.get(part, part)
    section = text.partition(f'id="{heading}"')[2].partition("</section>")[0]
    return [int(one) for one in re.findall(r'data-label="Number">(\d+)<', section)]

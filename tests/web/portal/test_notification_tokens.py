"""Tokens for programs: made, shown once, listed and ended by the application's owner alone."""

import re
from typing import Any

from tests.web.portal.test_applications import make
from workswith.webhooks.tokens import READ, WRITE

NIGHT = {"name": "Night <check>", "scope": [READ], "days": "30"}


async def test_a_token_is_shown_once_and_works(browser: Any) -> None:
    application, _secret = await make(browser)
    page = f"{application}/notifications/tokens"
    assert page in (await browser.get(f"{application}/notifications")).text
    assert "There is none yet." in (await browser.get(page)).text
    await browser.post(page, page, NIGHT)
    shown = (await browser.get(page)).text
    (text,) = set(re.findall(r"wwn-[\w-]+", shown))
    assert "Night &lt;check&gt;" in shown
    assert f"<code>{READ}</code>" in shown
    again = (await browser.get(page)).text
    assert text not in again
    services = browser.services
    access = await services.webhook_tokens.verify(f"Bearer {text}", services.clock.now())
    assert access.client_id == application.rpartition("/")[2]
    assert access.account_id == browser.account_id


async def test_what_cannot_be_made_is_said(browser: Any) -> None:
    application, _secret = await make(browser)
    page = f"{application}/notifications/tokens"
    for wrong, said in (
        ({**NIGHT, "name": " "}, "A name has 1 to 100 characters."),
        ({**NIGHT, "scope": []}, "Choose what the token may be used for."),
        ({**NIGHT, "scope": ["comfort.read"]}, "Choose what the token may be used for."),
        ({**NIGHT, "days": "31"}, "Choose for how long the token works."),
        ({**NIGHT, "days": "²"}, "Choose for how long the token works."),
    ):
        assert said in (await browser.post(page, page, wrong, status=422)).text
    assert "There is none yet." in (await browser.get(page)).text


async def test_only_the_owner_ends_it(browser: Any) -> None:
    application, _secret = await make(browser)
    other, _secret = await make(browser)
    page = f"{application}/notifications/tokens"
    await browser.post(page, page, {**NIGHT, "scope": [READ, WRITE]})
    (one,) = await browser.services.webhook_tokens.of(application.rpartition("/")[2])
    elsewhere = f"{other}/notifications/tokens/{one.id}/end"
    await browser.post(page, elsewhere, status=404)
    nobodys = "/applications/nobody/notifications/tokens"
    await browser.get(nobodys, 404)
    await browser.post(page, nobodys, NIGHT, status=404)
    await browser.post(page, f"{page}/{one.id}/end")
    assert "There is none yet." in (await browser.get(page)).text

"""Homes for testing: one's own only, made at once, and only where the operator lets them."""

import dataclasses
import re
from typing import Any

import msgspec

from tests.web.portal.conftest import Browser
from workswith.web import app
from workswith.web.home.words import TEMPLATES
from workswith.web.settings import Settings


async def make(browser: Any, template: str = "flat", name: str = "", status: int = 303) -> Any:
    fields = {"template": template, "name": name}
    return await browser.post("/homes", "/homes", fields, status=status)


async def test_every_template_is_drawn_and_can_be_had(browser: Any) -> None:
    page = (await browser.get("/homes")).text
    assert page.count('class="home-picture"') == len(TEMPLATES)
    for template in ("flat", "empty", "one_of_each"):
        answer = await make(browser, template)
        assert answer.headers["location"].startswith("/homes#home-")
    shown = (await browser.get("/homes")).text
    for plant in re.findall(r'id="home-([0-9a-f-]+)"', shown):
        assert f'href="/home/{plant}"' in shown
        assert plant in (await browser.get(f"/home/{plant}")).text


async def test_they_are_ones_own(browser: Any, other: Any) -> None:
    await make(browser, name="Ada's <flat>")
    assert "Ada&#39;s &lt;flat&gt;" in (await browser.get("/homes")).text
    assert "&lt;flat&gt;" not in (await other.get("/homes")).text
    assert "Ada" in (await browser.get("/homes?q=FLAT")).text
    assert "No results found." in (await browser.get("/homes?q=castle")).text


async def test_what_was_typed_stays_beside_what_is_wrong(browser: Any) -> None:
    refused = await make(browser, "hotel", "x" * 101, status=422)
    assert 'value="hotel" checked' in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert "x" * 100 in refused.text
    await make(browser, "castle", status=422)


async def test_where_they_are_switched_off_the_page_says_so(services: Any) -> None:
    for sandbox, where, offered in (
        (True, "never", False),
        (False, "sandbox", False),
        (False, "everywhere", True),
        (True, "sandbox", True),
    ):
        settings = msgspec.structs.replace(Settings(), test_homes=where)
        wired = dataclasses.replace(services, settings=settings, sandbox=sandbox)
        browser = Browser(wired, app.create(wired))
        async with browser.http:
            await browser.sign_in(f"ada-{sandbox}-{where}@dev.test")
            text = (await browser.get("/homes")).text
            assert ("switched" not in text) is offered
            assert ('name="template"' in text) is offered
            await make(browser, status=303 if offered else 403)


async def test_a_home_owner_has_another_place(visitor: Any) -> None:
    await visitor.sign_in("home@owner.test", "end_user")
    assert "developers" in (await visitor.get("/homes", 403)).text

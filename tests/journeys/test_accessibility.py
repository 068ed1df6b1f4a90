"""Every page for everyone: WCAG 2.2 AA by axe-core, in light and dark, on a desk and on a phone. [PRT-7]"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests import pages
from tests.chromium import PHONE, WIDE, Window
from tests.cloud import Cloud
from tests.pages import BEGINS, DEVELOPER, NOBODY, PLACES, Place
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("accessibility")]

AXE = Path(".tools/node_modules/axe-core/axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What can differ between light and dark."""
NARROW: ViewportSize = {"width": 320, "height": 640}
"""A desk at 400 % is as wide: nothing may be lost or scroll sideways. [WCAG 2.2, 1.4.10]"""
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def names(tls_cloud: Cloud) -> dict[str, str]:
    return pages.prepare(tls_cloud)


@pytest.fixture(scope="module")
def windows(tls_cloud: Cloud, browser: Browser) -> Iterator[dict[str, Window]]:
    """Everybody's window."""
    portal = tls_cloud.origin("portal")
    with ExitStack() as stack:
        every = {NOBODY: stack.enter_context(opened(browser))}
        for who, path in BEGINS.items():
            every[who] = stack.enter_context(opened(browser))
            sign_in(every[who].page, portal, tls_cloud.document[who], path)
        yield every


def opened(browser: Browser) -> Window:
    window = Window(browser)
    window.context.add_init_script(path=AXE)
    return window


def test_every_route_has_an_entry() -> None:
    listed = {place.route for place in PLACES}
    assert pages.routes() - listed == set(), "tests/pages.py does not know these routes"
    assert listed - pages.routes() - {"", "/sandbox/mailbox"} == set(), "these are gone"
    assert len({place.name for place in PLACES}) == len(PLACES)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_for_everyone(
    place: Place, windows: dict[str, Window], names: dict[str, str], tls_cloud: Cloud
) -> None:
    window = windows[place.who]
    window.wrong.clear()
    page = window.page
    path = place.path.format(**names)
    if place.status >= 400:
        window.expect(place.status, path.partition("?")[0])
    answer = page.goto(tls_cloud.origin("portal") + path)
    assert answer is not None
    assert answer.status == place.status

    # What is folded away is looked at too; the menu lies over the page.
    page.evaluate(
        "for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true"
    )
    look_at(page)
    window.check()


def test_mistakes_are_told_to_everyone(browser: Browser, tls_cloud: Cloud) -> None:
    with opened(browser) as window:
        window.expect(422, "/signup/developer")
        window.expect(422, "/signin")
        page, origin = window.page, tls_cloud.origin("portal")
        page.goto(f"{origin}/signup/developer")
        page.evaluate("document.forms[0].noValidate = true")
        page.get_by_role("button", name="Create the account").click()
        email = page.get_by_label("E-mail address")
        expect(email).to_have_attribute("aria-invalid", "true")
        expect(email).to_have_accessible_description(re.compile("Please fill this in"))
        look_at(page)
        page.goto(f"{origin}/signin")
        page.get_by_label("E-mail address").fill("ada@example.com")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        look_at(page)


def test_what_a_developer_opens_is_for_everyone(
    windows: dict[str, Window], names: dict[str, str], tls_cloud: Cloud
) -> None:
    """The menu, a new secret, an answer of Try it."""
    page, origin = windows[DEVELOPER].page, tls_cloud.origin("portal")
    page.goto(f"{origin}/applications/{names['client']}")
    page.get_by_role("button", name="Generate a secret").click()
    expect(page.get_by_role("region", name="Keep this now")).to_be_visible()
    page.get_by_text("Dora", exact=True).click()
    look_at(page)

    windows[DEVELOPER].expect(401, "/echo/resource")
    page.goto(f"{origin}/apis/echo/operations/retrieve-resource/console")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#answer-status")).to_have_text("401 Unauthorized")
    look_at(page)
    windows[DEVELOPER].check()


def look_at(page: Page) -> None:
    """On a desk and on a phone, in light and dark; ends as it began."""
    found = {"wide, light": violations(page, RULES)}
    page.emulate_media(color_scheme="dark")
    found["wide, dark"] = violations(page, COLOURS)
    page.set_viewport_size(PHONE)
    found["phone, dark"] = violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    found["phone, light"] = violations(page, RULES)
    widths = {PHONE["width"]: page.evaluate(WIDTH)}
    page.set_viewport_size(NARROW)
    widths[NARROW["width"]] = page.evaluate(WIDTH)
    page.set_viewport_size(WIDE)
    assert {where: what for where, what in found.items() if what} == {}
    assert {size: wide for size, wide in widths.items() if wide > size} == {}, "scrolls sideways"


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules
    )
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]

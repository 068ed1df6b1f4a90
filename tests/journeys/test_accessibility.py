"""Every page for everyone: WCAG 2.2 AA by axe-core, in light and dark, on a desk and on a phone. [PRT-7]"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import pages
from tests.chromium import PHONE, WIDE, Window
from tests.cloud import Cloud
from tests.pages import DEVELOPER, NOBODY, OWNER, PLACES, Place
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("accessibility")]

AXE = Path(".tools/node_modules/axe-core/axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What can differ between light and dark."""


@pytest.fixture(scope="module")
def names(tls_cloud: Cloud) -> dict[str, str]:
    return pages.prepare(tls_cloud)


@pytest.fixture(scope="module")
def windows(tls_cloud: Cloud, browser: Browser) -> Iterator[dict[str, Window]]:
    """Three people's windows."""
    portal = tls_cloud.origin("portal")
    with Window(browser) as nobody, Window(browser) as developer, Window(browser) as owner:
        for window in (nobody, developer, owner):
            window.context.add_init_script(path=AXE)
        sign_in(developer.page, portal, tls_cloud.document["developer"])
        sign_in(owner.page, portal, tls_cloud.document["end_user"], "/home")
        yield {NOBODY: nobody, DEVELOPER: developer, OWNER: owner}


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
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    path = place.path.format(**names)
    if place.status >= 400:
        window.expect(place.status, path.partition("?")[0])
    answer = page.goto(tls_cloud.origin("portal") + path)
    assert answer is not None
    assert answer.status == place.status

    open_everything(page)
    found = {"wide, light": violations(page, RULES)}
    page.emulate_media(color_scheme="dark")
    found["wide, dark"] = violations(page, COLOURS)
    page.set_viewport_size(PHONE)
    found["phone, dark"] = violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    found["phone, light"] = violations(page, RULES)
    assert {where: what for where, what in found.items() if what} == {}

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"scrolls sideways: {width} px"
    window.check()


def open_everything(page: Page) -> None:
    """What is folded away is looked at too; menus and questions lie over the page and are not."""
    page.evaluate(
        "for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true"
    )


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules
    )
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]

"""A phone: the header's menu begins at the page that is open, with script and without. [PRT-7]"""

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import PHONE, Window
from tests.cloud import Cloud
from tests.pages import BEGINS
from tests.person import signed_in
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHOLE = 0.98
"""Of an element, whose edges lie between pixels."""
DEVELOPERS = ("/guides", "/usage", "/applications", "/homes", "/testing")


@pytest.mark.parametrize("script", [True, False])
def test_the_open_entry_of_the_menu_is_in_sight(
    tls_cloud: Cloud, browser: Browser, script: bool
) -> None:
    with Window(browser, java_script_enabled=script, viewport=PHONE) as window:
        page = window.page
        sign_in(page, tls_cloud.origin("portal"), tls_cloud.document["developer"])
        for path in DEVELOPERS:
            page.goto(tls_cloud.origin("portal") + path)
            expect(page.locator(".sections [aria-current]")).to_be_in_viewport(ratio=WHOLE)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_keys_bring_every_entry_into_sight(tls_cloud: Cloud, browser: Browser) -> None:
    with Window(browser, viewport=PHONE) as window:
        page = window.page
        sign_in(page, tls_cloud.origin("portal"), tls_cloud.document["developer"])
        page.goto(f"{tls_cloud.origin('portal')}/testing")
        links = page.locator(".sections a")
        links.last.focus()
        for number in range(links.count() - 1, -1, -1):
            expect(links.nth(number)).to_be_focused()
            expect(links.nth(number)).to_be_in_viewport(ratio=WHOLE)
            page.keyboard.press("Shift+Tab")


def test_long_names_fit(tls_cloud: Cloud, browser: Browser) -> None:
    """One word without a hyphen, as a name of an application and of a home."""
    word, portal = (
        "Donaudampfschifffahrtskapitaensmuetzenabzeichenfabrik",
        tls_cloud.origin("portal"),
    )
    client, (plant, module) = tls_cloud.document["application"]["client_id"], tls_cloud.thermostat()
    dora = signed_in(tls_cloud, "developer", f"/applications/{client}/details")
    dora.submit(dora.form_with("vendor"), name=word, vendor=word, description=word * 2)
    enzo = signed_in(tls_cloud, "end_user", f"/home/{plant}/settings")
    enzo.submit(enzo.form_with("name"), name=word)
    homes = ("/home", f"/home/{plant}", f"/home/{plant}/thermostats/{module}")
    pages = {
        "developer": ("/applications", f"/applications/{client}", "/usage"),
        "end_user": (*homes, "/account/third-party-access"),
    }
    for who, paths in pages.items():
        with Window(browser, viewport=PHONE) as window:
            sign_in(window.page, portal, tls_cloud.document[who], BEGINS[who])
            for path in paths:
                window.page.goto(portal + path)
                width = window.page.evaluate("document.documentElement.scrollWidth")
                assert width <= PHONE["width"], path

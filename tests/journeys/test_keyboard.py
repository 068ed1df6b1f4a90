"""People who use no mouse: the menus, the questions, the wizard, the office and the forum by keys alone.

Whatever has the focus shows it; a question keeps it and gives it back. [PRT-7; WCAG 2.2, 2.1.1, 2.4.7, 2.4.11]
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chromium import PHONE, Window
from tests.cloud import Cloud
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("keyboard")]

STOPS = 200
"""More than any page has."""
MARKED = """one => {
  const shown = one.matches("input[type=radio]") && one.closest(".tabs") ? one.nextElementSibling : one;
  const style = getComputedStyle(shown);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


class Keys:
    """A person at a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Goes on by the tab key until ``target`` has the focus, which is to be seen."""
        target.wait_for()
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            if target.evaluate("one => one === document.activeElement"):
                assert target.evaluate(MARKED), "the focus is not to be seen"
                return
        raise AssertionError(f"the tab key does not get to {target}")

    def type(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.reach(target)
        self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)


@pytest.fixture(scope="module")
def tls_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Where an operator decides about applications."""
    data = tmp_path_factory.mktemp("keyboard-cloud") / "data"
    with Cloud(data, "--tls", WORKSWITH_IDENTITY_APPROVE_APPLICATIONS="manual") as running:
        yield running


def at(cloud: Cloud, page: Page, who: str, path: str) -> Keys:
    sign_in(page, cloud.origin("portal"), cloud.document[who], path)
    return Keys(page)


def test_an_application_from_the_wizard_to_the_operators_decision(
    tls_cloud: Cloud, browser: Browser
) -> None:
    with Window(browser) as dora, Window(browser) as olga:
        ask_for_an_application(at(tls_cloud, dora.page, "developer", "/applications/new"))
        keys = at(tls_cloud, olga.page, "operator", "/office")
        through_the_menu(keys)
        refuse_with_a_reason(keys)

        dora.page.reload()
        expect(dora.page.get_by_text("Too little is said")).to_be_visible()
        keys_of_dora = Keys(dora.page)
        keys_of_dora.press(dora.page.get_by_role("button", name=re.compile("again", re.IGNORECASE)))
        expect(dora.page.get_by_role("status")).to_contain_text("Sent.")

        olga.page.reload()
        keys.press(keys.button("Approve"))
        expect(olga.page.get_by_text("Approved: Warm by keys.")).to_be_visible()


def ask_for_an_application(keys: Keys) -> None:
    page = keys.page
    keys.type("Name", "Warm by keys")
    keys.type("Description", "Warms the house before you come home.")
    keys.type("Vendor", "Example & Sons")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reply-urls")
    keys.type("First reply URL", "https://client.example/callback")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scopes")
    keys.press(page.locator("input[value='topology.read']"), "Space")
    keys.press(keys.button("Next page"))
    page.wait_for_url("**/summary")
    keys.press(keys.button("Validate"))
    expect(page.get_by_role("heading", name="Warm by keys")).to_be_visible()


def through_the_menu(keys: Keys) -> None:
    """Escape closes a menu, and the focus stays where it was opened."""
    page = keys.page
    navigation = page.get_by_role("navigation", name="Main")
    menu = navigation.locator("summary", has_text="Programme")
    requests = navigation.get_by_role("link", name="Requests")
    keys.press(menu)
    expect(requests).to_be_visible()
    page.keyboard.press("Escape")
    expect(requests).not_to_be_visible()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    keys.press(requests)
    page.wait_for_url("**/office/requests")
    expect(menu).to_have_class("current")


def refuse_with_a_reason(keys: Keys) -> None:
    page = keys.page
    opener = page.locator("details.dialog > summary", has_text="Refuse")
    keys.press(opener)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    stays_inside(keys, dialog)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(opener).to_be_focused()

    page.keyboard.press("Enter")
    reason = dialog.get_by_label("Reason")
    if not reason.evaluate("one => one === document.activeElement"):
        keys.reach(reason)
    page.keyboard.type("Too little is said about it.")
    keys.press(dialog.get_by_role("button", name="Refuse"))
    expect(page.get_by_text("Refused: Warm by keys.")).to_be_visible()


def stays_inside(keys: Keys, dialog: Locator) -> None:
    """However often the tab key is pressed, nothing of the page behind gets the focus."""
    for _ in range(8):
        keys.page.keyboard.press("Tab")
        where: Any = dialog.evaluate(
            "one => one.contains(document.activeElement) || document.activeElement === document.body"
        )
        assert where, "the focus has left the dialog"


def test_a_thread_and_a_solution(tls_cloud: Cloud, browser: Browser) -> None:
    with Window(browser) as window:
        keys, page = at(tls_cloud, window.page, "developer", "/forum"), window.page
        keys.press(page.get_by_role("link", name="New thread").first)
        page.wait_for_url("**/forum/new")
        keys.type("Title", "Which key is which?")
        keys.reach(page.get_by_label("Text"))
        page.keyboard.type("I use one of them.")
        keys.press(keys.button("Publish"))
        expect(page.get_by_role("heading", name="Which key is which?")).to_be_visible()
        keys.type("Your reply", "Either one.")
        keys.press(keys.button("Reply"))
        expect(page.get_by_text("Either one.")).to_be_visible()

        page.goto(f"{tls_cloud.origin('portal')}/showcase/new")
        for label, text in (
            ("Name", "Warm by keys"),
            ("In one sentence", "Warms the house."),
            ("Where to find it", "https://client.example/"),
            ("What it does, and for whom", "For those who come home late."),
        ):
            keys.type(label, text)
        keys.press(keys.button("Submit"))
        expect(page.get_by_role("heading", name="Warm by keys")).to_be_visible()


def test_a_weekly_program(tls_cloud: Cloud, browser: Browser) -> None:
    plant, module = tls_cloud.thermostat()
    programs = f"/home/{plant}/thermostats/{module}/programs"
    with Window(browser) as window:
        keys, page = at(tls_cloud, window.page, "end_user", programs), window.page
        keys.press(page.get_by_role("link", name=re.compile("^Edit")).first)
        page.wait_for_url("**/programs/*function=*")
        keys.type("Name of the program", "Hours by keys")
        keys.reach(page.locator("input[name='g0-warmth']").first)
        page.keyboard.press("Control+A")
        page.keyboard.type("19.5")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The program is saved.")).to_be_visible()
        expect(page.get_by_text("Hours by keys").first).to_be_visible()


def test_a_question_asked_by_script_or_not(tls_cloud: Cloud, browser: Browser) -> None:
    """Without script it unfolds in its place, and the same keys answer it."""
    portal = tls_cloud.origin("portal")
    with Window(browser) as window, Window(browser, java_script_enabled=False) as plain:
        for page in (window.page, plain.page):
            keys = at(tls_cloud, page, "developer", "/profile")
            opener = page.locator("details.dialog > summary", has_text="Regenerate").first
            keys.press(opener)
            sure = page.get_by_role("button", name="Regenerate", exact=True).first
            expect(sure).to_be_visible()
            modal = page.evaluate("document.querySelector('dialog:modal') !== null")
            assert modal is (page is window.page)
            keys.press(sure)
            page.wait_for_url(f"{portal}/profile*")
            expect(page.get_by_role("status")).to_be_visible()


def test_the_first_key_skips_to_the_content(tls_cloud: Cloud, browser: Browser) -> None:
    with Window(browser) as window:
        page = window.page
        page.goto(f"{tls_cloud.origin('portal')}/products")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Search products")).to_be_focused()


def test_a_menu_needs_no_script(tls_cloud: Cloud, browser: Browser) -> None:
    """On a phone as well; what is open lies within the page."""
    with Window(browser, java_script_enabled=False, viewport=PHONE) as window:
        keys = at(tls_cloud, window.page, "operator", "/office")
        menu = window.page.locator(".sections summary", has_text="Community")
        keys.press(menu)
        link = window.page.locator(".sections").get_by_role("link", name="Showcase")
        expect(link).to_be_in_viewport(ratio=1)
        keys.press(link)
        window.page.wait_for_url("**/office/showcase")


def test_less_motion_is_no_motion(tls_cloud: Cloud, browser: Browser) -> None:
    with Window(browser, reduced_motion="reduce") as window:
        window.page.goto(f"{tls_cloud.origin('portal')}/design")
        moving = window.page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((one) => {
                 const style = getComputedStyle(one);
                 return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
               }).length"""
        )
        assert moving == 0

"""The same doors for people of all habits: who says no, is refused, forgets, runs no script, holds a
phone, uses the keyboard alone, or presses everything twice.

[ACC-2 ACC-3 ACC-5 OID-2 NFR: without script, on a phone, by keyboard]
"""

import contextlib
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.chromium import PHONE, Window
from tests.cloud import Cloud
from tests.receiver import Receiver
from tests.steps import (
    PASSWORD,
    VERIFIER,
    authorize_url,
    fill_in_sign_in,
    open_mail,
    register,
    sign_in,
    sign_up,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("manners")]

_TOUCH: dict[str, Any] = {
    "viewport": PHONE,
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


class Client:
    """A registered application, and where its users begin."""

    def __init__(self, cloud: Cloud, site: Receiver) -> None:
        self.reply_url = site.url("/callback")
        self.cloud = cloud
        self.credentials = register(
            cloud, self.reply_url, scopes=["topology.read", "comfort.read", "comfort.write"]
        )
        self.start = authorize_url(cloud, self.credentials["client_id"], self.reply_url)

    def landed(self, page: Page) -> dict[str, str]:
        """What the browser brought back."""
        with contextlib.suppress(Error):  # a second press cuts the first navigation off
            page.wait_for_url(f"{self.reply_url}?**")
        page.wait_for_url(f"{self.reply_url}?**")
        return dict(parse_qsl(urlsplit(page.url).query))

    def plants(self, code: str) -> int:
        """The status of the list of plants for whoever gave the code."""
        with self.cloud.http() as http:
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.reply_url,
                "code_verifier": VERIFIER,
                **self.credentials,
            }
            tokens = http.post(f"{self.cloud.origin('login')}/token", data=form)
            assert tokens.status_code == 200, tokens.text
            headers = self.cloud.api_headers(tokens.json()["access_token"])
            url = f"{self.cloud.origin('api')}/smarther/v2.0/plants"
            return http.get(url, headers=headers).status_code


@pytest.fixture(scope="module")
def client(tls_cloud: Cloud, client_site: Receiver) -> Client:
    return Client(tls_cloud, client_site)


@pytest.fixture
def owner(tls_cloud: Cloud) -> dict[str, str]:
    found: dict[str, str] = tls_cloud.document["end_user"]
    return found


def test_whoever_denies_goes_back_with_the_error(
    browser: Browser, client: Client, owner: dict[str, str]
) -> None:
    with Window(browser) as window:
        page = window.page
        page.goto(client.start)
        fill_in_sign_in(page, owner)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Deny").click()
        assert client.landed(page) == {
            "error": "access_denied",
            "error_description": "Access denied by user",
            "state": "s 1",
            "iss": f"{client.cloud.origin('login')}/{client.credentials['client_id']}",
        }
        page.goto(f"{client.cloud.origin('portal')}/account/third-party-access")
        expect(page.get_by_role("heading", name="Third-party access")).to_be_visible()
        expect(page.get_by_text("Warm at Six")).to_have_count(0)


def test_a_home_owner_is_refused_at_the_portal_and_told_why(
    tls_cloud: Cloud, browser: Browser, owner: dict[str, str]
) -> None:
    with Window(browser) as window:
        window.expect(403, "/signin")
        page = window.page
        page.goto(f"{tls_cloud.origin('portal')}/signin")
        fill_in_sign_in(page, owner)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="This is a home owner’s account")).to_be_visible()
        expect(page.get_by_text(owner["email"])).to_be_visible()
        page.get_by_role("link", name="Go to my home").click()
        expect(page.get_by_label("E-mail address")).to_be_visible()  # no session was opened


def test_a_lost_password_is_replaced_by_mail(tls_cloud: Cloud, browser: Browser) -> None:
    with Window(browser) as window:
        page, origin = window.page, tls_cloud.origin("portal")
        lena = sign_up(page, tls_cloud, "lena@example.com", "Lena", "Sign up for your home")
        page.context.clear_cookies()  # another browser
        page.goto(f"{origin}/signin?return_to=/home")
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("E-mail address").fill(lena["email"])
        page.get_by_role("button", name="Send me a link").click()
        expect(page.get_by_text("a link is on its way there")).to_be_visible()
        open_mail(page, tls_cloud, lena["email"])
        page.get_by_label("New password").fill("another four quiet words")
        page.get_by_label("The same once more").fill("another four quiet words")
        page.get_by_role("button", name="Set the new password").click()
        expect(page.get_by_text("Your new password is set.")).to_be_visible()

        window.expect(422, "/signin")
        fill_in_sign_in(page, lena)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        sign_in(page, origin, {**lena, "password": "another four quiet words"}, "/home")


def test_sign_up_and_consent_need_no_script(
    tls_cloud: Cloud, browser: Browser, client: Client
) -> None:
    """A new home owner has no plants yet: 204."""
    with Window(browser, java_script_enabled=False) as window:
        page = window.page
        nora = sign_up(page, tls_cloud, "nora@example.com", "Nora", "Sign up for your home")
        page.context.clear_cookies()  # another browser
        page.goto(client.start)
        fill_in_sign_in(page, nora)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Accept all").click()
        assert client.plants(client.landed(page)["code"]) == 204
        page.goto(f"{tls_cloud.origin('portal')}/home")
        expect(page.get_by_role("heading", name="No home yet")).to_be_visible()
        page.get_by_role("link", name="Add a simulated home").click()
        page.get_by_role("radio", name="A flat").check()
        page.get_by_role("button", name="Furnish it").click()
        page.get_by_role("link", name=re.compile(r"set to")).first.click()
        shown = page.locator(".set-point")
        before = shown.inner_text()
        page.get_by_role("button", name="Warmer by half a degree").click()
        expect(shown).not_to_have_text(before)


def test_a_phone_is_enough(
    tls_cloud: Cloud, browser: Browser, client: Client, owner: dict[str, str]
) -> None:
    with Window(browser, **_TOUCH) as window:
        page = window.page
        page.goto(client.start + "&prompt=consent")
        fill_in_sign_in(page, owner)
        page.get_by_role("button", name="Sign in").tap()
        in_reach(page, "Accept all")
        page.get_by_role("button", name="Accept all").tap()
        assert client.plants(client.landed(page)["code"]) == 200

        page.goto(f"{tls_cloud.origin('portal')}/home")
        page.get_by_role("link", name=re.compile(r"set to")).first.tap()
        shown = page.locator(".set-point")
        before = shown.inner_text()
        in_reach(page, "Cooler by half a degree")
        page.get_by_role("button", name="Cooler by half a degree").tap()
        expect(shown).not_to_have_text(before)
        page.get_by_text("Enzo", exact=True).tap()
        page.get_by_role("button", name="Sign out").tap()
        expect(page.get_by_text("You are signed out.")).to_be_visible()


def in_reach(page: Page, button: str) -> None:
    """Big enough for a thumb, and nothing lies beside the screen."""
    box = page.get_by_role("button", name=button).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40, box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_keyboard_is_enough(browser: Browser, client: Client, owner: dict[str, str]) -> None:
    with Window(browser) as window:
        page = window.page
        page.goto(client.start + "&prompt=consent")
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to the content"
        page.keyboard.press("Enter")
        tab_to(page, "logonIdentifier")
        page.keyboard.type(owner["email"])
        tab_to(page, "password")
        page.keyboard.type(owner["password"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Warm at Six")).to_be_visible()
        tab_to(page, "allow")
        tab_to(page, "deny")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        assert client.plants(client.landed(page)["code"]) == 200


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the control of this name has the focus, which must be seen on the way."""
    for _ in range(20):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"the focus is not seen on {focused(page)}"
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never came to {name}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_pressing_twice_does_no_harm(tls_cloud: Cloud, browser: Browser, client: Client) -> None:
    with Window(browser, hasty=True) as window:
        page, origin = window.page, tls_cloud.origin("portal")
        sent: list[str] = []
        window.context.on(
            "request", lambda one: sent.append(one.url) if one.method == "POST" else None
        )
        page.goto(f"{origin}/signup/developer")
        page.get_by_label("First name").fill("Dan")
        page.get_by_label("Surname").fill("Double")
        page.get_by_label("E-mail address").fill("dan@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        press_twice(page, "Create the account")
        expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        assert len(tls_cloud.mails("dan@example.com")) == 1
        open_mail(page, tls_cloud, "dan@example.com")
        press_twice(page, "Confirm and sign in")
        expect(page.get_by_text("is confirmed, and you are signed in")).to_be_visible()
        page.context.clear_cookies()  # another browser
        page.goto(f"{origin}/signin")
        fill_in_sign_in(page, {"email": "dan@example.com", "password": PASSWORD})
        press_twice(page, "Sign in")
        expect(page.get_by_text("Dan", exact=True)).to_be_visible()

        page.goto(f"{origin}/products/starter-kit")
        page.get_by_label("Name of the subscription").fill("Once")
        press_twice(page, "Subscribe")
        expect(page.get_by_text("Subscribed.")).to_be_visible()
        page.goto(f"{origin}/profile")
        expect(page.get_by_role("heading", name="Once")).to_have_count(1)

        page.goto(f"{origin}/applications/new")
        page.get_by_label("Name").fill("Once")
        page.get_by_label("Description").fill("Only one of it.")
        page.get_by_label("Vendor").fill("Dan")
        press_twice(page, "Next page")
        page.get_by_label("First reply URL").fill(client.reply_url)
        page.get_by_role("button", name="Next page").last.click()
        page.get_by_role("checkbox", name="topology.read").check()
        page.get_by_role("button", name="Next page").last.click()
        press_twice(page, "Validate")
        expect(page.get_by_role("region", name="Keep this now")).to_be_visible()
        page.goto(f"{origin}/applications")
        expect(page.get_by_role("link", name="Once")).to_have_count(1)

        page.goto(f"{client.start}&{urlencode({'prompt': 'consent'})}")
        press_twice(page, "Accept all")
        assert client.plants(client.landed(page)["code"]) == 204
        page.goto(f"{origin}/account/third-party-access")
        expect(page.get_by_role("heading", name="Warm at Six")).to_have_count(1)
        assert len(sent) > len(set(sent)), "some second press came in time"


def press_twice(page: Page, button: str) -> None:
    """The second press comes while the first one is on its way."""
    page.get_by_role("button", name=button).last.evaluate(
        "button => { button.click(); setTimeout(() => button.click(), 5); }"
    )

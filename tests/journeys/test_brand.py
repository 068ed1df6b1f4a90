"""A maker's own programme without touching code: five things set in the office, seen in all three places.

Name, logo, colours, legal texts and names of devices; then in the portal, at home, in the office, at the
consent, in mails, in an authenticator app, in API documents and on pages of errors. [OPR]
"""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Window
from tests.cloud import Cloud
from tests.steps import authorize_url, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAME = "Casa & Viva"
TERMS = "Be kind to each other's homes."
DEVICE = "Viva Bulb"
REPLY_URL = "https://client.example/callback"


def test_five_things_set_once_are_seen_in_every_place(tls_cloud: Cloud, browser: Browser) -> None:
    cloud, portal = tls_cloud, tls_cloud.origin("portal")
    with Window(browser) as olga, Window(browser) as dora, Window(browser) as enzo:
        sign_in(olga.page, portal, cloud.document["operator"], "/office")
        own_brand(olga.page)
        branded(olga.page)
        sign_in(dora.page, portal, cloud.document["developer"], "/")
        in_the_portal(dora, cloud)
        sign_in(enzo.page, portal, cloud.document["end_user"], "/home")
        at_home(enzo.page, portal)
        at_the_consent(enzo.page, cloud)
        in_an_authenticator(enzo.page, cloud)
        on_a_page_of_errors(enzo, portal)
    in_mails(cloud)


def own_brand(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Brand").click()
    page.get_by_role("textbox", name="Name", exact=False).first.fill(NAME)
    page.get_by_label("Colour on light pages").fill("#7a1e5c")
    picture = page.locator(".brand img").screenshot()
    page.get_by_label("Logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture}
    )
    page.locator("#terms_en").fill(TERMS)
    page.locator("#device_light").fill(DEVICE)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It shows on all pages from now on.")).to_be_visible()


def branded(page: Page) -> None:
    """The header, the title, the logo, the icon, the colour and the way to the legal texts."""
    expect(page).to_have_title(re.compile(f"{re.escape(NAME)}$"))
    expect(page.locator("header .brand")).to_contain_text(NAME)
    expect(page.locator("header .brand img")).to_have_attribute("src", re.compile("^/brand/logo"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^/brand/logo"))
    colour = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')")
    assert "7a1e5c" in colour
    expect(page.get_by_role("contentinfo").get_by_text("Terms of use")).to_be_visible()
    expect(page.get_by_role("contentinfo")).not_to_contain_text("WorksWith")


def in_the_portal(dora: Window, cloud: Cloud) -> None:
    page, portal = dora.page, cloud.origin("portal")
    branded(page)
    page.get_by_role("contentinfo").get_by_role("link", name="Terms of use").click()
    expect(page.get_by_text(TERMS)).to_be_visible()
    with cloud.http() as http:
        document = http.get(f"{portal}/apis/smarther-v2.0/openapi.json").json()
        assert document["info"]["title"] == f"Smarther · {NAME}"
        assert http.get(f"{portal}/postman.json").json()["info"]["name"].startswith(NAME)
        assert "<title>Casa &amp; Viva</title>" in http.get(f"{portal}/changelog.atom").text


def at_home(page: Page, portal: str) -> None:
    """The device is offered, and named, as the maker calls it."""
    branded(page)
    page.goto(f"{portal}/home/new")
    page.get_by_text("One of every device").click()
    page.get_by_role("button", name="Furnish it").click()
    expect(page.get_by_text(DEVICE).first).to_be_visible()
    page.get_by_role("link", name="Rooms and devices").click()
    page.get_by_text("Put up a device").click()
    page.locator("#goods").select_option(label=DEVICE)
    page.get_by_role("button", name="Put it up").click()
    expect(
        page.get_by_role("main").get_by_role("link", name=f"{DEVICE} · {DEVICE}")
    ).to_be_visible()


def at_the_consent(page: Page, cloud: Cloud) -> None:
    made = register(cloud, REPLY_URL, scopes=["comfort.read"])
    page.goto(authorize_url(cloud, made["client_id"], REPLY_URL))
    expect(page.get_by_role("button", name="Accept all")).to_be_visible()
    branded(page)


def in_an_authenticator(page: Page, cloud: Cloud) -> None:
    page.goto(f"{cloud.origin('portal')}/account/second-factor")
    page.get_by_label("Your present password").fill(cloud.document["end_user"]["password"])
    page.get_by_role("main").get_by_role("button").first.click()
    address = page.locator("a[href^='otpauth:']").get_attribute("href") or ""
    assert f"/totp/{NAME}:" in unquote(address)


def on_a_page_of_errors(window: Window, portal: str) -> None:
    window.expect(404, "/no/such/page")
    window.page.goto(f"{portal}/no/such/page")
    branded(window.page)


def in_mails(cloud: Cloud) -> None:
    """Of the application that was just registered."""
    newest = cloud.mails(cloud.document["developer"]["email"])[0]
    assert newest["text"].rstrip().endswith(NAME)
    assert "Casa &amp; Viva" in newest["html"]

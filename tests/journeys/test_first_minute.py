"""The first minutes of three people, by buttons and links that they see: no address is typed.

A developer gets from the first visit to a working call, a home of their own and the notification that
a call causes; an operator lets the application in; a home owner shares and ends it. Each step is a
click that somebody would make who reads the page, and they are counted. [issue: web]
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chromium import Window
from tests.cloud import Cloud
from tests.receiver import Receiver
from tests.steps import PASSWORD, authorize_url, fill_in_sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EMAIL = "nina@example.com"
APPLICATION = "Quiet Evenings"


@pytest.fixture(scope="module")
def tls_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud whose operator approves each application, and where nothing happens by itself."""
    data = tmp_path_factory.mktemp("first-minute") / "data"
    with Cloud(data, "--tls", WORKSWITH_IDENTITY_APPROVE_APPLICATIONS="manual") as running:
        running.control("POST", "/clock/freeze")
        yield running


class Walk:
    """Counts what somebody presses or chooses; typing is free."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def menu(self, name: str) -> None:
        self.press(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name))

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True).first)


def test_three_people_begin(tls_cloud: Cloud, browser: Browser, client_site: Receiver) -> None:
    reply_url = client_site.url("/callback")
    with Window(browser) as nina, Window(browser) as olga, Window(browser) as enzo:
        walk = Walk(nina.page)
        to_a_first_call(walk, tls_cloud)
        assert walk.clicks <= 13, "from the first visit to a working call"
        to_a_notification(walk)
        client_id = to_an_application(walk, reply_url)

        decide = Walk(olga.page)
        let_it_in(decide, tls_cloud)
        assert decide.clicks <= 3, "from the sign-in to the decision"

        owner = Walk(enzo.page)
        share_and_end(owner, tls_cloud, client_id, reply_url)
        assert owner.clicks <= 5, "to share, and to end it"


def to_a_first_call(walk: Walk, cloud: Cloud) -> None:
    page = walk.page
    page.goto(cloud.origin("portal"))
    walk.link("Create an account")
    walk.link("Sign up as a developer")
    page.get_by_label("First name").fill("Nina")
    page.get_by_label("Surname").fill("Example")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    walk.button("Create the account")
    walk.link("Open the mail")
    walk.link("Open the link")
    walk.button("Confirm and sign in")
    walk.link("Get your key")
    walk.link("Starter Kit")
    expect(page.get_by_label("Name of the subscription")).not_to_have_value("")
    walk.button("Subscribe")
    walk.link("Try a call with it")
    sign_in_window(walk, asked=True)
    walk.button("Send")
    expect(page.locator("#answer-status")).to_have_text("200 OK")
    expect(page.locator("#answer-quota")).to_contain_text("This call cost 1. 0 of 500")
    expect(page.locator("#answer-headers")).to_contain_text("x-flow-id")


def sign_in_window(walk: Walk, *, asked: bool) -> None:
    """The first time it asks whether the portal may; later it closes by itself."""
    walk.clicks += 1
    with walk.page.expect_popup() as opened:
        walk.page.get_by_label("Kind of authorization").select_option("authorization_code")
    if asked:
        walk.press(opened.value.get_by_role("button", name="Accept all"))
    expect(walk.page.get_by_text("Signed in; the token is filled in")).to_be_visible()


def to_a_notification(walk: Walk) -> None:
    """A home of one's own, and what subscribers are told when a call turns it."""
    page = walk.page
    walk.menu("Homes")
    page.get_by_label("Name of the home").fill("Test flat")
    walk.button("Furnish it")
    home = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Test flat"))
    plant = home.get_by_role("code").inner_text()
    walk.press(home.get_by_role("link", name="Its API"))
    walk.link("Set Chronothermostat Status")
    walk.link("Try it")
    expect(page.get_by_label("Home", exact=True)).to_have_value(plant)
    sign_in_window(walk, asked=False)
    page.get_by_role("textbox", name="Body").fill(
        json.dumps(
            {"function": "HEATING", "mode": "MANUAL", "setPoint": {"value": "23.5", "unit": "C"}}
        )
    )
    walk.button("Send")
    expect(page.locator("#answer-status")).to_contain_text("200")
    told = page.locator("#notifications article").first
    expect(told).to_contain_text(plant)
    told.locator("summary").click()
    exact = told.locator("code").last.inner_text()
    heard = json.loads(exact)[0]["data"]["chronothermostats"][0]
    assert heard["setPoint"] == {"value": "23.50000", "unit": "C"}
    expect(told.locator("summary")).to_contain_text(f"{len(exact.encode())} bytes")


def to_an_application(walk: Walk, reply_url: str) -> str:
    page = walk.page
    walk.menu("Applications")
    walk.link("Request new application")
    page.get_by_label("Name").fill(APPLICATION)
    page.get_by_label("Description").fill("Turns the heating down when it is late.")
    page.get_by_label("Vendor").fill("Nina")
    walk.button("Next page")
    page.get_by_label("First reply URL").fill(reply_url)
    walk.button("Next page")
    walk.press(page.get_by_role("checkbox", name="comfort.read"))
    walk.button("Next page")
    walk.button("Validate")
    once = page.get_by_role("region", name="Keep this now")
    return once.get_by_role("code").first.inner_text()


def let_it_in(walk: Walk, cloud: Cloud) -> None:
    page = walk.page
    page.goto(f"{cloud.origin('portal')}/office")
    fill_in_sign_in(page, cloud.document["operator"])
    walk.button("Sign in")
    expect(page.get_by_text("1 waits")).to_be_visible()
    walk.link("Requests")
    expect(page.get_by_role("heading", name=APPLICATION)).to_be_visible()
    walk.button("Approve")
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    told = [mail["subject"] for mail in cloud.mails(EMAIL)]
    assert f"Your application {APPLICATION} is approved" in told


def share_and_end(walk: Walk, cloud: Cloud, client_id: str, reply_url: str) -> None:
    """Sent by the application; what is asked stands in plain words, and so does the end."""
    page = walk.page
    page.goto(authorize_url(cloud, client_id, reply_url))
    fill_in_sign_in(page, cloud.document["end_user"])
    walk.button("Sign in")
    expect(page.get_by_role("heading", name=APPLICATION)).to_be_visible()
    expect(page.get_by_text("See temperatures, humidity")).to_be_visible()
    walk.button("Accept all")
    page.wait_for_url(f"{reply_url}?**")
    page.goto(f"{cloud.origin('portal')}/home")
    walk.menu("Third-party access")
    given = page.locator("section").filter(has_text=APPLICATION)
    walk.press(given.get_by_text("Revoke the access"))
    walk.press(given.get_by_role("button", name="Yes, revoke"))
    expect(page.get_by_text(f"{APPLICATION} no longer reaches your homes.")).to_be_visible()

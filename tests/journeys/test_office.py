"""The operator runs the program from the office, and developers, programs and visitors feel it.

[PRD-1 PRD-2 PRD-5 GTW-3 OPR-1]
"""

import csv
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Window
from tests.cloud import Cloud
from tests.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_product_from_the_office_to_the_gateway_and_its_usage(
    tls_cloud: Cloud, browser: Browser
) -> None:
    cloud, portal = tls_cloud, tls_cloud.origin("portal")
    with Window(browser) as olga, Window(browser) as dora:
        sign_in(olga.page, portal, cloud.document["operator"], "/office")
        make_product(olga.page)
        sign_in(dora.page, portal, cloud.document["developer"], "/products")
        subscription, key = subscribe(dora.page)
        assert call(cloud, key) == 401, "it waits for the operator"

        olga.page.goto(f"{portal}/office")
        expect(olga.page.get_by_text("1 waits")).to_be_visible()
        olga.page.goto(f"{portal}/office/subscriptions?state=submitted")
        olga.page.get_by_role("link", name="Kitchen project").click()
        olga.page.get_by_role("button", name="Approve").click()
        expect(olga.page.get_by_text("Done. Its owner has been told.")).to_be_visible()
        grant(olga.page, day="2")
        answers = [call(cloud, key) for _ in range(3)]
        assert answers == [200, 200, 403], "the granted quota, and not the product's"
        grant(olga.page, day="100", minute="1")
        cloud.advance("2m")
        assert [call(cloud, key) for _ in range(2)] == [200, 429]

        decide(olga.page, "Suspend", "Suspend the subscription", "Too loud for now")
        assert call(cloud, key) == 401
        to_dora = cloud.mails(cloud.document["developer"]["email"])
        assert any("Too loud for now" in mail["text"] for mail in to_dora)
        olga.page.get_by_role("button", name="Restore").click()
        expect(olga.page.get_by_text("Done. Its owner has been told.")).to_be_visible()
        cloud.advance("2m")
        assert call(cloud, key) == 200

        cloud.advance("1m")
        see_usage(dora.page, portal, subscription)


def test_an_announcement_and_a_brand_reach_everybody(tls_cloud: Cloud, browser: Browser) -> None:
    cloud, portal = tls_cloud, tls_cloud.origin("portal")
    with Window(browser) as olga, Window(browser) as visitor:
        sign_in(olga.page, portal, cloud.document["operator"], "/office/announcements")
        olga.page.get_by_role("link", name="New announcement").click()
        olga.page.get_by_label("Text in English").fill("Maintenance tonight <at ten>.")
        olga.page.get_by_label("Text in Italian").fill("Manutenzione stasera.")
        olga.page.get_by_role("button", name="Announce", exact=True).click()
        expect(olga.page.get_by_text("Announced.", exact=True)).to_be_visible()
        visitor.page.goto(f"{portal}/products")
        banner = visitor.page.get_by_role("complementary", name="Announcement")
        expect(banner).to_have_text("Maintenance tonight <at ten>.")
        visitor.page.goto(f"{portal}/products?lang=it")
        expect(visitor.page.get_by_role("complementary")).to_have_text("Manutenzione stasera.")
        visitor.page.goto(f"{portal}/products?lang=en")

        olga.page.goto(f"{portal}/office/brand")
        olga.page.get_by_role("textbox", name="Name").fill("Casa Viva")
        olga.page.get_by_label("Colour on light pages").fill("#7a1e5c")
        olga.page.get_by_role("button", name="Save").click()
        expect(olga.page.get_by_text("It shows on all pages from now on.")).to_be_visible()
        visitor.page.goto(f"{portal}/signin")
        expect(visitor.page).to_have_title(re.compile("Casa Viva$"))
        expect(visitor.page.get_by_role("banner").get_by_text("Casa Viva")).to_be_visible()
        button = visitor.page.get_by_role("button", name="Sign in")
        expect(button).to_have_css("background-color", "rgb(122, 30, 92)")

        olga.page.goto(f"{portal}/office/announcements")
        olga.page.get_by_text("Take away").first.click()
        olga.page.get_by_role("button", name="Take away").click()
        expect(olga.page.get_by_text("Taken away.")).to_be_visible()
        visitor.page.goto(f"{portal}/products")
        expect(visitor.page.get_by_role("complementary")).to_have_count(0)
        olga.page.goto(f"{portal}/office/brand")
        olga.page.get_by_role("textbox", name="Name").fill("")
        olga.page.get_by_label("Colour on light pages").fill("")
        olga.page.get_by_role("button", name="Save").click()
        expect(olga.page.get_by_text("It shows on all pages from now on.")).to_be_visible()


def make_product(page: Page) -> None:
    navigation = page.get_by_role("navigation", name="Main")
    navigation.get_by_text("Programme").click()
    navigation.get_by_role("link", name="Products").click()
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name").fill("Fast lane")
    page.get_by_label("Description").fill("For those who asked.")
    page.get_by_label(re.compile("^Smarther v2")).check()
    page.get_by_label("Calls a day of each end-user").fill("2000")
    page.get_by_label("wait for an operator's decision").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Fast lane.")).to_be_visible()


def subscribe(page: Page) -> tuple[str, str]:
    """The id of the subscription and its primary key."""
    page.get_by_role("link", name="Fast lane").click()
    page.get_by_label("Name of the subscription").fill("Kitchen project")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Your keys begin to work once the operator agrees.")).to_be_visible()
    card = page.get_by_role("article", name="Kitchen project")
    primary = card.get_by_role("listitem").filter(has_text="Primary key")
    primary.locator("summary", has_text="Primary key").click()
    card_id = card.get_attribute("id") or ""
    return card_id.removeprefix("subscription-"), primary.get_by_role("code").inner_text()


def call(cloud: Cloud, key: str) -> int:
    """The status of reading the thermostat with that key."""
    headers = cloud.api_headers() | {"Ocp-Apim-Subscription-Key": key}
    with cloud.http() as http:
        return http.get(cloud.status_url(), headers=headers).status_code


def grant(page: Page, *, day: str, minute: str = "") -> None:
    page.get_by_label("Calls a day of each end-user").fill(day)
    page.get_by_label("Calls a minute of each end-user").fill(minute)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Its owner has been told.")).to_be_visible()


def decide(page: Page, label: str, sure: str, reason: str) -> None:
    page.locator("summary", has_text=label).click()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=sure).click()
    expect(page.get_by_text("Done. Its owner has been told.")).to_be_visible()


def see_usage(page: Page, portal: str, subscription: str) -> None:
    """What was called above with an open key: 200 four times, 403 and 429 once."""
    page.goto(f"{portal}/usage?subscription={subscription}")
    figures = page.locator(".figures")
    expect(figures.locator("div", has_text="Calls").first).to_contain_text("6")
    expect(figures.locator("div", has_text="Refused")).to_contain_text("2")
    statuses = page.get_by_role("region", name="By status").get_by_role("row")
    told = [row.inner_text().split() for row in statuses.all()[1:]]
    assert told == [["200", "4"], ["403", "1"], ["429", "1"]]
    expect(page.get_by_role("img", name="Calls and refused calls.")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(downloading.value.path().read_text().splitlines()))
    assert {row["subscription"] for row in rows} == {subscription}
    assert sum(int(row["calls"]) for row in rows) == 6

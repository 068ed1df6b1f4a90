"""The company's sign-in in a browser, at a provider by others: node oidc-provider, over TLS. [ACC-3]"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import Window, chromium
from tests.cloud import Cloud
from tests.patience import WITHIN
from tests.ports import held_port
from workswith.sandbox.authority import Authority

MODULES = Path(__file__).parents[2] / ".tools/node_modules"
PROVIDER = Path(__file__).parents[1] / "tools/oidc-provider.mjs"
LABEL = "Continue with your company account"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Company:
    """A cloud, and the provider that it trusts."""

    cloud: Cloud
    issuer: str
    browser: Browser


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    data = tmp_path_factory.mktemp("company") / "data"
    authority = Authority(data / "tls")
    authority.ensure()
    certificate = authority.issue("provider", "localhost", "127.0.0.1")
    port = held_port()
    given = {
        "modules": str(MODULES),
        "cert": str(certificate.chain),
        "key": str(certificate.key),
        "client_id": "portal",
        "client_secret": "a secret: with signs % & + that have to be escaped",
        "redirect_uri": f"https://localhost:{port}/signin/company/callback",
    }
    provider = subprocess.Popen(
        ["node", str(PROVIDER), json.dumps(given)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert provider.stdout is not None
        issuer = provider.stdout.readline().strip()
        assert issuer, "the provider did not start"
        settings = {
            "ISSUER": issuer,
            "CLIENT_ID": given["client_id"],
            "CLIENT_SECRET": given["client_secret"],
            "LABEL": LABEL,
            "AUTHORITIES": str(authority.certificate_file),
        }
        environ = {f"WORKSWITH_IDENTITY_FEDERATION_{name}": it for name, it in settings.items()}
        with (
            Cloud(data, "--tls", port=port, **environ) as cloud,
            chromium(data / "tls" / "server.pem", certificate.chain) as browser,
        ):
            yield Company(cloud, issuer, browser)
    finally:
        provider.kill()
        provider.wait(WITHIN)


def sign_in(company: Company, window: Window, login: str) -> None:
    """From the portal to the provider's pages and through them."""
    go_there(company, window)
    page = window.page
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("whatever")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def go_there(company: Company, window: Window) -> None:
    page = window.page
    # The provider's own pages want a font from elsewhere.
    page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body=""))
    page.goto(f"{company.cloud.origin('portal')}/signin?return_to=/applications")
    page.get_by_role("button", name=LABEL).click()
    expect(page.get_by_text(company.issuer.removeprefix("https://"))).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    expect(page).to_have_url(re.compile(re.escape(company.issuer)))


def account_id(company: Company, window: Window) -> str:
    window.page.goto(f"{company.cloud.origin('portal')}/account")
    facts = window.page.locator("dl.facts")
    expect(facts).to_contain_text("Katherine Johnson")
    return facts.locator("code").inner_text()


def test_a_developer_of_the_company_arrives_signed_in_and_is_the_same_again(
    company: Company,
) -> None:
    seen = []
    for _ in range(2):
        with Window(company.browser) as window:
            sign_in(company, window, "katherine")
            expect(window.page).to_have_url(f"{company.cloud.origin('portal')}/applications")
            expect(window.page.get_by_role("heading", level=1)).to_have_text("My applications")
            seen.append(account_id(company, window))
            expect(window.page.locator("#company")).to_have_text(LABEL)
    assert seen[0] == seen[1]


def test_an_address_that_the_company_does_not_vouch_for_opens_no_account(company: Company) -> None:
    with Window(company.browser) as window:
        sign_in(company, window, "unverified")
        expect(window.page).to_have_url(re.compile("/signin$"))
        expect(window.page.get_by_text("does not vouch for")).to_be_visible()


def test_whoever_gives_up_at_the_provider_is_back_at_the_door(company: Company) -> None:
    with Window(company.browser) as window:
        go_there(company, window)
        page = window.page
        page.get_by_role("link", name="Cancel").click()
        expect(page).to_have_url(re.compile("/signin$"))
        expect(page.get_by_text("did not succeed")).to_be_visible()


def test_without_a_password_changes_are_confirmed_by_signing_in_again(company: Company) -> None:
    with Window(company.browser) as window:
        sign_in(company, window, "dorothy")
        expect(window.page).to_have_url(f"{company.cloud.origin('portal')}/applications")
        page = window.page
        page.goto(f"{company.cloud.origin('portal')}/account/name")
        expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
        page.get_by_role("button", name=LABEL).click()
        page.get_by_role("link", name="Continue").click()
        page.get_by_placeholder("Enter any login").fill("dorothy")
        page.get_by_placeholder("and password").fill("whatever")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_label("First name").fill("Dorothy Jean")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("dl.facts")).to_contain_text("Dorothy Jean")

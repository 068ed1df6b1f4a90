"""The Postman tutorial and published sign-in scripts, under the original's host names. [SBX-4]

The collection is the one that a person makes who follows the tutorial step by step: the original's
addresses, the tutorial's parameters and its test script, and nothing that we wrote for it.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests import original
from tests.chromium import spki
from tests.journeys.test_postman import NEWMAN
from tests.original import OriginalCloud
from workswith.sandbox.original_hosts import NAMES

LOGIN = "https://partners-login.eliotbylegrand.com"
API = "https://api.developer.legrand.com"
REPLY_URL = "https://client.example/callback"
STATUS_IS_200 = 'tests["status code is 200 : OK"] = responseCode.code === 200;'


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OriginalCloud]:
    with original.original_cloud(tmp_path_factory.mktemp("tutorial") / "data") as cloud:
        yield cloud


def authorize_url(cloud: OriginalCloud, **more: str) -> str:
    return f"{LOGIN}/authorize?" + urlencode(
        {
            "client_id": cloud.document["application"]["client_id"],
            "response_type": "code",
            "redirect_uri": REPLY_URL,
            **more,
        }
    )


def request(name: str, method: str, url: str, *script: str, **more: object) -> dict[str, object]:
    """One saved request of a collection; ``script`` is what stands under "Tests"."""
    return {
        "name": name,
        "event": [{"listen": "test", "script": {"exec": [STATUS_IS_200, *script]}}],
        "request": {"method": method, "url": url, **more},
    }


def tutorial(cloud: OriginalCloud, code: str) -> dict[str, object]:
    """Steps 3, 4 and 6, and then a call of the Echo API and one of Smarther with the token."""
    application = cloud.document["application"]
    client = {key: application[key] for key in ("client_id", "client_secret")}

    def form(**fields: str) -> dict[str, object]:
        parts = [{"key": key, "value": value} for key, value in (client | fields).items()]
        return {"body": {"mode": "urlencoded", "urlencoded": parts}}

    def signed() -> dict[str, object]:
        key = cloud.document["subscription"]["primary_key"]
        return {
            "header": [
                {"key": "Ocp-Apim-Subscription-Key", "value": key},
                {"key": "Authorization", "value": "Bearer {{access_token}}"},
            ]
        }

    keep = (
        "const told = JSON.parse(responseBody);",
        'postman.setEnvironmentVariable("access_token", told.access_token);',
        'postman.setEnvironmentVariable("refresh_token", told.refresh_token);',
    )
    again = 'tests["another refresh_token"] = told.refresh_token !== pm.variables.get("first");'
    first = 'postman.setEnvironmentVariable("first", told.refresh_token);'
    return {
        "info": {
            "name": "Works with Legrand",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [
            request("Authorization flow", "GET", authorize_url(cloud)),
            request(
                "Collect your access tokens", "POST", f"{LOGIN}/token", *keep, first,
                **form(grant_type="authorization_code", code=code),
            ),
            request(
                "Refresh_token flow", "POST", f"{LOGIN}/token", *keep, again,
                **form(grant_type="refresh_token", refresh_token="{{refresh_token}}"),
            ),
            request("Retrieve resource", "GET", f"{API}/echo/resource", **signed()),
            request("Plants", "GET", f"{API}/smarther/v2.0/plants", **signed()),
        ],
    }  # fmt: skip


def test_the_tutorials_collection_runs_in_newman(cloud: OriginalCloud, tmp_path: Path) -> None:
    landed = original.sign_in(cloud, authorize_url(cloud, state="12345"), REPLY_URL)
    answer = parse_qs(urlsplit(landed).query)
    assert answer["state"] == ["12345"]
    collection, report = tmp_path / "collection.json", tmp_path / "report.json"
    collection.write_text(json.dumps(tutorial(cloud, answer["code"][0])))
    original.run(
        cloud, str(NEWMAN), "run", str(collection),
        "--reporters", "json", "--reporter-json-export", str(report),
    )  # fmt: skip
    ran = json.loads(report.read_text())["run"]
    assert [each["response"]["code"] for each in ran["executions"]] == [200] * 5
    assert ran["stats"]["assertions"] == {"total": 6, "pending": 0, "failed": 0}


@pytest.mark.parametrize("language", ["en", "fr", "it"])
def test_a_script_that_knows_the_names_of_elements(cloud: OriginalCloud, language: str) -> None:
    """In each language, and with the consent to be given each time."""
    cloud.revoke()
    url = authorize_url(cloud, state="s", prompt="consent")
    landed = original.sign_in(cloud, url, REPLY_URL, SIGN_IN_LANGUAGE=language)
    assert parse_qs(urlsplit(landed).query)["code"]


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR", "it-IT"])
def test_a_script_that_drives_a_browser(cloud: OriginalCloud, locale: str) -> None:
    """As published ones do: ids, the Enter key in the password, the first input of those classes."""
    cloud.revoke()
    address = urlsplit(cloud.document["sandbox"]["url"]).hostname
    leads = ",".join(f"MAP {name} {address}" for name in NAMES)
    trusted = spki(Path(cloud.document["ca_file"]).parent / "server.pem")
    owner = cloud.document["end_user"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                f"--host-resolver-rules={leads}",
                f"--ignore-certificate-errors-spki-list={trusted}",
            ],
        )
        page = browser.new_page(locale=locale)
        page.route(f"{REPLY_URL}*", lambda route: route.fulfill(body="back at the program"))
        page.goto(authorize_url(cloud, state="s"))
        page.locator("//input[@id='logonIdentifier']").fill(owner["email"])
        page.locator("//input[@id='password']").fill(owner["password"])
        assert "login.eliotbylegrand.com" in page.url
        page.locator("//input[@id='password']").press("Enter")
        page.locator("#user-consent__opt-in").wait_for()
        page.locator("//input[@class='btn btn-primary pull-left']").click()
        page.wait_for_url(f"{REPLY_URL}*")
        assert parse_qs(urlsplit(page.url).query)["code"]
        browser.close()

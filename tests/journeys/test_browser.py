"""The whole chain as two people and a program live it, in a real browser: sign up, subscribe, register
an application, try calls, consent, read and turn a thermostat, hear of it, refresh, revoke.

Nothing may go wrong unseen: `Window` fails on any word of the console and on any failed request.
[S0: ACC-1 PRD-2 APP-1 PRT-2 OID-1 OID-6 OID-9 API-2 C2C-1 END-1 END-2]
"""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Window
from tests.cloud import Cloud
from tests.patience import until
from tests.receiver import Received, Receiver
from tests.steps import fill_in_sign_in, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCOPES = {
    "topology.read": "See your homes, their rooms and their devices",
    "comfort.read": "See temperatures, humidity and the settings of your thermostats",
    "comfort.write": "Change the settings of your thermostats",
}


def test_from_sign_up_to_a_notification_and_the_end_of_consent(
    tls_cloud: Cloud, browser: Browser, client_site: Receiver
) -> None:
    cloud, reply_url = tls_cloud, client_site.url("/callback?from=home")
    cloud.control("POST", "/clock/freeze")  # nothing happens at home but what somebody does
    with Window(browser) as ada, Window(browser) as enzo:
        developer = sign_up(ada.page, cloud, "ada@example.com", "Ada", "Sign up as a developer")
        expect(ada.page.get_by_text(developer["email"])).to_have_count(
            2
        )  # the menu, the first step
        key = subscribe(ada.page)
        client_id, secret = register(ada.page, reply_url)
        try_echo(ada.page)
        try_plants_without_a_home(ada.page)

        owner = cloud.document["end_user"]
        start, verifier = printed_addresses(ada.page)
        code = consent(enzo.page, start, f"{cloud.origin('login')}/{client_id}", reply_url, owner)
        application = Application(cloud, key, client_id, secret, reply_url)
        application.exchange(code, verifier)
        plant, module = application.first_thermostat()
        application.turn(plant, module, 21.5)
        application.subscribe(plant, client_site.url("/hook"))
        hooks(client_site, 0)

        turned_to = turn_at_home(enzo.page, cloud, plant, module)
        assert turned_to == "22.0°"
        (notification,) = hooks(client_site, 1)
        heard = notification.json[0]["data"]["chronothermostats"][0]
        assert heard["setPoint"] == {"value": "22.00000", "unit": "C"}
        assert heard["sender"]["plant"]["module"]["id"] == module

        application.refresh()
        assert application.status(plant, module).status_code == 200
        revoke(enzo.page)
        assert application.status(plant, module).status_code == 401
        refused = application.ask_refresh()
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        turn_at_home(enzo.page, cloud, plant, module)
        cloud.advance("1m")
        assert len(hooks(client_site, 1)) == 1, "whoever is shut out hears nothing"
    cloud.control("POST", "/clock/resume")


# The developer


def subscribe(page: Page) -> str:
    """Subscribes to the Starter Kit; the key that is shown."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Products").click()
    page.get_by_role("link", name="Starter Kit").click()
    page.get_by_label("Name of the subscription").fill("Warm at Six")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Subscribed.")).to_be_visible()
    primary = page.get_by_role("listitem").filter(has_text="Primary key")
    key = primary.get_by_role("code")
    expect(key).to_be_hidden()
    primary.locator("summary", has_text="Primary key").click()
    expect(key).to_have_text(re.compile(r"^[0-9a-f]{32}$"))
    return key.inner_text()


def register(page: Page, reply_url: str) -> tuple[str, str]:
    """The wizard, with one way back through all of it; id and secret, which are shown once."""
    page.get_by_role("link", name="Applications").click()
    page.get_by_role("link", name="Request new application").click()
    page.get_by_label("Name").fill("Warm at Six")
    page.get_by_label("Description").fill("Warms the house before you come home.")
    page.get_by_label("Vendor").fill("Example & Sons")
    page.get_by_label("URL").fill("https://client.example/")
    picture = page.locator(".brand img").screenshot()
    page.get_by_label("Logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture}
    )
    forward(page)
    page.get_by_label("First reply URL").fill(reply_url)
    page.get_by_role("button", name="Add new reply URL").click()
    page.get_by_role("textbox", name="Reply URL 2").fill("https://client.example/callback")
    forward(page)
    for name in SCOPES:
        page.get_by_role("checkbox", name=name).check()

    back = page.get_by_role("button", name="Back", exact=True)
    back.click()
    expect(page.get_by_label("First reply URL")).to_have_value(reply_url)
    expect(page.get_by_role("textbox", name="Reply URL 2")).to_have_value(
        "https://client.example/callback"
    )
    back.click()
    expect(page.get_by_label("Name")).to_have_value("Warm at Six")
    expect(page.get_by_label("Description")).to_have_value("Warms the house before you come home.")
    expect(page.get_by_alt_text("The present logo")).to_be_visible()
    forward(page)
    forward(page)
    for name in SCOPES:
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    forward(page)

    expect(page.get_by_text(reply_url)).to_be_visible()
    page.get_by_role("button", name="Validate").click()
    once = page.get_by_role("region", name="Keep this now")
    client_id, secret = once.get_by_role("code").all_inner_texts()
    page.reload()
    expect(page.get_by_role("heading", name="Warm at Six")).to_be_visible()
    expect(page.get_by_text(client_id).first).to_be_visible()
    assert secret not in page.content()
    return client_id, secret


def forward(page: Page) -> None:
    page.get_by_role("button", name="Next page").last.click()


def try_echo(page: Page) -> None:
    """The first sign-in window asks for consent to the portal itself."""
    open_try_it(page, "Echo", "Create resource")
    with page.expect_popup() as opened:
        page.get_by_label("Kind of authorization").select_option("authorization_code")
    opened.value.get_by_role("button", name="Accept all").click()
    expect(page.get_by_text("Signed in; the token is filled in")).to_be_visible()
    send(page)
    expect(page.locator("#answer-status")).to_have_text("200 OK")
    expect(page.locator("#answer-body")).to_contain_text("vehicleType")
    expect(page.get_by_text("This call cost 1.")).to_be_visible()


def try_plants_without_a_home(page: Page) -> None:
    """The second one has nothing to ask and closes by itself; a new account has no plants: 204."""
    open_try_it(page, "Smarther", "Plants")
    with page.expect_popup():
        page.get_by_label("Kind of authorization").select_option("authorization_code")
    expect(page.get_by_text("Signed in; the token is filled in")).to_be_visible()
    send(page)
    expect(page.locator("#answer-status")).to_have_text("204 No Content")
    expect(page.get_by_text("The answer has no body.")).to_be_visible()


def open_try_it(page: Page, api: str, operation: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="APIs").click()
    page.get_by_role("link", name=api, exact=True).click()
    page.get_by_role("link", name=operation, exact=True).click()
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_label("Subscription key")).to_contain_text("Warm at Six")


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").click()


def printed_addresses(page: Page) -> tuple[str, str]:
    """What Getting started prints with her own values: where to send the user, the code_verifier."""
    page.get_by_role("link", name="Guides").click()
    page.get_by_role("link", name="Getting started").click()
    blocks = page.get_by_role("listitem").filter(has_text="Let a user in").get_by_role("figure")
    start = blocks.filter(has_text="For the browser").get_by_role("code").inner_text()
    call = blocks.filter(has_text="the code for tokens").get_by_role("code").inner_text()
    verifier = re.search(r"code_verifier=([\w.~-]+)", call)
    assert verifier is not None, call
    return start, verifier[1]


# The home owner


def consent(page: Page, start: str, issuer: str, reply_url: str, owner: dict[str, str]) -> str:
    """Signs in and accepts; the code with which the browser comes back."""
    page.goto(start)
    expect(page.get_by_text("Warm at Six would like to connect to your home")).to_be_visible()
    fill_in_sign_in(page, owner)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Warm at Six")).to_be_visible()
    for name, sentence in SCOPES.items():
        expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text(sentence)
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url(f"{reply_url}&**")
    landed = parse_qsl(urlsplit(page.url).query)
    assert [name for name, _ in landed] == ["from", "iss", "code", "state"]
    answer = dict(landed)
    assert answer["iss"] == issuer
    assert answer["state"] == dict(parse_qsl(urlsplit(start).query))["state"]
    return answer["code"]


def turn_at_home(page: Page, cloud: Cloud, plant: str, module: str) -> str:
    """Presses + once; the set-point that is shown then."""
    page.goto(f"{cloud.origin('portal')}/home")
    page.locator(f"a[href='/home/{plant}/thermostats/{module}']").click()
    display = page.locator(".set-point")
    before = display.inner_text()
    page.get_by_role("button", name="Warmer by half a degree").click()
    expect(display).not_to_have_text(before)
    return display.inner_text().split()[0]


def revoke(page: Page) -> None:
    page.get_by_role("link", name="Third-party access").first.click()
    given = page.locator("section").filter(has_text="Warm at Six")
    expect(given).to_contain_text("last used")
    given.get_by_text("Revoke the access").click()
    given.get_by_role("button", name="Yes, revoke").click()
    expect(page.get_by_text("Warm at Six no longer reaches your homes.")).to_be_visible()
    expect(given).to_have_count(0)


# Their application


class Application:
    """What runs on the application's server."""

    def __init__(self, cloud: Cloud, key: str, client_id: str, secret: str, reply_url: str) -> None:
        self._http = cloud.http()
        self._token_url = f"{cloud.origin('login')}/token"
        self._smarther = f"{cloud.origin('api')}/smarther/v2.0"
        self._credentials = {"client_id": client_id, "client_secret": secret}
        self._reply_url = reply_url
        self._key = key
        self._tokens: dict[str, Any] = {}

    def exchange(self, code: str, verifier: str) -> None:
        answer = self._token(
            "authorization_code",
            code=code,
            redirect_uri=self._reply_url,
            code_verifier=verifier,
        )
        assert answer.status_code == 200, answer.text
        self._tokens = answer.json()

    def refresh(self) -> None:
        answer = self.ask_refresh()
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] != self._tokens["refresh_token"]
        self._tokens = answer.json()

    def ask_refresh(self) -> httpx2.Response:
        return self._token("refresh_token", refresh_token=self._tokens["refresh_token"])

    def _token(self, grant_type: str, **more: str) -> httpx2.Response:
        form = {"grant_type": grant_type, **self._credentials, **more}
        return self._http.post(self._token_url, data=form)

    def first_thermostat(self) -> tuple[str, str]:
        plants = self._call("GET", "/plants").json()["plants"]
        topology = self._call("GET", f"/plants/{plants[0]['id']}/topology").json()
        return plants[0]["id"], topology["plant"]["modules"][0]["id"]

    def status(self, plant: str, module: str) -> httpx2.Response:
        return self._call("GET", _status(plant, module))

    def turn(self, plant: str, module: str, set_point: float) -> None:
        command = {
            "function": "heating", "mode": "manual", "setPoint": {"value": set_point, "unit": "C"}
        }  # fmt: skip
        answer = self._call("POST", _status(plant, module), command)
        assert (answer.status_code, answer.content) == (200, b"")
        told = self.status(plant, module).json()["chronothermostats"][0]
        assert float(told["setPoint"]["value"]) == set_point

    def subscribe(self, plant: str, url: str) -> None:
        answer = self._call("POST", f"/plants/{plant}/subscription", {"EndPointUrl": url})
        assert answer.status_code == 201, answer.text

    def _call(self, method: str, path: str, body: object = None) -> httpx2.Response:
        headers = {
            "Ocp-Apim-Subscription-Key": self._key,
            "Authorization": f"Bearer {self._tokens['access_token']}",
        }
        return self._http.request(method, self._smarther + path, json=body, headers=headers)


def _status(plant: str, module: str) -> str:
    return (
        "/chronothermostat/thermoregulation/addressLocation"
        f"/plants/{plant}/modules/parameter/id/value/{module}"
    )


def hooks(site: Receiver, count: int) -> list[Received]:
    """What came to the endpoint, once it is so many."""

    def found() -> list[Received]:
        return [each for each in site.received if each.path == "/hook"]

    until(lambda: len(found()) >= count, lambda: f"{len(found())} of {count}")
    return found()

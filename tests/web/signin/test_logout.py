"""/end_session: sure with an id_token, else a question; sent on only where that is registered."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, REPLY_URL, Register
from tests.web.wiring import KEY, Parts
from workswith.identity.account import Account
from workswith.identity.application import ApplicationForm
from workswith.identity.keys import SigningKeys
from workswith.identity.logout import Logout
from workswith.identity.settings import Settings
from workswith.kernel.cipher import Cipher
from workswith.web.site.services import Services

AFTER = "https://client.example/bye"


@pytest.fixture
async def keys(parts: Parts) -> SigningKeys:
    keys = SigningKeys(parts.database, parts.clock, Cipher(KEY), Settings())
    await keys.load()
    return keys


@pytest.fixture
def services(services: Services, parts: Parts, keys: SigningKeys) -> Services:
    return replace(services, logout=Logout(parts.database, keys, parts.origin))


@pytest.fixture
async def hint(
    services: Services, keys: SigningKeys, parts: Parts, register: Register, grace: Account
) -> str:
    """An id_token of Grace's for an application that may be returned to."""
    made = await register()
    form = ApplicationForm(
        made.name,
        made.description,
        made.vendor,
        made.url,
        (REPLY_URL,),
        made.scopes,
        post_logout_urls=(AFTER,),
    )
    await services.applications.update(made.owner_id, made.client_id, form)
    claims = {"iss": f"{parts.origin}/{made.client_id}", "aud": made.client_id, "sub": grace.id}
    return keys.current.sign("JWT", claims)


async def test_with_an_id_token_it_is_sure_and_goes_on(
    browser: Browser, grace: Account, services: Services, hint: str
) -> None:
    await browser.sign_in(grace.email, PASSWORD, "/home")
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER, "state": "s 1"}
    await browser.get(f"/end_session?{urlencode(asked)}")
    assert browser.location == f"{AFTER}?state=s%201"
    assert await services.sessions.of_account(grace.id) == []
    await browser.get("/home")
    assert browser.location.startswith("/signin")


async def test_without_one_the_page_asks(
    browser: Browser, grace: Account, services: Services
) -> None:
    await browser.sign_in(grace.email, PASSWORD, "/home")
    await browser.get("/end_session")
    assert "Sign out?" in browser.text
    assert len(await services.sessions.of_account(grace.id)) == 1
    await browser.press(browser.form("csrf"))
    assert "You are signed out" in browser.text
    assert await services.sessions.of_account(grace.id) == []


async def test_a_form_of_another_page_becomes_the_same_request(browser: Browser) -> None:
    await browser.post("/end_session", state="x")
    assert browser.page.status_code == 303
    await browser.follow()
    assert "You are signed out" in browser.text


async def test_an_unregistered_address_is_said_here(browser: Browser, grace: Account) -> None:
    await browser.sign_in(grace.email, PASSWORD, "/home")
    await browser.get("/end_session?post_logout_redirect_uri=https://evil.example/")
    assert browser.page.status_code == 400
    assert "needs an id_token_hint" in browser.text
    assert "evil.example" not in browser.page.text

"""/device: a code, a look at who asks, a decision; without script and with the keyboard alone."""

from collections.abc import Awaitable, Callable

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Register
from workswith.identity import device_codes
from workswith.identity.account import Account
from workswith.kernel.clock import MINUTE
from workswith.web.site.services import Services

Begin = Callable[..., Awaitable[str]]


@pytest.fixture
def begin(services: Services, register: Register) -> Begin:
    """A device shows a code; its device code is ``device-`` and the user code."""

    async def begin(scope: str | None = None) -> str:
        application = await register("Tablet", "comfort.read", "profile")
        code, now = device_codes.user_code(services.ident), services.clock.now()
        await services.database.write(
            device_codes.put,
            f"device-{code}",
            code,
            client_id=application.client_id,
            asked=scope,
            now=now,
            expires_at=now + 15 * MINUTE,
        )
        return code

    return begin


async def state_of(services: Services, code: str) -> str:
    grant = await device_codes.of_device(services.database, f"device-{code}")
    assert grant
    return grant.state


async def test_a_home_owner_connects_a_device(
    browser: Browser, grace: Account, begin: Begin, services: Services
) -> None:
    code = await begin()
    await browser.sign_in(grace.email, PASSWORD, f"/device?user_code={code}")
    assert code in browser.page.text, "the code of the link fills the field"
    await browser.press(browser.form("user_code"))
    for words in ("Tablet", "What Tablet does", "Allow this only if you have the device"):
        assert words in browser.text
    assert await state_of(services, code) == "waiting"
    await browser.press(browser.form("allow"), allow="1")
    assert "Your device is connected" in browser.text
    assert await state_of(services, code) == "allowed"
    consents = await services.consents.of_account(grace.id)
    assert [given.name for given in consents] == ["Tablet"]


async def test_denying_allows_nothing(
    browser: Browser, grace: Account, begin: Begin, services: Services
) -> None:
    code = await begin()
    await browser.sign_in(grace.email, PASSWORD, "/device")
    await browser.press(browser.form("user_code"), user_code=code.lower().replace("-", ""))
    await browser.press(browser.form("deny"), deny="1")
    assert "Nothing was allowed" in browser.text
    assert await state_of(services, code) == "denied"
    assert await services.consents.of_account(grace.id) == []


async def test_guessing_codes_is_slow(browser: Browser, grace: Account, begin: Begin) -> None:
    code = await begin()
    await browser.sign_in(grace.email, PASSWORD, "/device")
    for _ in range(10):
        await browser.press(browser.form("user_code"), user_code="BBBB-BBBB")
        assert "No device waits with this code" in browser.text
    await browser.press(browser.form("user_code"), user_code=code)
    assert "That went wrong too often" in browser.text


async def test_only_what_was_asked_for_is_shown(
    browser: Browser, grace: Account, begin: Begin
) -> None:
    code = await begin("openid comfort.read")
    await browser.sign_in(grace.email, PASSWORD, "/device")
    await browser.press(browser.form("user_code"), user_code=code)
    assert "comfort.read" in browser.text
    assert "read your name and" not in browser.text.lower()


async def test_nobody_decides_without_a_session(browser: Browser, begin: Begin) -> None:
    code = await begin()
    await browser.post("/device/answer", user_code=code, allow="1")
    assert browser.page.status_code == 303
    await browser.get("/device")
    assert browser.location.startswith("/signin")

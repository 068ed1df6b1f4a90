"""A second step at sign-in: digits of an app, each once; recovery codes, each once. [ACC-7]"""

import re

import pyotp
import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.identity.account import Account
from workswith.kernel.clock import HOUR, MINUTE, SECOND, Clock
from workswith.web.site.services import Services


class App:
    """The app on Ada's phone."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._totp, self._clock = pyotp.TOTP(key), clock

    def digits(self) -> str:
        return self._totp.at(self._clock.now() // 1000)


async def turn_on(browser: Browser, clock: Clock) -> tuple[App, list[str]]:
    await browser.open("/account/second-factor")
    await browser.press(browser.form("current"), current=PASSWORD)
    assert "data:image/svg+xml" in browser.page.text
    found = re.search(r"secret=([A-Z2-7]+)", browser.page.text)
    assert found
    app = App(found[1], clock)
    await browser.press(browser.form("code"), code=app.digits())
    codes = re.findall(r"<code>([a-z2-9-]{19})</code>", browser.page.text)
    assert len(codes) == 10
    return app, codes


async def test_the_second_step_and_no_digits_twice(
    browser: Browser, another: Browser, ada: Account, clock: Clock, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    app, _codes = await turn_on(browser, clock)
    await another.sign_in(ada.email, PASSWORD, "/signin?return_to=/account")
    assert "One more step" in another.text
    assert (await another.http.get("/account")).status_code == 303, "the password alone is nothing"
    await another.press(another.form("code"), code=app.digits())
    assert "was used already" in another.text, "the digits that turned it on"
    clock.jump(clock.now() + 30 * SECOND)
    await another.press(another.form("code"), code=app.digits())
    assert "Your details" in another.text
    newest = (await services.sessions.of_account(ada.id))[0]
    assert (newest.amr, newest.acr) == ("pwd otp mfa", "2")


async def test_a_recovery_code_works_once(
    browser: Browser, another: Browser, ada: Account, clock: Clock
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    _app, codes = await turn_on(browser, clock)
    await another.sign_in(ada.email, PASSWORD, "/signin?return_to=/account")
    await another.press(another.form("code"), code=codes[3].upper())
    assert "9 recovery codes are left" in another.text
    await another.press(another.form())  # sign out
    await another.sign_in(ada.email, PASSWORD, "/signin?return_to=/account")
    await another.press(another.form("code"), code=codes[3])
    assert another.page.status_code == 422


async def test_guesses_of_digits_wait_while_recovery_codes_do_not(
    browser: Browser, another: Browser, ada: Account, clock: Clock
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    app, codes = await turn_on(browser, clock)
    clock.jump(clock.now() + MINUTE)
    await another.sign_in(ada.email, PASSWORD, "/signin?return_to=/account")
    for _ in range(5):
        await another.press(another.form("code"), code="000000")
    await another.press(another.form("code"), code=app.digits())
    assert "went wrong too often" in another.text
    await another.press(another.form("code"), code=codes[0])
    assert "Your details" in another.text


async def test_half_a_sign_in_ends_with_time_and_with_the_password(
    browser: Browser, another: Browser, ada: Account, clock: Clock, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    app, _codes = await turn_on(browser, clock)
    await another.sign_in(ada.email, PASSWORD)
    clock.jump(clock.now() + HOUR)
    await another.press(another.form("code"), code=app.digits())
    assert "Please sign in once more" in another.text
    await another.sign_in(ada.email, PASSWORD)
    assert "One more step" in another.text
    session = (await services.sessions.of_account(ada.id))[0]
    await services.own_details.change_password(ada.id, "three blue herons", PASSWORD, session.id)
    await another.press(another.form("code"), code=app.digits())
    assert "Please sign in once more" in another.text


async def test_turning_it_off_takes_the_password(
    browser: Browser, ada: Account, clock: Clock, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await turn_on(browser, clock)
    await browser.open("/account/second-factor/off")
    await browser.press(browser.form("current"), current="not this one")
    assert (await services.second_factor.factors(ada.id)).wanted
    await browser.press(browser.form("current"), current=PASSWORD)
    assert not (await services.second_factor.factors(ada.id)).wanted


async def test_the_key_is_kept_sealed(ada: Account, services: Services) -> None:
    from workswith.kernel.database import query

    key = await services.second_factor.begin(ada.id)
    row = await services.database.one(
        query(bytes, "SELECT sealed FROM one_time_password WHERE account_id = :id"), id=ada.id
    )
    assert row is not None
    assert key.encode() not in row


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "0" * 40])
async def test_what_is_no_code_is_refused(
    browser: Browser, another: Browser, ada: Account, clock: Clock, code: str
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    await turn_on(browser, clock)
    await another.sign_in(ada.email, PASSWORD)
    await another.press(another.form("code"), code=code)
    assert another.page.status_code == 422

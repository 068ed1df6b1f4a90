"""Session fixation: each step up brings another cookie, and the earlier one is worth nothing. [Security]"""

import pyotp
import pytest

from tests.web.browser import Browser

from .stage import PASSWORD, Stage, guard_of, sign_in

pytestmark = pytest.mark.timeout(600)

NEXT = "another four quiet words"


async def test_a_sign_in_brings_a_new_session(bare: Stage) -> None:
    """Also one on top of another, and under a cookie that somebody has planted."""
    browser, email = bare.browser(), bare.people["ada"].account.email
    browser.http.cookies.set("__Host-ww_session", "planted", domain="portal.test")
    await sign_in(browser, email)
    first = session_of(browser)
    assert first not in {"", "planted"}
    await browser.http.get("/signin")
    token = await guard_of(browser)
    fields = {"logonIdentifier": email, "password": PASSWORD, "return_to": "/account"}
    answer = await browser.http.post("/signin", data={**token, **fields})
    assert answer.status_code == 303
    second = session_of(browser)
    assert second not in {"", first}
    assert not await is_signed_in(bare, first), "the session before is over"
    assert not await is_signed_in(bare, "planted")
    assert await is_signed_in(bare, second)


async def test_forms_of_before_the_sign_in_are_worth_nothing_after_it(bare: Stage) -> None:
    browser, email = bare.browser(), bare.people["ada"].account.email
    before = await guard_of(browser, "/signin")
    await sign_in(browser, email)
    answer = await browser.http.post("/account/language", data={**before, "language": "fr"})
    assert answer.status_code == 403


async def test_the_second_step_brings_the_session_and_not_the_first(bare: Stage) -> None:
    factor, ada = bare.areas.identity.second_factor, bare.people["ada"].account
    totp = pyotp.TOTP(await factor.begin(ada.id))
    now = bare.areas.kernel.clock.now() // 1000
    await factor.confirm(ada, totp.at(now))
    browser = bare.browser()
    browser.http.cookies.set("__Host-ww_session", "planted", domain="portal.test")
    await browser.open("/signin?return_to=/account")
    form = browser.form("logonIdentifier")
    await browser.press(form, logonIdentifier=ada.email, password=PASSWORD)
    assert session_of(browser) == "planted", "the password alone opens nothing"
    assert not await is_signed_in(bare, "planted")
    await browser.press(browser.form("code"), code=totp.at(now + 30))
    assert browser.page.url.path == "/account", browser.text
    after = session_of(browser)
    assert after != "planted"
    assert await is_signed_in(bare, after)
    pending = browser.http.cookies.get("__Host-ww_pending", domain="portal.test")
    assert not pending, "the step is taken"


async def test_a_changed_password_brings_another_cookie(bare: Stage) -> None:
    """Whoever has read the one of before has nothing; the other browsers are signed out as well."""
    ada = bare.people["ada"]
    other = bare.browser()
    await sign_in(other, ada.account.email)
    before = session_of(ada.browser)
    await ada.browser.open("/account/password")
    await ada.browser.press(ada.browser.form("again"), current=PASSWORD, password=NEXT, again=NEXT)
    assert "Your password is changed" in ada.browser.text
    after = session_of(ada.browser)
    assert after != before
    assert await is_signed_in(bare, after)
    assert not await is_signed_in(bare, before)
    assert not await is_signed_in(bare, session_of(other))
    await other.http.aclose()


async def test_a_second_factor_brings_another_cookie(bare: Stage) -> None:
    """When it is turned on, and when it is turned off."""
    ada, clock = bare.people["ada"], bare.areas.kernel.clock
    first = session_of(ada.browser)
    await ada.browser.open("/account/second-factor")
    await ada.browser.press(ada.browser.form("current"), current=PASSWORD)
    key, _address = await bare.areas.identity.second_factor.pending(ada.account)
    await ada.browser.press(ada.browser.form("code"), code=pyotp.TOTP(key).at(clock.now() // 1000))
    second = session_of(ada.browser)
    assert second != first
    assert not await is_signed_in(bare, first)
    await ada.browser.open("/account/second-factor/off")
    await ada.browser.press(ada.browser.form("current"), current=PASSWORD)
    third = session_of(ada.browser)
    assert third not in {first, second}
    assert not await is_signed_in(bare, second)
    assert await is_signed_in(bare, third)


async def test_signing_out_ends_it_on_our_side(bare: Stage) -> None:
    ada = bare.people["ada"].browser
    value = session_of(ada)
    answer = await ada.http.post("/signout", data=await guard_of(ada))
    assert answer.status_code == 303
    assert not session_of(ada)
    assert not await is_signed_in(bare, value)


async def test_cookies_cannot_be_read_sent_along_or_planted(bare: Stage) -> None:
    """HttpOnly, Secure, SameSite, and of this host alone."""
    browser = bare.browser()
    answers = [await browser.get("/signin")]
    form = browser.form("logonIdentifier")
    email = bare.people["ada"].account.email
    answers += [
        await browser.send(form, logonIdentifier=email, password=PASSWORD),
        await browser.http.post(
            "/preferences", data={**await guard_of(browser), "theme": "dark", "lang": "fr"}
        ),
    ]
    seen = 0
    for answer in answers:
        for cookie in answer.headers.get_list("set-cookie"):
            seen += 1
            words = {word.strip().lower() for word in cookie.split(";")[1:]}
            assert cookie.startswith("__Host-"), cookie
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= words, cookie
            assert not any(word.startswith("domain") for word in words), cookie
    assert seen >= 4
    await browser.http.aclose()


def session_of(browser: Browser) -> str:
    return browser.http.cookies.get("__Host-ww_session", default="", domain="portal.test") or ""


async def is_signed_in(stage: Stage, value: str) -> bool:
    browser = stage.browser()
    browser.http.cookies.set("__Host-ww_session", value, domain="portal.test")
    answer = await browser.http.get("/account")
    await browser.http.aclose()
    return answer.status_code == 200

"""Sign-in and sign-out: who gets in where, and what a session is worth. [ACC-2]"""

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.identity.account import Account
from workswith.kernel.clock import DAY, Clock
from workswith.web.site.services import Services


async def test_the_fields_have_the_names_that_published_programs_look_for(
    browser: Browser,
) -> None:
    await browser.open("/signin")
    form = browser.form("logonIdentifier", "password")
    assert form.method == "post"


async def test_a_developer_signs_in_and_out(browser: Browser, ada: Account) -> None:
    await browser.open("/signin?return_to=%2Fhome")
    await browser.send(
        browser.form("logonIdentifier"), logonIdentifier=" ADA@example.com ", password=PASSWORD
    )
    assert (browser.page.status_code, browser.location) == (303, "/home")
    await browser.follow()
    assert "Ada" in browser.text
    await browser.press(browser.form("csrf"))
    await browser.get("/home")
    assert browser.location.startswith("/signin")


async def test_a_second_press_after_the_first_answer_has_come_is_the_first(
    browser: Browser, another: Browser, ada: Account
) -> None:
    """By then the browser has its session; nobody else gets that for the same form."""
    await browser.open("/signin?return_to=%2Fhome")
    form = browser.form("logonIdentifier")
    await browser.send(form, logonIdentifier=ada.email, password=PASSWORD)
    session = browser.http.cookies["ww_session"]
    await browser.send(form, logonIdentifier=ada.email, password=PASSWORD)
    assert (browser.page.status_code, browser.location) == (303, "/home")
    assert browser.http.cookies["ww_session"] == session
    await browser.send(form, logonIdentifier=ada.email, password=f"{PASSWORD}!")
    assert browser.page.status_code == 403, "another form of before is worth nothing"

    await another.open("/signin")
    await another.send(form, logonIdentifier=ada.email, password=PASSWORD)
    assert another.page.status_code == 403
    assert "ww_session" not in another.http.cookies


@pytest.mark.parametrize("password", ["not the password", PASSWORD + " ", "x" * 5_000])
async def test_wrong_credentials_keep_what_was_typed_but_never_a_password(
    browser: Browser, ada: Account, password: str
) -> None:
    await browser.sign_in(ada.email, password)
    assert browser.page.status_code == 422
    assert browser.form("logonIdentifier").values["logonIdentifier"] == ["ada@example.com"]
    assert browser.form("password").values["password"] == [""]
    assert password not in browser.page.text
    assert "ww_session" not in browser.http.cookies


async def test_unknown_and_wrong_sound_the_same(browser: Browser, ada: Account) -> None:
    await browser.sign_in(ada.email, "not the password")
    wrong = browser.text
    await browser.sign_in("nobody@example.com", "not the password")
    assert browser.text == wrong


async def test_what_is_missing_is_said_beside_the_field(browser: Browser) -> None:
    await browser.sign_in("", "")
    assert browser.page.status_code == 422
    assert browser.page.text.count("Please fill this in.") == 2
    assert 'aria-describedby="password-error"' in browser.page.text


async def test_an_end_user_is_refused_at_the_portal_with_the_reason(
    browser: Browser, grace: Account
) -> None:
    await browser.sign_in(grace.email, PASSWORD)
    assert browser.page.status_code == 403
    assert "opens only to developer accounts" in browser.text
    assert "/signup/developer" in browser.page.text
    assert "ww_session" not in browser.http.cookies
    await browser.sign_in(grace.email, PASSWORD, "/home")
    assert browser.page.url.path == "/home"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/signout"]
)
async def test_sign_in_leads_nowhere_else(browser: Browser, ada: Account, target: str) -> None:
    await browser.open("/signin")
    form = browser.form("logonIdentifier")
    await browser.send(form, logonIdentifier=ada.email, password=PASSWORD, return_to=target)
    assert (browser.page.status_code, browser.location) == (303, "/")
    await browser.get("/signin", params={"return_to": target})
    assert browser.location == "/", "neither does an open session"


async def test_a_planted_session_does_not_become_the_victims(
    browser: Browser, another: Browser, ada: Account, grace: Account, services: Services
) -> None:
    """Session fixation: the sign-in gives a new cookie, and the old one ends."""
    planted = await services.sessions.open(grace.id)
    another.http.cookies.set("ww_session", planted)
    browser.http.cookies.set("ww_session", planted, domain="portal.test")
    await browser.open("/home")
    await browser.press(browser.form("csrf"))
    assert await services.sessions.of(planted) is None
    browser.http.cookies.set("ww_session", planted, domain="portal.test")
    await browser.sign_in(ada.email, PASSWORD, "/home")
    fresh = browser.page.request.headers["cookie"]
    assert planted not in fresh
    await another.get("/home")
    assert another.location.startswith("/signin")


async def test_signing_in_again_ends_the_session_before(
    browser: Browser, ada: Account, services: Services
) -> None:
    await browser.sign_in(ada.email, PASSWORD, "/home")
    first = browser.http.cookies["ww_session"]
    await browser.get("/signin?return_to=%2Fprobe")
    assert browser.location == "/probe", "who is signed in is not asked"
    await browser.open("/home")
    token = browser.form("csrf").values["csrf"][0]
    await browser.post(
        "/signin", csrf=token, logonIdentifier=ada.email, password=PASSWORD, return_to="/home"
    )
    assert browser.http.cookies["ww_session"] != first
    assert await services.sessions.of(first) is None


async def test_sign_in_and_sign_out_need_the_token_of_this_browser(
    browser: Browser, ada: Account
) -> None:
    """Login CSRF: nobody signs a visitor into an account of their own."""
    await browser.post("/signin", logonIdentifier=ada.email, password=PASSWORD)
    assert browser.page.status_code == 403
    await browser.sign_in(ada.email, PASSWORD, "/home")
    await browser.post("/signout")
    assert browser.page.status_code == 403
    assert (await browser.get("/home")).status_code == 200
    assert (await browser.get("/signout")).status_code == 405


async def test_a_session_ends_on_the_clock(browser: Browser, ada: Account, clock: Clock) -> None:
    await browser.sign_in(ada.email, PASSWORD, "/home")
    clock.jump(clock.now() + 2 * DAY)
    await browser.get("/home")
    assert browser.location == "/signin?return_to=%2Fhome"


async def test_names_are_text(browser: Browser, services: Services) -> None:
    """Stored XSS through the name of an account."""
    name = '<script>alert("1")</script>'
    await services.accounts.create("developer", "x@example.com", name, "'\"><img>", PASSWORD)
    await browser.sign_in("x@example.com", PASSWORD, "/home")
    assert "<script>alert" not in browser.page.text
    assert "<img>" not in browser.page.text
    assert name in browser.text

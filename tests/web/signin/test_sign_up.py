"""Sign-up to first sign-in, and the lost password. [ACC-1 ACC-2 ACC-5]"""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, REPLY_URL, Register
from tests.web.wiring import Parts
from workswith.identity.account import Account
from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database
from workswith.kernel.mail import Mail, latest
from workswith.web import signin
from workswith.web.site.app import create
from workswith.web.site.services import Services

PERSON = {
    "first_name": "Mary",
    "surname": "Jackson",
    "email": "mary@example.com",
    "password": PASSWORD,
}


async def last_mail(database: Database, to: str) -> Mail:
    return (await latest(database, to))[0]


@pytest.mark.parametrize(
    ("path", "door"), [("/signup/developer", "/probe/developer"), ("/signup/home", "/home")]
)
async def test_from_sign_up_to_the_first_page(
    browser: Browser, database: Database, path: str, door: str
) -> None:
    await browser.open(f"{path}?return_to={door}")
    await browser.press(browser.form("email"), **PERSON)
    assert "mary@example.com" in browser.text
    await browser.sign_in("mary@example.com", PASSWORD, f"/signin?return_to={door}")
    assert "confirm your e-mail address" in browser.text, "not before the address is verified"
    mail = await last_mail(database, "mary@example.com")
    await browser.open(mail.link)
    await browser.sign_in("mary@example.com", PASSWORD, f"/signin?return_to={door}")
    assert browser.page.status_code == 422, "a look at the link confirms nothing"
    await browser.open(mail.link)
    assert "mary@example.com" in browser.text
    form = browser.form("token")
    before = browser.http.cookies["ww_visitor"]
    await browser.press(form)
    assert "is confirmed, and you are signed in" in browser.text
    assert (browser.page.status_code, browser.page.url.path) == (200, door)
    assert "ww_newcomer" not in browser.http.cookies
    assert browser.http.cookies["ww_visitor"] != before, "no form of before is worth anything"
    await browser.open(mail.link)
    assert browser.page.status_code == 404
    assert "used already or is too old" in browser.text
    assert "You are signed in as mary@example.com" in browser.text


async def test_a_link_that_is_opened_elsewhere_confirms_and_asks_for_the_password(
    browser: Browser, another: Browser, database: Database
) -> None:
    """The telephone that has the mail, or somebody whose address another person has typed."""
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **PERSON)
    link = (await last_mail(database, "mary@example.com")).link
    await another.open("/signup/home")
    await another.press(another.form("email"), **(PERSON | {"email": "else@example.com"}))
    await another.open(link)
    assert "not the browser in which you signed up" in another.text
    await another.press(another.form("token"))
    assert "is confirmed. Please sign in." in another.text
    form = another.form("logonIdentifier")
    assert form.values["logonIdentifier"] == ["mary@example.com"]
    assert "ww_session" not in another.http.cookies
    await another.press(form, password=PASSWORD)
    assert (another.page.status_code, another.page.url.path) == (200, "/home")
    await browser.open(link)
    assert browser.page.status_code == 404
    assert "If you have confirmed your address, sign in" in browser.text


async def test_nobody_is_signed_in_to_what_another_browser_has_chosen(
    browser: Browser, another: Browser, database: Database, clock: Clock
) -> None:
    """Two sign-ups for one address, and its owner opens the link of the other one."""
    await another.open("/signup/home")
    await another.press(another.form("email"), **(PERSON | {"password": "chosen by another"}))
    theirs = (await last_mail(database, "mary@example.com")).link
    clock.jump(clock.now() + 1_000)
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **PERSON)
    await browser.open(theirs)
    await browser.press(browser.form("token"))
    assert "Please sign in" in browser.text
    assert "ww_session" not in browser.http.cookies


async def test_the_link_of_an_earlier_sign_up_of_the_same_browser_signs_in(
    browser: Browser, database: Database
) -> None:
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **PERSON)
    link = (await last_mail(database, "mary@example.com")).link
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **(PERSON | {"email": "typo@example.com"}))
    await browser.open(link)
    await browser.press(browser.form("token"))
    assert browser.page.url.path == "/home"


async def test_a_session_of_before_ends_and_its_cookie_is_worth_nothing(
    browser: Browser, database: Database, ada: Account
) -> None:
    """A cookie that somebody has planted is not raised to the new account."""
    await browser.sign_in(ada.email, PASSWORD, "/signin?return_to=/home")
    planted = browser.http.cookies["ww_session"]
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **PERSON)
    await browser.open((await last_mail(database, "mary@example.com")).link)
    assert "This signs ada@example.com out" in browser.text
    await browser.press(browser.form("token"))
    assert "you are signed in" in browser.text
    assert browser.http.cookies["ww_session"] != planted
    browser.http.cookies.clear()
    browser.http.cookies.set("ww_session", planted)
    await browser.get("/home")
    assert browser.location.startswith("/signin")


async def test_a_home_owner_who_came_from_the_portal_ends_at_home(
    browser: Browser, database: Database
) -> None:
    await browser.open("/signup/home?return_to=/products")
    await browser.press(browser.form("email"), **PERSON)
    await browser.open((await last_mail(database, "mary@example.com")).link)
    await browser.press(browser.form("token"))
    assert (browser.page.status_code, browser.page.url.path) == (200, "/home")


async def test_who_comes_from_an_application_goes_on_to_its_question(
    browser: Browser, database: Database, register: Register
) -> None:
    """The policy of the page lets its form end there: Chromium follows redirects with it."""
    made = await register()
    asked = urlencode(
        {"client_id": made.client_id, "redirect_uri": REPLY_URL, "response_type": "code"}
    )
    await browser.open(f"/signup/home?return_to={quote(f'/authorize?{asked}', safe='')}")
    await browser.press(browser.form("email"), **PERSON)
    await browser.open((await last_mail(database, "mary@example.com")).link)
    policy = browser.page.headers["content-security-policy"]
    assert re.search(r"form-action [^;]*https://client\.example", policy)
    await browser.press(browser.form("token"))
    assert browser.page.url.path == "/authorize"
    assert made.name in browser.text


async def test_a_sign_up_at_the_login_service_stays_there(services: Services, parts: Parts) -> None:
    """Its cookies do not reach the portal, if the two have names of their own."""
    login = "http://login.test"
    apart = replace(services, origins=replace(services.origins, login=login))
    async with Browser(create(apart, signin.ROUTES), login) as browser:
        await browser.open("/signup/home")
        await browser.press(browser.form("email"), **PERSON)
        link = (await last_mail(services.database, "mary@example.com")).link
        assert link.startswith(f"{login}/verify?")
        await browser.open(link)
        await browser.send(browser.form("token"))
        assert "ww_session" in browser.http.cookies


async def test_an_address_that_is_taken_sounds_like_a_free_one(
    browser: Browser, database: Database, ada: Account
) -> None:
    for email in ("ada@example.com", "free@example.com"):
        await browser.open("/signup/developer")
        await browser.press(browser.form("email"), **(PERSON | {"email": email}))
        assert browser.page.url.path == "/signup/sent"
        assert browser.page.status_code == 200
    assert (await last_mail(database, "ada@example.com")).link == ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "not an address", "This is not an e-mail address."),
        ("email", "", "Please fill this in."),
        ("first_name", "  ", "Please fill this in."),
        ("surname", "a\u2028b", "invisible character"),
        ("surname", "x" * 101, "100"),
        ("password", "short", "At least 10 characters"),
        ("password", "password123", "among the first"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(
    browser: Browser, field: str, value: str, said: str
) -> None:
    await browser.open("/signup/developer")
    await browser.press(browser.form("email"), **(PERSON | {field: value}))
    assert browser.page.status_code == 422
    error = browser.page.text.partition(f'id="{field}-error">')[2].partition("</p>")[0]
    assert said in error
    form = browser.form("email")
    assert form.values["password"] == [""]
    for name in {"first_name", "surname", "email"} - {field}:
        assert form.values[name] == [PERSON[name]]


async def test_all_that_is_wrong_is_said_at_once(browser: Browser) -> None:
    wrong = {"first_name": "", "surname": "a\u2028b", "email": "no", "password": "mary1234567"}
    await browser.open("/signup/developer")
    await browser.press(browser.form("email"), **wrong)
    for said in ("fill this in", "invisible character", "not an e-mail address"):
        assert said in browser.text
    await browser.press(browser.form("email"), **(PERSON | {"password": "Mary@example.com"}))
    assert browser.text.count("must differ from your e-mail address") == 1


async def test_what_was_typed_is_text(browser: Browser) -> None:
    """Reflected XSS through every field and the query."""
    evil = '"><script>alert(1)</script>'
    await browser.open("/signup/developer")
    await browser.press(browser.form("email"), first_name=evil, surname=evil, email=evil)
    assert "<script>alert" not in browser.page.text
    for path in ("/signin", "/signup/sent", "/forgot", "/forgot/sent", "/verify", "/reset"):
        await browser.get(path, params={"email": evil, "token": evil, "return_to": "/" + evil})
        assert "<script>alert" not in browser.page.text


async def test_a_lost_password_is_replaced_once(
    browser: Browser, another: Browser, database: Database, ada: Account
) -> None:
    await another.sign_in(ada.email, PASSWORD, "/home")
    await browser.open("/forgot")
    await browser.press(browser.form("email"), email=ada.email)
    assert "is on its way" in browser.text
    link = (await last_mail(database, ada.email)).link
    await browser.open(link)
    await browser.press(browser.form("again"), password="a new password", again="another one")
    assert "The two differ." in browser.text
    await browser.press(browser.form("again"), password="short", again="short")
    assert "At least 10 characters" in browser.text
    await browser.press(browser.form("again"), password="a new password", again="a new password")
    assert "Your new password is set" in browser.text
    await browser.sign_in(ada.email, "a new password", "/home")
    assert browser.page.url.path == "/home"
    await another.get("/home")
    assert another.location.startswith("/signin"), "it signs out everywhere else"
    await browser.open(link)
    assert browser.page.status_code == 404
    assert "used already or is too old" in browser.text
    assert 'href="/forgot"' in browser.page.text


async def test_a_stranger_learns_nothing_from_the_lost_password(
    browser: Browser, database: Database, ada: Account
) -> None:
    said = []
    for email in (ada.email, "nobody@example.com"):
        await browser.open("/forgot")
        await browser.press(browser.form("email"), email=email)
        said.append((browser.page.status_code, browser.text.replace(email, "…")))
    assert said[0] == said[1]
    assert await latest(database, "nobody@example.com") == []


async def test_links_grow_old(
    browser: Browser, database: Database, ada: Account, clock: Clock
) -> None:
    await browser.open("/forgot")
    await browser.press(browser.form("email"), email=ada.email)
    link = (await last_mail(database, ada.email)).link
    await browser.open(link)
    form = browser.form("again")
    clock.jump(clock.now() + HOUR)
    await browser.press(form, password=PASSWORD, again=PASSWORD)
    assert "too old" in browser.text
    await browser.open(link)
    assert "too old" in browser.text
    await browser.open("/signup/home")
    await browser.press(browser.form("email"), **PERSON)
    link = (await last_mail(database, "mary@example.com")).link
    await browser.open(link)
    form = browser.form("token")
    clock.jump(clock.now() + 2 * DAY)
    await browser.press(form)
    assert (browser.page.status_code, browser.page.url.path) == (404, "/verify")
    assert "too old" in browser.text
    assert 'href="/signup?return_to=%2Fhome"' in browser.page.text.replace("/home", "%2Fhome")


async def test_in_a_sandbox_the_mail_is_one_click_from_the_page_that_sent_it(
    browser: Browser, another: Browser, services: Services
) -> None:
    await browser.open("/signup/developer?return_to=/probe")
    await browser.press(browser.form("email"), **PERSON)
    assert 'href="/signup/mail"' in browser.page.text
    await browser.open("/signup/mail")
    assert "Confirm your e-mail address" in browser.text
    link = re.search(r'href="http://portal\.test(/verify\?[^"]+)"', browser.page.text)
    assert link
    await browser.open(unescape(link[1]))
    assert browser.form("token")
    await another.open("/signup/mail")
    assert "has not signed up lately" in another.text
    assert "Confirm" not in another.text


async def test_that_page_shows_no_other_mail_to_the_address(
    browser: Browser, services: Services, ada: Account
) -> None:
    """A link for a new password would open somebody's account to whoever types the address."""
    await browser.open("/forgot")
    await browser.press(browser.form("email"), email=ada.email)
    assert (await last_mail(services.database, ada.email)).link
    await browser.open("/signup/developer")
    await browser.press(browser.form("email"), **(PERSON | {"email": ada.email}))
    await browser.open("/signup/mail")
    assert "it has an account already" in browser.text
    assert "/reset" not in browser.page.text


async def test_where_mails_are_sent_there_is_no_such_page(services: Services, parts: Parts) -> None:
    site = create(replace(services, sandbox=False), signin.ROUTES)
    async with Browser(site, parts.origin) as browser:
        await browser.open("/signup/developer")
        await browser.press(browser.form("email"), **PERSON)
        assert "/signup/mail" not in browser.page.text
        assert (await browser.get("/signup/mail")).status_code == 404

"""What every page keeps: its origin, its headers, its visitor, its calm."""

import asyncio

import pytest
from starlette.applications import Starlette

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Probe
from tests.web.wiring import Parts, services_of
from workswith.identity.account import Account
from workswith.web import signin
from workswith.web.site.app import create


async def test_a_form_of_this_browser_is_taken(browser: Browser, probe: Probe) -> None:
    await browser.open("/probe")
    form = browser.form("theme")
    await browser.post("/probe", csrf=form.values["csrf"][0], what="it")
    assert (browser.page.status_code, probe.done) == (303, ["it"])
    await browser.follow()
    assert "Done: it" in browser.text
    await browser.open("/probe")
    assert "Done: it" not in browser.text, "a notice is shown once"


async def test_a_form_of_nobody_or_of_somebody_else_is_refused(
    browser: Browser, another: Browser, probe: Probe
) -> None:
    """CSRF: without a token, with a made-up one, with one of another browser."""
    await another.open("/probe")
    stolen = another.form("theme").values["csrf"][0]
    await browser.open("/probe")
    for token in ("", "made-up", stolen):
        await browser.post("/probe", csrf=token, what="it")
        assert browser.page.status_code == 403
        assert "no longer valid" in browser.text
    assert probe.done == []


async def test_a_token_from_before_the_sign_in_is_worth_nothing_after_it(
    browser: Browser, probe: Probe, ada: Account
) -> None:
    await browser.open("/probe")
    early = browser.form("theme").values["csrf"][0]
    await browser.sign_in(ada.email, PASSWORD)
    await browser.post("/probe", csrf=early, what="it")
    assert browser.page.status_code == 403
    assert probe.done == []


async def test_a_planted_visitor_cookie_is_not_believed(browser: Browser, probe: Probe) -> None:
    """Double submit with a cookie that was not signed here."""
    browser.http.cookies.set("ww_visitor", "planted.mark")
    await browser.post("/probe", csrf="mark", what="it")
    assert browser.page.status_code == 403


async def test_what_comes_from_another_site_is_refused(browser: Browser, probe: Probe) -> None:
    await browser.open("/probe")
    token = browser.form("theme").values["csrf"][0]
    answer = await browser.http.post(
        "/probe", data={"csrf": token, "what": "it"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert (answer.status_code, probe.done) == (403, [])


async def test_a_form_that_is_sent_twice_counts_once(browser: Browser, probe: Probe) -> None:
    await browser.open("/probe")
    values = {name: found[0] for name, found in browser.form("theme").values.items()}
    sends = [browser.http.post("/probe", data=values | {"what": "it"}) for _ in range(5)]
    answers = await asyncio.gather(*sends)
    assert {answer.status_code for answer in answers} == {303}
    assert probe.done == ["it"]
    await browser.post("/probe", **(values | {"what": "other"}))
    assert probe.done == ["it", "other"], "another content is another form"


async def test_what_was_refused_may_be_sent_again(browser: Browser, probe: Probe) -> None:
    await browser.open("/probe")
    values = {name: found[0] for name, found in browser.form("theme").values.items()}
    for _ in range(2):
        await browser.post("/probe", **(values | {"what": "refused"}))
        assert browser.page.status_code == 409
    assert "Not <i>now</i>." in browser.text
    assert "<i>now" not in browser.page.text


async def test_a_broken_page_says_so_and_shows_nothing_of_itself(
    browser: Browser, probe: Probe
) -> None:
    await browser.open("/probe")
    values = {name: found[0] for name, found in browser.form("theme").values.items()}
    await browser.post("/probe", **(values | {"what": "broken"}))
    assert browser.page.status_code == 500
    assert "on our side" in browser.text
    assert "ZeroDivision" not in browser.page.text
    assert browser.page.headers["x-flow-id"] in browser.text, "the log tells more under this id"
    await browser.post("/probe", **(values | {"what": "broken"}))
    assert probe.done == ["broken"] * 2, "it may be tried again"


async def test_every_answer_carries_the_headers(browser: Browser) -> None:
    for path in ("/probe", "/nothing", "/static/workswith.css", "/signin", "/authorize"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


async def test_no_page_has_script_or_style_inside(browser: Browser, ada: Account) -> None:
    """The policy would block them; so they must not be there."""
    await browser.sign_in(ada.email, PASSWORD)
    for path in ("/home", "/account/third-party-access", "/signup", "/signup/home", "/nothing"):
        text = (await browser.get(path)).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count('<script type="module" src=')


@pytest.mark.parametrize("path", ["/nothing", "/home/../nothing", "/static/nothing", "/sta%00tic"])
async def test_a_wrong_address_gets_a_page_that_helps(browser: Browser, path: str) -> None:
    await browser.get(path)
    assert browser.page.status_code == 404
    assert "There is no such page" in browser.text
    assert 'href="/"' in browser.page.text


async def test_what_cannot_be_stored_is_refused_at_the_door(browser: Browser) -> None:
    """NUL characters, bodies without end, forms that are none."""
    assert (await browser.get("/probe?a=%00")).status_code == 400
    await browser.open("/probe")
    token = browser.form("theme").values["csrf"][0]
    await browser.post("/probe", csrf=token, what="a\0b")
    assert browser.page.status_code == 400
    huge = await browser.http.post("/probe", content=b"a" * (2 * 1024 * 1024 + 1))
    assert huge.status_code == 413
    headers = {"content-type": "multipart/form-data; boundary=x"}
    broken = await browser.http.post("/probe", content=b"--x\r\nnothing", headers=headers)
    assert broken.status_code in {400, 403}
    many = "&".join(f"a{number}=1" for number in range(2_000))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await browser.http.post("/probe", content=many, headers=headers)).status_code == 400
    assert (await browser.http.put("/probe")).status_code == 405


async def test_doors(browser: Browser, ada: Account, grace: Account) -> None:
    """Signed out: sign in and come back. A home owner: the reason, and the way. [ACC-2]"""
    await browser.get("/probe/developer?a=b")
    assert browser.location == "/signin?return_to=%2Fprobe%2Fdeveloper%3Fa%3Db"
    await browser.sign_in(ada.email, PASSWORD, "/probe/developer?a=b")
    assert str(browser.page.url).endswith("/probe/developer?a=b")
    await browser.open("/probe")
    await browser.press(browser.form("csrf"))
    await browser.sign_in(grace.email, PASSWORD, "/home")
    await browser.get("/probe/account")
    assert browser.page.status_code == 200
    await browser.get("/probe/developer")
    assert browser.page.status_code == 403
    assert "grace@example.com" in browser.text
    assert "/signup/developer" in browser.page.text


async def test_over_https_cookies_are_bound_to_the_host(parts: Parts, probe: Probe) -> None:
    parts.origin = "https://portal.test"
    site: Starlette = create(services_of(parts), [*signin.ROUTES, *probe.routes()])
    async with Browser(site, parts.origin) as browser:
        cookie = (await browser.get("/probe")).headers["set-cookie"]
    assert cookie.startswith("__Host-ww_visitor=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


async def test_light_or_dark_is_kept_without_script(browser: Browser) -> None:
    await browser.open("/probe")
    assert "data-theme=" not in browser.page.text
    await browser.press(browser.form("theme"), theme="dark")
    assert browser.page.url.path == "/probe"
    assert 'data-theme="dark"' in browser.page.text
    await browser.press(browser.form("theme"), theme='"><script>')
    assert "<script>" not in browser.page.text


async def test_static_files_are_kept_for_ever_under_their_own_address(browser: Browser) -> None:
    await browser.open("/probe")
    start = browser.page.text.index("/static/workswith.css?v=")
    address = browser.page.text[start : browser.page.text.index('"', start)]
    answer = await browser.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await browser.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 12_000, "what travels once for all places"
    plain = await browser.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content
    assert plain.headers["etag"] != answer.headers["etag"]

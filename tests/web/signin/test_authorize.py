"""The screens of /authorize: sign in, consent, and every way to cheat at them. [OID-1 OID-2]"""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, REPLY_URL, Register
from workswith.identity.account import Account
from workswith.identity.application import Application, ApplicationForm
from workswith.web.site.services import Services


def request(application: Application, **more: str) -> str:
    params = {
        "client_id": application.client_id,
        "redirect_uri": REPLY_URL,
        "response_type": "code",
        "state": "a b&c",
    }
    return f"/authorize?{urlencode(params | more)}"


def answered(browser: Browser) -> dict[str, str]:
    """What the application got."""
    assert browser.page.status_code == 303
    assert browser.location.startswith(REPLY_URL + "&")
    values = parse_qs(urlsplit(browser.location).query)
    return {name: found[0] for name, found in values.items()}


async def to_consent(browser: Browser, application: Application, who: Account, **more: str) -> Any:
    await browser.sign_in(who.email, PASSWORD, request(application, **more))
    return browser.form("allow")


async def test_sign_in_consent_code_without_script(
    browser: Browser, grace: Account, register: Register
) -> None:
    """A home owner's account is welcome here."""
    application = await register()
    form = await to_consent(browser, application, grace)
    await browser.send(form, allow="Accept all")
    values = answered(browser)
    assert list(values) == ["from", "iss", "code", "state"]
    assert values["state"] == "a b&c"
    await browser.get(request(application))
    assert answered(browser)["code"] != values["code"], "consent is asked once"


async def test_the_consent_page_shows_who_asks_for_what(
    browser: Browser, grace: Account, register: Register
) -> None:
    application = await register("Planner", "comfort.read", "topology.read")
    await to_consent(browser, application, grace)
    for words in ("Planner", "What Planner does", "by Example Ltd", "See your homes, their rooms"):
        assert words in browser.text
    assert "https://client.example/about" in browser.page.text
    assert "comfort.read" in browser.text
    assert "comfort.write" not in browser.text


async def test_the_accepting_control_is_what_published_programs_look_for(
    browser: Browser, grace: Account, register: Register
) -> None:
    await to_consent(browser, await register(), grace)
    assert 'id="user-consent__opt-in"' in browser.page.text
    assert 'input type="submit" class="btn btn-primary pull-left"' in browser.page.text


async def test_denial_is_told_as_published(
    browser: Browser, grace: Account, register: Register
) -> None:
    form = await to_consent(browser, await register(), grace)
    await browser.send(form, deny="Deny")
    values = answered(browser)
    assert values["error"] == "access_denied"
    assert values["error_description"] == "Access denied by user"
    assert values["state"] == "a b&c"


async def test_forms_may_end_at_the_application_and_nowhere_else(
    browser: Browser, grace: Account, register: Register
) -> None:
    """Chromium holds form-action against the redirect after the form."""
    application = await register()
    await browser.open(request(application))
    policies = [browser.page.headers["content-security-policy"]]
    await browser.press(browser.form("logonIdentifier"), logonIdentifier="x", password="wrong")
    assert browser.page.status_code == 422
    policies.append(browser.page.headers["content-security-policy"])
    await to_consent(browser, application, grace)
    policies.append(browser.page.headers["content-security-policy"])
    for policy in policies:
        rule = next(part for part in policy.split("; ") if part.startswith("form-action"))
        assert rule == "form-action 'self' http://portal.test https://client.example"
    return_to = request(application, redirect_uri="https://evil.example/")
    await browser.get("/signin", params={"return_to": return_to})
    assert "evil" not in browser.page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_id": "unknown"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": REPLY_URL + "/"}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
    ],
)
async def test_a_bad_client_or_reply_url_never_redirects(
    browser: Browser, register: Register, more: dict[str, str], error: str
) -> None:
    address = request(await register(), **more)
    await browser.get(address)
    assert "location" not in browser.page.headers
    assert browser.page.status_code in {400, 401}
    assert browser.page.json()["error"] == error
    await browser.get(address, headers={"accept": "text/html"})
    assert "location" not in browser.page.headers
    assert error in browser.text


async def test_other_errors_go_back_to_the_application(
    browser: Browser, register: Register
) -> None:
    await browser.get(request(await register(), response_type="token"))
    assert answered(browser)["error"] == "unsupported_response_type"
    await browser.get(request(await register(), prompt="none"))
    assert answered(browser)["error"] == "login_required"


async def test_a_request_that_is_posted_becomes_the_same_request(
    browser: Browser, register: Register
) -> None:
    path, _mark, query = request(await register()).partition("?")
    fields = {name: found[0] for name, found in parse_qs(query).items()}
    await browser.post(path, **fields)
    await browser.follow()
    assert "Planner would like to connect" in browser.text


async def test_a_new_sign_in_is_asked_for_where_the_application_wants_one(
    browser: Browser, grace: Account, register: Register
) -> None:
    application = await register()
    form = await to_consent(browser, application, grace)
    await browser.send(form, allow="Accept all")
    address = request(application, prompt="login", login_hint="grace@example.com")
    await browser.get(address)
    form = browser.form("logonIdentifier")
    assert form.values["logonIdentifier"] == ["grace@example.com"]
    await browser.get(address)
    assert browser.page.status_code == 200, "reloading does not help"
    await browser.press(browser.form("logonIdentifier"), password=PASSWORD)
    assert "code" in answered(browser)


async def test_consent_belongs_to_who_was_asked(
    browser: Browser, another: Browser, ada: Account, grace: Account, register: Register
) -> None:
    """Consent fixation: the form of one person, sent by another, or after another signed in."""
    application = await register()
    form = await to_consent(browser, application, grace)
    theirs = await to_consent(another, application, ada)
    stolen = {"csrf": form.values["csrf"][0], "ticket": form.values["ticket"][0]}
    await another.send(theirs, allow="1", **stolen)
    assert another.page.status_code == 403
    await another.send(theirs, allow="1", ticket=stolen["ticket"])
    assert another.page.status_code == 200, "asked anew"
    assert "signed in as ada@example.com" in another.text
    await browser.open("/home")
    await browser.press(browser.form("csrf"))
    await browser.sign_in(ada.email, PASSWORD, "/home")
    await browser.post(form.action, allow="1", **stolen)
    assert browser.page.status_code == 403


async def test_consent_is_for_what_was_shown(
    browser: Browser, ada: Account, grace: Account, register: Register, services: Services
) -> None:
    """Neither another request nor other scopes can be slipped under it."""
    application = await register("Planner", "comfort.read")
    form = await to_consent(browser, application, grace)
    other = await register("Other", "comfort.read", "comfort.write")
    changed = form.action.replace(application.client_id, other.client_id)
    token, ticket = form.values["csrf"][0], form.values["ticket"][0]
    await browser.post(changed, csrf=token, ticket=ticket, allow="1")
    assert browser.page.status_code == 200
    assert "Other" in browser.text
    more = ApplicationForm(
        "Planner",
        "d",
        "v",
        "https://client.example",
        (REPLY_URL,),
        ("comfort.read", "comfort.write"),
        pkce="optional",
    )
    await services.applications.update(ada.id, application.client_id, more)
    await browser.post(form.action, csrf=token, ticket=ticket, allow="1")
    assert browser.page.status_code == 200
    assert "comfort.write" in browser.text, "the new scopes are shown first"
    evil = form.action.replace("client.example", "evil.example")
    await browser.post(evil, csrf=token, ticket=ticket, allow="1")
    assert "location" not in browser.page.headers


async def test_consent_needs_the_sessions_token_and_a_session(
    browser: Browser, another: Browser, grace: Account, register: Register
) -> None:
    form = await to_consent(browser, await register(), grace)
    await browser.post(form.action, allow="1", ticket=form.values["ticket"][0])
    assert browser.page.status_code == 403
    await another.open("/signin")
    token = another.form("csrf").values["csrf"][0]
    await another.post(form.action, csrf=token, allow="1", ticket=form.values["ticket"][0])
    assert another.form("logonIdentifier")
    await browser.get(form.action)
    assert browser.location.startswith("/authorize?"), "the back button asks again"


async def test_accepting_twice_gives_a_code_of_its_own_each_time(
    browser: Browser, grace: Account, register: Register
) -> None:
    """A code that came twice would be taken for a theft."""
    form = await to_consent(browser, await register(), grace)
    await browser.send(form, allow="1")
    first = answered(browser)["code"]
    await browser.send(form, allow="1")
    assert answered(browser)["code"] != first


async def test_an_application_is_text_wherever_it_is_named(
    browser: Browser, grace: Account, register: Register
) -> None:
    """Stored XSS through the name of an application, on sign-in, consent and the list."""
    name = '<img src=x onerror="alert(1)">'
    application = await register(name)
    await browser.open(request(application))
    assert "<img src=x" not in browser.page.text
    form = await to_consent(browser, application, grace)
    assert "<img src=x" not in browser.page.text
    assert name in browser.text
    await browser.send(form, allow="1")
    await browser.get("/account/third-party-access")
    assert "<img src=x" not in browser.page.text
    assert name in browser.text


async def test_another_account_can_be_used(
    browser: Browser, grace: Account, ada: Account, register: Register
) -> None:
    await to_consent(browser, await register(), grace)
    await browser.press(browser.form("return_to"))
    assert "Planner would like to connect" in browser.text
    await browser.press(
        browser.form("logonIdentifier"), logonIdentifier=ada.email, password=PASSWORD
    )
    assert "signed in as ada@example.com" in browser.text

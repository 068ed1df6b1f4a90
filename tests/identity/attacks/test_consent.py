"""Consent: nobody but the person who was asked can answer, and only what was asked.

[RFC 9700 sections 4.2, 4.7, 4.12, 4.16]
"""

from urllib.parse import quote

import pytest

from tests.cloud import Cloud

from .conftest import CALLBACK, EVIL, Browser, Client, nothing_given, query_of

pytestmark = pytest.mark.xdist_group("attacks")


def test_the_reply_url_is_checked_again_when_consent_is_posted(
    victim: Browser, client: Client
) -> None:
    form = victim.consent_form(client.url(prompt="consent"))
    for evil in (EVIL, f"{CALLBACK}/more", "javascript:alert(1)"):
        changed = form.action.replace(quote(CALLBACK, safe=""), quote(evil, safe=""))
        assert changed != form.action
        answer = victim.raw(form, action=changed)
        assert answer.status_code == 400
        nothing_given(answer)
        answer = victim.raw(form, redirect_uri=evil)  # in the body: not where it is read
        assert "evil" not in answer.headers.get("location", "")


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "client_id"])
def test_what_was_asked_cannot_be_changed_when_consent_is_posted(
    victim: Browser, client: Client, other: Client, name: str
) -> None:
    form = victim.consent_form(client.url(prompt="consent", nonce="n", state="s"))
    new = {"scope": "openid email profile", "client_id": other.client_id}.get(name, "changed")
    head, _, rest = form.action.partition(f"{name}=")
    changed = f"{head}{name}={quote(new)}{rest[len(rest.partition('&')[0]) :]}"
    answer = victim.raw(form, action=changed)
    nothing_given(answer)
    assert answer.status_code == 200
    assert 'name="allow"' in answer.text, "asked again"


def test_a_question_put_to_one_person_is_not_answered_by_another(
    victim: Browser, attacker: Browser, client: Client
) -> None:
    """Consent fixation: the attacker's ticket in the victim's browser."""
    url = client.url(prompt="consent")
    theirs = attacker.consent_form(url)
    form = victim.consent_form(url)
    answer = victim.raw(form, ticket=theirs.values["ticket"][0], action=theirs.action)
    nothing_given(answer)
    answer = attacker.raw(theirs, ticket=form.values["ticket"][0])
    nothing_given(answer)


def test_a_question_is_good_for_one_browser_session(victim: Browser, client: Client) -> None:
    form = victim.consent_form(client.url(prompt="consent"))
    again = Browser(victim.cloud, "end_user")
    mine = again.consent_form(client.url(prompt="consent"))
    answer = again.raw(mine, ticket=form.values["ticket"][0], action=form.action)
    nothing_given(answer)


@pytest.mark.parametrize("csrf", ["", "x", "other"])
def test_a_consent_form_of_another_site_is_refused(
    victim: Browser, attacker: Browser, client: Client, csrf: str
) -> None:
    form = victim.consent_form(client.url(prompt="consent"))
    if csrf == "other":
        csrf = attacker.consent_form(client.url(prompt="consent")).values["csrf"][0]
    answer = victim.raw(form, csrf=csrf)
    assert answer.status_code in (400, 403)
    nothing_given(answer)


def test_consent_is_never_given_by_a_link(victim: Browser, client: Client) -> None:
    form = victim.consent_form(client.url(prompt="consent"))
    ticket, csrf = form.values["ticket"][0], form.values["csrf"][0]
    url = f"{client.cloud.origin('login')}{form.action}"
    answer = victim.http.get(f"{url}&ticket={quote(ticket)}&csrf={quote(csrf)}&allow=yes")
    nothing_given(answer)


def test_nobody_consents_without_being_signed_in(
    victim: Browser, cloud: Cloud, client: Client
) -> None:
    form = victim.consent_form(client.url(prompt="consent"))
    with cloud.http() as stranger:
        url = f"{cloud.origin('login')}{form.action}"
        answer = stranger.post(url, data={**form.values, "allow": "yes"})
    nothing_given(answer)


def test_a_sign_in_form_of_another_site_is_refused(cloud: Cloud, attacker: Browser) -> None:
    """Login CSRF: the victim would work in the attacker's account."""
    attacker.open(f"{cloud.origin('login')}/signin")
    form = attacker.form_with("logonIdentifier", "password")
    with cloud.http() as victims:
        answer = victims.post(
            f"{cloud.origin('login')}/signin",
            data={
                **form.values,
                "logonIdentifier": attacker.who["email"],
                "password": attacker.who["password"],
            },
        )
        assert answer.status_code in (400, 403)
        home = victims.get(f"{cloud.origin('login')}/account")
        assert home.status_code != 200


def test_a_sign_in_makes_a_new_session(cloud: Cloud, victim: Browser) -> None:
    """Session fixation: a cookie that was there before is worth nothing after."""
    victim.open(f"{cloud.origin('login')}/signin")
    before = {cookie.value for cookie in victim.http.cookies.jar}
    victim.sign_in_at()
    after = {cookie.value for cookie in victim.http.cookies.jar}
    assert after - before
    assert not {value for value in before & after if len(value or "") > 16}


def test_no_page_of_the_flow_can_be_framed_or_leaks(
    victim: Browser, cloud: Cloud, client: Client
) -> None:
    """Clickjacking, and codes or states in referrers. [RFC 9700 4.2.4, 4.16]"""
    sign_in = victim.http.get(client.url(prompt="login"))
    victim.consent_form(client.url(prompt="consent"))
    pages = [
        sign_in,
        victim.page,
        victim.http.get(client.url(redirect_uri=EVIL), headers={"accept": "text/html"}),
        victim.http.get(f"{cloud.origin('login')}/signup"),
        victim.http.get(f"{cloud.origin('login')}/forgot"),
    ]
    for page in pages:
        assert page is not None
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "'unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "http://" not in page.text.replace("http://www.w3.org", "")


def test_forms_may_lead_to_the_registered_reply_url_only(victim: Browser, client: Client) -> None:
    victim.consent_form(client.url(prompt="consent"))
    assert victim.page is not None
    rules = victim.page.headers["content-security-policy"].split("; ")
    form_action = next(rule for rule in rules if rule.startswith("form-action"))
    own = {"'self'", client.cloud.origin("login"), "https://client.example"}
    assert set(form_action.split()[1:]) <= own


def test_after_the_password_the_browser_is_sent_on_with_303(
    victim: Browser, client: Client
) -> None:
    """A 307 would post the password on to the application. [RFC 9700 4.12]"""
    victim.open(client.url())
    form = victim.form_with("logonIdentifier", "password")
    answer = victim.raw(form, logonIdentifier=victim.who["email"], password=victim.who["password"])
    assert answer.status_code == 303
    form = victim.consent_form(client.url(prompt="consent"))
    answer = victim.raw(form)
    assert answer.status_code == 303
    assert query_of(answer.headers["location"])["code"]


def test_cookies_are_of_this_host_alone(cloud: Cloud, victim: Browser) -> None:
    victim.open(f"{cloud.origin('login')}/signin?return_to=/home")
    answer = victim.raw(
        victim.form_with("logonIdentifier", "password"),
        logonIdentifier=victim.who["email"],
        password=victim.who["password"],
    )
    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    for cookie in cookies:
        rules = cookie.lower()
        assert "httponly" in rules
        assert "secure" in rules
        assert "samesite=" in rules
        assert "domain=" not in rules

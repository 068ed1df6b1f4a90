"""CSRF, session fixation and other people's ids, on every page of one's own account. [notes 1.2.9]"""

import pytest
from starlette.routing import Route

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from workswith.identity.account import Account
from workswith.kernel.database import Tx, statement
from workswith.kernel.problem import Problem
from workswith.web import account as pages
from workswith.web import office, signin
from workswith.web.site.services import Services

POSTS = sorted(
    {
        route.path
        for route in [*pages.ROUTES, *office.ROUTES, *signin.ROUTES]
        if isinstance(route, Route) and "POST" in (route.methods or ())
    }
    - {"/authorize", "/end_session"}
)
"""Those two take requests of applications, and change nothing by themselves."""


class Nobody(dict[str, str]):
    """Any name in a path, of something that nobody has."""

    def __missing__(self, name: str) -> str:
        return "x"


_ADD_PASSKEY = statement(
    "INSERT INTO passkey (id, account_id, label, public_key, signatures, kept, created_at) "
    "VALUES ('grace-key', :id, 'k', :key, 0, 'device', 0)"
)


@pytest.mark.parametrize("path", POSTS)
async def test_a_post_without_its_proof_does_nothing(
    browser: Browser, ada: Account, path: str
) -> None:
    await browser.sign_in(ada.email, PASSWORD)
    answer = await browser.post(path.format_map(Nobody()), current=PASSWORD)
    assert answer.status_code in {403, 404}, path


async def test_a_proof_of_another_session_is_worth_nothing(
    browser: Browser, another: Browser, ada: Account, grace: Account, services: Services
) -> None:
    await another.sign_in(grace.email, PASSWORD, "/signin?return_to=/account")
    stolen = another.form("csrf").values["csrf"][0]
    await browser.sign_in(ada.email, PASSWORD)
    answer = await browser.post("/account/close", csrf=stolen, current=PASSWORD)
    assert answer.status_code == 403
    assert await services.accounts.get(ada.id)


async def test_a_sign_in_opens_a_new_session_under_a_new_cookie(
    browser: Browser, another: Browser, ada: Account
) -> None:
    """Session fixation: a cookie from before the sign-in is worth nothing after it."""
    await browser.sign_in(ada.email, PASSWORD)
    planted = browser.http.cookies["ww_session"]
    await another.open("/signin")
    form = another.form("logonIdentifier")
    answer = await another.http.post(
        "/signin",
        data={name: values[0] for name, values in form.values.items()}
        | {"logonIdentifier": ada.email, "password": PASSWORD},
        headers={"cookie": "; ".join([f"ww_session={planted}", *_cookies(another)])},
    )
    assert answer.status_code in {303, 403}
    assert all(planted not in value for value in answer.headers.get_list("set-cookie"))


def _cookies(browser: Browser) -> list[str]:
    return [f"{name}={value}" for name, value in browser.http.cookies.items()]


async def test_other_peoples_sessions_passkeys_and_links_are_out_of_reach(
    browser: Browser, another: Browser, ada: Account, grace: Account, services: Services
) -> None:
    await another.sign_in(grace.email, PASSWORD, "/signin?return_to=/account")
    session = (await services.sessions.of_account(grace.id))[0]

    async def write(tx: Tx) -> None:
        await tx.run(_ADD_PASSKEY, id=grace.id, key=b"k")

    await services.database.write(write)
    await browser.sign_in(ada.email, PASSWORD)
    await browser.open("/account")
    proof = browser.form("csrf").values["csrf"][0]
    await browser.post(f"/account/sessions/{session.id}/end", csrf=proof)
    assert (await another.get("/account")).status_code == 200
    answer = await browser.post("/account/passkeys/grace-key/remove", csrf=proof)
    assert answer.status_code == 404
    assert len(await services.passkeys.of_account(grace.id)) == 1
    link = f"/account/third-party-access/link/thermostat/{grace.id}/end"
    assert (await browser.post(link, csrf=proof)).status_code == 404


async def test_an_address_link_of_one_purpose_is_not_good_for_another(
    ada: Account, services: Services
) -> None:
    from workswith.kernel import mail

    await services.accounts.ask_reset(ada.email, lambda token: token)
    token = (await mail.latest(services.database, ada.email))[0].link
    with pytest.raises(Problem, match="link_invalid"):
        await services.own_details.confirm_address(token)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id":"x","response":{}}', "\ud7ff"])
async def test_rubbish_is_no_passkey(browser: Browser, ada: Account, answer: str) -> None:
    await browser.open("/signin")
    form = browser.form("answer")
    await browser.press(form, answer=answer)
    assert "not accepted" in browser.text


async def test_names_are_text_wherever_they_are_shown(
    browser: Browser, ada: Account, olga: Account, services: Services
) -> None:
    """Stored XSS."""
    await services.own_details.rename(ada.id, "<script>a</script>", "<b>", PASSWORD)
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office/accounts")
    for page in ("/office/accounts", f"/office/accounts/{ada.id}"):
        await browser.open(page)
        assert "<script>a" not in browser.page.text
        assert "<script>a</script>" in browser.text

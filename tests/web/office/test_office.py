"""The operator decides with reasons; for everybody else there is no office. [APP-5 OPR]"""

from collections import defaultdict

import msgspec
import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Register
from tests.web.wiring import CHEAP
from workswith.identity.account import Account
from workswith.identity.application import ApplicationForm
from workswith.identity.applications import Applications
from workswith.kernel import mail
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.problem import Problem
from workswith.web import office
from workswith.web.site.services import Services

ROUTES = [route for route in office.ROUTES if route.path != "/metrics"]
"""`/metrics` is for programs and has a door of its own."""
PAGES = [route.path for route in ROUTES if "GET" in (route.methods or ())]
ACTS = [route.path for route in ROUTES if "POST" in (route.methods or ())]


async def request_one(services: Services, owner: Account) -> str:
    """An application that waits."""
    manual = msgspec.structs.replace(CHEAP, approve_applications="manual")
    applications = Applications(
        services.database, services.clock, services.ident, manual, Broadcast()
    )
    form = ApplicationForm(
        "Planner", "Plans", "Example Ltd", "", ("https://client.example/cb",), ("comfort.read",)
    )
    made, _secret = await applications.create(owner.id, form)
    return made.client_id


@pytest.mark.parametrize("who", ["ada@example.com", "grace@example.com"])
async def test_there_is_no_office_for_others(
    browser: Browser, ada: Account, grace: Account, register: Register, who: str
) -> None:
    application = await register()
    names = defaultdict(lambda: "x", account=ada.id, application=application.client_id)
    await browser.sign_in(who, PASSWORD, "/signin?return_to=/home")
    for page in PAGES:
        assert (await browser.get(page.format_map(names))).status_code == 404, page
    await browser.get("/account")
    proof = browser.form("csrf").values["csrf"][0]
    for act in ACTS:
        answer = await browser.post(act.format_map(names), csrf=proof, reason="because")
        assert answer.status_code == 404, act


async def test_a_visitor_signs_in_first(browser: Browser) -> None:
    for page in PAGES:
        assert (await browser.get(page)).status_code == 303
    assert len(PAGES) > 10
    assert len(ACTS) > 8


async def test_an_application_is_refused_with_a_reason_and_approved(
    browser: Browser, ada: Account, olga: Account, services: Services
) -> None:
    client_id = await request_one(services, ada)
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office/requests")
    assert "Planner" in browser.text
    await browser.press(browser.form("reason"), reason="  ")
    assert browser.page.status_code == 422
    assert "Please give a reason." in browser.text
    await browser.press(browser.form("reason"), reason="Which company is <this>?")
    sent = (await mail.latest(services.database, ada.email))[0]
    assert sent.subject == "Your application Planner was refused"
    assert "Which company is <this>?" in sent.text
    assert "Which company is &lt;this&gt;?" in sent.html
    assert await services.applications.requests.reason(client_id) == "Which company is <this>?"

    second = await request_one(services, ada)
    await browser.open("/office/requests")
    form = next(form for form in browser.forms if form.action.endswith("/approve"))
    await browser.press(form)
    found = await services.applications.known(second)
    assert found is not None
    assert found.state == "approved"


async def test_suspension_ends_sessions_and_says_why(
    browser: Browser, another: Browser, ada: Account, olga: Account, services: Services
) -> None:
    await another.sign_in(ada.email, PASSWORD)
    await browser.sign_in(olga.email, PASSWORD, f"/signin?return_to=/office/accounts/{ada.id}")
    await browser.press(browser.form("reason"), reason="Spam")
    assert "Suspended." in browser.text
    assert (await another.get("/account")).status_code == 303
    with pytest.raises(Problem, match="account_suspended"):
        await services.accounts.sign_in(ada.email, PASSWORD)
    with pytest.raises(Problem, match="credentials_wrong"):
        await services.accounts.sign_in(ada.email, "not this one")
    form = next(form for form in browser.forms if form.action.endswith("/restore"))
    await browser.press(form)
    assert (await services.accounts.sign_in(ada.email, PASSWORD)).id == ada.id


async def test_accounts_and_events_are_found(
    browser: Browser, ada: Account, grace: Account, olga: Account, services: Services
) -> None:
    await browser.sign_in(olga.email, PASSWORD, "/signin?return_to=/office/accounts")
    await browser.open("/office/accounts?q=LOVELACE")
    assert ada.email in browser.text
    assert grace.email not in browser.text
    await browser.open("/office/accounts?q=%25&page=2")
    assert browser.page.status_code == 200
    await services.own_details.rename(grace.id, "G", "H", PASSWORD)
    await browser.open(f"/office/audit?q={grace.id}")
    assert "Name changed" in browser.text
    await browser.open(f"/office/accounts/{grace.id}")
    assert f'href="/office/audit?q={grace.id}"' in browser.page.text, "leads on to all of it"
    await browser.open("/office/audit?kind=name_changed&page=zero")
    assert grace.id[:8] in browser.text
    for _ in range(5):
        with pytest.raises(Problem, match="credentials_wrong"):
            await services.accounts.sign_in(ada.email, "not this one", "192.0.2.7")
    await browser.open("/office/audit?kind=password_guessed")
    assert ada.id[:8] in browser.text
    await browser.open("/office/audit?q=signed_in")
    assert olga.id[:8] in browser.text
    await services.closing.suspend(ada.id, "Spam OF a kind", olga.id)
    await browser.open("/office/audit?q=of%20a%20KIND")
    assert ada.id[:8] in browser.text, "on every database, whatever its capitals"

"""Stored script in a real Chromium: what people write is text on every page that shows it, to whomever it
is shown, and nothing of it runs or is even kept from running by the page's policy. [XSS]

`test_written.py` reads every page of the site as a parser does; here a browser decides, on those that show
the most of what others wrote.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import Window, chromium
from tests.cloud import Cloud
from tests.person import Person, signed_in
from tests.steps import authorize_url, fill_in_sign_in, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("security browser"),
]

REPLY_URL = "https://client.example/callback"
SITE = "https://client.example/'\"><svg/onload=alert(1)>"
PEOPLE = ("developer", "end_user", "operator")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event =>
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""


def hostile(name: str) -> str:
    """Ends a value in either quotes, and runs as soon as it is markup; short enough for any name."""
    return f"{name}'\"><svg onload=alert(1)><script>alert(2)</script>"


HOME, ROOM = hostile("Home"), hostile("Room")
APPLICATION, SUMMARY, VENDOR = hostile("Application"), hostile("Summary"), hostile("Vendor")
WAITING = hostile("Waiting")
THREAD, POST = hostile("Thread"), hostile("Post")
ENTRY, ABOUT, MORE = hostile("Entry"), hostile("About"), hostile("More")
TICKET, QUESTION = hostile("Ticket"), hostile("Question")
ANNOUNCEMENT = hostile("Announcement")


class Watched(Window):
    """A window that also notes dialogs and whatever the page's policy had to stop."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(browser)
        self.context.add_init_script(WATCH)
        self.context.on("dialog", self._dialog)

    def stopped(self) -> list[str]:
        """What the policy of the open page stopped so far."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def look(self, url: str, *texts: str) -> None:
        """Opens a page on which each of ``texts`` is to be read, letter for letter."""
        self.page.goto(url)
        self.see(*texts)

    def see(self, *texts: str) -> None:
        for text in texts:
            shown = self.page.get_by_text(text).locator("visible=true")
            expect(shown.first, f"{text} at {self.page.url}").to_be_visible()
        assert self.stopped() == [], self.page.url
        assert self.wrong == [], self.page.url

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message} ({self.page.url})")
        dialog.dismiss()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Where an operator decides about applications."""
    data = tmp_path_factory.mktemp("hostile-cloud") / "data"
    with Cloud(data, "--tls", WORKSWITH_IDENTITY_APPROVE_APPLICATIONS="manual") as running:
        yield running


@pytest.fixture(scope="module")
def browser(cloud: Cloud) -> Iterator[Browser]:
    with chromium(cloud.data / "tls" / "server.pem") as running:
        yield running


@pytest.fixture(scope="module")
def written(cloud: Cloud) -> Iterator[dict[str, str]]:
    """Everything hostile, written through the pages by people without script; where each stands."""
    people = {who: signed_in(cloud, who) for who in PEOPLE}
    yield write(cloud, **people)
    for person in people.values():
        person.http.close()


def test_a_home_owner(cloud: Cloud, browser: Browser, written: dict[str, str]) -> None:
    portal = cloud.origin("portal")
    with Watched(browser) as window:
        window.page.goto(written["authorize"])
        fill_in_sign_in(window.page, cloud.document["end_user"])
        window.page.get_by_role("button", name="Sign in").click()
        window.see(APPLICATION, SUMMARY)  # the consent screen
        consent(cloud, written)
        window.look(f"{portal}/account/third-party-access", APPLICATION)
        window.look(f"{portal}/home", HOME, ANNOUNCEMENT)
        window.look(portal + written["home"], HOME, ROOM)
        window.look(f"{portal}{written['home']}/settings", ROOM)
        window.look(portal + written["thread"], THREAD, POST)


def test_a_developer(cloud: Cloud, browser: Browser, written: dict[str, str]) -> None:
    portal = cloud.origin("portal")
    with Watched(browser) as window:
        sign_in(window.page, portal, cloud.document["developer"], "/applications")
        window.see(APPLICATION, WAITING, ANNOUNCEMENT)
        window.look(portal + written["application"], APPLICATION, SUMMARY, VENDOR)
        window.look(f"{portal}/forum", THREAD)
        window.look(portal + written["thread"], THREAD, POST)
        window.look(f"{portal}/search?q={quote(THREAD)}")
        window.look(f"{portal}/forum?q={quote(THREAD)}", THREAD)
        window.look(f"{portal}/showcase?q={quote(ENTRY)}")
        window.look(portal + written["entry"], ENTRY, ABOUT, MORE)
        window.look(f"{portal}/contact", TICKET)
        window.look(portal + written["ticket"], TICKET, QUESTION)
        window.look(f"{portal}/announcements", ANNOUNCEMENT)
        window.look(f"{portal}/testing", ANNOUNCEMENT)


def test_an_operator(cloud: Cloud, browser: Browser, written: dict[str, str]) -> None:
    portal = cloud.origin("portal")
    with Watched(browser) as window:
        sign_in(window.page, portal, cloud.document["operator"], "/office/requests")
        window.see(WAITING, SUMMARY, ANNOUNCEMENT)
        window.look(f"{portal}/office/showcase", ENTRY, ABOUT)
        window.look(f"{portal}/office/tickets", TICKET)
        window.look(portal + written["ticket"].replace("/contact", "/office/tickets"), QUESTION)
        window.look(f"{portal}/office/announcements", ANNOUNCEMENT)
        window.look(f"{portal}/office/accounts?q=developer")
        window.look(portal + written["account"], APPLICATION)


def test_whatever_ran_would_be_noticed(cloud: Cloud, browser: Browser) -> None:
    """The same text as markup: the policy keeps it from running, and the window tells of it."""
    with Watched(browser) as window:
        window.page.goto(cloud.origin("portal"))
        window.page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", HOME)
        window.page.wait_for_function("window.violations.length > 0")
        assert any("script-src" in one for one in window.stopped())
        assert any("console" in one for one in window.wrong)
        window.wrong.clear()
        window.page.evaluate("() => alert(3)")  # returns when the dialog has gone
        assert any("dialog: 3" in one for one in window.wrong)
        window.wrong.clear()


# What is written


def write(cloud: Cloud, developer: Person, end_user: Person, operator: Person) -> dict[str, str]:
    portal = cloud.origin("portal")
    found = {"application": application(portal, developer, APPLICATION)}
    client_id = found["application"].rpartition("/")[2]
    requests = operator.open(f"{portal}/office/requests").text
    operator.submit(operator.form_to(f"{client_id}/approve"))
    application(portal, developer, WAITING)
    found["authorize"] = authorize_url(cloud, client_id, REPLY_URL)
    found["account"] = re.findall(r"/office/accounts/[\w-]+", requests)[0]

    end_user.open(f"{portal}/home/new")
    home = end_user.submit(end_user.form_with("name", "template"), name=HOME)
    found["home"] = path_of(home.url)
    settings = f"{portal}{found['home']}/settings"
    room = re.findall(r"\?room=[\w-]+", end_user.open(settings).text)[0]
    end_user.open(settings + room)
    end_user.submit(end_user.form_to("/rooms/"), name=ROOM, type="bedroom")
    for name, path, fields in (
        ("thread", "/forum/new", {"category": "apis", "title": THREAD, "text": POST}),
        ("entry", "/showcase/new", {"name": ENTRY, "summary": ABOUT, "text": MORE, "url": SITE}),
        ("ticket", "/contact", {"about": "quota", "subject": TICKET, "text": QUESTION}),
    ):
        developer.open(portal + path)
        page = developer.submit(developer.form_with("text"), None, **fields)
        assert page.status_code == 200, page.text
        found[name] = path_of(page.url)
    operator.open(f"{portal}/office/announcements/new")
    told = operator.submit(operator.form_with("text_en"), text_en=ANNOUNCEMENT)
    assert told.status_code == 200, told.text
    return found


def application(portal: str, developer: Person, name: str) -> str:
    """One that waits for the operator; the address of its page."""
    developer.open(f"{portal}/applications/new")
    form = developer.form_with("vendor")
    developer.submit(form, name=name, description=SUMMARY, vendor=VENDOR)
    developer.submit(developer.form_with("reply_url"), ("go", "next"), reply_url=REPLY_URL)
    scopes = ["topology.read", "comfort.read"]
    developer.submit(developer.form_to("/scopes"), ("go", "next"), scope=scopes)
    return path_of(developer.submit(developer.form_to("/summary")).url)


def consent(cloud: Cloud, written: dict[str, str]) -> None:
    """By the same home owner in another browser, which goes back to the application."""
    person, known = Person(cloud.verify), cloud.document["end_user"]
    person.open(written["authorize"])
    person.sign_in(known["email"], known["password"])
    form = person.form_to("/authorize/consent")
    person.submit(form, form.submits[0])
    assert "code=" in person.landed, person.landed
    person.http.close()


def path_of(url: Any) -> str:
    return str(url.path)

r"""Open redirects: whatever an address or a form says, the reader stays here. [Security]

Tried are all names under which a page was ever told where to go, with each spelling that browsers take
for another host.
"""

from itertools import cycle, islice
from urllib.parse import quote, urljoin, urlsplit

import pytest

from . import routes
from .stage import ORIGIN, PASSWORD, Stage, guard_of, sign_in
from .test_forged import owns

pytestmark = pytest.mark.timeout(600)

NAMES = (
    "return_to", "next", "return", "returnTo", "redirect", "redirect_uri", "redirect_url", "url",
    "continue", "back", "to", "goto", "post_logout_redirect_uri", "RelayState", "target", "dest",
)  # fmt: skip
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\\/evil.example", "https:evil.example", "http:///evil.example", "/%2f/evil.example",
    "/%5cevil.example", "%2f%2fevil.example", "https://portal.test@evil.example/",
    "https://portal.test.evil.example/", "//portal.test@evil.example", "/\t/evil.example",
    "/\n/evil.example", "\t//evil.example", " //evil.example", "/\r\nLocation: https://evil.example/",
    "/a\r\nSet-Cookie: ww_session=x", "javascript:alert(1)", "data:text/html,x", "/..//evil.example",
    "/.//evil.example", "//evil%E3%80%82example", "/\u2044evil.example", "https://evil.example\\@portal.test",
)  # fmt: skip


def leads_away(location: str, url: str) -> bool:
    """As browsers read it: backslashes are slashes, tabs and line ends are nothing."""
    for sign in "\t\r\n":
        location = location.replace(sign, "")
    where = urlsplit(urljoin(url, location.strip().replace("\\", "/")))
    return f"{where.scheme}://{where.netloc}" != ORIGIN


async def test_no_page_leads_away(people: Stage) -> None:
    """Each page with some of the spellings; all of them are tried on a hundred pages."""
    away, tried = [], 0
    places = cycle(ELSEWHERE)
    for person in (people.stranger, people.people["ada"].browser):
        for address in routes.addresses(people):
            if address.method != "GET":
                continue
            for place in islice(places, 2):
                query = "&".join(f"{name}={quote(place, safe='')}" for name in NAMES)
                answer = await person.http.get(f"{address.of(owns(people))}?{query}")
                location = answer.headers.get("location")
                tried += 1
                if location is not None and leads_away(location, str(answer.url)):
                    away.append((str(address), place, location))
    assert away == []
    assert tried > 8 * len(ELSEWHERE)


@pytest.mark.parametrize("path", ["/signin", "/preferences", "/signout", "/verify"])
async def test_no_form_leads_away(bare: Stage, path: str) -> None:
    ada = bare.people["ada"]
    for place in ELSEWHERE:
        browser = bare.browser()
        if path in {"/preferences", "/signout"}:
            await sign_in(browser, ada.account.email)
        token = await guard_of(browser, "/account" if path != "/signin" else "/signin")
        fields = {"logonIdentifier": ada.account.email, "password": PASSWORD, "theme": "dark"}
        answer = await browser.http.post(
            path, data={**token, **fields, **dict.fromkeys(NAMES, place)}
        )
        location = answer.headers.get("location")
        if path != "/verify":
            assert answer.status_code == 303, (place, answer.text)
        assert location is None or not leads_away(location, str(answer.url)), place
        assert len(answer.headers.get_list("location")) <= 1
        assert "ww_session=x" not in str(answer.headers)
        await browser.http.aclose()


async def test_a_sign_in_leads_where_it_was_asked_for_and_nowhere_else(bare: Stage) -> None:
    """Pages that asked for the sign-in are come back to, with their query."""
    browser = bare.browser()
    email = bare.people["ada"].account.email
    for wanted, lands in (
        ("/usage?range=day", "/usage?range=day"),
        ("/signin", "/"),
        ("/signout", "/"),
        ("//evil.example/usage", "/"),
    ):
        await browser.http.post("/signout", data=await guard_of(browser, "/signin"))
        browser.http.cookies.clear()
        await browser.open(f"/signin?return_to={quote(wanted, safe='')}")
        answer = await browser.send(
            browser.form("logonIdentifier"), logonIdentifier=email, password=PASSWORD
        )
        assert answer.headers["location"] == lands
    await browser.http.aclose()


async def test_an_application_leads_to_registered_addresses_only(people: Stage) -> None:
    """Both ways back to an application: after the consent, and after the sign-out."""
    grace, client = people.people["grace"].browser, people.people["ada"].owns["client"]
    for place in (*ELSEWHERE, "https://client.example/callback/../evil", "https://client.example/"):
        for path in (
            f"/authorize?client_id={client}&response_type=code&state=s&redirect_uri=",
            f"/end_session?client_id={client}&post_logout_redirect_uri=",
        ):
            answer = await grace.http.get(path + quote(place, safe=""))
            assert "location" not in answer.headers, (path, place, answer.headers["location"])
            policy = answer.headers["content-security-policy"]
            assert "evil" not in policy, "a form may end there"

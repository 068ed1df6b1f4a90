"""Every answer says what a browser may do with it: no frames, no foreign code, no guessing. [Security]"""

import httpx2
import pytest

from workswith.kernel.database import Tx, statement
from workswith.web.site.headers import fixed

from . import routes
from .stage import Stage, guard_of
from .test_forged import owns, posts

pytestmark = pytest.mark.timeout(600)

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
KEPT = ("/static/", "/brand", "/logos/")
"""What browsers may keep: it is addressed by its content."""


async def test_every_page_has_them(people: Stage) -> None:
    wrong = {}
    for person in (people.stranger, *(one.browser for one in people.people.values())):
        for address in routes.addresses(people):
            if address.method == "GET":
                answer = await person.http.get(address.of(owns(people)))
                wrong[str(address)] = missing(answer, address.route)
    assert {name: found for name, found in wrong.items() if found} == {}


async def test_every_refusal_has_them(people: Stage) -> None:
    """403, 404, 405, 400, 413, 422 and 500."""
    ada = people.people["ada"]
    token = await guard_of(ada.browser)
    http, seen = ada.browser.http, set()
    answers = [
        await http.get("/nowhere"),
        await http.request("DELETE", "/"),
        await http.request("OPTIONS", "/"),
        await http.get("/?q=%00"),
        await http.post("/contact", content=b"x" * 3_000_000),
        await http.post("/contact", data=token),
        await http.post("/contact", data={"subject": "x"}),
        await http.get("/authorize?client_id=unknown", headers={"accept": "text/html"}),
        await http.get("/static/nothing.css"),
        await http.get("/logos/nobody"),
    ]
    await people.areas.kernel.database.write(_break)
    answers.append(await http.get("/forum"))
    for answer in answers:
        assert missing(answer, "/refused") == [], (answer.status_code, answer.url)
        seen.add(answer.status_code)
    assert {400, 401, 403, 404, 405, 413, 422, 500} <= seen


async def _break(tx: Tx) -> None:
    await tx.run(statement("DROP TABLE forum_thread"))


async def test_every_answer_to_a_form_has_them(people: Stage) -> None:
    for address in posts(people):
        answer = await people.people["bob"].browser.http.post(address.of(owns(people)), data={})
        assert missing(answer, address.route) == [], address


async def test_the_login_service_lets_nobody_guess(people: Stage) -> None:
    """Answers for programs: JSON that is nothing else, in no frame, and in no store."""
    for path in routes.login_paths():
        answer = await people.stranger.http.post(path, data={"x": "1"})
        assert answer.headers["content-type"].startswith("application/json"), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["cache-control"] == "no-store", path


async def test_over_https_the_site_stays_there(people: Stage) -> None:
    """Not in a sandbox, whose host is everybody's own machine."""
    answer = await people.stranger.http.get("/")
    assert "strict-transport-security" not in answer.headers
    assert fixed(sandbox=False, secure=True)["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in fixed(sandbox=False, secure=False)


def missing(answer: httpx2.Response, route: str) -> list[str]:
    """What is wrong with the headers of an answer."""
    headers = answer.headers
    found = [name for name, value in FIXED.items() if headers.get(name) != value]
    policy = headers.get("content-security-policy", "")
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ") if rule}
    if rules.get("default-src") != ["'none'"]:
        found.append("default-src")
    if "sandbox" not in rules and rules.get("frame-ancestors") != ["'none'"]:
        found.append("frame-ancestors")
    if "sandbox" not in rules and rules.get("base-uri") != ["'none'"]:
        found.append("base-uri")
    if any(word in policy for word in ("unsafe", "http:", "*")):
        found.append(policy)
    if not route.startswith(KEPT) and "no-store" not in headers.get("cache-control", ""):
        found.append("cache-control")
    return found

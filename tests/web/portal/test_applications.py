"""Applications: the wizard forth and back, the secret shown once, changes, and whose they are."""

import asyncio
import re
from typing import Any

import pytest

from tests.web.portal.conftest import guard
from tests.web.site.test_pictures import picture
from workswith.kernel.database import Tx, statement
from workswith.kernel.problem import Problem

DETAILS = {
    "name": "Warm & cosy",
    "description": "Heats before you are home.",
    "vendor": "Cosy Ltd",
    "url": "https://cosy.example/",
}
REPLY = "https://cosy.example/callback/"
NEW = "/applications/new"


async def begin(browser: Any, fields: Any = None, status: int = 303, **more: Any) -> Any:
    """The first step; the action of its form names the draft."""
    text = (await browser.get(NEW)).text
    action = re.findall(r'action="(/applications/new/[^"]+/details)"', text)[0]
    data = {**guard(text), **(DETAILS if fields is None else fields)}
    answer = await browser.http.post(action, data=data, **more)
    assert answer.status_code == status, answer.text[:2000]
    return answer if status != 303 else answer.headers["location"]


async def until_summary(browser: Any) -> str:
    """The address of the summary of a complete draft."""
    urls = await begin(browser)
    scopes = (
        await browser.post(urls, urls, {"reply_url": [REPLY, "http://localhost:9/x"], "go": "next"})
    ).headers["location"]
    answer = await browser.post(scopes, scopes, {"scope": ["comfort.read", "comfort.write"]})
    return str(answer.headers["location"])


async def make(browser: Any) -> tuple[str, str]:
    """An application, and its secret as the details page shows it."""
    summary = await until_summary(browser)
    page = (await browser.post(summary, summary)).headers["location"]
    text = (await browser.get(page)).text
    secret = re.findall(r"client_secret</p><code>([^<]+)</code>", text)
    assert len(secret) == 1
    return page, secret[0]


async def test_the_wizard_makes_an_application_and_shows_its_secret_once(browser: Any) -> None:
    page, secret = await make(browser)
    made = (await browser.services.applications.of_owner(browser.account_id))[0]
    assert page == f"/applications/{made.client_id}"
    assert made.name == DETAILS["name"]
    assert made.reply_urls == (REPLY, "http://localhost:9/x")
    assert set(made.scopes) == {"comfort.read", "comfort.write"}
    again = (await browser.get(page)).text
    assert secret not in again
    assert made.client_id in again
    assert "Warm &amp; cosy" in (await browser.get("/applications")).text


async def test_a_double_click_on_validate_makes_one_application(browser: Any) -> None:
    summary = await until_summary(browser)
    data = guard((await browser.get(summary)).text)
    answers = await asyncio.gather(*(browser.http.post(summary, data=data) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await browser.services.applications.of_owner(browser.account_id)) == 1


async def test_a_finished_draft_cannot_be_sent_again(browser: Any) -> None:
    summary = await until_summary(browser)
    data = guard((await browser.get(summary)).text)
    await browser.post(summary, summary)
    answer = await browser.http.post(summary, data=data)
    assert answer.status_code == 404
    assert "finished or gone" in answer.text
    assert len(await browser.services.applications.of_owner(browser.account_id)) == 1


async def test_going_back_loses_nothing(browser: Any) -> None:
    urls = await begin(browser, files={"logo": ("x.png", picture(), "image/png")})
    back = await browser.post(urls, urls, {"reply_url": ["not yet right"], "go": "back"})
    details = (await browser.get(back.headers["location"])).text
    for value in ("Warm &amp; cosy", "Heats before", "Cosy Ltd", "https://cosy.example/"):
        assert value in details
    assert "data:image/png;base64," in details
    assert 'value="not yet right"' in (await browser.get(urls)).text
    scopes = urls.replace("reply-urls", "scopes")
    await browser.post(scopes, scopes, {"scope": ["comfort.read"], "go": "back"})
    assert re.search(r'value="comfort.read" checked', (await browser.get(scopes)).text)


async def test_lines_are_added_up_to_ten_and_removed_without_script(browser: Any) -> None:
    urls = await begin(browser)
    typed = [f"https://cosy.example/{number}" for number in range(9)]
    more = await browser.post(urls, urls, {"reply_url": typed, "go": "add"})
    text = (await browser.get(more.headers["location"].partition("#")[0])).text
    assert text.count('name="reply_url"') == 10
    assert "Add new reply URL" not in text
    await browser.post(urls, urls, {"reply_url": typed, "go": "remove-3"})
    assert "https://cosy.example/3" not in (await browser.get(urls)).text


@pytest.mark.parametrize("field", ["name", "description", "vendor"])
async def test_details_that_are_missing_are_named_and_the_rest_is_kept(
    browser: Any, field: str
) -> None:
    answer = await begin(browser, {**DETAILS, field: " "}, 422)
    assert answer.text.count('aria-invalid="true"') == 1
    kept = {"name": "Warm &amp; cosy", "description": "Heats before", "vendor": "Cosy Ltd"}
    for name, value in kept.items():
        assert (value in answer.text) is (name != field)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "cosy.example", "https://", "ftp://cosy.example"]
)
async def test_the_url_is_a_web_address(browser: Any, url: str) -> None:
    answer = await begin(browser, {**DETAILS, "url": url}, 422)
    assert 'aria-invalid="true"' in answer.text


async def test_a_wrong_logo_is_refused_and_the_rest_is_kept(browser: Any) -> None:
    svg = {"logo": ("logo.png", b"<svg onload=alert(1)>", "image/png")}
    answer = await begin(browser, None, 422, files=svg)
    assert "An SVG can carry a program." in answer.text
    assert "Warm &amp; cosy" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["http://cosy.example/callback"],
        ["https://cosy.example/#fragment"],
        ["https://user@cosy.example/"],
        ["javascript:alert(1)"],
        [REPLY, REPLY],
        [f"https://cosy.example/{number}" for number in range(11)],
    ],
)
async def test_wrong_reply_urls_are_refused_beside_their_line(browser: Any, wrong: Any) -> None:
    urls = await begin(browser)
    answer = await browser.post(urls, urls, {"reply_url": wrong, "go": "next"}, status=422)
    assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text
    for one in wrong[:10]:
        assert one.replace("&", "&amp;") in answer.text


async def test_only_offered_scopes_are_taken_and_one_is_needed(browser: Any) -> None:
    urls = await begin(browser)
    await browser.post(urls, urls, {"reply_url": [REPLY], "go": "next"})
    scopes = urls.replace("reply-urls", "scopes")
    await browser.post(scopes, scopes, {"scope": ["offline_access", "root"]}, status=422)


async def test_an_incomplete_draft_is_not_validated(browser: Any) -> None:
    urls = await begin(browser)
    summary = urls.replace("reply-urls", "summary")
    text = (await browser.get(summary)).text
    assert "Correct it" in text
    await browser.post(summary, summary, status=422)
    assert not await browser.services.applications.of_owner(browser.account_id)


async def test_secrets_are_added_shown_once_and_deleted(browser: Any) -> None:
    page, first = await make(browser)
    await browser.post(page, f"{page}/secrets", {"label": "Server <b>2</b>"})
    text = (await browser.get(page)).text
    shown = re.findall(r"client_secret</p><code>([^<]+)</code>", text)
    assert len(shown) == 1
    assert shown[0] != first
    assert "<b>2</b>" not in text
    assert shown[0] not in (await browser.get(page)).text
    made = await browser.services.applications.secrets(browser.account_id, page.rpartition("/")[2])
    for one in made:
        await browser.post(page, f"{page}/secrets/{one.id}/delete")
    assert "There is no secret" in (await browser.get(page)).text
    await browser.post(page, f"{page}/secrets/{made[0].id}/delete", status=404)


async def test_details_reply_urls_and_scopes_are_edited_each_on_its_page(browser: Any) -> None:
    page, _secret = await make(browser)
    details = f"{page}/details"
    await browser.post(details, details, {**DETAILS, "name": ""}, status=422)
    await browser.post(
        details,
        details,
        {**DETAILS, "name": "Cosier"},
        files={"logo": ("l", picture(), "image/png")},
    )
    urls = f"{page}/reply-urls"
    await browser.post(urls, urls, {"reply_url": ["http://x.example/"], "go": "next"}, status=422)
    more = await browser.post(urls, urls, {"reply_url": [REPLY], "go": "add"}, status=200)
    assert more.text.count('name="reply_url"') == 2
    await browser.post(urls, urls, {"reply_url": [REPLY], "go": "next"})
    scopes = f"{page}/scopes"
    await browser.post(scopes, scopes, {"scope": []}, status=422)
    await browser.post(scopes, scopes, {"scope": ["comfort.read"]})
    made = (await browser.services.applications.of_owner(browser.account_id))[0]
    assert (made.name, made.reply_urls, made.scopes) == ("Cosier", (REPLY,), ("comfort.read",))
    assert made.has_logo
    await browser.post(details, details, {**DETAILS, "remove_logo": "1"})
    made = (await browser.services.applications.of_owner(browser.account_id))[0]
    assert not made.has_logo


async def test_deleting_ends_it(browser: Any) -> None:
    page, _secret = await make(browser)
    await browser.post(page, f"{page}/delete")
    await browser.get(page, 404)


READ = ["", "/details", "/reply-urls", "/program", "/scopes", "/notifications"]
WRITE = ["/details", "/reply-urls", "/program", "/scopes", "/secrets", "/delete"]


async def test_another_developers_application_does_not_exist(browser: Any, other: Any) -> None:
    page, _secret = await make(browser)
    was = await browser.services.applications.one(browser.account_id, page.rpartition("/")[2])
    secrets = await browser.services.applications.secrets(browser.account_id, was.client_id)
    for part in READ:
        await other.get(page + part, 404)
    fields = {**DETAILS, "reply_url": ["https://evil.example/"], "scope": ["plug.write"]}
    for part in (*WRITE, f"/secrets/{secrets[0].id}/delete"):
        await other.post("/applications", page + part, fields, status=404)
    now = await browser.services.applications.one(browser.account_id, was.client_id)
    assert now == was
    assert secrets == await browser.services.applications.secrets(browser.account_id, was.client_id)
    assert was.client_id not in (await other.get("/applications")).text


async def test_another_developers_draft_does_not_exist(browser: Any, other: Any) -> None:
    summary = await until_summary(browser)
    for step in ("details", "reply-urls", "scopes", "summary"):
        address = summary.replace("summary", step)
        await other.get(address, 404)
        fields = {**DETAILS, "reply_url": [REPLY], "scope": ["comfort.read"]}
        await other.post("/products/starter-kit", address, fields, status=404)
    page = (await browser.post(summary, summary)).headers["location"]
    assert "Warm &amp; cosy" in (await browser.get(page)).text


async def test_the_kind_of_program_is_asked_and_can_be_changed(
    browser: Any,
) -> None:
    page, _secret = await make(browser)
    owned = browser.services.applications.of_owner
    [application] = await owned(browser.account_id)
    assert (application.pkce, application.authentication) == ("required", "secret")
    program = f"{page}/program"
    wrong = {"program": "keys", "jwks": "{}", "retry_seconds": "301"}
    answer = await browser.post(program, program, wrong, status=422)
    assert "JSON Web Key Set" in answer.text
    assert "Between 0 and 300" in answer.text
    right = {
        "program": "legacy",
        "retry_seconds": "120",
        "post_logout_urls": "https://a.example/bye\nhttps://b.example/",
        "logout_url": "https://a.example/logout",
        "rotation": "original",
    }
    await browser.post(program, program, right)
    [application] = await owned(browser.account_id)
    assert (application.pkce, application.authentication) == ("optional", "secret")
    assert application.retry_seconds == 120
    assert application.post_logout_urls == ("https://a.example/bye", "https://b.example/")
    assert application.logout_url == "https://a.example/logout"
    assert application.rotation == "strict", "the operator has not allowed the other"


async def wait_for_approval(browser: Any, client_id: str, change: str) -> None:
    """As where the operator decides."""
    put = statement(f"UPDATE application SET {change} WHERE client_id = :client_id")

    async def write(tx: Tx) -> None:
        await tx.run(put, client_id=client_id)

    await browser.services.database.write(write)


async def test_a_refusal_says_why_and_what_to_do_next(browser: Any) -> None:
    page, _secret = await make(browser)
    applications, client_id = browser.services.applications, page.rpartition("/")[2]
    await browser.post(page, f"{page}/again", status=409)  # nobody has refused it
    await wait_for_approval(browser, client_id, "state = 'pending'")
    await applications.requests.refuse(client_id, "Which <b>company</b> is this?")
    shown = (await browser.get(page)).text
    assert "Which &lt;b&gt;company&lt;/b&gt; is this?" in shown
    assert "then send it again" in shown
    await browser.post(page, f"{page}/again")
    again = await applications.one(browser.account_id, client_id)
    assert again.state == "pending"
    assert [each.client_id for each in await applications.requests.waiting()] == [client_id]
    shown = (await browser.get(page)).text
    assert "Which" not in shown
    assert "the operator has to approve it first" in shown
    assert (await applications.requests.approve(client_id)).state == "approved"


async def test_a_refused_change_of_scopes_says_why_until_the_next(browser: Any) -> None:
    page, _secret = await make(browser)
    applications, client_id = browser.services.applications, page.rpartition("/")[2]
    with pytest.raises(Problem, match="application_decided"):
        await applications.requests.refuse(client_id, "Nothing waits.")
    await wait_for_approval(browser, client_id, "requested_scopes = 'light.read'")
    await applications.requests.refuse(client_id, "Heating only, please.")
    shown = (await browser.get(page)).text
    assert "Heating only, please." in shown
    assert "The scopes stay as they were" in shown
    await browser.post(f"{page}/scopes", f"{page}/scopes", {"scope": ["comfort.read"]})
    assert "Heating only" not in (await browser.get(page)).text

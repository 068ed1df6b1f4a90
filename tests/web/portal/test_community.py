"""Protects the pages on which people write: escaping, whose they are, once, asked before, told by mail."""

import re
from html import unescape
from typing import Any

import pytest

from tests.web.portal.conftest import guard
from workswith.community import forum
from workswith.kernel import mail
from workswith.kernel.clock import HOUR

NASTY = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'`${7*7}`{{7*7}} **<b>x</b>**"


@pytest.fixture
async def olga(other: Any) -> Any:
    """The second browser, with an operator signed in."""
    other.account_id = await other.sign_in("olga@op.test", "operator")
    return other


def harmless(text: str) -> None:
    for part in ("<script>alert", "<img src=x", "<b>x"):
        assert part not in text


async def begin(browser: Any, **fields: str) -> str:
    values = {"category": "apis", "title": "How?", "text": "Tell me", **fields}
    answer = await browser.post("/forum/new", "/forum/new", values)
    return str(answer.headers["location"])


async def open_ticket(browser: Any, **fields: str) -> str:
    values = {"about": "quota", "subject": "Higher ceiling", "text": "Please", **fields}
    answer = await browser.post("/contact", "/contact", values)
    return str(answer.headers["location"])


async def submit(browser: Any, **fields: str) -> str:
    values = {
        "name": "Warm at Six", "summary": "Warms", "url": "https://warm.example/", "text": "Yes",
        **fields,
    }  # fmt: skip
    answer = await browser.post("/showcase/new", "/showcase/new", values)
    return str(answer.headers["location"])


async def test_a_ticket_goes_to_the_operator_and_back(browser: Any, olga: Any) -> None:
    where = await open_ticket(browser)
    reads = browser.services.database
    (told,) = await mail.latest(reads, "olga@op.test")
    assert "Higher ceiling" in told.subject
    assert told.link.endswith(where.replace("/contact/", "/office/tickets/"))
    queue = "/office/tickets"
    assert "Higher ceiling" in (await olga.get(queue)).text
    desk = where.replace("/contact", queue)
    await olga.post(desk, desk, {"text": "You have them."})
    assert "You have them." in (await browser.get(where)).text
    (answered, *_) = await mail.latest(reads, "ada@dev.test")
    assert "You have them." in answered.text
    assert answered.link.endswith(where)
    assert "Higher ceiling" not in (await olga.get(queue)).text, "answered ones do not wait"
    assert "Higher ceiling" in (await olga.get(f"{queue}?state=all&q=ceiling")).text
    await browser.post(where, where, {"text": "Thank you"})
    assert "Higher ceiling" in (await olga.get(queue)).text, "a reply opens it"
    await browser.post(where, f"{where}/close")
    assert "closed" in (await browser.get("/contact")).text


async def test_somebody_elses_ticket_is_not_found(browser: Any, other: Any) -> None:
    where = await open_ticket(browser)
    await other.get(where, 404)
    await other.post("/contact", where, {"text": "x"}, status=404)
    await other.post("/contact", f"{where}/close", status=404)
    assert "Higher ceiling" not in (await other.get("/contact")).text
    desk = where.replace("/contact", "/office/tickets")
    await other.get(desk, 404)
    await other.post("/contact", desk, {"text": "x"}, status=404)


async def test_a_visitor_reads_and_signs_in_to_write(visitor: Any, browser: Any) -> None:
    where = await begin(browser)
    assert "Tell me" in (await visitor.get(where)).text
    assert "/signin" in (await visitor.get("/contact")).text
    for path in ("/forum/new", "/showcase/new"):
        assert (await visitor.get(path, 303)).headers["location"].startswith("/signin")
    await visitor.sign_in("owner@home.test", "end_user")
    await visitor.get("/forum/new", 403)
    await visitor.post("/contact", where, {"text": "x"}, status=403)


async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(browser: Any) -> None:
    for page, fields in (
        ("/contact", {"about": "quota", "subject": "Kept subject", "text": ""}),
        ("/forum/new", {"category": "ideas", "title": "Kept title", "text": ""}),
        (
            "/showcase/new",
            {"name": "Kept name", "summary": "s", "text": "t", "url": "javascript:x"},
        ),
    ):
        answer = await browser.post(page, page, fields, status=422)
        assert "Kept " in answer.text
        assert 'aria-invalid="true"' in answer.text


async def test_a_form_that_is_sent_twice_counts_once(browser: Any) -> None:
    text = (await browser.get("/forum/new")).text
    guard = {
        name: unescape(re.findall(rf'name="{name}" value="([^"]+)"', text)[-1])
        for name in ("csrf", "once")
    }
    fields = {**guard, "category": "apis", "title": "Once only", "text": "x"}
    places = []
    for _ in range(2):
        answer = await browser.http.post("/forum/new", data=fields)
        places.append(answer.headers["location"])
    assert places[0] == places[1]
    assert (await browser.get("/forum")).text.count("Once only") == 1


async def test_no_text_of_a_person_becomes_script(browser: Any, olga: Any, visitor: Any) -> None:
    thread = await begin(browser, title=NASTY[:120], text=NASTY)
    ticket = await open_ticket(browser, subject=NASTY[:120], text=NASTY)
    entry = await submit(browser, name=NASTY[:120], summary=NASTY, text=NASTY)
    await olga.post(thread, thread, {"text": NASTY})
    await browser.post(
        thread, f"/forum/posts/{await _last_post(olga, thread)}/report", {"reason": NASTY}
    )
    desk = ticket.replace("/contact", "/office/tickets")
    await olga.post(desk, desk, {"text": NASTY})
    await olga.post("/office/showcase", f"/office{entry}/publish")
    for reader, paths in (
        (
            visitor,
            (thread, entry, "/forum", "/showcase", f"/forum?q={NASTY}", f"/search?q={NASTY}"),
        ),
        (browser, (ticket, "/contact", "/showcase", f"/contact?q={NASTY}")),
        (olga, (desk, "/office/tickets?state=all", "/office/forum", "/office/showcase?state=all")),
    ):
        for path in paths:
            text = (await reader.get(path)).text
            harmless(text)
    for one in await mail.latest(browser.services.database):
        harmless(one.html)


async def _last_post(browser: Any, thread: str) -> str:
    return str(re.findall(r'id="post-(\d+)"', (await browser.get(thread)).text)[-1])


async def test_moderation_hides_closes_and_settles_reports(
    browser: Any, olga: Any, visitor: Any
) -> None:
    thread = await begin(browser)
    await browser.post(thread, thread, {"text": "Rude words"})
    post = await _last_post(browser, thread)
    visitor.account_id = await visitor.sign_in("carl@dev.test")
    await visitor.post(thread, f"/forum/posts/{post}/report", {"reason": "Rude"})
    assert "Rude words" in (await olga.get("/office/forum")).text
    await olga.post("/office/forum", f"/forum/posts/{post}/hide", {"back": "queue"})
    assert "Nothing waits" in (await olga.get("/office/forum")).text
    assert "Rude words" not in (await visitor.get(thread)).text
    assert "Rude words" in (await olga.get(thread)).text
    await olga.post(thread, f"{thread}/lock")
    await visitor.post("/contact", thread, {"text": "late"}, status=422)
    await olga.post(thread, f"{thread}/hide")
    await visitor.get(thread, 404)
    assert "How?" not in (await visitor.get("/forum")).text


async def test_only_operators_moderate(browser: Any, other: Any) -> None:
    thread = await begin(browser)
    post = await _last_post(browser, thread)
    for act in (f"{thread}/lock", f"{thread}/hide", f"/forum/posts/{post}/hide"):
        await other.post("/contact", act, status=404)
    assert "Tell me" in (await other.get(thread)).text
    for path in ("/office/tickets", "/office/forum", "/office/showcase"):
        await other.get(path, 404)


async def test_a_solution_is_seen_once_it_is_published(
    browser: Any, olga: Any, visitor: Any
) -> None:
    entry = await submit(browser)
    await visitor.get(entry, 404)
    assert "in review" in (await browser.get(entry)).text
    refused = await olga.post("/office/showcase", f"/office{entry}/refuse", status=422)
    assert "Please give a reason." in refused.text
    await olga.post("/office/showcase", f"/office{entry}/refuse", {"reason": "Does not open"})
    assert "Does not open" in (await browser.get("/showcase")).text
    await olga.post("/office/showcase?state=refused", f"/office{entry}/publish")
    assert "Warm at Six" in (await visitor.get("/showcase?q=warms")).text
    assert 'rel="nofollow noopener ugc"' in (await visitor.get(entry)).text
    (told, *_) = await mail.latest(browser.services.database, "ada@dev.test")
    assert "published" in told.subject
    visitor.account_id = await visitor.sign_in("carl@dev.test")
    await visitor.post("/contact", f"{entry}/withdraw", status=404)
    await browser.post(entry, f"{entry}/withdraw")
    await visitor.get(entry, 404)


async def test_destructive_acts_ask_first(browser: Any, olga: Any) -> None:
    """Each stands in a panel that has to be opened, without script."""
    thread, entry = await begin(browser), await submit(browser)
    ticket = await open_ticket(browser)
    for reader, path, acts in (
        (olga, thread, (f"{thread}/hide", f"{thread}/lock")),
        (browser, entry, (f"{entry}/withdraw",)),
        (browser, ticket, (f"{ticket}/close",)),
    ):
        text = (await reader.get(path)).text
        for act in acts:
            before = text[: text.index(f'action="{act}"')]
            assert before.rindex('<details class="dialog"') > before.rfind("</details>")


async def test_long_lists_have_pages(browser: Any) -> None:
    database = browser.services.database
    for number in range(60):
        who = forum.Author(f"a{number}", "A")
        await database.write(
            forum.begin, who, category="apis", title=f"T{number}", text="x", mark=f"m{number}",
            now=number + 1,
        )  # fmt: skip
    first = (await browser.get("/forum?category=apis")).text
    assert "page=2" in first
    assert "T59" in first
    assert "T0<" not in first
    assert "T0<" in (await browser.get("/forum?category=apis&page=2")).text
    for number in range(forum.PAGE + 1):
        who = forum.Author(f"b{number}", "B")
        await database.write(forum.reply, who, "m0", text=f"R{number}.", mark=f"r{number}", now=100)
    assert "R30." not in (await browser.get("/forum/threads/m0")).text
    assert "R30." in (await browser.get("/forum/threads/m0?page=2")).text
    answer = await browser.post("/forum/threads/m0?page=2", "/forum/threads/m0", {"text": "end"})
    assert answer.headers["location"].endswith("?page=2#reply")


async def test_an_author_edits_and_withdraws_and_nobody_else_does(browser: Any, other: Any) -> None:
    thread = await begin(browser, text="First words")
    post = await _first_post(browser, thread)
    await browser.post(f"{post}/edit", f"{post}/edit", {"title": "Better", "text": "Better words"})
    shown = (await other.get(thread)).text
    assert "Better words" in shown
    assert "edited" in shown
    assert "First words" not in shown
    assert f"{post}/edit" not in shown, "others find no button"
    await other.get(f"{post}/edit", 404)
    await other.post(thread, f"{post}/edit", {"text": "Mine now"}, status=404)
    await other.post(thread, f"{post}/withdraw", status=404)
    await browser.post(thread, f"{post}/withdraw")
    shown = (await other.get(thread)).text
    assert "Its author has withdrawn this post." in shown
    assert "Better words" not in shown
    await browser.get(f"{post}/edit", 409)


async def test_the_first_post_of_a_thread_carries_its_title(browser: Any, other: Any) -> None:
    thread = await begin(browser, title="Wrong title", text="First words")
    post = await _first_post(browser, thread)
    await browser.post(
        f"{post}/edit", f"{post}/edit", {"title": "Right title", "text": "First words"}
    )
    shown = (await other.get(thread)).text
    assert "<h1>Right title</h1>" in shown
    assert "Wrong title" not in shown
    await other.post(thread, thread, {"text": "A reply"})
    reply = await _first_post(other, thread)
    assert 'name="title"' not in (await other.get(f"{reply}/edit")).text


async def test_an_operator_reads_what_posts_said(browser: Any, olga: Any) -> None:
    thread = await begin(browser, text="First words")
    post = await _first_post(browser, thread)
    await browser.post(f"{post}/edit", f"{post}/edit", {"title": "Better", "text": "Better words"})
    await browser.post(thread, f"{post}/withdraw")
    shown = (await olga.get(thread)).text
    assert "First words" in shown
    assert "Better words" in shown


async def test_a_post_settles_after_the_hours_of_the_setting(browser: Any, services: Any) -> None:
    thread = await begin(browser)
    post = await _first_post(browser, thread)
    page = (await browser.get(f"{post}/edit")).text
    for hours in (services.settings.forum_edit_hours - 1, 1):
        services.clock.jump(services.clock.now() + hours * HOUR)
        shown = (await browser.get(thread)).text
    assert f"{post}/edit" not in shown
    late = await browser.http.post(
        f"{post}/edit", data={**guard(page), "title": "Late", "text": "Too late & mine"}
    )
    assert late.status_code == 422
    assert "can no longer be changed" in late.text
    assert "Too late &amp; mine" in late.text, "what was typed stays"


async def test_an_edit_is_escaped_and_may_not_be_empty(browser: Any) -> None:
    thread = await begin(browser)
    post = await _first_post(browser, thread)
    refused = await browser.post(
        f"{post}/edit", f"{post}/edit", {"title": " ", "text": " "}, status=422
    )
    assert "Please write something." in refused.text
    assert "Please say in a few words what it is about." in refused.text
    await browser.post(f"{post}/edit", f"{post}/edit", {"title": NASTY, "text": NASTY})
    harmless((await browser.get(thread)).text)


async def _first_post(browser: Any, thread: str) -> str:
    found = re.search(r"/forum/posts/\d+(?=/edit)", (await browser.get(thread)).text)
    assert found
    return found[0]

"""Protects tickets, forum and showcase: whose they are, that a form counts once, who may what."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workswith.community import forum, rules, showcase, tickets
from workswith.community.forum import Author
from workswith.kernel.clock import HOUR
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem

ADA, BOB = Author("ada", "Ada T."), Author("bob", "Bob T.")
OLGA = Author("olga", "Olga O.", operator=True)


async def _ticket(database: Database, who: str, mark: str, now: int = 1) -> None:
    await database.write(
        tickets.submit, who, about="quota", subject="More", text="Please", mark=mark, now=now
    )


async def _thread(database: Database, who: Author, mark: str, now: int = 1) -> str:
    return await database.write(
        forum.begin, who, category="start", title="How?", text="So", mark=mark, now=now
    )


async def _reply(database: Database, who: Author, thread: str, mark: str, now: int = 2) -> None:
    await database.write(forum.reply, who, thread, text="Like this", mark=mark, now=now)


async def _entry(database: Database, who: str, mark: str, url: str = "https://a.example/") -> str:
    return await database.write(
        showcase.submit, who, name="Warm", summary="S", text="T", url=url, mark=mark, now=1
    )


async def test_a_ticket_is_its_owners_alone(database: Database) -> None:
    await _ticket(database, "ada", "m")
    assert (await tickets.one(database, "ada", "m")).state == "open"
    for who in ("bob", ""):
        with pytest.raises(Problem, match="ticket_unknown"):
            await tickets.one(database, who, "m")
    with pytest.raises(Problem, match="ticket_unknown"):
        await database.write(tickets.reply, "bob", "m", text="x", mark="n", now=2)
    with pytest.raises(Problem, match="ticket_unknown"):
        await database.write(tickets.close, "bob", "m", 2)
    assert await tickets.listed(database, account_id="bob", limit=9) == []


async def test_the_states_of_a_ticket(database: Database) -> None:
    await _ticket(database, "ada", "m")
    await database.write(tickets.answer, "m", text="Yes", mark="a", now=2)
    assert (await tickets.any_one(database, "m")).state == "answered"
    await database.write(tickets.close, "", "m", 3)
    assert (await tickets.any_one(database, "m")).state == "closed"
    await database.write(tickets.reply, "ada", "m", text="But", mark="b", now=4)
    assert (await tickets.any_one(database, "m")).state == "open"
    said = [(one.by_operator, one.text) for one in await tickets.messages(database, "m")]
    assert said == [(0, "Please"), (1, "Yes"), (0, "But")]


async def test_what_is_sent_twice_is_there_once(database: Database) -> None:
    for _ in range(2):
        await _ticket(database, "ada", "m")
        await database.write(tickets.reply, "ada", "m", text="x", mark="r", now=2)
        await database.write(tickets.answer, "m", text="y", mark="a", now=3)
        await _thread(database, ADA, "t")
        await _reply(database, BOB, "t", "p")
        await _entry(database, "ada", "e")
    assert len(await tickets.messages(database, "m")) == 3
    assert (await forum.thread(database, "t")).posts == 2
    assert len(await forum.posts(database, "t", 1)) == 2
    assert len(await showcase.listed(database, limit=9)) == 1


async def test_whoever_writes_too_much_has_to_wait(database: Database) -> None:
    for number in range(rules.TICKETS_AN_HOUR):
        await _ticket(database, "ada", f"m{number}")
    for number in range(rules.THREADS_AN_HOUR):
        await _thread(database, ADA, f"t{number}")
    for number in range(rules.ENTRIES_AN_HOUR):
        await _entry(database, "ada", f"e{number}")
    for number in range(rules.POSTS_AN_HOUR - rules.THREADS_AN_HOUR):
        await _reply(database, ADA, "t0", f"p{number}")
    for act in (
        _ticket(database, "ada", "more"),
        _thread(database, ADA, "more"),
        _entry(database, "ada", "more"),
        _reply(database, ADA, "t0", "more"),
    ):
        with pytest.raises(Problem) as caught:
            await act
        assert caught.value.kind is Kind.THROTTLED
    await _thread(database, BOB, "his")
    await _thread(database, ADA, "later", 1 + HOUR)


async def test_hidden_is_hidden_for_all_but_operators(database: Database) -> None:
    await _thread(database, ADA, "t")
    await _reply(database, BOB, "t", "p")
    (first, second) = await forum.posts(database, "t", 1)
    await database.write(forum.moderate, second.id, hide=True)
    with pytest.raises(Problem, match="post_unknown"):
        await forum.post(database, second.id)
    assert await forum.threads(database, text="like this", limit=9) == []
    await database.write(forum.hide_thread, "t", hide=True)
    assert await forum.threads(database, limit=9) == []
    assert len(await forum.threads(database, everything=True, limit=9)) == 1
    for act in (forum.thread(database, "t"), _reply(database, ADA, "t", "q")):
        with pytest.raises(Problem, match="thread_unknown"):
            await act
    with pytest.raises(Problem, match="thread_unknown"):
        await forum.post(database, first.id)
    await database.write(forum.hide_thread, "t", hide=False)
    await forum.thread(database, "t")


async def test_a_closed_thread_takes_replies_of_operators_alone(database: Database) -> None:
    await _thread(database, ADA, "t")
    await database.write(forum.lock_thread, "t", lock=True)
    with pytest.raises(Problem, match="thread_locked"):
        await _reply(database, ADA, "t", "p")
    await _reply(database, OLGA, "t", "o")
    await database.write(forum.lock_thread, "t", lock=False)
    await _reply(database, ADA, "t", "p")


async def test_reports_count_readers_and_are_settled(database: Database) -> None:
    await _thread(database, ADA, "t")
    (post,) = await forum.posts(database, "t", 1)
    for who in ("bob", "bob", "eve"):
        await database.write(forum.report, who, post.id, "rude", 3)
    (report,) = await forum.reports(database, 9)
    assert (report.reports, report.reason, report.title) == (2, "rude", "How?")
    await database.write(forum.moderate, post.id, hide=False)
    assert await forum.reports(database, 9) == []


async def test_the_showcase_shows_what_is_published(database: Database) -> None:
    await _entry(database, "ada", "e")
    for who, everything, seen in (("bob", False, False), ("ada", False, True), ("", True, True)):
        if seen:
            await showcase.visible(database, "e", who, everything=everything)
        else:
            with pytest.raises(Problem, match="entry_unknown"):
                await showcase.visible(database, "e", who, everything=everything)
    with pytest.raises(Problem, match="reason_missing"):
        await database.write(showcase.decide, "e", publish=False, now=2)
    await database.write(showcase.decide, "e", publish=True, now=2)
    await showcase.visible(database, "e", "bob", everything=False)
    with pytest.raises(Problem, match="entry_unknown"):
        await database.write(showcase.withdraw, "bob", "e")
    assert await database.write(showcase.withdraw, "ada", "e") == "Warm"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//a.example", "https:///x", "http://[", ""]
)
async def test_a_solution_leads_to_the_web_alone(database: Database, url: str) -> None:
    with pytest.raises(Problem, match="url_form"):
        await _entry(database, "ada", "e", url)


async def test_a_closed_account_leaves_no_name(database: Database) -> None:
    await _ticket(database, "ada", "m")
    await _entry(database, "ada", "e")
    await _thread(database, ADA, "t")
    await _thread(database, BOB, "u")
    for forget in (tickets.forget, forum.forget, showcase.forget):
        await database.write(forget, "ada", 9)
    assert await tickets.listed(database, account_id="", limit=9) == []
    assert await tickets.messages(database, "m") == []
    assert await showcase.listed(database, limit=9) == []
    authors = {one.id: one.author for one in await forum.threads(database, limit=9)}
    assert authors == {"t": "", "u": "Bob T."}
    assert [one.author_id for one in await forum.posts(database, "t", 1)] == [""]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(once=st.text(max_size=40), other=st.text(max_size=40))
def test_a_mark_tells_people_and_forms_apart(once: str, other: str) -> None:
    assert rules.mark_of("ada", once) == rules.mark_of("ada", once)
    assert rules.mark_of("ada", once) != rules.mark_of("bob", once)
    assert (rules.mark_of("ada", once) == rules.mark_of("ada", other)) == (once == other)


async def _edit(database: Database, who: str, post_id: int, text: str, now: int) -> forum.Post:
    return await database.write(forum.edit, who, post_id, text=text, now=now, within=HOUR)


async def test_authors_edit_for_a_while_and_operators_read_what_it_said(database: Database) -> None:
    await _thread(database, ADA, "t")
    await _reply(database, BOB, "t", "p")
    (first, second) = await forum.posts(database, "t", 1)
    for now, text in ((10, "Then"), (20, "Now"), (30, "Now")):
        await _edit(database, "ada", first.id, text, now)
    (after, _second) = posts = await forum.posts(database, "t", 1)
    assert (after.text, after.edited_at) == ("Now", 20), "the same text again is no change"
    kept = await forum.versions(database, "t", posts)
    assert [(one.text, one.until) for one in kept[first.id]] == [("Then", 20), ("So", 10)]
    for who in ("bob", ""):
        with pytest.raises(Problem, match="post_unknown"):
            await _edit(database, who, first.id, "Mine", 40)
    with pytest.raises(Problem, match="post_settled"):
        await _edit(database, "bob", second.id, "Late", 2 + HOUR)
    await database.write(forum.lock_thread, "t", lock=True)
    with pytest.raises(Problem, match="thread_locked"):
        await _edit(database, "bob", second.id, "x", 40)


async def test_only_the_first_post_changes_the_title(database: Database) -> None:
    await _thread(database, ADA, "t")
    await _reply(database, ADA, "t", "p")
    (first, second) = posts = await forum.posts(database, "t", 1)
    before = await forum.thread(database, "t")
    for post in posts:
        title = f"Of {post.id}"
        await database.write(
            forum.edit, "ada", post.id, text=post.text, title=title, now=10, within=HOUR
        )
    assert (await forum.thread(database, "t")).title == f"Of {first.id}"
    kept = await forum.versions(database, "t", posts)
    assert [one.text for one in kept[first.id]] == [f"**{before.title}**\n\n{first.text}"]
    assert second.id not in kept, "nothing of it changed"


async def test_what_is_withdrawn_is_gone_for_readers_alone(database: Database) -> None:
    await _thread(database, ADA, "t")
    (post,) = await forum.posts(database, "t", 1)
    await database.write(forum.withdraw, "ada", post.id, now=5, within=HOUR)
    (after,) = posts = await forum.posts(database, "t", 1)
    assert (after.text, after.withdrawn_at) == ("", 5)
    assert [one.text for one in (await forum.versions(database, "t", posts))[post.id]] == ["So"]
    assert await forum.threads(database, text="so", limit=9) == []
    for act in (
        _edit(database, "ada", post.id, "Again", 6),
        database.write(forum.withdraw, "ada", post.id, now=6, within=HOUR),
    ):
        with pytest.raises(Problem, match="post_settled"):
            await act


async def test_nobody_edits_what_an_operator_has_hidden(database: Database) -> None:
    await _thread(database, ADA, "t")
    (post,) = await forum.posts(database, "t", 1)
    await database.write(forum.moderate, post.id, hide=True)
    with pytest.raises(Problem, match="post_unknown"):
        await _edit(database, "ada", post.id, "x", 5)


async def test_of_a_closed_account_no_earlier_words_stay(database: Database) -> None:
    await _thread(database, ADA, "t")
    (post,) = await forum.posts(database, "t", 1)
    await _edit(database, "ada", post.id, "Better", 5)
    await database.write(forum.forget, "ada", 9)
    posts = await forum.posts(database, "t", 1)
    assert [one.text for one in posts] == ["Better"]
    assert await forum.versions(database, "t", posts) == {}

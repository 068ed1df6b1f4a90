"""The forum: everybody reads, developers write, operators moderate in place. [PRT-1]"""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from workswith.community import forum, rules
from workswith.identity import audit
from workswith.kernel.clock import HOUR
from workswith.kernel.database import Tx
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator, page
from workswith.web.site.visit import Visit

from .writing import author, body, choice, mark, writer

CATEGORIES = {
    "start": lazy("First steps"),
    "apis": lazy("APIs and devices"),
    "notifications": lazy("Notifications"),
    "testing": lazy("Testing"),
    "ideas": lazy("Ideas"),
    "other": lazy("Everything else"),
}
_MARKUP = lazy(
    "`code`, **strong** and *emphasis* are shown as such; an empty line begins a paragraph."
)


def _title() -> StringField:
    return text(
        lazy("Title"),
        DataRequired(lazy("Please say in a few words what it is about.")),
        Length(max=rules.TITLE_LIMIT),
        autocomplete="off",
    )


class ThreadForm(Form):
    category = choice(lazy("Category"), CATEGORIES)
    title = _title()
    text = body(lazy("Text"), _MARKUP)


class ReplyForm(Form):
    text = body(lazy("Your reply"), _MARKUP)


class EditForm(Form):
    text = body(lazy("Text"), _MARKUP)


class OpeningForm(Form):
    """The first post of a thread, which carries its title."""

    title = _title()
    text = body(lazy("Text"), _MARKUP)


async def listing(visit: Visit) -> Response:
    """The latest first; by category, and by words of title and posts."""
    asked, category = paging.wanted(visit), visit.asked("category")
    category = category if category in CATEGORIES else ""
    search = partial(
        forum.threads,
        visit.services.database,
        category=category,
        text=asked,
        everything=visit.operator,
    )
    return visit.render(
        "portal/forum.html",
        threads=await paging.read(visit, "/forum", search, q=asked, category=category),
        category=category,
        categories=CATEGORIES,
    )


async def begin(visit: Visit) -> Response:
    form = ThreadForm.of(visit, category=visit.asked("category", "start"))
    if visit.posted and form.validate():
        try:
            id_ = await visit.services.database.write(
                forum.begin,
                author(visit),
                category=form.category.data,
                title=form.title.data or "",
                text=str(form.data["text"]),
                mark=mark(visit),
                now=visit.now,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            return visit.go(f"/forum/threads/{id_}")
    return visit.render("portal/thread_new.html", 422 if visit.posted else 200, form=form)


async def thread(visit: Visit) -> Response:
    return await _show(visit, ReplyForm.of(visit))


async def reply(visit: Visit) -> Response:
    """Ends at the last page, where the reply stands."""
    form = ReplyForm.of(visit)
    if not form.validate():
        return await _show(visit, form, 422)
    try:
        found = await visit.services.database.write(
            forum.reply,
            author(visit),
            visit.parameter("thread"),
            text=str(form.data["text"]),
            mark=mark(visit),
            now=visit.now,
        )
    except Problem as problem:
        if problem.code == "thread_unknown":
            raise
        form.refuse(problem)
        return await _show(visit, form, 422)
    last = (found.posts + forum.PAGE) // forum.PAGE
    return visit.go(f"/forum/threads/{found.id}?page={last}#reply")


async def edit(visit: Visit) -> Response:
    """One's own post, as long as the setting says; the page marks it as edited."""
    reads, post_id = visit.services.database, _post_id(visit)
    found = await forum.own_post(reads, visit.account.id, post_id)
    if not visit.posted and not _changeable(visit, found):
        raise Problem(Kind.CONFLICT, "post_settled", "This post can no longer be changed.")
    thread = await forum.thread(reads, found.thread_id)
    opens = await forum.posts_before(reads, found) == 0
    form: Form = EditForm.of(visit, text=found.text)
    if opens:
        form = OpeningForm.of(visit, title=thread.title, text=found.text)
    if visit.posted and form.validate():
        text, title = str(form.data["text"]), str(form.data.get("title", ""))
        try:
            await reads.write(
                forum.edit,
                visit.account.id,
                post_id,
                text=text,
                title=title,
                now=visit.now,
                within=_within(visit),
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Changed."))
            return visit.go(await _place_of(visit, found))
    status = 422 if visit.posted else 200
    return visit.render(
        "portal/post_edit.html",
        status,
        form=form,
        post=found,
        thread=thread,
        back=await _place_of(visit, found),
    )


async def withdraw(visit: Visit) -> Response:
    """The page has asked whether."""
    post_id, within = _post_id(visit), _within(visit)
    found = await visit.services.database.write(
        forum.withdraw, visit.account.id, post_id, now=visit.now, within=within
    )
    visit.say(_("Withdrawn. Nobody but operators can read it any more."))
    return visit.go(await _place_of(visit, found))


async def report(visit: Visit) -> Response:
    """The page has asked whether; the operator looks at it."""
    found = await visit.services.database.write(
        forum.report,
        visit.account.id,
        _post_id(visit),
        visit.typed("reason").strip()[: rules.REASON_LIMIT],
        visit.now,
    )
    visit.say(_("Thank you. The operator looks at it."))
    return visit.go(f"/forum/threads/{found.thread_id}")


async def moderate_post(visit: Visit) -> Response:
    """``hide`` or ``show``; what was reported about it is settled."""
    act, post_id = visit.parameter("act"), _post_id(visit)
    if act not in {"hide", "show"}:
        raise HTTPException(404)

    async def write(tx: Tx) -> forum.Post:
        found = await forum.moderate(tx, post_id, hide=act == "hide")
        await _note(tx, visit, f"{act} post {post_id}")
        return found

    found = await visit.services.database.write(write)
    visit.say(_("Done."))
    back = visit.typed("back")
    return visit.go("/office/forum" if back == "queue" else f"/forum/threads/{found.thread_id}")


_ACTS: dict[str, Callable[[Tx, str], Awaitable[None]]] = {
    "hide": lambda tx, id_: forum.hide_thread(tx, id_, hide=True),
    "show": lambda tx, id_: forum.hide_thread(tx, id_, hide=False),
    "lock": lambda tx, id_: forum.lock_thread(tx, id_, lock=True),
    "unlock": lambda tx, id_: forum.lock_thread(tx, id_, lock=False),
}


async def moderate_thread(visit: Visit) -> Response:
    name, thread_id = visit.parameter("act"), visit.parameter("thread")
    act = _ACTS.get(name)
    if act is None:
        raise HTTPException(404)

    async def write(tx: Tx) -> None:
        await act(tx, thread_id)
        await _note(tx, visit, f"{name} thread {thread_id}")

    await visit.services.database.write(write)
    visit.say(_("Done."))
    return visit.go(f"/forum/threads/{thread_id}")


async def _note(tx: Tx, visit: Visit, detail: str) -> None:
    by = visit.account.id
    await audit.note(tx, "forum_moderated", visit.now, account_id=by, detail=detail[:200])


def _within(visit: Visit) -> int:
    return visit.services.settings.forum_edit_hours * HOUR


def _changeable(visit: Visit, one: forum.Post) -> bool:
    """Whether the reader may edit and withdraw it now."""
    reader = visit.known.id if visit.known else ""
    return one.changeable(reader, visit.now, _within(visit))


async def _place_of(visit: Visit, one: forum.Post) -> str:
    """The page of its thread on which it stands."""
    before = await forum.posts_before(visit.services.database, one)
    number = before // forum.PAGE + 1
    page = f"?page={number}" if number > 1 else ""
    return f"/forum/threads/{one.thread_id}{page}#post-{one.id}"


async def _show(visit: Visit, form: ReplyForm, status: int = 200) -> Response:
    reads = visit.services.database
    found = await forum.thread(reads, visit.parameter("thread"), everything=visit.operator)
    pages = -(-found.posts // forum.PAGE)
    number = min(paging.number(visit), pages)
    posts = await forum.posts(reads, found.id, number)
    return visit.render(
        "portal/thread.html",
        status,
        thread=found,
        posts=posts,
        changeable={one.id for one in posts if _changeable(visit, one) and not found.locked},
        versions=await forum.versions(reads, found.id, posts) if visit.operator else {},
        page=number,
        pages=pages,
        address=paging.address(f"/forum/threads/{found.id}"),
        form=form,
        categories=CATEGORIES,
        writes=visit.developer or visit.operator,
    )


def _post_id(visit: Visit) -> int:
    text = visit.parameter("post")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise HTTPException(404)
    return int(text)


ROUTES = [
    Route("/forum", page(listing), methods=["GET"]),
    Route("/forum/new", writer(begin), methods=["GET", "POST"]),
    Route("/forum/threads/{thread}", page(thread), methods=["GET"]),
    Route("/forum/threads/{thread}", writer(reply), methods=["POST"]),
    Route("/forum/threads/{thread}/{act}", operator(moderate_thread), methods=["POST"]),
    Route("/forum/posts/{post}/report", writer(report), methods=["POST"]),
    Route("/forum/posts/{post}/edit", writer(edit), methods=["GET", "POST"]),
    Route("/forum/posts/{post}/withdraw", writer(withdraw), methods=["POST"]),
    Route("/forum/posts/{post}/{act}", operator(moderate_post), methods=["POST"]),
]

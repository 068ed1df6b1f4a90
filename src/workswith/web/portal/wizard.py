"""Requesting a new application, step by step, with the way back and nothing lost. [APP-1]

    details -> reply URLs -> scopes -> summary -> "Validate"

Every POST saves what was typed into the draft, right or wrong, and then goes where its button
says: on (only if the step is right), back, or to the same step with one line more or less. The last
step takes the draft away, so that it becomes one application however often it is sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.application_form import check
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit

from . import drafts, programs, reveal, sections
from .drafts import Draft
from .visible import documents

STEPS = ("details", "reply-urls", "scopes", "summary")
WORDS = (lazy("Details"), lazy("Reply URLs"), lazy("Scopes"), lazy("Summary"))
_STEP_OF_FIELD = {"reply_urls": "reply-urls", "scopes": "scopes"}
"""Every other field stands in the first step."""
_LONGEST_ID = 64


async def begin(visit: Visit) -> Response:
    """The first step of a new draft; nothing is kept before something was typed."""
    draft_id = visit.services.ident.uuid()
    return await _details(visit, draft_id, Draft())


async def step(visit: Visit) -> Response:
    """Any step of a draft that exists."""
    draft_id, show = visit.parameter("draft"), _PAGES.get(visit.parameter("step"))
    if show is None or len(draft_id) > _LONGEST_ID:
        raise HTTPException(404)
    draft = await drafts.read(visit.services.database, visit.account.id, draft_id)
    if draft is None and visit.posted and show is _details:
        draft = Draft()
    if draft is None:
        raise _gone()
    return await show(visit, draft_id, draft)


def _gone() -> Problem:
    return Problem(
        Kind.UNKNOWN,
        "draft_unknown",
        "This request is finished or gone: it became an application, or nobody touched it for long.",
        hint="Look into your applications, or request a new one.",
    )


async def _details(visit: Visit, draft_id: str, draft: Draft) -> Response:
    form = sections.show_details(draft)
    if visit.posted:
        draft, form = await sections.read_details(visit, draft)
        await _save(visit, draft_id, draft)
        if form.judge(draft):
            return visit.go(_address(draft_id, "reply-urls"))
    return _show(visit, draft_id, "details", form=form, draft=draft)


async def _reply_urls(visit: Visit, draft_id: str, draft: Draft) -> Response:
    wrong: tuple[list[str], str] = ([], "")
    if visit.posted:
        button = visit.typed("go")
        draft = sections.read_reply_urls(visit.form, draft, sections.line_to_remove(button))
        draft = programs.read_kind(visit.form, draft)
        await _save(visit, draft_id, draft)
        if button == "back":
            return visit.go(_address(draft_id, "details"))
        if button == "add" or sections.line_to_remove(button) is not None:
            more = "?more=1#reply-url-last" if button == "add" else ""
            return visit.go(_address(draft_id, "reply-urls") + more)
        wrong = sections.wrong_reply_urls(draft.reply_urls)
        if not any(wrong[0]) and not wrong[1]:
            return visit.go(_address(draft_id, "scopes"))
    return _show(
        visit,
        draft_id,
        "reply-urls",
        urls=draft.reply_urls,
        more=bool(visit.asked("more")) or not draft.reply_urls,
        wrong=wrong[0],
        wrong_together=wrong[1],
        kinds=programs.KINDS,
        kind=programs.kind_of(draft),
    )


async def _scopes(visit: Visit, draft_id: str, draft: Draft) -> Response:
    wrong = ""
    if visit.posted:
        draft = sections.read_scopes(visit.form, draft)
        await _save(visit, draft_id, draft)
        if visit.typed("go") == "back":
            return visit.go(_address(draft_id, "reply-urls"))
        if draft.scopes:
            return visit.go(_address(draft_id, "summary"))
        wrong = _("Please choose at least one scope.")
    return _show(
        visit,
        draft_id,
        "scopes",
        choices=sections.choices(await documents(visit)),
        chosen=draft.scopes,
        wrong=wrong,
    )


async def _summary(visit: Visit, draft_id: str, draft: Draft) -> Response:
    """Shows everything once more; "Validate" makes the application."""
    problems, form = check(sections.application_form(draft))
    if visit.posted and not problems:
        return await _validate(visit, draft_id)
    words = {choice.scope.name: choice.scope for choice in sections.choices(())}
    return _show(
        visit,
        draft_id,
        "summary",
        draft=draft,
        form=form,
        scopes=[words[name] for name in draft.scopes],
        kind=programs.kind_of(draft),
        problems=[
            (_(problem.detail), _address(draft_id, _STEP_OF_FIELD.get(problem.field, "details")))
            for problem in problems
        ],
    )


async def _validate(visit: Visit, draft_id: str) -> Response:
    services = visit.services
    draft = await services.database.write(drafts.take, visit.account.id, draft_id)
    if draft is None:
        raise _gone()
    try:
        made, secret = await services.applications.create(
            visit.account.id, sections.application_form(draft)
        )
    except Problem:
        await _save(visit, draft_id, draft)
        raise
    if secret:
        reveal.put(visit, made.client_id, secret)
    return visit.go(f"/applications/{made.client_id}")


_PAGES: Mapping[str, Callable[[Visit, str, Draft], Awaitable[Response]]] = {
    "details": _details,
    "reply-urls": _reply_urls,
    "scopes": _scopes,
    "summary": _summary,
}


async def _save(visit: Visit, draft_id: str, draft: Draft) -> None:
    save = visit.services.database.write
    if not await save(drafts.save, visit.account.id, draft_id, draft, visit.now):
        raise _gone()


def _address(draft_id: str, step: str) -> str:
    return f"/applications/new/{draft_id}/{step}"


def _show(visit: Visit, draft_id: str, step: str, **values: Any) -> Response:
    at = STEPS.index(step)
    return visit.render(
        f"portal/wizard/{step}.html",
        422 if visit.posted else 200,
        steps=WORDS,
        current=at + 1,
        hrefs=[_address(draft_id, one) for one in STEPS],
        action=_address(draft_id, step),
        **values,
    )


ROUTES = [
    Route("/applications/new", developer(begin), methods=["GET"]),
    Route("/applications/new/{draft}/{step}", developer(step), methods=["GET", "POST"]),
]

"""Refusals as pages that help: what happened, why, and where to go from here."""

from starlette.responses import Response

from workswith.kernel import log
from workswith.kernel.problem import Kind, Problem

from .language import _, lazy
from .visit import Visit

STATUSES = {
    Kind.MALFORMED: 400,
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.THROTTLED: 429,
    Kind.EXHAUSTED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
"""Kinds that pages name; every other is 409: the world is not in the state that the reader saw."""

_TEXTS = {
    400: (
        lazy("That request cannot be read"),
        lazy("The address or the form is not what this page expects."),
        lazy("Go back and try once more from the page that you came from."),
    ),
    403: (
        lazy("This is not open to you"),
        lazy("Your account may not do that."),
        lazy("Check which account you are signed in with."),
    ),
    404: (
        lazy("There is no such page"),
        lazy("The address may be mistyped, or what it showed is gone or belongs to someone else."),
        lazy("Search for it, or begin again from one of these places."),
    ),
    405: (
        lazy("That does not work here"),
        lazy("This address does not accept that kind of request."),
        lazy("Go back and use the buttons of the page."),
    ),
    413: (
        lazy("That is too large"),
        lazy("A form may carry two megabytes."),
        lazy("Choose a smaller file."),
    ),
    500: (
        lazy("Something broke on our side"),
        lazy("The error has been noted. Nothing that you did caused it."),
        lazy("Try again in a moment. If it stays, tell us what you were doing."),
    ),
    503: (
        lazy("We are away for a moment"),
        lazy("The service cannot reach its data. Nothing was changed."),
        lazy("Try again in a moment."),
    ),
}


def refusal(
    visit: Visit, status: int, title: str = "", detail: str = "", hint: str = ""
) -> Response:
    """An error page; what is left empty is filled from the table above."""
    usual = _TEXTS.get(status, _TEXTS[500 if status >= 500 else 400])
    return visit.render(
        "error.html",
        status,
        number=status,
        title=title or usual[0],
        detail=detail or usual[1],
        hint=hint or usual[2],
        reference=log.flow.get(),
    )


def show_problem(visit: Visit, problem: Problem) -> Response:
    """A problem that a page did not catch itself."""
    status = STATUSES.get(problem.kind, 409)
    title = "" if status in _TEXTS else _("That did not work")
    hint = _(problem.hint) if problem.hint else ""
    response = refusal(visit, status, title, _(problem.detail), hint)
    if problem.retry_after is not None:
        response.headers["retry-after"] = str(problem.retry_after)
    return response

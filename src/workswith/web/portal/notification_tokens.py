"""Tokens by which an application's own programs use the API Notifications. [C2C-6]"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import N_
from workswith.web.site.language import _
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit
from workswith.webhooks.tokens import DAYS, LONGEST_NAME, READ, WRITE, Tokens

from . import reveal

SCOPES = (
    (READ, N_("Read"), N_("endpoints, deliveries, attempts, losses and events")),
    (WRITE, N_("Act"), N_("lift bans, send again, send test events")),
)
"""Scope, word, and what it allows."""
USUAL_DAYS = 90


async def listing(visit: Visit) -> Response:
    """A new one stands here once, right after it was made."""
    return await _show(visit)


async def make(visit: Visit) -> Response:
    """Makes one, and leads to the page that shows it."""
    client_id = await _own(visit)
    days = visit.typed("days")
    scopes = [one for one in visit.form.getlist("scope") if isinstance(one, str)]
    try:
        _token, text = await _tokens(visit).make(
            client_id,
            visit.typed("name"),
            scopes,
            int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
        )
    except Problem as problem:
        if problem.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return await _show(visit, 422, refused=problem)
    reveal.put(visit, _revealed(client_id), text)
    return visit.go(_here(client_id))


async def end(visit: Visit) -> Response:
    """The page has asked whether."""
    client_id = await _own(visit)
    await _tokens(visit).end(client_id, visit.parameter("token"))
    visit.say(_("Ended. Programs that use this token are refused from now on."))
    return visit.go(_here(client_id))


async def _show(visit: Visit, status: int = 200, refused: Problem | None = None) -> Response:
    application = await visit.services.applications.one(
        visit.account.id, visit.parameter("application")
    )
    client_id = application.client_id
    tokens = _tokens(visit)
    return visit.render(
        "portal/notification_tokens.html",
        status,
        application=application,
        made="" if visit.posted else reveal.take(visit, _revealed(client_id)),
        tokens=await tokens.of(client_id),
        scopes=SCOPES,
        days=DAYS,
        usual_days=USUAL_DAYS,
        longest=LONGEST_NAME,
        refused=refused,
        typed=visit.typed("name") if refused else "",
        now=visit.now,
    )


async def _own(visit: Visit) -> str:
    application = await visit.services.applications.one(
        visit.account.id, visit.parameter("application")
    )
    return application.client_id


def _tokens(visit: Visit) -> Tokens:
    tokens = visit.services.webhook_tokens
    if tokens is None:
        raise HTTPException(404)
    return tokens


def _here(client_id: str) -> str:
    return f"/applications/{client_id}/notifications/tokens"


def _revealed(client_id: str) -> str:
    return f"{client_id}/notifications"


_ADDRESS = "/applications/{application}/notifications/tokens"
ROUTES = [
    Route(_ADDRESS, developer(listing), methods=["GET"]),
    Route(_ADDRESS, developer(make), methods=["POST"]),
    Route(f"{_ADDRESS}/{{token}}/end", developer(end), methods=["POST"]),
]

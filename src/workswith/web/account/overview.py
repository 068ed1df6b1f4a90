"""Everything about one's own account at a glance; sessions, language and what has happened."""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity import audit
from workswith.web.site import cookies, language, paging
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .browsers import called
from .events import WORDS

LATEST, SESSIONS = 20, 20


async def overview(visit: Visit) -> Response:
    services, owner = visit.services, visit.account
    federation = services.federation
    sessions = await services.sessions.of_account(owner.id)
    lately = partial(audit.latest, services.database, account_id=owner.id)
    return visit.render(
        "account/overview.html",
        factors=await services.second_factor.factors(owner.id),
        passkeys=await services.passkeys.of_account(owner.id),
        sessions=paging.leaf(visit, "/account#sessions", sessions, page="sessions", size=SESSIONS),
        session=visit.session,
        federation=federation,
        connected=await federation.connected(owner.id) if federation else None,
        events=await paging.read(visit, "/account#events", lately, page="events", size=LATEST),
        words=WORDS,
        called=called,
    )


async def end_session(visit: Visit) -> Response:
    """Another browser is signed out; one's own is signed out by "Sign out"."""
    await visit.services.sessions.close_one(visit.account.id, visit.parameter("session"))
    visit.say(_("That browser is signed out."))
    return visit.go("/account#sessions")


async def end_others(visit: Visit) -> Response:
    if visit.session is not None:
        await visit.services.sessions.close_others(visit.account.id, visit.session.id)
    visit.say(_("Every other browser is signed out."))
    return visit.go("/account#sessions")


async def speak(visit: Visit) -> Response:
    """Pages and mails come in this language from now on."""
    chosen = visit.typed("language")
    await visit.services.own_details.speak(visit.account.id, chosen)
    visit.keep(cookies.LANGUAGE, chosen, cookies.YEAR_SECONDS)
    language.current.set(chosen)
    visit.say(_("Pages and mails come in this language from now on."))
    return visit.go("/account#language")


ROUTES = [
    Route("/account", account(overview), methods=["GET"]),
    Route("/account/sessions/others/end", account(end_others), methods=["POST"]),
    Route("/account/sessions/{session}/end", account(end_session), methods=["POST"]),
    Route("/account/language", account(speak), methods=["POST"]),
]

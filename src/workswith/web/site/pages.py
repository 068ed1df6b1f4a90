"""From a page function to an endpoint: who may come in, whose form it is, what a refusal looks like.

A page is ``async def show(visit: Visit) -> Response``. It is routed through one of four doors:

    Route("/", page(show)), Route("/home", account(show)), Route("/applications", developer(show)),
    Route("/office", operator(show))

Every POST through any of them proves its origin and counts once; there is no way to leave that out.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import URL, FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from workswith.identity.errors import temporarily_unavailable
from workswith.kernel import log
from workswith.kernel.database import DatabaseAway
from workswith.kernel.ident import digest, same
from workswith.kernel.problem import Problem

from .arrival import arrive, stranger, visit_of
from .errors import refusal, show_problem
from .language import _
from .paths import with_return
from .site import Site
from .visit import Visit

Page = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
Door = Callable[[Visit], Response | None]

_log = log.get("web")
_EXPLAINED = {400, 413}
"""Statuses whose exceptions carry a sentence of ours."""


def page(show: Page) -> Endpoint:
    """For everybody."""
    return _endpoint(show, lambda _visit: None)


def account(show: Page) -> Endpoint:
    """For whoever is signed in; others sign in first and come back."""
    return _endpoint(show, _require_account)


def developer(show: Page) -> Endpoint:
    """For developers; a home owner is told why not. [ACC-2]"""
    return _endpoint(show, _require_developer)


def operator(show: Page) -> Endpoint:
    """For the people who run the program; for everybody else there is no such page."""
    return _endpoint(show, _require_operator)


def _endpoint(show: Page, door: Door) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        log.flow.set(site.services.ident.key()[:12])
        visit, body = await arrive(site, request)
        try:
            response = await _answer(visit, show, door, body)
        except (HTTPException, DatabaseAway, ClientDisconnect):
            raise
        except Exception as error:
            _log.error("a page failed", path=visit.path, exc_info=error)
            response = refusal(visit, 500)
        return visit.finish(response)

    return endpoint


async def _answer(visit: Visit, show: Page, door: Door, body: str) -> Response:
    turned_away = door(visit)
    if turned_away is not None:
        return turned_away
    if not visit.posted:
        return await _show(visit, show)
    once, sender = visit.typed("once"), digest(visit.typed("csrf"))
    key = digest("\n".join((sender, str(visit.request.url), once, body)))
    if not came_from_here(visit):
        given = visit.site.submissions.given(key) if sender == visit.former_sender() else None
        if once and given and is_of_this_site(visit):
            return await given  # its first answer has begun another session
        return refusal(
            visit,
            403,
            _("This form is no longer valid"),
            _("It was opened in another session, or too long ago. Nothing was changed."),
            _("Go back, reload the page and send it again. The site needs its cookies for that."),
        )
    if not once:
        return await _show(visit, show)

    async def act() -> Response:
        return visit.finish(await _show(visit, show))

    return await visit.site.submissions.once(key, act)


async def _show(visit: Visit, show: Page) -> Response:
    try:
        return await show(visit)
    except Problem as problem:
        return show_problem(visit, problem)


def came_from_here(visit: Visit) -> bool:
    """Whether a page of this site, in this session, made the form."""
    return is_of_this_site(visit) and same(visit.typed("csrf"), visit.csrf)


def is_of_this_site(visit: Visit) -> bool:
    """Whether the browser says so.

    It says ``null`` for pages that send no referrer, as ours; there the token alone decides.
    """
    headers = visit.request.headers
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin", "null")
    own = {visit.services.origins.portal, visit.services.origins.login}
    return origin in {"null", *own} or urlsplit(origin).netloc == headers.get("host")


def _require_account(visit: Visit) -> Response | None:
    if visit.known is not None:
        return None
    if visit.posted:
        visit.say(_("You have been signed out. Please sign in and try again."), "warn")
        return visit.go("/signin")
    return visit.go(with_return("/signin", _here(visit.request.url)))


def _require_developer(visit: Visit) -> Response | None:
    turned_away = _require_account(visit)
    if turned_away is None and not visit.developer:
        return visit.render("signin/developers_only.html", 403)
    return turned_away


def _require_operator(visit: Visit) -> Response | None:
    turned_away = _require_account(visit)
    if turned_away is None and not visit.operator:
        return refusal(visit, 404)
    return turned_away


def _here(url: URL) -> str:
    return f"{url.path}?{url.query}" if url.query else url.path


async def unavailable(request: Request, error: Exception) -> Response:
    """There is no database for the moment: a page for people, else what OAuth says. [OID-7]"""
    _log.error("a page found no database", path=request.url.path, reason=str(error))
    visit = stranger(request.app.state.site, request)
    refused = temporarily_unavailable()
    if "text/html" in request.headers.get("accept", ""):
        response = refusal(visit, refused.status)
    else:
        response = Response(refused.body(), refused.status, media_type="application/json")
    response.headers.update(refused.headers)
    return visit.finish(response)


async def lost(request: Request, error: Exception) -> Response:
    """What the router and the doors raise as ``HTTPException``, as a page."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) and status in _EXPLAINED else ""
    site: Site = request.app.state.site
    log.flow.set(site.services.ident.key()[:12])
    try:
        visit = await visit_of(site, request, FormData())
    except DatabaseAway as away:
        return await unavailable(request, away)
    return visit.finish(refusal(visit, status, "", detail))

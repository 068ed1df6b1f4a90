"""``/end_session``: an application asks for the end of the session. [OID-11]

Identity decides whether that is sure and where the browser may go afterwards; without certainty the
page asks. The notices to other applications follow by themselves.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.errors import OAuthError
from workswith.identity.logout import Goodbye
from workswith.web.site.arrival import arrive
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import opening
from .targets import source

ENDPOINT = "/end_session"


async def end_session(visit: Visit) -> Response:
    """The request of an application."""
    goodbye = await _decide(visit)
    if isinstance(goodbye, Response):
        return goodbye
    if goodbye.sure:
        return await _leave(visit, goodbye)
    return visit.render(
        "signin/end_session.html",
        application=goodbye.application,
        query=visit.request.url.query,
        form_targets=(source(goodbye.onward),) if goodbye.onward else (),
    )


async def posted(request: Request) -> Response:
    """The same as a form of the application's page; without our cookies, so it becomes the GET."""
    visit, _body = await arrive(request.app.state.site, request)
    pairs = [(name, value) for name, value in visit.form.multi_items() if isinstance(value, str)]
    return visit.finish(visit.go(f"{ENDPOINT}?{urlencode(pairs)}"))


async def confirmed(visit: Visit) -> Response:
    """The person has said yes; opened by itself, it asks."""
    if not visit.posted:
        return visit.go(f"{ENDPOINT}?{visit.request.url.query}")
    goodbye = await _decide(visit)
    return goodbye if isinstance(goodbye, Response) else await _leave(visit, goodbye)


async def _decide(visit: Visit) -> Goodbye | Response:
    if visit.services.logout is None:
        return visit.go("/signin")
    try:
        return await visit.services.logout.decide(visit.request.query_params, visit.session)
    except OAuthError as error:
        return visit.render("signin/logout_error.html", error.status, error=error)


async def _leave(visit: Visit, goodbye: Goodbye) -> Response:
    await opening.close_session(visit)
    if goodbye.onward:
        return Response(status_code=303, headers={"location": goodbye.onward})
    return visit.render("signin/signed_out.html", application=goodbye.application)


ROUTES = [
    Route(ENDPOINT, page(end_session), methods=["GET"]),
    Route(ENDPOINT, posted, methods=["POST"]),
    Route(f"{ENDPOINT}/confirmed", page(confirmed), methods=["GET", "POST"]),
]

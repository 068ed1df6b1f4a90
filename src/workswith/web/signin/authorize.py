"""The screens of ``/authorize``: identity decides, these pages ask. [OID-1 OID-2]

A question interrupts the request; the answer resumes the very same request, and identity checks it
all again. What a form carries is a ticket of identity's, good for one session, one request and the
scopes that were shown; besides, the form proves its origin like every other.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.application import Application
from workswith.identity.errors import OAuthError
from workswith.identity.form_endpoint import HINT
from workswith.identity.interaction import Interaction
from workswith.identity.redirect import Redirect
from workswith.identity.scopes import BY_NAME
from workswith.web.site import cookies, language
from workswith.web.site.arrival import arrive
from workswith.web.site.pages import page
from workswith.web.site.visit import ONWARDS, Visit

from .forms import SignInForm
from .sign_in import show as show_sign_in
from .targets import Asker, source

ENDPOINT = "/authorize"


async def authorize(visit: Visit) -> Response:
    """An authorization request."""
    params = visit.request.query_params
    try:
        done = await visit.services.authorize.decide(params, visit.session)
    except Interaction as asked:
        return _ask(visit, asked)
    except OAuthError as error:
        return _fail(visit, error)
    return leave(visit, done)


async def posted(request: Request) -> Response:
    """The same request as a form of the application's page [OpenID Connect Core 3.1.2.1].

    It comes from another site and without our cookies, so that it only becomes the GET.
    """
    visit, _body = await arrive(request.app.state.site, request)
    pairs = [(name, value) for name, value in visit.form.multi_items() if isinstance(value, str)]
    return visit.finish(visit.go(f"{ENDPOINT}?{urlencode(pairs)}"))


async def consent(visit: Visit) -> Response:
    """The answer to the consent page. Opened by itself, it asks anew."""
    params = visit.request.query_params
    if not visit.posted:
        return visit.go(f"{ENDPOINT}?{visit.request.url.query}")
    services = visit.services
    answer = services.authorize.allow if visit.typed("allow") else services.authorize.deny
    try:
        done: Redirect = await answer(params, visit.session, visit.typed("ticket"))
    except Interaction as asked:
        return _ask(visit, asked)
    except OAuthError as error:
        return _fail(visit, error)
    return leave(visit, done)


def _ask(visit: Visit, asked: Interaction) -> Response:
    if not (visit.asked("lang") or visit.cookie(cookies.LANGUAGE)):
        wanted = ",".join(asked.ui_locales.split())
        language.current.set(language.choose(None, wanted, language.current.get()))
    targets = (source(asked.redirect_uri),)
    if asked.kind == "login":
        form = SignInForm.of(visit, logonIdentifier=asked.login_hint)
        who = Asker(asked.application.name, targets)
        return show_sign_in(visit, form, f"{ENDPOINT}?{asked.resume}", 200, who)
    return visit.render(
        "signin/consent.html",
        application=asked.application,
        vendor=_vendor(visit, asked.application),
        website=_web(asked.application.url),
        scopes=[BY_NAME[name] for name in asked.scopes],
        query=urlencode(asked.params),
        ticket=asked.ticket,
        form_targets=targets,
    )


def _vendor(visit: Visit, application: Application) -> str:
    """The portal's own application is the programme's, whatever that is called now."""
    console = visit.services.console
    own = console is not None and console.client_id == application.client_id
    return visit.site.house.name if own else application.vendor


def _fail(visit: Visit, error: OAuthError) -> Response:
    """Back to the application where that is safe; else the original's JSON, or a page for people.

    [OID-7, contract section 10.2]
    """
    if error.redirect_to:
        return leave(visit, Redirect(error.redirect_to, error.form))
    if "text/html" in visit.request.headers.get("accept", ""):
        return visit.render("signin/oauth_error.html", error.status, error=error)
    hint = {HINT: error.hint} if error.hint and visit.services.sandbox else {}
    return Response(
        error.body(),
        error.status,
        media_type="application/json",
        headers={**error.headers, **hint},
    )


def leave(visit: Visit, done: Redirect) -> Response:
    """The address stays as identity wrote it, sign by sign.

    ``response_mode=form_post`` needs a page whose form goes there: by itself where there is script,
    else with a button.
    """
    if done.form:
        return visit.render(
            "signin/form_post.html",
            action=done.url,
            fields=done.form,
            form_targets=(source(done.url),),
        )
    return Response(status_code=ONWARDS, headers={"location": done.url})


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


ROUTES = [
    Route(ENDPOINT, page(authorize), methods=["GET"]),
    Route(ENDPOINT, posted, methods=["POST"]),
    Route(f"{ENDPOINT}/consent", page(consent), methods=["GET", "POST"]),
]

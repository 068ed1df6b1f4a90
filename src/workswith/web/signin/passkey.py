"""Sign in with a passkey: by itself, or as the second step after the password. [ACC-7]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.web.site import cookies
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.paths import with_return
from workswith.web.site.visit import Visit

from . import opening, places


async def options(visit: Visit) -> Response:
    """What the script hands to the browser. The same for everybody who is not yet known."""
    return Response(await visit.services.passkeys.request(), media_type="application/json")


async def second_options(visit: Visit) -> Response:
    """For the account whose sign-in waits. Raises UNAUTHENTICATED."""
    account = await visit.services.second_factor.waiting(visit.cookie(cookies.PENDING))
    body = await visit.services.passkeys.request(account.id)
    return Response(body, media_type="application/json")


async def sign_in(visit: Visit) -> Response:
    """The passkey alone: what it proves is enough for two factors."""
    return_to = places.return_path(visit.typed("return_to"))
    try:
        account, amr = await visit.services.passkeys.sign_in(
            visit.typed("answer"), address=visit.address
        )
    except Problem as problem:
        return _refused(visit, problem, with_return("/signin", return_to))
    return await opening.welcome(visit, account, amr, return_to)


async def second(visit: Visit) -> Response:
    """The passkey after the password."""
    return_to = places.return_path(visit.typed("return_to"))
    services, token = visit.services, visit.cookie(cookies.PENDING)
    try:
        waiting = await services.second_factor.waiting(token)
        account, amr = await services.passkeys.sign_in(
            visit.typed("answer"), waiting.id, visit.address
        )
        await services.second_factor.finish(token, account.id)
    except Problem as problem:
        return _refused(visit, problem, with_return("/signin/second", return_to))
    return await opening.welcome(visit, account, amr, return_to)


def _refused(visit: Visit, problem: Problem, back: str) -> Response:
    if problem.kind not in {Kind.INVALID, Kind.UNAUTHENTICATED, Kind.THROTTLED}:
        raise problem
    visit.say(_(problem.detail), "bad")
    return visit.go(back)


ROUTES = [
    Route("/signin/passkey", page(sign_in), methods=["POST"]),
    Route("/signin/passkey/options", page(options), methods=["POST"]),
    Route("/signin/second/passkey", page(second), methods=["POST"]),
    Route("/signin/second/passkey/options", page(second_options), methods=["POST"]),
]

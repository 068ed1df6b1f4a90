"""The company's own sign-in, for internal developers; there is none where none is set up. [ACC-3]"""

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.federation import Federation
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import cookies
from workswith.web.site.language import _
from workswith.web.site.pages import account, page
from workswith.web.site.visit import Visit

from . import opening, places

CALLBACK = "/signin/company/callback"


async def begin(visit: Visit) -> Response:
    """Sends the browser to the provider."""
    return_to = places.return_path(visit.typed("return_to"))
    return await _leave(visit, return_to, None)


async def connect(visit: Visit) -> Response:
    """Gives the account that is signed in this way in as well. [OpenID linking by its owner]"""
    return await _leave(visit, "/account", visit.account.id)


async def confirm(visit: Visit) -> Response:
    """Whoever has no password proves there that it is still them."""
    return_to = places.return_path(visit.typed("return_to"))
    return await _leave(visit, return_to, visit.account.id, confirm=True)


async def disconnect(visit: Visit) -> Response:
    """Not the only way in."""
    services, owner = visit.services, visit.account
    if not await services.accounts.proofs.has_password(
        owner.id
    ) and not await services.passkeys.of_account(owner.id):
        visit.say(_("Choose a password or add a passkey first: this is your only way in."), "warn")
        return visit.go("/account")
    await _federation(visit).disconnect(owner.id)
    visit.say(_("The two are no longer connected."))
    return visit.go("/account")


async def callback(visit: Visit) -> Response:
    """The browser comes back."""
    federation = _federation(visit)
    cookie = visit.cookie(cookies.FEDERATION)
    visit.keep(cookies.FEDERATION, "", 0)
    params = dict(visit.request.query_params)
    try:
        who = visit.known.id if visit.known else None
        arrival = await federation.finish(params, cookie, who)
    except Problem as problem:
        return _refused(visit, problem)
    if arrival.confirmed:
        token = await visit.services.accounts.proofs.signed_in_again(arrival.account.id)
        minutes = visit.services.accounts.proofs.confirmation_minutes
        visit.keep(cookies.CONFIRMED, token, minutes * 60)
        return visit.go(arrival.return_to)
    if arrival.connected:
        visit.say(_("Connected. You can sign in either way."))
        return visit.go("/account")
    return await opening.after_first(visit, arrival.account, "ext", arrival.return_to)


async def _leave(
    visit: Visit, return_to: str, account_id: str | None, *, confirm: bool = False
) -> Response:
    try:
        begun = await _federation(visit).begin(return_to, account_id, confirm=confirm)
    except Problem as problem:
        return _refused(visit, problem)
    visit.keep(cookies.FEDERATION, begun.state, 600)
    parts = urlsplit(begun.url)
    # A page of its own, since the policy of the one before does not let its form end elsewhere.
    return visit.render(
        "signin/company.html", url=begun.url, host=parts.netloc, label=_federation(visit).label
    )


def _refused(visit: Visit, problem: Problem) -> Response:
    if problem.kind is Kind.UNKNOWN:
        raise problem
    visit.say(" ".join(_(part) for part in (problem.detail, problem.hint) if part), "bad")
    return visit.go("/account" if visit.known else "/signin")


def _federation(visit: Visit) -> Federation:
    federation = visit.services.federation
    if federation is None:
        raise Problem(Kind.UNKNOWN, "federation_none", "There is no such sign-in here.")
    return federation


ROUTES = [
    Route("/signin/company", page(begin), methods=["POST"]),
    Route(CALLBACK, page(callback), methods=["GET"]),
    Route("/account/company", account(connect), methods=["POST"]),
    Route("/account/company/confirm", account(confirm), methods=["POST"]),
    Route("/account/company/disconnect", account(disconnect), methods=["POST"]),
]

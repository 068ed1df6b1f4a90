"""A session begins and ends.

It begins under a new cookie, whatever cookie the browser came with, and so does the browser's own
nonce, so that no form made before the sign-in is worth anything after it.
"""

from starlette.responses import Response

from workswith.identity.account import Account
from workswith.web.site import cookies
from workswith.web.site.paths import with_return
from workswith.web.site.visit import Visit

from . import places

SECOND_STEP_SECONDS = 600
"""For which a browser remembers that the first step is done."""


async def after_first(visit: Visit, account: Account, amr: str, return_to: str) -> Response:
    """Goes on where somebody has proven who they are once: to the second step, or in."""
    factors = await visit.services.second_factor.factors(account.id)
    if not factors.wanted:
        return await welcome(visit, account, amr, return_to)
    token = await visit.services.second_factor.ask(account.id)
    visit.keep(cookies.PENDING, token, SECOND_STEP_SECONDS)
    return visit.go(with_return("/signin/second", return_to))


async def welcome(visit: Visit, account: Account, amr: str, return_to: str) -> Response:
    """Lets somebody in who has proven enough: their session begins, in the language they read."""
    if account.kind == "end_user" and places.for_developers_only(return_to):
        return visit.render("signin/refused.html", 403, email=account.email)
    await open_session(visit, account, amr)
    visit.keep(cookies.PENDING, "", 0)
    if account.language and not visit.cookie(cookies.LANGUAGE):
        visit.keep(cookies.LANGUAGE, account.language, cookies.YEAR_SECONDS)
    return visit.go(return_to)


async def open_session(visit: Visit, account: Account, amr: str = "pwd") -> None:
    """Signs the browser in; a session that it had is closed. ``amr``: see `Sessions.open`."""
    await _close(visit)
    visit.leave_sender()
    agent = visit.request.headers.get("user-agent", "")
    value = await visit.services.sessions.open(account.id, user_agent=agent, amr=amr)
    visit.keep(cookies.SESSION, value)
    visit.keep(cookies.VISITOR, "", 0)


async def renew_session(visit: Visit) -> None:
    """Another cookie for the same session, after a change of how its owner signs in."""
    renewed = await visit.services.sessions.renew(visit.cookie(cookies.SESSION))
    if renewed is not None:
        value, visit.session = renewed
        visit.keep(cookies.SESSION, value)


async def close_session(visit: Visit) -> None:
    """Signs the browser out."""
    await _close(visit)
    visit.keep(cookies.SESSION, "", 0)
    visit.keep(cookies.VISITOR, "", 0)


async def _close(visit: Visit) -> None:
    value = visit.cookie(cookies.SESSION)
    if value:
        await visit.services.sessions.close(value)

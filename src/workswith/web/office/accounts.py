"""Accounts: find, look at, suspend, restore. [OPR]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity import audit as log
from workswith.identity.account import KINDS
from workswith.identity.closing import anybody, search
from workswith.kernel.problem import Problem
from workswith.web.account.events import WORDS
from workswith.web.site import paging
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from .details import told

KIND_WORDS = {
    "developer": lazy("Developer"),
    "end_user": lazy("Home owner"),
    "operator": lazy("Operator"),
}


async def listing(visit: Visit) -> Response:
    text, kind = paging.wanted(visit), visit.asked("kind")
    kind = kind if kind in KINDS else ""
    fitting = partial(search, visit.services.database, text=text, kind=kind)
    found = await paging.read(visit, "/office/accounts", fitting, q=text, kind=kind)
    return visit.render("office/accounts.html", accounts=found, kind=kind, kinds=KIND_WORDS)


async def one(visit: Visit) -> Response:
    return await _show(visit)


async def suspend(visit: Visit) -> Response:
    """Only with a reason, which the person reads in a mail."""
    account_id = visit.parameter("account")
    try:
        await visit.services.closing.suspend(account_id, visit.typed("reason"), visit.account.id)
    except Problem as problem:
        if problem.field != "reason" and problem.code != "account_own":
            raise
        return await _show(visit, 422, problem)
    visit.say(_("Suspended. The person has been told why."))
    return visit.go(f"/office/accounts/{account_id}")


async def restore(visit: Visit) -> Response:
    account_id = visit.parameter("account")
    await visit.services.closing.restore(account_id, visit.account.id)
    visit.say(_("Restored. The person has been told."))
    return visit.go(f"/office/accounts/{account_id}")


async def _show(visit: Visit, status: int = 200, problem: Problem | None = None) -> Response:
    services = visit.services
    account = await anybody(services.database, visit.parameter("account"))
    return visit.render(
        "office/account.html",
        status,
        account=account,
        kinds=KIND_WORDS,
        applications=await services.applications.of_owner(account.id),
        subscriptions=await services.subscriptions.of_account(account.id),
        events=await log.latest(services.database, account_id=account.id, limit=30),
        words=WORDS,
        tell=told,
        problem=problem,
        typed=visit.typed("reason")[:500],
    )


_ONE = "/office/accounts/{account}"
ROUTES = [
    Route("/office/accounts", operator(listing), methods=["GET"]),
    Route(_ONE, operator(one), methods=["GET"]),
    Route(f"{_ONE}/suspend", operator(suspend), methods=["POST"]),
    Route(f"{_ONE}/restore", operator(restore), methods=["POST"]),
]

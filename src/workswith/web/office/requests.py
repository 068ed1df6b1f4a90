"""Applications and changes of scopes that wait for a decision. [APP-4 APP-5]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.closing import anybody
from workswith.identity.scopes import BY_NAME
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit


async def listing(visit: Visit) -> Response:
    return await _show(visit)


async def approve(visit: Visit) -> Response:
    client_id = visit.parameter("application")
    decided = await visit.services.applications.requests.approve(client_id, by=visit.account.id)
    visit.say(_("Approved: %s. Its owner has been told.") % decided.name)
    return visit.go("/office/requests")


async def refuse(visit: Visit) -> Response:
    """Only with a reason: its owner has to know what to change."""
    client_id, reason = visit.parameter("application"), visit.typed("reason").strip()
    try:
        if not reason:
            raise Problem(Kind.INVALID, "reason_missing", "Please give a reason.", field="reason")
        decided = await visit.services.applications.requests.refuse(
            client_id, reason, by=visit.account.id
        )
    except Problem as problem:
        if problem.field != "reason":
            raise
        return await _show(visit, 422, client_id, problem)
    visit.say(_("Refused: %s. Its owner has been told why.") % decided.name)
    return visit.go("/office/requests")


async def _show(
    visit: Visit, status: int = 200, refused: str = "", problem: Problem | None = None
) -> Response:
    services = visit.services
    every = await services.applications.requests.waiting()
    every.sort(key=lambda one: one.client_id != refused)  # what is to be mended stands first
    waiting = paging.leaf(
        visit,
        "/office/requests",
        every,
        lambda one: f"{one.name} {one.vendor} {one.client_id}",
        size=paging.CARDS,
    )
    owners = {one.owner_id: await anybody(services.database, one.owner_id) for one in waiting}
    return visit.render(
        "office/requests.html",
        status,
        waiting=waiting,
        owners=owners,
        scopes=BY_NAME,
        refused=refused,
        problem=problem,
        typed=visit.typed("reason")[:500],
    )


_ONE = "/office/requests/{application}"
ROUTES = [
    Route("/office/requests", operator(listing), methods=["GET"]),
    Route(f"{_ONE}/approve", operator(approve), methods=["POST"]),
    Route(f"{_ONE}/refuse", operator(refuse), methods=["POST"]),
]

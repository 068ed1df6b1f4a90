"""What readers reported in the forum, and solutions that wait for the showcase. [OPR]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.community import forum, rules, showcase
from workswith.identity import audit, mails
from workswith.identity.account import account_of
from workswith.identity.mails import Text
from workswith.kernel.database import Tx
from workswith.kernel.problem import Problem
from workswith.kernel.words import N_
from workswith.web.portal.showcase import STATES
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

PUBLISHED = Text(
    N_("Your solution {solution} is published"),
    (N_("Hello {name},"), N_("your solution {solution} now stands in the showcase.")),
    N_("Look at it"),
)
REFUSED = Text(
    N_("Your solution {solution} was not published"),
    (
        N_("Hello {name},"),
        N_("your solution {solution} does not stand in the showcase. The reason given is:"),
        "{reason}",
    ),
)


async def reported(visit: Visit) -> Response:
    search = partial(forum.reports, visit.services.database)
    return visit.render(
        "office/forum.html", reports=await paging.read(visit, "/office/forum", search)
    )


async def solutions(visit: Visit) -> Response:
    return await _show(visit)


async def publish(visit: Visit) -> Response:
    await _decide(visit, publish=True)
    visit.say(_("Published. Its owner has been told."))
    return visit.go("/office/showcase")


async def refuse(visit: Visit) -> Response:
    """Only with a reason, which its owner reads."""
    try:
        await _decide(visit, publish=False)
    except Problem as problem:
        if problem.field != "reason":
            raise
        return await _show(visit, 422, visit.parameter("entry"), problem)
    visit.say(_("Refused. Its owner has been told why."))
    return visit.go("/office/showcase")


async def _decide(visit: Visit, *, publish: bool) -> None:
    entry_id = visit.parameter("entry")
    reason = "" if publish else visit.typed("reason").strip()[: rules.REASON_LIMIT]

    async def write(tx: Tx) -> None:
        found = await showcase.decide(tx, entry_id, publish=publish, reason=reason, now=visit.now)
        detail = f"by {visit.account.id}: {found.state} {entry_id}"
        await audit.note(
            tx, "showcase_decided", visit.now, account_id=found.account_id, detail=detail
        )
        owner = await account_of(tx, found.account_id)
        if owner is None:
            return
        text = PUBLISHED if publish else REFUSED
        link = f"{visit.services.origins.portal}/showcase/{entry_id}" if publish else ""
        await mails.tell(tx, owner, text, visit.now, link=link, solution=found.name, reason=reason)

    await visit.services.database.write(write)


async def _show(
    visit: Visit, status: int = 200, refused: str = "", problem: Problem | None = None
) -> Response:
    text, state = paging.wanted(visit), visit.asked("state", "submitted")
    state = state if state in STATES else ""
    search = partial(showcase.listed, visit.services.database, state=state, text=text)
    found = await paging.read(visit, "/office/showcase", search, state=state or "all", q=text)
    return visit.render(
        "office/showcase.html",
        status,
        entries=found,
        state=state,
        states=STATES,
        refused=refused,
        problem=problem,
        typed=visit.typed("reason")[:500],
    )


ROUTES = [
    Route("/office/forum", operator(reported), methods=["GET"]),
    Route("/office/showcase", operator(solutions), methods=["GET"]),
    Route("/office/showcase/{entry}/publish", operator(publish), methods=["POST"]),
    Route("/office/showcase/{entry}/refuse", operator(refuse), methods=["POST"]),
]

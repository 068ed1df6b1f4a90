"""The audit log of security events, with search. It names ids only. [OPR]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity import audit as log
from workswith.web.account.events import WORDS
from workswith.web.site import paging
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit


async def listing(visit: Visit) -> Response:
    number, text, kind = paging.number(visit), visit.asked("q")[:200], visit.asked("kind")[:100]
    database = visit.services.database
    found = await log.search(
        database,
        text=text,
        kind=kind,
        limit=paging.SIZE + 1,
        offset=(number - 1) * paging.SIZE,
    )
    return visit.render(
        "office/audit.html",
        events=found[: paging.SIZE],
        more=len(found) > paging.SIZE,
        number=number,
        address=paging.address("/office/audit", q=text, kind=kind),
        text=text,
        kind=kind,
        kinds=await log.kinds(database),
        words=WORDS,
    )


ROUTES = [Route("/office/audit", operator(listing), methods=["GET"])]

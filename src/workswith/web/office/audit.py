"""The audit log of security events, with search. It names ids only. [OPR]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity import audit as log
from workswith.identity.application_names import named
from workswith.web.account.events import WORDS
from workswith.web.site import paging
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from .details import told


async def listing(visit: Visit) -> Response:
    text, kind = paging.wanted(visit), visit.asked("kind")[:100]
    database = visit.services.database
    search = partial(log.search, database, text=text, kind=kind)
    events = await paging.read(visit, "/office/audit", search, q=text, kind=kind)
    return visit.render(
        "office/audit.html",
        events=events,
        applications=await named(database, {one.client_id for one in events}),
        kind=kind,
        kinds=await log.kinds(database),
        words=WORDS,
        tell=told,
    )


ROUTES = [Route("/office/audit", operator(listing), methods=["GET"])]

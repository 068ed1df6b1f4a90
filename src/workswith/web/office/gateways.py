"""How the gateways in people's homes are doing. [OPR DEV-5]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.gateways.listing import gateways
from workswith.web.site import paging
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit


async def listing(visit: Visit) -> Response:
    number, text = paging.number(visit), visit.asked("q")[:200]
    found = await gateways(
        visit.services.database,
        text=text,
        limit=paging.SIZE + 1,
        offset=(number - 1) * paging.SIZE,
    )
    return visit.render(
        "office/gateways.html",
        gateways=found[: paging.SIZE],
        more=len(found) > paging.SIZE,
        number=number,
        address=paging.address("/office/gateways", q=text),
        text=text,
    )


ROUTES = [Route("/office/gateways", operator(listing), methods=["GET"])]

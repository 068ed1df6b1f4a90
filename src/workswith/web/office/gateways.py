"""How the gateways in people's homes are doing. [OPR DEV-5]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.gateways.listing import gateways
from workswith.web.site import paging
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit


async def listing(visit: Visit) -> Response:
    text = paging.wanted(visit)
    search = partial(gateways, visit.services.database, text=text)
    found = await paging.read(visit, "/office/gateways", search, q=text)
    return visit.render("office/gateways.html", gateways=found)


ROUTES = [Route("/office/gateways", operator(listing), methods=["GET"])]

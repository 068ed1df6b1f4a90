"""How the delivery of notifications is doing. [C2C-6 OPR]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit
from workswith.webhooks.figures import figures
from workswith.webhooks.shards import NEVER


async def show(visit: Visit) -> Response:
    return visit.render(
        "office/notifications.html",
        figures=await figures(visit.services.database, visit.now),
        never=NEVER,
    )


ROUTES = [Route("/office/notifications", operator(show), methods=["GET"])]

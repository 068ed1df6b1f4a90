"""How the delivery of notifications is doing: for the operator, and for Prometheus. [C2C-6 OPR]"""

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from workswith.kernel.ident import same
from workswith.web.site.pages import operator, page
from workswith.web.site.visit import Visit
from workswith.webhooks.figures import exposition, figures
from workswith.webhooks.shards import NEVER


async def show(visit: Visit) -> Response:
    return visit.render(
        "office/notifications.html",
        figures=await figures(visit.services.database, visit.now),
        never=NEVER,
    )


async def metrics(visit: Visit) -> Response:
    """Only where a token is set, and only with it."""
    desk = visit.services.webhook_desk
    token = desk.settings.metrics_token if desk is not None else ""
    shown = visit.request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not same(shown, token):
        raise HTTPException(404)
    found = await figures(visit.services.database, visit.now)
    return PlainTextResponse(exposition(found), media_type="text/plain; version=0.0.4")


ROUTES = [
    Route("/office/notifications", operator(show), methods=["GET"]),
    Route("/metrics", page(metrics), methods=["GET"]),
]

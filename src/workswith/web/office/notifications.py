"""How the delivery of notifications is doing, and lifting a ban for somebody. [C2C-6 OPR]"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.application_names import named
from workswith.kernel.clock import MINUTE
from workswith.web.site.language import _
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit
from workswith.webhooks import reading
from workswith.webhooks.figures import figures
from workswith.webhooks.shards import NEVER

from .acts import noted


async def show(visit: Visit) -> Response:
    database, now = visit.services.database, visit.now
    banned = await reading.banned(database, now)
    return visit.render(
        "office/notifications.html",
        figures=await figures(database, now),
        banned=banned,
        applications=await named(database, {one.client_id for one in banned}),
        minutes={one.id: -(-one.ban_left(now) // MINUTE) for one in banned},
        acts=visit.services.webhook_desk is not None,
        never=NEVER,
    )


async def lift_ban(visit: Visit) -> Response:
    """The owner is told by mail, the act is in the audit log."""
    desk = visit.services.webhook_desk
    if desk is None:
        raise HTTPException(404)
    client_id, endpoint_id = visit.parameter("application"), visit.parameter("endpoint")
    await desk.lift_ban(
        (client_id,),
        endpoint_id,
        by_operator=noted(visit, "ban_lifted", f"{client_id} {endpoint_id}"),
    )
    visit.say(_("The ban is lifted; what was waiting goes out now."))
    return visit.go("/office/notifications")


ROUTES = [
    Route("/office/notifications", operator(show), methods=["GET"]),
    Route(
        "/office/notifications/{application}/{endpoint}/lift-ban",
        operator(lift_ban),
        methods=["POST"],
    ),
]

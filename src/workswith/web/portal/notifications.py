"""What became of an application's notifications: endpoints, their bans, deliveries, attempts. [C2C-6]"""

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit
from workswith.webhooks import policy, reading
from workswith.webhooks.sender import ERRORS
from workswith.webhooks.settings import Rules

PAGE = 25


async def deliveries(visit: Visit) -> Response:
    """The newest first; each with its attempts. ``before`` goes on to older ones."""
    services = visit.services
    application = await services.applications.one(visit.account.id, visit.parameter("application"))
    asked = visit.asked("before")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else 2**62
    mine = (application.client_id,)
    found = await reading.deliveries_of(services.database, mine, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    attempts = {one.id: await reading.attempts_of(services.database, mine, one.id) for one in shown}
    every = await endpoints(visit, application.client_id)
    return visit.render(
        "portal/notifications.html",
        application=application,
        endpoints=every,
        banned={one.id: policy.banned(one.lane, visit.now) for one in every},
        urls={one.id: one.url for one in every},
        deliveries=shown,
        attempts=attempts,
        bodies={one.id: _laid_out(one.body) for one in shown},
        errors=ERRORS,
        rules=_rules(visit),
        older=shown[-1].number if len(found) > PAGE else 0,
    )


def _laid_out(body: bytes) -> str:
    """The same JSON on several lines; what is none as it is."""
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")


async def endpoints(visit: Visit, client_id: str) -> list[reading.EndpointView]:
    """Of an application that is known to be the reader's own."""
    return await reading.endpoints_of(
        visit.services.database, (client_id,), _rules(visit), visit.now
    )


def _rules(visit: Visit) -> Rules:
    return visit.services.webhook_rules or Rules()


ROUTES = [
    Route("/applications/{application}/notifications", developer(deliveries), methods=["GET"]),
]

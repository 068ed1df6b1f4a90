"""What became of an application's notifications: endpoints, their bans, deliveries, attempts. [C2C-6]"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.application import Application
from workswith.kernel.clock import DAY, MINUTE, parse_iso
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit
from workswith.webhooks import reading
from workswith.webhooks.desk import Desk
from workswith.webhooks.sent import ERRORS
from workswith.webhooks.settings import Rules

PAGE, LATEST = 25, 5
STATES = {
    "waiting": lazy("waiting"),
    "delivered": lazy("delivered"),
    "exhausted": lazy("given up"),
    "expired": lazy("expired"),
    "cancelled": lazy("cancelled"),
}
_URGENT = ("banned", "failing", "unsteady", "well")


async def deliveries(visit: Visit) -> Response:
    """The newest first; each with its attempts. ``before`` goes on to older ones; ``endpoint`` and
    ``state`` narrow the list.
    """
    services = visit.services
    application = await services.applications.one(visit.account.id, visit.parameter("application"))
    asked = visit.asked("before")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else 2**62
    mine = (application.client_id,)
    every = await endpoints(visit, application.client_id)
    health = {one.id: one.health(visit.now) for one in every}
    every.sort(key=lambda one: _URGENT.index(health[one.id]))
    narrowed = {
        "endpoint": visit.asked("endpoint") if visit.asked("endpoint") in health else "",
        "state": visit.asked("state") if visit.asked("state") in STATES else "",
    }
    found = await reading.deliveries_of(
        services.database,
        mine,
        endpoint_id=narrowed["endpoint"],
        state=narrowed["state"],
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    return visit.render(
        "portal/notifications.html",
        application=application,
        endpoints=every,
        health=health,
        narrowed=narrowed,
        **await _told(visit, mine, every, shown),
        tokens=services.webhook_tokens is not None,
        older=urlencode({"before": shown[-1].number} | {k: v for k, v in narrowed.items() if v})
        if len(found) > PAGE
        else "",
    )


async def endpoint(visit: Visit) -> Response:
    """One endpoint: health, latest attempts, secret, what it lost, events to reconcile from."""
    services = visit.services
    application = await services.applications.one(visit.account.id, visit.parameter("application"))
    mine = (application.client_id,)
    known = await endpoints(visit, application.client_id)
    one = next((each for each in known if each.id == visit.parameter("endpoint")), None)
    if one is None:
        raise Problem(Kind.UNKNOWN, "endpoint_unknown", "There is no such endpoint.")
    desk = services.webhook_desk
    since = _since(visit, one)
    here = f"/applications/{application.client_id}/endpoints/{one.id}"
    losses = await paging.read(
        visit,
        f"{here}#lost",
        partial(reading.losses_of, services.database, mine, one.id),
        size=PAGE,
        page="losses",
    )
    events = await paging.read(
        visit,
        f"{here}#events",
        partial(reading.events_of, services.database, mine, endpoint_id=one.id, since=since),
        size=PAGE,
        page="events",
        since=str(since),
    )
    latest = await reading.deliveries_of(services.database, mine, endpoint_id=one.id, limit=LATEST)
    return visit.render(
        "portal/endpoint.html",
        application=application,
        **await _told(visit, mine, (one,), latest),
        endpoint=one,
        health=one.health(visit.now),
        minutes=-(-one.ban_left(visit.now) // MINUTE),
        losses=losses,
        events=events,
        since=since,
        secret=await desk.secret(mine, one.id) if desk is not None else "",
    )


async def _told(
    visit: Visit,
    mine: Sequence[str],
    known: Sequence[reading.EndpointView],
    shown: Sequence[reading.DeliveryView],
) -> dict[str, Any]:
    """What both pages show of deliveries, to endpoints that are ``known``."""
    database = visit.services.database
    return {
        "deliveries": shown,
        "attempts": {one.id: await reading.attempts_of(database, mine, one.id) for one in shown},
        "bodies": {one.id: _laid_out(one.body) for one in shown},
        "urls": {one.id: one.url for one in known},
        "bans": {one.id: one.lane.ban_until for one in known if one.ban_left(visit.now)},
        "states": STATES,
        "errors": ERRORS,
        "rules": _rules(visit),
        "acts": visit.services.webhook_desk is not None,
    }


def _since(visit: Visit, one: reading.EndpointView) -> int:
    """Where the events begin: whoever turns the pages goes on in the same list, while time passes."""
    asked = visit.asked("since")
    if asked.isascii() and asked.isdecimal() and len(asked) < 16:
        return int(asked)
    return one.lost_first if one.lost_first is not None else visit.now - DAY


async def act(visit: Visit) -> Response:
    """Lift the ban, send a test event, replay what was missed, replace the secret."""
    application, desk = await _own(visit)
    mine, id_ = (application.client_id,), visit.parameter("endpoint")
    match visit.parameter("action"):
        case "lift-ban":
            await desk.lift_ban(mine, id_)
            visit.say(_("The ban is lifted; what was waiting goes out now."))
        case "test":
            await desk.send_test(mine, id_)
            visit.say(_("A test event is on its way."))
        case "replay":
            since, until = _instant(visit, "since", 0), _instant(visit, "until", 2**62)
            done = await desk.replay_range(mine, id_, since, until)
            count = done.deliveries + done.losses
            visit.say(_("Sent again: %s.") % count)
        case "rotate-secret":
            await desk.rotate_secret(mine, id_)
            visit.say(_("There is a new secret; the former one signs beside it for a while."))
        case _:
            raise HTTPException(404)
    return visit.go(f"/applications/{application.client_id}/endpoints/{id_}")


async def replay(visit: Visit) -> Response:
    """Sends one delivery again."""
    application, desk = await _own(visit)
    await desk.replay((application.client_id,), visit.parameter("delivery"))
    visit.say(_("It goes out again, with the same id."))
    return visit.go(f"/applications/{application.client_id}/notifications")


async def _own(visit: Visit) -> tuple[Application, Desk]:
    services = visit.services
    application = await services.applications.one(visit.account.id, visit.parameter("application"))
    if services.webhook_desk is None:
        raise HTTPException(404)
    return application, services.webhook_desk


def _instant(visit: Visit, field: str, otherwise: int) -> int:
    """What ``datetime-local`` sends, taken as UTC; the bound stays open where nothing was typed."""
    typed = visit.typed(field)[:40]
    if not typed:
        return otherwise
    try:
        return parse_iso(typed)
    except ValueError:
        raise HTTPException(400, _("An instant looks like 2026-05-29T00:00:00.")) from None


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
    Route("/applications/{application}/endpoints/{endpoint}", developer(endpoint), methods=["GET"]),
    Route(
        "/applications/{application}/endpoints/{endpoint}/{action}",
        developer(act),
        methods=["POST"],
    ),
    Route(
        "/applications/{application}/deliveries/{delivery}/replay",
        developer(replay),
        methods=["POST"],
    ),
]

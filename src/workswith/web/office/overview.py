"""The way to everything in the office, and what waits there."""

from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from workswith.catalog import states
from workswith.web.site.language import lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit


class Room(NamedTuple):
    label: str
    path: str
    text: str


ROOMS = (
    Room(
        lazy("Requests"),
        "/office/requests",
        lazy("Applications and changes of scopes that wait for your decision."),
    ),
    Room(
        lazy("Subscriptions"),
        "/office/subscriptions",
        lazy("Approve, refuse, suspend, restore; other limits, an end."),
    ),
    Room(
        lazy("Products"),
        "/office/products",
        lazy("Which APIs they open, how often, and for whom."),
    ),
    Room(lazy("APIs"), "/office/apis", lazy("What is listed, and what ends.")),
    Room(
        lazy("Accounts"),
        "/office/accounts",
        lazy("Developers, home owners, operators: find, suspend, restore."),
    ),
    Room(lazy("Tickets"), "/office/tickets", lazy("What people ask by the contact form.")),
    Room(lazy("Forum"), "/office/forum", lazy("What was reported, and the categories.")),
    Room(lazy("Showcase"), "/office/showcase", lazy("Solutions that wait to be published.")),
    Room(lazy("Audit log"), "/office/audit", lazy("What happened, when, and by whom.")),
    Room(
        lazy("Notifications"),
        "/office/notifications",
        lazy("How deliveries to applications are doing."),
    ),
    Room(lazy("Gateways"), "/office/gateways", lazy("Which are online, and when they were heard.")),
    Room(lazy("Announcements"), "/office/announcements", lazy("Tell everybody something.")),
    Room(lazy("Brand"), "/office/brand", lazy("Name, logo, colours and legal texts.")),
)


async def show(visit: Visit) -> Response:
    services = visit.services
    waiting = {
        "/office/requests": len(await services.applications.waiting()),
        "/office/subscriptions": len(await services.subscriptions.in_state(states.SUBMITTED)),
    }
    return visit.render("office/overview.html", rooms=ROOMS, waiting=waiting)


ROUTES = [Route("/office", operator(show), methods=["GET"])]

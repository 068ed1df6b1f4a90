"""The way to everything in the office, and what waits there."""

from starlette.responses import Response
from starlette.routing import Route

from workswith.catalog import states
from workswith.web.site.language import lazy
from workswith.web.site.navigation import OFFICE
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

TEXTS = {
    "/office/accounts": lazy("Developers, home owners, operators: find, suspend, restore."),
    "/office/tickets": lazy("What people ask by the contact form."),
    "/office/requests": lazy("Applications and changes of scopes that wait for your decision."),
    "/office/subscriptions": lazy("Approve, refuse, suspend, restore; other limits, an end."),
    "/office/products": lazy("Which APIs they open, how often, and for whom."),
    "/office/apis": lazy("What is listed, and what ends."),
    "/office/notifications": lazy("How deliveries to applications are doing."),
    "/office/gateways": lazy("Which are online, and when they were heard."),
    "/office/audit": lazy("What happened, when, and by whom."),
    "/office/forum": lazy("What was reported, and the categories."),
    "/office/showcase": lazy("Solutions that wait to be published."),
    "/office/announcements": lazy("Tell everybody something."),
    "/office/news": lazy("What changes in the programme, for its developers."),
    "/office/brand": lazy("Name, logo, colours and legal texts."),
}
"""What each entry of the navigation leads to."""


async def show(visit: Visit) -> Response:
    services = visit.services
    waiting = {
        "/office/requests": len(await services.applications.requests.waiting()),
        "/office/subscriptions": len(await services.catalog_desk.in_state(states.SUBMITTED)),
    }
    return visit.render("office/overview.html", groups=OFFICE, texts=TEXTS, waiting=waiting)


ROUTES = [Route("/office", operator(show), methods=["GET"])]

"""What has changed: of one API, of all, and both as feeds for readers of news. [PRT-1]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.contracts.renderings.changes import Change, changes, feed
from workswith.web.site import paging
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from .apis import document_of

ATOM = "application/atom+xml"
IN_A_FEED = 100


async def of_api(visit: Visit) -> Response:
    document = document_of(visit)
    title = f"{document.title} {document.version}"
    return _show(visit, changes([document]), title, f"/apis/{document.slug}/changes")


async def of_all(visit: Visit) -> Response:
    return _show(visit, _every(visit), "", "/changelog")


async def feed_of_api(visit: Visit) -> Response:
    document = document_of(visit)
    path = f"/apis/{document.slug}/changes"
    return _feed(visit, changes([document]), f"{document.title} {document.version}", path)


async def feed_of_all(visit: Visit) -> Response:
    return _feed(visit, _every(visit), visit.site.house.name, "/changelog")


def _every(visit: Visit) -> list[Change]:
    return changes(api.document for api in visit.services.apis)


def _show(visit: Visit, found: list[Change], api: str, path: str) -> Response:
    """``q`` narrows the list to what has this word."""
    asked = visit.asked("q").strip()[:200]
    fitting = [one for one in found if asked.lower() in f"{one.api} {one.text}".lower()]
    number = paging.number(visit)
    first = (number - 1) * paging.SIZE
    return visit.render(
        "portal/changelog.html",
        api=api,
        path=path,
        q=asked,
        changes=fitting[first : first + paging.SIZE],
        number=number,
        more=len(fitting) > first + paging.SIZE,
        address=paging.address(path, q=asked),
    )


def _feed(visit: Visit, found: list[Change], title: str, path: str) -> Response:
    portal = visit.services.origins.portal
    text = feed(title, f"{portal}{path}.atom", portal + path, found[:IN_A_FEED])
    return Response(text, media_type=ATOM)


ROUTES = [
    Route("/changelog", page(of_all), methods=["GET"]),
    Route("/changelog.atom", page(feed_of_all), methods=["GET"]),
    Route("/apis/{api}/changes", page(of_api), methods=["GET"]),
    Route("/apis/{api}/changes.atom", page(feed_of_api), methods=["GET"]),
]

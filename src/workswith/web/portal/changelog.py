"""What has changed: of one API, and of the whole programme; both as feeds for readers of news. [PRT-1]

Changes of an API stand in its document, news of the programme are the operator's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from workswith.contracts.renderings.changes import Change, changes
from workswith.kernel.clock import parse_iso
from workswith.web.site import atom, news, paging
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import visible
from .apis import document_of


@dataclass(frozen=True, slots=True)
class Entry:
    """``slug`` is the API's, empty for the programme; ``at`` is an instant in ms."""

    id: str
    slug: str
    title: str
    text: str
    at: int


async def of_api(visit: Visit) -> Response:
    document = await document_of(visit)
    title = f"{document.title} {document.version}"
    return _show(visit, _of_documents(changes([document])), title, f"/apis/{document.slug}/changes")


async def of_all(visit: Visit) -> Response:
    return _show(visit, await _every(visit), "", "/changelog")


async def feed_of_api(visit: Visit) -> Response:
    document = await document_of(visit)
    path = f"/apis/{document.slug}/changes"
    found = _of_documents(changes([document]))
    return _feed(visit, found, f"{document.title} {document.version}", path)


async def feed_of_all(visit: Visit) -> Response:
    return _feed(visit, await _every(visit), visit.site.house.name, "/changelog")


async def _every(visit: Visit) -> list[Entry]:
    """The newest first; the programme's before the APIs' of the same day."""
    told = [
        Entry(f"news-{one.id}", "", one.title, one.text, one.at)
        for one in await news.published(visit.services.database, visit.now)
    ]
    found = told + _of_documents(changes(await visible.documents(visit)))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of_documents(found: Sequence[Change]) -> list[Entry]:
    return [
        Entry(one.id, one.slug, one.api, one.text, parse_iso(f"{one.date}T00:00:00Z"))
        for one in found
    ]


def _show(visit: Visit, found: list[Entry], api: str, path: str) -> Response:
    """``q`` narrows the list to what has this word."""
    changes = paging.leaf(visit, path, found, lambda one: f"{one.title} {one.text}")
    return visit.render(
        "portal/changelog.html",
        api=api,
        path=path,
        changes=changes,
    )


def _feed(visit: Visit, found: list[Entry], title: str, path: str) -> Response:
    entries = [atom.Entry(one.id, one.title, one.text, one.at) for one in found]
    return atom.feed(visit, f"{path}.atom", path, title, entries)


ROUTES = [
    Route("/changelog", page(of_all), methods=["GET"]),
    Route("/changelog.atom", page(feed_of_all), methods=["GET"]),
    Route("/apis/{api}/changes", page(of_api), methods=["GET"]),
    Route("/apis/{api}/changes.atom", page(feed_of_api), methods=["GET"]),
]

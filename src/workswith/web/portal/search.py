"""One search over guides, APIs, operations and words."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from workswith.contracts import Document
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import visible
from .glossary import GLOSSARY
from .guides import GUIDES


class Hit(NamedTuple):
    """``kind`` says what it is; ``more`` is looked through as well and not shown."""

    kind: str
    path: str
    title: str
    summary: str
    more: str = ""


async def show(visit: Visit) -> Response:
    """Every word has to be somewhere; those that have them all in the title come first."""
    text = paging.wanted(visit)
    words = text.lower().split()
    documents = await visible.documents(visit)
    hits = [hit for hit in _every(documents) if words and _has(words, " ".join(hit))]
    hits.sort(key=lambda hit: not _has(words, hit.title))
    return visit.render("portal/search.html", hits=paging.leaf(visit, "/search", hits, q=text))


def _every(documents: Iterable[Document]) -> Iterator[Hit]:
    for guide in GUIDES:
        yield Hit(_("Guide"), guide.path, str(guide.title), str(guide.summary))
    for document in documents:
        path = f"/apis/{document.slug}"
        yield Hit("API", path, document.title, document.summary, document.description)
        for one in document.operations:
            yield Hit(
                _("Operation"),
                f"{path}/operations/{one.id}",
                one.name,
                f"{document.title} · {one.method} {one.path}",
                f"{one.id} {one.description} {one.scope}",
            )
    for group in GLOSSARY:
        for word in group.words:
            yield Hit(_("Word"), f"/faq#word-{word.id}", str(word.term), str(word.meaning))


def _has(words: list[str], text: str) -> bool:
    lowered = text.lower()
    return all(word in lowered for word in words)


ROUTES = [Route("/search", page(show), methods=["GET"])]

"""Front page, guides, questions and answers: our own words with the reader's own values. [PRT-1 PRT-4]"""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from workswith.contracts import Document
from workswith.contracts.renderings import calls, samples
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import errors, own, visible
from .flow import flow
from .glossary import GLOSSARY


async def home(visit: Visit) -> Response:
    """What this is, and the three steps to a first call, those behind the reader ticked."""
    if visit.known is not None and not visit.developer:
        return visit.go("/home")
    keys = await own.keys(visit)
    documents = await visible.documents(visit)
    first = first_call(visit, documents, keys[0].key if keys else calls.KEY_PLACEHOLDER)
    return visit.render(
        "portal/home.html",
        apis=documents,
        key=keys[0] if keys else None,
        first=first,
        applications=await own.applications(visit),
    )


async def getting_started(visit: Visit) -> Response:
    """The way from nothing to tokens of one's own application."""
    keys = await own.keys(visit)
    applications = await own.applications(visit)
    key = keys[0] if keys else None
    return visit.render(
        "portal/getting_started.html",
        key=key,
        first=first_call(
            visit, await visible.documents(visit), key.key if key else calls.KEY_PLACEHOLDER
        ),
        applications=applications,
        flow=flow(
            visit.services.origins.login,
            applications[0] if applications else None,
            visit.services.ident.secret(),
        ),
    )


async def faq(visit: Visit) -> Response:
    return visit.render(
        "portal/faq.html",
        errors=errors.table(visit.services),
        glossary=GLOSSARY,
        homes=await own.plants(visit),
    )


@dataclass(frozen=True, slots=True)
class _First:
    """A call that needs no device."""

    name: str
    console: str
    sample: str


def first_call(
    visit: Visit, known: list[Document], key: str = calls.KEY_PLACEHOLDER
) -> _First | None:
    """The first operation of Echo, else of whatever there is."""
    documents = sorted(known, key=lambda document: document.slug != "echo")
    if not documents:
        return None
    document = documents[0]
    operation = document.operations[0]
    call = calls.compose(document, operation, visit.services.origins.api, key=key)
    return _First(
        name=operation.name,
        console=f"/apis/{document.slug}/operations/{operation.id}/console",
        sample=samples.curl(call),
    )


ROUTES = [
    Route("/", page(home), methods=["GET"]),
    Route("/getting-started", page(getting_started), methods=["GET"]),
    Route("/faq", page(faq), methods=["GET"]),
]

"""The APIs: the list, one API, and the reference of each operation, all from the documents.

What stands here is what the gateway checks, because both come from the same document. [GTW-5 PRT-1]
"""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.catalog.api_notes import api_notes
from workswith.contracts import Document, Operation
from workswith.contracts.renderings import calls, openapi, postman, reference, samples
from workswith.contracts.renderings.known import known
from workswith.web.site import paging
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import errors, own, visible


async def document_of(visit: Visit) -> Document:
    """The API that the address names, if this reader may see it. Raises ``HTTPException`` 404."""
    for document in await visible.documents(visit):
        if document.slug == visit.parameter("api"):
            return document
    raise HTTPException(404)


def operation_of(visit: Visit, document: Document) -> Operation:
    """The operation that the address names. Raises ``HTTPException`` 404."""
    try:
        return document.operation(visit.parameter("operation"))
    except KeyError:
        raise HTTPException(404) from None


async def listing(visit: Visit) -> Response:
    """All APIs; ``q`` narrows them, and names the operations that match."""
    asked = paging.wanted(visit)
    found = []
    notes = await api_notes(visit.services.database)
    for document in await visible.documents(visit):
        hits = [one for one in document.operations if asked and _mentions(document, one, asked)]
        if hits or _found(asked, f"{document.title} {document.summary} {document.description}"):
            found.append((document, hits))
    return visit.render("portal/apis.html", found=found, q=asked, notes=notes)


async def one(visit: Visit) -> Response:
    """What the API is for, its operations, what it notifies of, and its downloads."""
    document = await document_of(visit)
    notifications = [
        (notification, reference.body_view(notification.body))
        for notification in document.notifications
    ]
    notes = await api_notes(visit.services.database)
    return visit.render(
        "portal/api.html",
        api=document,
        notifications=notifications,
        said=notes.get(document.slug),
    )


async def operation(visit: Visit) -> Response:
    """The reference of one operation, its samples filled with the reader's own key."""
    document = await document_of(visit)
    chosen = operation_of(visit, document)
    origin = visit.services.origins.api
    keys = await own.keys(visit, document.slug)
    key = keys[0].key if keys else calls.KEY_PLACEHOLDER
    return visit.render(
        "portal/operation.html",
        api=document,
        ref=reference.page(document, chosen, origin),
        menu=reference.menu(document),
        samples=samples.samples(calls.compose(document, chosen, origin, key=key)),
        own_key=keys[0] if keys else None,
        advice=errors.by_status(visit.services),
    )


async def openapi_download(visit: Visit) -> Response:
    """The document with the addresses of this installation."""
    document = await document_of(visit)
    origins = visit.services.origins
    brand = visit.site.house.name
    exported = openapi.export(document, origins.api, origins.login, brand=brand)
    return _download(exported, f"{document.slug}.json")


async def postman_download(visit: Visit) -> Response:
    """The whole flow, the variables filled with what the reader has; never a client secret."""
    keys = await own.keys(visit)
    applications = await own.applications(visit)
    flow = postman.Flow(
        login=visit.services.origins.login,
        api=visit.services.origins.api,
        client_id=applications[0].client_id if applications else "",
        redirect_uri=applications[0].reply_urls[0] if applications else "",
        subscription_key=keys[0].key if keys else "",
        known=known([_ids(home) for home in await own.plants(visit)]),
    )
    brand = visit.site.house.name
    documents = await visible.documents(visit)
    return _download(postman.collection(brand, documents, flow), "postman.json")


def _ids(home: own.OwnHome) -> dict[str, Any]:
    modules = [{"id": one.id, "device": one.device} for one in home.modules]
    return {"id": home.plant.id, "api": home.plant.api, "modules": modules}


def _download(value: Any, name: str) -> Response:
    return Response(
        msgspec.json.format(msgspec.json.encode(value), indent=2),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _mentions(document: Document, one: Operation, asked: str) -> bool:
    return _found(asked, f"{document.title} {one.name} {one.path} {one.description} {one.id}")


def _found(asked: str, text: str) -> bool:
    """Every word somewhere, in any order."""
    lowered = text.lower()
    return all(word in lowered for word in asked.lower().split())


ROUTES = [
    Route("/apis", page(listing), methods=["GET"]),
    Route("/apis/{api}", page(one), methods=["GET"]),
    Route("/apis/{api}/openapi.json", page(openapi_download), methods=["GET"]),
    Route("/apis/{api}/operations/{operation}", page(operation), methods=["GET"]),
    Route("/postman.json", page(postman_download), methods=["GET"]),
]

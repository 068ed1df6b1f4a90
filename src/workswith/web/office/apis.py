"""The APIs: whether they are listed, and that one ends. [OPR-1]"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms import BooleanField
from wtforms.validators import Length

from workswith.catalog.api_notes import ApiNote, api_notes, save_api_note
from workswith.contracts import Document
from workswith.kernel.database import Tx
from workswith.web.site import paging
from workswith.web.site.forms import Form, lines
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

NOTE = 600


class ApiForm(Form):
    """What is said about an API."""

    published = BooleanField(
        lazy("Listed"), description=lazy("Otherwise no list shows it; calls go on as before.")
    )
    deprecated = BooleanField(
        lazy("Deprecated"), description=lazy("Its page says so, with the note below.")
    )
    note = lines(
        lazy("Note"),
        Length(max=NOTE),
        hint=lazy("Until when it stays, and what to use instead."),
        rows=3,
    )


async def listing(visit: Visit) -> Response:
    asked = paging.wanted(visit)
    notes = await api_notes(visit.services.database)
    found = [
        (api.document, notes.get(api.document.slug, ApiNote(api.document.slug)))
        for api in visit.services.apis
        if asked.lower() in f"{api.document.title} {api.document.slug}".lower()
    ]
    return visit.render("office/apis.html", found=found, text=asked)


async def edit(visit: Visit) -> Response:
    document = _document(visit)
    said = await api_notes(visit.services.database)
    before = said.get(document.slug, ApiNote(document.slug))
    form = ApiForm.of(
        visit,
        published=bool(before.published),
        deprecated=before.deprecated_at is not None,
        note=before.note,
    )
    if visit.posted and form.validate():
        wanted = ApiNote(
            document.slug,
            int(form.published.data),
            (before.deprecated_at or visit.now) if form.deprecated.data else None,
            form.note.data or "",
        )
        note = acts.noted(visit, "api_noted", document.slug)

        async def save(tx: Tx) -> None:
            await save_api_note(tx, wanted)
            await note(tx)

        await visit.services.database.write(save)
        visit.say(_("Saved: %s.") % document.title)
        return visit.go("/office/apis")
    return visit.render("office/api.html", 422 if visit.posted else 200, api=document, form=form)


def _document(visit: Visit) -> Document:
    for api in visit.services.apis:
        if api.document.slug == visit.parameter("api"):
            return api.document
    raise HTTPException(404)


ROUTES = [
    Route("/office/apis", operator(listing), methods=["GET"]),
    Route("/office/apis/{api}", operator(edit), methods=["GET", "POST"]),
]

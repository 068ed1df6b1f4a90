"""The brand: name, logo, colours, legal texts, so that a maker's program needs no code. [OPR]"""

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route
from wtforms import BooleanField
from wtforms.validators import Length

from workswith.kernel.brand import LOGO, NAME, brand, set_brand
from workswith.kernel.database import Tx
from workswith.kernel.ident import digest
from workswith.kernel.problem import Problem
from workswith.web.home.words import GOODS
from workswith.web.site import pictures
from workswith.web.site.colours import DARK_GROUNDS, LIGHT_GROUNDS, checked
from workswith.web.site.forms import Form, lines, text
from workswith.web.site.house import DARK, DEVICE, DOCUMENTS, LIGHT, LOGO_MARK, USUAL
from workswith.web.site.language import _, languages, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

LONGEST_NAME, LONGEST_TEXT = 40, 20_000


class BrandForm(Form):
    """What is empty is as the program brings it along."""

    name = text(
        lazy("Name"),
        Length(max=LONGEST_NAME),
        hint=lazy(
            "Wherever the programme names itself: on pages, in mails, in apps for one-time passwords, "
            "in API documents."
        ),
    )
    colour_light = text(
        lazy("Colour on light pages"),
        hint=lazy("# and six digits; it has to be dark enough to read text in it."),
        maxlength=7,
        placeholder=USUAL[0],
    )
    colour_dark = text(
        lazy("Colour on dark pages"),
        hint=lazy("# and six digits; it has to be light enough to read text in it."),
        maxlength=7,
        placeholder=USUAL[1],
    )
    no_logo = BooleanField(lazy("Take the logo away"))


def _text_field(label: str) -> object:
    return lines(label, Length(max=LONGEST_TEXT), rows=4)


_LABELS = {
    "terms": lazy("Terms of use"),
    "privacy": lazy("Privacy"),
    "imprint": lazy("Legal notice"),
}
for _document in DOCUMENTS:
    for _code in languages():
        setattr(BrandForm, f"{_document}_{_code}", _text_field(_LABELS[_document]))


for _device, _usual in GOODS.items():
    setattr(
        BrandForm,
        f"{DEVICE}{_device}",
        text(_usual, Length(max=LONGEST_NAME)),
    )


async def show(visit: Visit) -> Response:
    """Shows what is set, and sets it."""
    before = await brand(visit.services.database)
    form = BrandForm.of(visit, **before)
    if visit.posted and form.validate():
        try:
            return await _save(visit, form)
        except Problem as problem:
            if problem.field == "logo":
                return _render(visit, form, 422, problem)
            form.refuse(problem)
    return _render(visit, form, 422 if visit.posted else 200)


async def _save(visit: Visit, form: BrandForm) -> Response:
    values = {
        NAME: form.name.data or "",
        LIGHT: _colour(form.colour_light.data, LIGHT, LIGHT_GROUNDS),
        DARK: _colour(form.colour_dark.data, DARK, DARK_GROUNDS),
    }
    for document in DOCUMENTS:
        for code in languages():
            name = f"{document}_{code}"
            values[name] = form[name].data or ""
    for device in GOODS:
        name = f"{DEVICE}{device}"
        values[name] = form[name].data or ""
    sent = visit.form.get(LOGO)
    raw = await sent.read() if isinstance(sent, UploadFile) else b""
    if raw:
        values[LOGO] = await pictures.logo(raw, pictures.BRAND)
        values[LOGO_MARK] = digest(values[LOGO])[:12]
    elif form.no_logo.data:
        values[LOGO] = values[LOGO_MARK] = ""
    note = acts.noted(visit, "brand_changed", values[NAME])

    async def write(tx: Tx) -> None:
        await set_brand(tx, values)
        await note(tx)

    await visit.services.database.write(write)
    visit.site.house.changed()
    visit.say(_("Saved. It shows on all pages from now on."))
    return visit.go("/office/brand")


def _colour(typed: str | None, field: str, grounds: tuple[str, ...]) -> str:
    return checked(typed, field, grounds) if typed else ""


def _render(visit: Visit, form: BrandForm, status: int, problem: Problem | None = None) -> Response:
    return visit.render(
        "office/brand.html",
        status,
        form=form,
        documents=_LABELS,
        devices=[f"{DEVICE}{device}" for device in GOODS],
        codes=languages(),
        problem=problem,
    )


ROUTES = [Route("/office/brand", operator(show), methods=["GET", "POST"])]

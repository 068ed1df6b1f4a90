"""The showcase of solutions: submit, wait for the operator, be seen. [PRT-1]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route
from wtforms.validators import DataRequired, Length

from workswith.community import rules, showcase
from workswith.kernel.problem import Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer, page
from workswith.web.site.visit import Visit

from .writing import body, mark

MINE = 20
STATES = {
    "submitted": lazy("in review"),
    "published": lazy("published"),
    "refused": lazy("refused"),
}


class EntryForm(Form):
    name = text(
        lazy("Name"),
        DataRequired(lazy("Please give it a name.")),
        Length(max=rules.TITLE_LIMIT),
        autocomplete="off",
    )
    summary = text(
        lazy("In one sentence"),
        DataRequired(lazy("Please write something.")),
        Length(max=rules.SUMMARY_LIMIT),
    )
    url = text(
        lazy("Where to find it"),
        DataRequired(lazy("Please give its address.")),
        Length(max=rules.URL_LIMIT),
        hint=lazy("Begins with https:// or http://."),
        inputmode="url",
    )
    text = body(lazy("What it does, and for whom"))


async def listing(visit: Visit) -> Response:
    """What is published, the latest first, and what the reader has submitted."""
    reads, asked = visit.services.database, paging.wanted(visit)
    search = partial(showcase.listed, reads, state="published", text=asked)
    found = await paging.read(visit, "/showcase", search, q=asked)
    mine = []
    if visit.developer:
        mine = await showcase.listed(reads, account_id=visit.account.id, limit=MINE)
    return visit.render(
        "portal/showcase.html",
        entries=found,
        mine=mine,
        states=STATES,
    )


async def submit(visit: Visit) -> Response:
    form = EntryForm.of(visit)
    if visit.posted and form.validate():
        try:
            id_ = await visit.services.database.write(
                showcase.submit,
                visit.account.id,
                name=form.name.data or "",
                summary=form.summary.data or "",
                text=str(form.data["text"]),
                url=form.url.data or "",
                mark=mark(visit),
                now=visit.now,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Submitted. The operator looks at it; a mail tells you."))
            return visit.go(f"/showcase/{id_}")
    return visit.render("portal/showcase_new.html", 422 if visit.posted else 200, form=form)


async def one(visit: Visit) -> Response:
    who = visit.known.id if visit.known is not None else ""
    found = await showcase.visible(
        visit.services.database, visit.parameter("entry"), who, everything=visit.operator
    )
    return visit.render(
        "portal/showcase_entry.html",
        entry=found,
        mine=bool(who) and found.account_id == who,
        states=STATES,
    )


async def withdraw(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.database.write(
        showcase.withdraw, visit.account.id, visit.parameter("entry")
    )
    visit.say(_("Taken back."))
    return visit.go("/showcase")


ROUTES = [
    Route("/showcase", page(listing), methods=["GET"]),
    Route("/showcase/new", developer(submit), methods=["GET", "POST"]),
    Route("/showcase/{entry}", page(one), methods=["GET"]),
    Route("/showcase/{entry}/withdraw", developer(withdraw), methods=["POST"]),
]

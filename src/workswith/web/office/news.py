"""News of the programme: what stands among the changes, written by operators. [OPR]"""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx
from workswith.web.site import news, paging
from workswith.web.site.forms import Form, lines, text
from workswith.web.site.language import _, lazy
from workswith.web.site.news import News
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

LONGEST_TITLE, LONGEST_TEXT = 120, 4_000
_TEXTS = tuple(f"{part}_{code}" for part in ("title", "text") for code in ("en", "fr", "it"))
_OTHERWISE = lazy("Empty: readers see the English one.")
_MARKUP = lazy(
    "`code`, **strong** and *emphasis* are shown as such; an empty line begins a paragraph."
)


def _title(label: str, *validators: Any, hint: str = _OTHERWISE) -> StringField:
    return text(label, *validators, Length(max=LONGEST_TITLE), hint=hint)


def _text(label: str, *validators: Any, hint: str = _OTHERWISE, rows: int = 3) -> TextAreaField:
    return lines(label, *validators, Length(max=LONGEST_TEXT), hint=hint, rows=rows)


class NewsForm(Form):
    title_en = _title(
        lazy("Title in English"),
        DataRequired(lazy("Please say in a few words what it is about.")),
        hint="",
    )
    text_en = _text(
        lazy("Text in English"),
        DataRequired(lazy("Please write what is to be told.")),
        hint=_MARKUP,
        rows=5,
    )
    title_fr = _title(lazy("Title in French"))
    text_fr = _text(lazy("Text in French"))
    title_it = _title(lazy("Title in Italian"))
    text_it = _text(lazy("Text in Italian"))
    day = DateField(
        lazy("Day (UTC)"),
        [Optional()],
        description=lazy("Empty: today. A later one: nobody sees it before."),
    )


async def listing(visit: Visit) -> Response:
    asked = paging.wanted(visit)
    search = partial(news.search, visit.services.database, text=asked)
    found = await paging.read(visit, "/office/news", search, q=asked)
    return visit.render("office/news.html", news=found)


async def new(visit: Visit) -> Response:
    form = NewsForm.of(visit)
    if visit.posted and form.validate():
        return await _save(visit, form, visit.services.ident.uuid(), None)
    return visit.render("office/news_edit.html", 422 if visit.posted else 200, form=form)


async def edit(visit: Visit) -> Response:
    before = await news.one(visit.services.database, visit.parameter("news"))
    if before is None:
        raise HTTPException(404)
    values = {name: getattr(before, name) for name in _TEXTS}
    form = NewsForm.of(visit, **{**values, "day": _day(before.at)})
    if visit.posted and form.validate():
        return await _save(visit, form, before.id, before)
    status = 422 if visit.posted else 200
    return visit.render("office/news_edit.html", status, form=form, before=before)


async def remove(visit: Visit) -> Response:
    """The page has asked whether."""
    id_ = visit.parameter("news")
    note = acts.noted(visit, "news_removed", id_)

    async def write(tx: Tx) -> None:
        if not await news.remove(tx, id_):
            raise HTTPException(404)
        await note(tx)

    await visit.services.database.write(write)
    visit.say(_("Taken away."))
    return visit.go("/office/news")


async def _save(visit: Visit, form: NewsForm, id_: str, before: News | None) -> Response:
    texts: dict[str, Any] = {name: form[name].data or "" for name in _TEXTS}
    one = News(
        id_,
        **texts,
        at=_instant(form, visit.now, before),
        changed_at=visit.now if before else None,
    )
    note = acts.noted(visit, "news_saved", f"{id_} {one.title_en}")

    async def write(tx: Tx) -> None:
        await news.save(tx, one)
        await note(tx)

    await visit.services.database.write(write)
    visit.say(_("Saved: %s.") % one.title_en)
    return visit.go("/office/news")


def _instant(form: NewsForm, now: int, before: News | None) -> int:
    """The day itself; today it is now, and what keeps its day keeps its instant."""
    chosen = form.day.data or _day(now)
    if before is not None and _day(before.at) == chosen:
        return before.at
    if chosen == _day(now):
        return now
    return round(datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC).timestamp()) * 1000


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant // DAY * DAY / 1000, UTC).date()


ROUTES = [
    Route("/office/news", operator(listing), methods=["GET"]),
    Route("/office/news/new", operator(new), methods=["GET", "POST"]),
    Route("/office/news/{news}", operator(edit), methods=["GET", "POST"]),
    Route("/office/news/{news}/remove", operator(remove), methods=["POST"]),
]

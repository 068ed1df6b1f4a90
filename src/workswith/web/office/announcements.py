"""Telling everybody something: a banner on all pages, and a mail to developers if wanted. [OPR]"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms import BooleanField, DateTimeLocalField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from workswith.identity import closing, mails
from workswith.identity.mails import Text
from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Tx
from workswith.kernel.words import N_
from workswith.web.site import announcements, paging
from workswith.web.site.announcements import LEVEL_WORDS, Announcement
from workswith.web.site.forms import Form, lines, options
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

LONGEST = 500
MAILED_AT_ONCE = 500
MAIL = Text(N_("News for developers"), (N_("Hello {name},"), "{news}"))


def _text(
    label: str, *validators: Any, hint: str = lazy("Empty: readers see the English one.")
) -> TextAreaField:
    return lines(label, *validators, Length(max=LONGEST), hint=hint, rows=2)


class AnnouncementForm(Form):
    """Instants are UTC."""

    level = SelectField(
        lazy("Level"),
        [DataRequired()],
        choices=options(LEVEL_WORDS),
    )
    text_en = _text(
        lazy("Text in English"), DataRequired(lazy("Please write what is to be told.")), hint=""
    )
    text_fr = _text(lazy("Text in French"))
    text_it = _text(lazy("Text in Italian"))
    starts_at = DateTimeLocalField(
        lazy("From (UTC)"), [Optional()], description=lazy("Empty: from now on.")
    )
    ends_at = DateTimeLocalField(
        lazy("Until (UTC)"), [Optional()], description=lazy("Empty: until you take it away.")
    )
    mail = BooleanField(lazy("Also send it to all developers by mail, now"))


async def listing(visit: Visit) -> Response:
    text = paging.wanted(visit)
    search = partial(announcements.search, visit.services.database, text=text)
    found = await paging.read(visit, "/office/announcements", search, q=text)
    return visit.render("office/announcements.html", announcements=found, levels=LEVEL_WORDS)


async def new(visit: Visit) -> Response:
    form = AnnouncementForm.of(visit, level="info")
    if visit.posted and form.validate():
        starts_at = _instant(form.starts_at.data) or visit.now
        ends_at = _instant(form.ends_at.data)
        if ends_at is None or ends_at > max(starts_at, visit.now):
            return await _announce(visit, form, starts_at, ends_at)
        form.ends_at.errors = [_("The end must come after the beginning, and after now.")]
    return visit.render("office/announcement.html", 422 if visit.posted else 200, form=form)


async def edit(visit: Visit) -> Response:
    """What it says, how loudly, and for how long. No mail goes out again."""
    before = await announcements.announcement(
        visit.services.database, visit.parameter("announcement")
    )
    if before is None:
        raise HTTPException(404)
    if before.over(visit.now):
        visit.say(_("This announcement is over; make a new one."), "info")
        return visit.go("/office/announcements")
    form = AnnouncementForm.of(
        visit,
        level=before.level,
        text_en=before.text_en,
        text_fr=before.text_fr,
        text_it=before.text_it,
        starts_at=_moment(before.starts_at),
        ends_at=_moment(before.ends_at),
    )
    del form.mail
    if visit.posted and form.validate():
        starts_at = _instant(form.starts_at.data) or before.starts_at
        ends_at = _instant(form.ends_at.data)
        if ends_at is None or ends_at > max(starts_at, visit.now):
            return await _change(visit, form, before, starts_at, ends_at)
        form.ends_at.errors = [_("The end must come after the beginning, and after now.")]
    status = 422 if visit.posted else 200
    return visit.render("office/announcement.html", status, form=form, before=before)


async def _change(
    visit: Visit,
    form: AnnouncementForm,
    before: Announcement,
    starts_at: int,
    ends_at: int | None,
) -> Response:
    one = replace(
        before,
        level=form.level.data,
        text_en=form.text_en.data or "",
        text_fr=form.text_fr.data or "",
        text_it=form.text_it.data or "",
        # The form knows minutes.
        starts_at=before.starts_at if starts_at == _minute(before.starts_at) else starts_at,
        ends_at=ends_at,
        changed_at=visit.now,
    )
    note = acts.noted(visit, "announcement_changed", f"{one.id} {one.text_en}")

    async def write(tx: Tx) -> None:
        if not await announcements.change(tx, one, visit.now):
            raise HTTPException(404)
        await note(tx)

    await visit.services.database.write(write)
    visit.site.house.changed()
    visit.say(_("Changed."))
    return visit.go("/office/announcements")


async def end(visit: Visit) -> Response:
    """The page has asked whether."""
    id_, now = visit.parameter("announcement"), visit.now
    note = acts.noted(visit, "announcement_ended", id_)

    async def take_away(tx: Tx) -> None:
        if not await announcements.end(tx, id_, now):
            raise HTTPException(404)
        await note(tx)

    await visit.services.database.write(take_away)
    visit.site.house.changed()
    visit.say(_("Taken away."))
    return visit.go("/office/announcements")


async def _announce(
    visit: Visit, form: AnnouncementForm, starts_at: int, ends_at: int | None
) -> Response:
    one = Announcement(
        visit.services.ident.uuid(),
        form.level.data,
        form.text_en.data or "",
        form.text_fr.data or "",
        form.text_it.data or "",
        starts_at,
        ends_at,
        visit.now,
    )
    note = acts.noted(visit, "announced", f"{one.id} {one.text_en}")

    async def write(tx: Tx) -> None:
        await announcements.announce(tx, one)
        await note(tx)

    await visit.services.database.write(write)
    visit.site.house.changed()
    if form.mail.data:
        sent = await _mail(visit, one)
        visit.say(_("Announced, and sent to %s developers.") % sent)
    else:
        visit.say(_("Announced."))
    return visit.go("/office/announcements")


async def _mail(visit: Visit, one: Announcement) -> int:
    """To every developer who can sign in, some hundred in a transaction."""
    database, now, sent = visit.services.database, visit.now, 0
    while True:
        found = await closing.search(database, kind="developer", limit=MAILED_AT_ONCE, offset=sent)
        readers = [who for who in found if who.verified_at and not who.suspended_at]

        async def tell(tx: Tx) -> None:
            for who in readers:  # noqa: B023 - awaited before the next turn
                news = one.in_language(who.language)
                await mails.tell(tx, who, MAIL, now, news=news)

        await database.write(tell)
        sent += len(found)
        if len(found) < MAILED_AT_ONCE:
            return sent


def _minute(instant: int) -> int:
    return instant // MINUTE * MINUTE


def _moment(instant: int | None) -> datetime | None:
    """For the form, in UTC."""
    return None if instant is None else datetime.fromtimestamp(_minute(instant) / 1000, UTC)


def _instant(moment: datetime | None) -> int | None:
    """In ms; forms name UTC."""
    return round(moment.replace(tzinfo=UTC).timestamp()) * 1000 if moment else None


ROUTES = [
    Route("/office/announcements", operator(listing), methods=["GET"]),
    Route("/office/announcements/new", operator(new), methods=["GET", "POST"]),
    Route("/office/announcements/{announcement}", operator(edit), methods=["GET", "POST"]),
    Route("/office/announcements/{announcement}/end", operator(end), methods=["POST"]),
]

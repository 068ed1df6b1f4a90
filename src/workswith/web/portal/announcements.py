"""What the operator has announced so far, as a page and as feeds; troubles are the status' feed. [PRT-1]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.web.site import announcements, atom, paging
from workswith.web.site.announcements import LEVEL_WORDS, Announcement
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

PATH = "/announcements"


async def listing(visit: Visit) -> Response:
    text = paging.wanted(visit)
    search = partial(announcements.told, visit.services.database, visit.now, text=text)
    found = await paging.read(visit, PATH, search, q=text)
    return visit.render("portal/announcements.html", announcements=found, levels=LEVEL_WORDS)


async def feed(visit: Visit) -> Response:
    return await _feed(visit, f"{PATH}.atom", visit.site.house.name, trouble=False)


async def status_feed(visit: Visit) -> Response:
    """Warnings and disruptions, and their ends."""
    title = f"{visit.site.house.name}: {_('Status')}"
    return await _feed(visit, "/status.atom", title, trouble=True)


async def _feed(visit: Visit, path: str, title: str, *, trouble: bool) -> Response:
    now = visit.now
    told = await announcements.told(visit.services.database, now, trouble=trouble, limit=atom.MOST)
    return atom.feed(visit, path, PATH, title, [_entry(one, now) for one in told])


def _entry(one: Announcement, now: int) -> atom.Entry:
    """An end is news as well: readers see the entry again."""
    words = str(LEVEL_WORDS[one.level])
    title = _("%s (over)") % words if one.over(now) else words
    updated = max(one.starts_at, one.changed_at or 0)
    if one.ends_at is not None and one.over(now):
        updated = max(updated, one.ends_at)
    return atom.Entry(f"announcement-{one.id}", title, one.text, updated)


ROUTES = [
    Route(PATH, page(listing), methods=["GET"]),
    Route(f"{PATH}.atom", page(feed), methods=["GET"]),
    Route("/status.atom", page(status_feed), methods=["GET"]),
]

"""Atom feeds (RFC 4287) of what pages tell: changes, announcements, the status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from .visit import Visit

MEDIA_TYPE = "application/atom+xml"
MOST = 100
"""Entries of a feed."""
_BEFORE_ALL = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Entry:
    """``place`` is where it stands on its page; ``updated`` is an instant in ms."""

    place: str
    title: str
    text: str
    updated: int


def feed(visit: Visit, path: str, page: str, title: str, entries: Iterable[Entry]) -> Response:
    """At ``path``; ``page`` is the one for people, the newest entry comes first."""
    portal = visit.services.origins.portal
    text = written(portal + path, portal + page, title, list(entries)[:MOST])
    return Response(text, media_type=MEDIA_TYPE)


def written(address: str, page: str, title: str, entries: list[Entry]) -> str:
    """``address`` is the feed's own."""
    latest = max((one.updated for one in entries), default=None)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(title)}</title>",
        f"<id>{_text(address)}</id>",
        f"<updated>{_BEFORE_ALL if latest is None else _instant(latest)}</updated>",
        f"<author><name>{_text(title)}</name></author>",
        f'<link rel="self" href={quoteattr(address)}/>',
        f"<link href={quoteattr(page)}/>",
    ]
    for one in entries:
        place = f"{page}#{one.place}"
        parts += [
            "<entry>",
            f"<title>{_text(one.title)}</title>",
            f"<id>{_text(place)}</id>",
            f"<updated>{_instant(one.updated)}</updated>",
            f"<link href={quoteattr(place)}/>",
            f"<summary>{_text(one.text)}</summary>",
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>", ""])


def _instant(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")[:19] + "Z"


def _text(text: str) -> str:
    """Without what XML 1.0 cannot say."""
    return escape("".join(sign for sign in text if sign in "\t\n\r" or sign >= " "))

"""What has changed in an API, as its document tells (``x-changes``): a page, a feed. [PRT-1]"""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workswith.contracts.document import Document


@dataclass(frozen=True, slots=True)
class Change:
    """``date`` is YYYY-MM-DD; ``id`` is unique among all APIs and stays."""

    id: str
    slug: str
    api: str
    date: str
    text: str


def changes(documents: Iterable[Document]) -> list[Change]:
    """The newest first; those of one day in the order of the document."""
    found = [
        Change(
            f"{document.slug}-{change['date']}-{number}",
            document.slug,
            f"{document.title} {document.version}",
            str(change["date"]),
            " ".join(str(change["text"]).split()),
        )
        for document in documents
        for number, change in enumerate(reversed(document.raw.get("x-changes", [])), 1)
    ]
    return sorted(found, key=lambda change: change.date, reverse=True)


def feed(title: str, address: str, page: str, listed: Iterable[Change]) -> str:
    """An Atom feed (RFC 4287); ``address`` is its own, ``page`` the one for people."""
    entries = list(listed)
    updated = f"{entries[0].date}T00:00:00Z" if entries else "1970-01-01T00:00:00Z"
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{escape(title)}</title>",
        f"<id>{escape(address)}</id>",
        f"<updated>{updated}</updated>",
        f"<author><name>{escape(title)}</name></author>",
        f'<link rel="self" href={quoteattr(address)}/>',
        f"<link href={quoteattr(page)}/>",
    ]
    for change in entries:
        place = f"{page}#{change.id}"
        parts += [
            "<entry>",
            f"<title>{escape(change.api)}</title>",
            f"<id>{escape(place)}</id>",
            f"<updated>{escape(change.date)}T00:00:00Z</updated>",
            f"<link href={quoteattr(place)}/>",
            f"<summary>{escape(change.text)}</summary>",
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>", ""])

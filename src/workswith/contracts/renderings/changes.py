"""What has changed in an API, as its document tells (``x-changes``). [PRT-1]"""

from collections.abc import Iterable
from dataclasses import dataclass

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

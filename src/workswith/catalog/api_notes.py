"""What an operator says about an API: whether it is listed, and that it ends. [OPR-1]

An API without a word is listed and stays. Hiding takes an API out of the lists and changes nothing
for those who call it.
"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement


@dataclass(frozen=True, slots=True)
class ApiNote:
    """``published`` is 1 or 0; ``deprecated_at`` (ms) is when it was said that the API ends."""

    api: str
    published: int = 1
    deprecated_at: int | None = None
    note: str = ""


_ALL = query(ApiNote, "SELECT api, published, deprecated_at, note FROM api_notes")
_SAVE = statement(
    "INSERT INTO api_notes (api, published, deprecated_at, note) "
    "VALUES (:api, :published, :deprecated_at, :note) ON CONFLICT (api) DO UPDATE SET "
    "published = excluded.published, deprecated_at = excluded.deprecated_at, note = excluded.note"
)


async def api_notes(reads: Reads) -> dict[str, ApiNote]:
    """By slug of a document; those of which nothing was said are left out."""
    return {one.api: one for one in await reads.all(_ALL)}


async def save_api_note(tx: Tx, wanted: ApiNote) -> None:
    """Replaces what was said."""
    await tx.run(
        _SAVE,
        api=wanted.api,
        published=wanted.published,
        deprecated_at=wanted.deprecated_at,
        note=wanted.note,
    )

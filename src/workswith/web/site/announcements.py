"""What an operator tells everybody on all pages, from and until an instant. [OPR]"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement

from . import language

LEVELS = ("info", "warn", "bad")
SHOWN = 5
"""So many stand on a page at a time."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Instants in ms; ``ends_at`` is excluded, ``None`` is never. Texts may be empty but English."""

    id: str
    level: str
    text_en: str
    text_fr: str
    text_it: str
    starts_at: int
    ends_at: int | None
    created_at: int

    @property
    def text(self) -> str:
        """In the language of the page; English where there is none."""
        return self.in_language(language.current.get())

    def in_language(self, code: str) -> str:
        return {"fr": self.text_fr, "it": self.text_it}.get(code, "") or self.text_en

    def shown(self, now: int) -> bool:
        return self.starts_at <= now and not self.over(now)

    def over(self, now: int) -> bool:
        return self.ends_at is not None and self.ends_at <= now


_COLUMNS = "id, level, text_en, text_fr, text_it, starts_at, ends_at, created_at"
_NOT_OVER = query(
    Announcement,
    f"SELECT {_COLUMNS} FROM announcements WHERE ends_at IS NULL OR ends_at > :now "
    "ORDER BY starts_at DESC, id LIMIT 50",
)
_SEARCH = query(
    Announcement,
    f"SELECT {_COLUMNS} FROM announcements WHERE :like = '' OR LOWER(text_en) LIKE :like "
    "OR LOWER(text_fr) LIKE :like OR LOWER(text_it) LIKE :like "
    "ORDER BY starts_at DESC, id LIMIT :limit OFFSET :offset",
)
_INSERT = statement(
    f"INSERT INTO announcements ({_COLUMNS}) VALUES (:id, :level, :text_en, :text_fr, :text_it, "
    ":starts_at, :ends_at, :created_at)"
)
_END = statement(
    "UPDATE announcements SET ends_at = :now WHERE id = :id AND (ends_at IS NULL OR ends_at > :now)"
)


async def not_over(reads: Reads, now: int) -> list[Announcement]:
    """Those that are shown and those to come, the latest first."""
    return await reads.all(_NOT_OVER, now=now)


async def search(
    reads: Reads, *, text: str = "", limit: int = 50, offset: int = 0
) -> list[Announcement]:
    """All that were ever made, the latest first."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(_SEARCH, like=like, limit=limit, offset=offset)


async def announce(tx: Tx, one: Announcement) -> None:
    await tx.run(
        _INSERT,
        id=one.id,
        level=one.level,
        text_en=one.text_en,
        text_fr=one.text_fr,
        text_it=one.text_it,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        created_at=one.created_at,
    )


async def end(tx: Tx, id_: str, now: int) -> bool:
    """Takes it off all pages; whether it was on any or would have come."""
    return bool(await tx.run(_END, id=id_, now=now))

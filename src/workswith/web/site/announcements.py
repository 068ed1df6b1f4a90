"""What an operator tells everybody on all pages, from and until an instant. [OPR]"""

from dataclasses import dataclass
from typing import Any

from workswith.kernel.database import Reads, Tx, query, statement

from . import language
from .language import lazy

LEVEL_WORDS = {
    "info": lazy("Information"),
    "warn": lazy("Warning"),
    "bad": lazy("Disruption"),
}
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
    changed_at: int | None = None

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


_COLUMNS = "id, level, text_en, text_fr, text_it, starts_at, ends_at, created_at, changed_at"
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
    ":starts_at, :ends_at, :created_at, :changed_at)"
)
_CHANGE = statement(
    "UPDATE announcements SET level = :level, text_en = :text_en, text_fr = :text_fr, "
    "text_it = :text_it, starts_at = :starts_at, ends_at = :ends_at, changed_at = :changed_at "
    "WHERE id = :id AND (ends_at IS NULL OR ends_at > :now)"
)
_ONE = query(Announcement, f"SELECT {_COLUMNS} FROM announcements WHERE id = :id")
_TOLD = query(
    Announcement,
    f"SELECT {_COLUMNS} FROM announcements WHERE starts_at <= :now "
    "AND (:trouble = 0 OR level <> 'info') AND (:like = '' OR LOWER(text_en) LIKE :like "
    "OR LOWER(text_fr) LIKE :like OR LOWER(text_it) LIKE :like) "
    "ORDER BY starts_at DESC, id LIMIT :limit OFFSET :offset",
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


async def told(
    reads: Reads,
    now: int,
    *,
    trouble: bool = False,
    text: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Announcement]:
    """What everybody has been told so far, the latest first; of ``trouble`` only, if wanted."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(
        _TOLD, now=now, trouble=int(trouble), like=like, limit=limit, offset=offset
    )


async def announcement(reads: Reads, id_: str) -> Announcement | None:
    return await reads.one(_ONE, id=id_)


async def announce(tx: Tx, one: Announcement) -> None:
    await tx.run(_INSERT, **_values(one))


async def change(tx: Tx, one: Announcement, now: int) -> bool:
    """Whether it was not over yet."""
    values = _values(one)
    del values["created_at"]
    return bool(await tx.run(_CHANGE, now=now, **values))


async def end(tx: Tx, id_: str, now: int) -> bool:
    """Takes it off all pages; whether it was on any or would have come."""
    return bool(await tx.run(_END, id=id_, now=now))


def _values(one: Announcement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Announcement.__dataclass_fields__}

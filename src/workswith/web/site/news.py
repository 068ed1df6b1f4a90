"""News of the programme: what an operator writes for developers, beside the changes of APIs. [OPR]"""

from dataclasses import dataclass
from typing import Any

from workswith.kernel.database import Reads, Tx, query, statement

from . import language

MOST = 1_000
"""So many of the latest are shown."""


@dataclass(frozen=True, slots=True)
class News:
    """``at`` (ms) is the day that it stands under. Texts may be empty but English."""

    id: str
    title_en: str
    title_fr: str
    title_it: str
    text_en: str
    text_fr: str
    text_it: str
    at: int
    changed_at: int | None = None

    @property
    def title(self) -> str:
        """In the language of the page; English where there is none."""
        return self._in_language("title")

    @property
    def text(self) -> str:
        return self._in_language("text")

    def _in_language(self, part: str) -> str:
        translated: str = getattr(self, f"{part}_{language.current.get()}", "")
        return translated or getattr(self, f"{part}_en")


_COLUMNS = ", ".join(News.__dataclass_fields__)
_LIKE = " OR ".join(
    f"LOWER({part}_{code}) LIKE :like" for part in ("title", "text") for code in ("en", "fr", "it")
)
_SEARCH = query(
    News,
    f"SELECT {_COLUMNS} FROM programme_news WHERE :like = '' OR {_LIKE} "
    "ORDER BY at DESC, id LIMIT :limit OFFSET :offset",
)
_PUBLISHED = query(
    News,
    f"SELECT {_COLUMNS} FROM programme_news WHERE at <= :now ORDER BY at DESC, id LIMIT :limit",
)
_ONE = query(News, f"SELECT {_COLUMNS} FROM programme_news WHERE id = :id")
_SAVE = statement(
    f"INSERT INTO programme_news ({_COLUMNS}) VALUES (:{_COLUMNS.replace(', ', ', :')}) "
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in News.__dataclass_fields__ if name != "id")
)
_REMOVE = statement("DELETE FROM programme_news WHERE id = :id")


async def published(reads: Reads, now: int, limit: int = MOST) -> list[News]:
    """What everybody reads, the latest first; what has a later day is still to come."""
    return await reads.all(_PUBLISHED, now=now, limit=limit)


async def search(reads: Reads, *, text: str = "", limit: int = 50, offset: int = 0) -> list[News]:
    """All of it, the latest first, for operators."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(_SEARCH, like=like, limit=limit, offset=offset)


async def one(reads: Reads, id_: str) -> News | None:
    return await reads.one(_ONE, id=id_)


async def save(tx: Tx, news: News) -> None:
    """Makes it, or replaces what it said."""
    values: dict[str, Any] = {name: getattr(news, name) for name in News.__dataclass_fields__}
    await tx.run(_SAVE, **values)


async def remove(tx: Tx, id_: str) -> bool:
    """Whether there was any."""
    return bool(await tx.run(_REMOVE, id=id_))

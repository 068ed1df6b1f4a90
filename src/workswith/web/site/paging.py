"""Long lists, a page at a time, and what narrows them.

A list in the database is read from an offset, and one more than a page has, to know whether there is a
next one (`read`). A list of one's own that is read whole anyway is turned by `leaf`.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from .visit import Visit

SIZE = 50
CARDS = 24
"""How many things that need some room each stand on a page."""
LAST = 10_000
LONGEST = 200
"""Characters of a search that are looked at."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """A page of a list; ``number`` counts from 1, ``address`` has ``%d`` in its place.

    ``text`` is what was looked for, ``all`` how many there are without it: of a list read whole.
    """

    items: Sequence[T]
    number: int
    more: bool
    address: str
    text: str
    all: int = 0

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def searched(self) -> bool:
        """Whether a search stands above it: a list that never was long needs none."""
        return bool(self.text) or self.more or self.number > 1


async def read(
    visit: Visit,
    path: str,
    search: Callable[..., Awaitable[Sequence[T]]],
    *,
    size: int = SIZE,
    page: str = "page",
    **asked: str,
) -> Leaf[T]:
    """The page that the query names by ``page`` of what ``search(limit=, offset=)`` finds.

    ``asked`` is what narrows the list: it goes along from page to page.
    """
    turn = number(visit, page)
    found = await search(limit=size + 1, offset=(turn - 1) * size)
    turned = address(path, page, **asked)
    return Leaf(found[:size], turn, len(found) > size, turned, asked.get("q", ""))


def leaf(
    visit: Visit,
    path: str,
    every: Sequence[T],
    words: Callable[[T], str] | None = None,
    *,
    size: int = SIZE,
    page: str = "page",
    **asked: str,
) -> Leaf[T]:
    """The page that the query names by ``page``; ``words`` of a thing are what ``q`` is looked for in.

    ``every`` belongs to one account or is kept short by its nature: it has been read already.
    """
    if words is not None:
        asked["q"] = wanted(visit)
    text = asked.get("q", "")
    fits = [one for one in every if words is None or text.lower() in words(one).lower()]
    turn = number(visit, page)
    first = (turn - 1) * size
    return Leaf(
        fits[first : first + size],
        turn,
        len(fits) > first + size,
        address(path, page, **asked),
        text,
        len(every),
    )


def wanted(visit: Visit) -> str:
    """What is looked for in a list, or everywhere."""
    return visit.asked("q").strip()[:LONGEST]


def number(visit: Visit, page: str = "page") -> int:
    """The page asked for, from 1."""
    asked = visit.asked(page, "1")
    return max(1, min(int(asked), LAST)) if asked.isascii() and asked.isdigit() else 1


def address(path: str, page: str = "page", /, **values: str) -> str:
    """A format text with ``%d`` for the number of the page."""
    path, _hash, part = path.partition("#")
    query = urlencode({name: value for name, value in values.items() if value})
    turned = f"{path}?{query.replace('%', '%%')}{'&' if query else ''}{page}=%d"
    return f"{turned}#{part}" if part else turned

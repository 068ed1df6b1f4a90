"""Long lists, a page at a time, and what narrows them.

A list in the database is read from an offset, and one more than a page has, to know whether there is a
next one. A list of one's own that is read whole anyway is turned by `leaf`.
"""

from collections.abc import Callable, Iterator, Sequence
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
    """A page of a list. ``found`` counts what fits, ``all`` everything; ``address`` is for `ui.turn`."""

    items: Sequence[T]
    number: int
    found: int
    all: int
    more: bool
    address: str
    text: str

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def searched(self) -> bool:
        """Whether a search stands above it: a list that never was long needs none."""
        return bool(self.text) or self.all > self.found or self.more or self.number > 1


def leaf(
    visit: Visit,
    path: str,
    every: Sequence[T],
    words: Callable[[T], str] | None = None,
    *,
    size: int = SIZE,
    page: str = "page",
) -> Leaf[T]:
    """The page that the query names by ``page``; ``words`` of a thing are what ``q`` is looked for in.

    ``every`` belongs to one account or is kept short by its nature: it has been read already.
    """
    text = visit.asked("q").strip()[:LONGEST] if words else ""
    fits = [one for one in every if words is None or text.lower() in words(one).lower()]
    turn = number(visit, page)
    first = (turn - 1) * size
    return Leaf(
        fits[first : first + size],
        turn,
        len(fits),
        len(every),
        len(fits) > first + size,
        address(path, page, q=text),
        text,
    )


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

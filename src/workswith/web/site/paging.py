"""Long lists, a page at a time. Whether there is a next page is known by reading one more."""

from urllib.parse import urlencode

from .visit import Visit

SIZE = 50
LAST = 10_000


def number(visit: Visit) -> int:
    """The page asked for, from 1."""
    asked = visit.asked("page", "1")
    return max(1, min(int(asked), LAST)) if asked.isascii() and asked.isdigit() else 1


def address(path: str, **values: str) -> str:
    """A format text with ``%d`` for the number of the page."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query.replace('%', '%%')}{'&' if query else ''}page=%d"

"""Lists of an API a page at a time: each page says where the next one begins. [C2C-6]

A cursor is what stood last on its page, packed; it is good for the list that gave it alone.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from workswith.contracts.binding import Answer, Request
from workswith.kernel.problem import Kind, Problem

LIMIT = 50
END = 2**62
"""Above every number and instant that a list is ordered by."""

T = TypeVar("T")


def limit_of(request: Request) -> int:
    return int(request.query.get("limit", LIMIT))


def page(
    name: str,
    found: Sequence[T],
    limit: int,
    tell: Callable[[T], dict[str, Any]],
    seen: Callable[[T], tuple[Any, ...]],
) -> Answer:
    """``found`` is one more than ``limit`` where the list goes on; ``seen`` orders it."""
    shown = found[:limit]
    after = _packed(seen(shown[-1])) if len(found) > limit else None
    return Answer(200, {name: [tell(one) for one in shown], "next": after})


def cursor_of(request: Request, *types: type) -> tuple[Any, ...] | None:
    """What stood last on the page before, if this is not the first. Raises MALFORMED."""
    text = request.query.get("cursor")
    if text is None:
        return None
    try:
        seen = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        seen = None
    fits = (
        isinstance(seen, list)
        and [type(each) for each in seen] == list(types)
        and all(abs(each) < END for each in seen if isinstance(each, int))
        and all("\0" not in each for each in seen if isinstance(each, str))
    )
    if not fits:
        raise unreadable("cursor", "It is none of this list.")
    return tuple(seen)


def _packed(seen: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(json.dumps(seen).encode()).decode().rstrip("=")


def unreadable(field: str, detail: str) -> Problem:
    return Problem(Kind.MALFORMED, "query_parameter", f"{field}: {detail}", field=field)

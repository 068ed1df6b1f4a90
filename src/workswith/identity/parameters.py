"""Parameters of /authorize and /token: each at most once, none empty, none endless.

[RFC 6749 section 3.1: parameters without a value are treated as omitted, none may be repeated]
"""

from collections.abc import Iterable, Mapping
from typing import cast

Params = Mapping[str, str] | Iterable[tuple[str, str]]

MOST = 64
LONGEST_VALUE = 16_384


def pairs_of(params: Params) -> tuple[tuple[str, str], ...]:
    """All of them, repetitions included; knows the mappings that can hold a name twice."""
    if isinstance(params, Mapping):
        every = getattr(params, "multi_items", params.items)
        return tuple(cast("Iterable[tuple[str, str]]", every()))
    return tuple(params)


def single(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], frozenset[str]]:
    """The values that are there, and the names that stand there more than once."""
    values: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for name, value in pairs:
        (repeated if name in seen else seen).add(name)
        if value:
            values.setdefault(name, value)
    return values, frozenset(repeated)


def unreadable(pairs: tuple[tuple[str, str], ...]) -> bool:
    """Whether there are too many, or one is too long or has what no store can keep."""
    return len(pairs) > MOST or any(
        len(name) > 256 or len(value) > LONGEST_VALUE or _unstorable(name + value)
        for name, value in pairs
    )


def _unstorable(text: str) -> bool:
    """NUL, and halves of characters that no encoding has."""
    if "\0" in text:
        return True
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)

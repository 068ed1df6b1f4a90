"""Reads what a cloud sends, however it spells it: numbers as text, `Z` or no zone, odd case.

Nothing here raises: what cannot be read is ``None``, and `raw` of every model has what came.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, TypeAlias, TypeVar

Raw: TypeAlias = Mapping[str, Any]
T = TypeVar("T")
Word = TypeVar("Word", bound="Open")


class Open(StrEnum):
    """An enumeration that may grow: a word that is new is a member too, with `known` false."""

    @classmethod
    def _missing_(cls, value: object) -> "Open | None":
        if not isinstance(value, str):
            return None
        for member in cls:
            if member.value.casefold() == value.casefold():
                return member
        new = str.__new__(cls, value)
        new._name_, new._value_ = value, value
        return new

    @property
    def known(self) -> bool:
        return self._name_ in type(self).__members__


def word(kind: type[Word], value: object) -> Word | None:
    return kind(value) if isinstance(value, str) and value else None


def text(value: object) -> str:
    """Empty for nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, dict | list) else str(value)


def number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def whole(value: object) -> int | None:
    read = number(value)
    return None if read is None else round(read)


def flag(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def instant(value: object) -> datetime | None:
    """Aware where the cloud named a zone or an offset, else naive."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def inside(value: object, *path: str) -> Any:
    """A member of a member; ``None`` where there is none."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def members(value: object) -> Raw:
    return value if isinstance(value, Mapping) else {}


def listed(value: object, read: Callable[[Raw], T]) -> tuple[T, ...]:
    """Every object of a list; of anything else nothing."""
    return tuple(read(one) for one in objects(value))


def objects(value: object) -> Iterator[Raw]:
    if isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping):
                yield one

"""The errors of the APIs as the gateway has them, handed over as data. [GTW-2 PRT-1]"""

from collections.abc import Sequence
from typing import Protocol

from workswith.web.site.services import Services


class ErrorRow(Protocol):
    """``message`` is what the body says, ``meaning`` and ``hint`` are for people."""

    @property
    def status(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def hint(self) -> str: ...


def table(services: Services) -> list[ErrorRow]:
    """By status, each message once; the first meaning of a status stays the first."""
    rows: Sequence[ErrorRow] = services.errors
    return sorted(rows, key=lambda row: row.status)


def by_status(services: Services) -> dict[int, list[ErrorRow]]:
    """What to do about each status."""
    found: dict[int, list[ErrorRow]] = {}
    for row in table(services):
        found.setdefault(row.status, []).append(row)
    return found

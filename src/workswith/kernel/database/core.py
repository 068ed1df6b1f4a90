"""Statements, and what a transaction and a database offer."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

import msgspec

from .changes import Changes

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")

_NAME = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_LITERAL = re.compile(r"('(?:[^']|'')*')")
_WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_0-9]+)", re.IGNORECASE)
_READS = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_0-9]+)", re.IGNORECASE)


class Statement:
    """SQL with ``:name`` parameters; ``numbered`` is the same text with ``$1``, ``$2``, …

    ``written`` and ``tables`` are the tables that it may change, and that it reads from.
    """

    __slots__ = ("names", "numbered", "tables", "text", "written")

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        names: list[str] = []

        def number(found: re.Match[str]) -> str:
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"

        parts = _LITERAL.split(self.text)
        parts[::2] = [_NAME.sub(number, part) for part in parts[::2]]
        self.numbered = "".join(parts)
        self.names = tuple(names)
        bare = "".join(parts[::2])
        self.written = frozenset(_WRITES.findall(bare)) - {"SET"}
        self.tables = frozenset(_READS.findall(bare))

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The parameters in the order of ``numbered``."""
        return [parameters[name] for name in self.names]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text}>"


class Query(Statement, Generic[T_co]):
    """A statement whose rows become ``T``: the columns are its positional arguments."""

    __slots__ = ("row",)

    def __init__(self, row: Callable[..., T_co], text: str) -> None:
        super().__init__(text)
        self.row = row


def keys(values: Iterable[str | int]) -> str:
    """A set as a JSON object, whose keys both databases read by ``json_each``."""
    return msgspec.json.encode(dict.fromkeys(values, 0)).decode()


def statement(text: str) -> Statement:
    """SQL that returns no rows."""
    return Statement(text)


def query(row: Callable[..., T], text: str) -> Query[T]:
    """SQL whose rows become ``row(*columns)``."""
    return Query(row, text)


class DatabaseAway(ConnectionError):
    """The database cannot be reached, does not answer, or has no room; later it will again.

    A transaction that ends so has either not happened, or its commit was not confirmed.
    """


class TableBusy(Exception):
    """A table that a transaction wanted for itself is being used; nothing of it has happened."""


class Reads(Protocol):
    """What can be asked: inside a transaction its own view, outside the last committed one."""

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        """The first row, or ``None``."""

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        """Every row."""


class Tx(Reads, Protocol):
    """An open transaction. Whoever receives one never commits."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        """Executes; returns the number of rows it changed."""

    async def run_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Executes once for each row of parameters."""

    async def count_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> int:
        """As `run_many`; returns the number of rows that all of it changed."""


class Database(Reads, Protocol):
    """An open database."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""

    @property
    def changes(self) -> Changes:
        """What this process has committed."""

    async def write(
        self,
        body: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Runs ``body`` in a transaction; returns once it is durable. An error rolls it back."""

    async def write_aside(
        self,
        body: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `write`, for what takes long: the process goes on meanwhile, on SQLite all but writes.

        There ``body`` runs in another thread, so it touches nothing but its transaction.
        """

    def together(self) -> AbstractAsyncContextManager[None]:
        """Lets many transactions in a row share one wait for the disk, where that is dear.

        Each stays whole, in order, and safe from the end of this process; only on leaving is all of it
        safe from a loss of power as well.
        """

    async def close(self) -> None: ...

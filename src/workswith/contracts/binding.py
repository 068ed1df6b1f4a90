"""Joins a document with the functions that answer it.

Binding is explicit and total: an operation without a handler, a handler without an operation, and
a document that is not complete stop the program before it takes its first call.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workswith.kernel.problem import Problem

from .checking import BODY_LIMIT, Check, checker
from .completeness import flaws
from .document import ContractError, Document, Operation
from .paths import Paths


class Request(msgspec.Struct):
    """A call that passed every check. ``headers`` have lower-case names, ``now`` is in ms UTC."""

    operation: Operation
    path: dict[str, str] = msgspec.field(default_factory=dict)
    query: dict[str, str] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: Any = None
    raw: bytes = b""
    account_id: str = ""
    client_id: str = ""
    subscription_id: str = ""
    scopes: frozenset[str] = frozenset()
    flow: str = ""
    now: int = 0


@dataclass(slots=True)
class Answer:
    """``body``: ``None`` is no body, bytes go out as they are, everything else as compact JSON.

    A handler may give the same answer again, if it leaves it as it is: ``wire`` is where the
    gateway keeps what it has made of it.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    wire: Any = field(default=None, init=False, repr=False, compare=False)


Handler = Callable[[Request], Awaitable[Answer] | Answer]
"""May give an answer that it knows without waiting at once."""

ErrorBody = Callable[[int, str, Problem], Any]
"""From a status, its published message and the problem to the error body of an API of its own."""


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """An operation with its handler and its compiled checks."""

    operation: Operation
    handler: Handler
    _check: Check

    def check(
        self,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        raw: bytes,
        limit: int = BODY_LIMIT,
    ) -> Any:
        """The parsed JSON body, ``None`` where the operation takes no JSON.

        ``headers`` have lower-case names; ``limit`` is in bytes. Raises only `Problem`: malformed,
        invalid, unacceptable, too-large.
        """
        return self._check(query, headers, raw, limit)

    async def handle(self, request: Request) -> Answer:
        """Waits for the answer where there is need."""
        return await answered(self.handler(request))


async def answered(given: Awaitable[Answer] | Answer) -> Answer:
    """What a handler gave, once it is there."""
    return given if isinstance(given, Answer) else await given


class Api:
    """A document that can be called. ``error_body`` is ``None`` where errors look as usual."""

    def __init__(
        self,
        document: Document,
        bound: tuple[BoundOperation, ...],
        error_body: ErrorBody | None = None,
    ) -> None:
        self.document = document
        self.operations = bound
        self.error_body = error_body
        self._paths = Paths(
            (one.operation.method, path, one)
            for one in bound
            for path in (one.operation.path, *one.operation.also_at)
        )

    def find(self, method: str, path: str) -> tuple[BoundOperation, dict[str, str]] | None:
        """The operation and its path parameters.

        ``path`` is what stands below the base path, percent-encoded as it travelled. ``None`` for
        an unknown path, an unknown method and a value that cannot be an id.
        """
        return self._paths.find(method, path)


def bind(
    document: Document,
    handlers: Mapping[str, Handler],
    error_body: ErrorBody | None = None,
    *,
    examined: bool = False,
) -> Api:
    """Raises `ContractError` that names everything that is wrong.

    ``examined``: the document was looked at before and is complete.
    """
    known = [operation.id for operation in document.operations]
    wrong = [
        *(f"{name} has no handler" for name in known if name not in handlers),
        *(f"the handler {name} has no operation" for name in handlers if name not in known),
        *(() if examined else flaws(document)),
    ]
    if wrong:
        raise ContractError(f"{document.title} ({document.slug})", wrong)
    return Api(
        document,
        tuple(
            BoundOperation(operation, handlers[operation.id], checker(operation))
            for operation in document.operations
        ),
        error_body,
    )

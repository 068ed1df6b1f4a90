"""What an API document says, as values: the vocabulary that everything derived from it shares.

Schemas are plain JSON Schema 2020-12 with every reference already put in place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Schema = Mapping[str, Any]
Whose = Literal["user", "application"]
"""Whose token a call needs: one that a user consented to, or one that the application's owner made."""


class ContractError(Exception):
    """A document cannot be served; ``flaws`` lists everything that is wrong with it."""

    def __init__(self, subject: str, flaws: Iterable[str]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("\n- ".join([f"{subject} cannot be served:", *self.flaws]))


@dataclass(frozen=True, slots=True)
class Example:
    """One value that the published schema allows."""

    name: str
    summary: str
    value: Any


@dataclass(frozen=True, slots=True)
class Accepts:
    """What is taken beyond the published form (``x-accepts``), and a sentence that says so.

    ``media_types`` of a body: what its Content-Type may say, a form among them; empty where the
    header is not looked at.
    """

    description: str
    schema: Schema
    required: bool | None = None
    media_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """``place`` is ``path``, ``query`` or ``header``."""

    name: str
    place: str
    required: bool
    description: str
    schema: Schema
    example: Any
    accepts: Accepts | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A request body, or the body of a notification. The first example is the typical one."""

    description: str
    required: bool
    media_type: str
    schema: Schema
    examples: tuple[Example, ...]
    accepts: Accepts | None = None

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a later call finds a value in this answer: OpenAPI's ``links``."""

    operation: str
    parameter: str
    pointer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """``media_type`` and ``schema`` are ``None`` where the answer has no body.

    ``origin`` is empty for what the operation's own page documents, else where it is published.
    """

    status: int
    description: str
    media_type: str | None = None
    schema: Schema | None = None
    examples: tuple[Example, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """``scope`` is what the access token must carry; empty where any token will do.

    ``also_at`` are other spellings of the path that clients in use call (``x-also-at``);
    ``called_by`` is whose token it takes.
    """

    id: str
    name: str
    description: str
    method: str
    path: str
    scope: str
    secured: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: Mapping[int, Response]
    also_at: tuple[str, ...] = ()
    called_by: Whose = "user"

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.parameters if parameter.place == place)

    @property
    def success(self) -> Response:
        """The answer of a call that went well: the lowest documented status below 300."""
        return self.responses[min(self.responses)]

    @property
    def errors(self) -> tuple[Response, ...]:
        return tuple(each for status, each in sorted(self.responses.items()) if status >= 400)


@dataclass(frozen=True, slots=True)
class Notification:
    """What is posted to an application (OpenAPI's ``webhooks``)."""

    name: str
    summary: str
    description: str
    body: Body


@dataclass(frozen=True, slots=True)
class Document:
    """One API. ``raw`` is the OpenAPI 3.1 document as written, our extensions included."""

    slug: str
    title: str
    version: str
    base_path: str
    summary: str
    description: str
    operations: tuple[Operation, ...]
    notifications: tuple[Notification, ...]
    raw: Mapping[str, Any]

    def operation(self, operation_id: str) -> Operation:
        """Raises ``KeyError``."""
        for operation in self.operations:
            if operation.id == operation_id:
                return operation
        raise KeyError(operation_id)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope that an operation asks for, in the order of the operations."""
        return tuple(dict.fromkeys(each.scope for each in self.operations if each.scope))

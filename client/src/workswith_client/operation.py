"""One call of an API, described: what is asked, how often it may be, how its answer is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from .errors import ConfigurationError
from .reading import Raw, members
from .retries import Again

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """``name`` is the operationId of the published document; ``path`` begins with the API's own.

    ``read`` gets the decoded JSON, ``None`` for no body. ``tolerates`` are statuses that mean the
    same as success when the call was made before: 404 for something that is to be ended.
    """

    name: str
    method: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    again: Again = Again.HARMLESS
    tolerates: tuple[int, ...] = ()

    @property
    def command(self) -> bool:
        """Whether it may use the calls that are kept for commands."""
        return self.method != "GET"


def path(template: str, pair: str = "", **ids: str) -> str:
    """``pair`` is the word of a device and its system, with a slash between.

    Raises `ConfigurationError` for an empty id, which would be another address.
    """
    for name, value in ids.items():
        if not value or value in (".", ".."):
            raise ConfigurationError(f"{name} is empty.")
    return template.format(pair=pair, **{name: quote(one, safe="") for name, one in ids.items()})


def nothing(_body: Any) -> None:
    """Answers without a body; what stands in it anyway does not matter."""


def of_object(read: Callable[[Raw], T]) -> Callable[[Any], T]:
    """For answers that are an object; raises ``TypeError`` for others."""

    def reading(body: Any) -> T:
        if not isinstance(body, Mapping):
            raise TypeError("not a JSON object")
        return read(members(body))

    return reading

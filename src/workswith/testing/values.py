"""What a cloud in a test tells: plain values. Instants are ms since 1970 UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


class Refused(Exception):
    """The cloud did not do as it was told; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a call; names of ``headers`` in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body, ``None`` if there is none. Raises ``ValueError`` for what is not JSON."""
        return msgspec.json.decode(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can sign in."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Application:
    """The seeded one."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair, fresh."""

    access_token: str
    refresh_token: str
    expires_in: int

    @property
    def header(self) -> dict[str, str]:
        """What a call carries."""
        return {"Authorization": f"Bearer {self.access_token}"}


@dataclass(frozen=True, slots=True)
class Module:
    """A device; ``device`` is its word in addresses, such as ``chronothermostat``."""

    id: str
    name: str
    device: str


@dataclass(frozen=True, slots=True)
class Home:
    """A plant; ``api`` is the word of the API that serves it, such as ``smarther``."""

    id: str
    name: str
    api: str
    modules: tuple[Module, ...]


@dataclass(frozen=True, slots=True)
class Notification:
    """A request that arrived at the receiver of the cloud."""

    number: int
    at: int
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class State:
    """A saved state."""

    name: str
    saved_at: str
    origin: str

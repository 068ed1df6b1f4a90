"""Where a cloud is: the original by default, another by one setting.

``WORKSWITH_URL`` is the origin of another (``http://127.0.0.1:8080``), or the path of the
``sandbox.json`` that ``workswith up`` writes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import ConfigurationError

VARIABLE = "WORKSWITH_URL"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Service:
    """``api`` and ``login`` are origins without a slash at the end.

    ``names_issuer`` says that answers of ``/authorize`` carry ``iss`` (RFC 9207) as
    ``{login}/{client_id}``; the original's do not. ``keeps_old_refresh_tokens`` says that an earlier
    refresh token stays usable after its successor, as in the original.
    """

    api: str
    login: str
    names_issuer: bool = True
    keeps_old_refresh_tokens: bool = False

    def __post_init__(self) -> None:
        for origin in (self.api, self.login):
            parts = urlsplit(origin)
            plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
            if not parts.hostname or not (parts.scheme == "https" or plain):
                raise ConfigurationError(
                    f"{origin!r} is not an address of a cloud.",
                    hint="Secrets go there: https, or http on this machine.",
                )


ORIGINAL = Service(
    api="https://api.developer.legrand.com",
    login="https://partners-login.eliotbylegrand.com",
    names_issuer=False,
    keeps_old_refresh_tokens=True,
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What ``workswith up`` wrote down."""

    service: Service
    subscription_keys: tuple[str, ...] = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    ca_file: str | None


def at(base: str, login: str = "") -> Service:
    """A cloud of one's own; ``login`` where that is another origin."""
    return Service(base.rstrip("/"), (login or base).rstrip("/"))


def sandbox(path: str | Path) -> Sandbox:
    """Reads ``sandbox.json``. Raises `ConfigurationError`."""
    try:
        said: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
        origins, application = said["origins"], said["application"]
        keys = said["subscription"]
        return Sandbox(
            at(origins["api"], origins["login"]),
            (keys["primary_key"], keys["secondary_key"]),
            application["client_id"],
            application["client_secret"],
            tuple(application["redirect_uris"]),
            said.get("ca_file"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path} is no sandbox.json: {type(error).__name__}.") from error


def chosen(base: str = "", login: str = "", environ: Mapping[str, str] | None = None) -> Service:
    """By arguments, else by ``WORKSWITH_URL``, else the original."""
    if base:
        return at(base, login)
    said = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    if not said:
        if login:
            raise ConfigurationError("`login` stands alone.", hint="Give `base` as well.")
        return ORIGINAL
    return at(said, login) if "://" in said else sandbox(said).service

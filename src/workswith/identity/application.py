"""An application, its secrets and its rows. [APP-1 APP-2 APP-4]"""

from dataclasses import dataclass
from typing import Any, Literal

from workswith.kernel.database import query, statement
from workswith.kernel.problem import Kind, Problem

TOPIC = "application"
"""Words are client ids."""
State = Literal["approved", "pending", "refused"]
Pkce = Literal["optional", "required"]
Authentication = Literal["secret", "private_key_jwt", "none"]
Rotation = Literal["strict", "original"]


@dataclass(frozen=True, slots=True)
class Logo:
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """Its value was shown once; instants are ms."""

    id: str
    label: str
    created_at: int
    expires_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class StoredSecret:
    id: str
    hash: str
    expires_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class Application:
    """``scopes_version`` counts approved changes of the scopes: a consent to another version does
    not refresh. ``requested_scopes`` are a change that waits for the operator, or ``None``.
    """

    client_id: str
    owner_id: str
    name: str
    description: str
    vendor: str
    url: str
    reply_urls: tuple[str, ...]
    scopes: tuple[str, ...]
    scopes_version: int
    requested_scopes: tuple[str, ...] | None
    state: State
    pkce: Pkce
    logo_type: str
    created_at: int
    updated_at: int
    authentication: Authentication = "secret"
    jwks: str = ""
    """Its public keys (RFC 7517), for ``private_key_jwt``."""
    rotation: Rotation = "strict"
    retry_seconds: int | None = None
    """How long a used refresh token may be retried; ``None`` for the operator's setting."""
    post_logout_urls: tuple[str, ...] = ()
    logout_url: str = ""
    """Where it hears of the end of sessions (back-channel logout); empty for nowhere."""

    @property
    def needs_pkce(self) -> bool:
        """Whoever has no secret to prove itself with has to. [RFC 9700 section 2.1.1]"""
        return self.pkce == "required" or self.authentication == "none"

    @property
    def has_logo(self) -> bool:
        return bool(self.logo_type)


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """What the wizard asks. ``logo`` is ``None`` to leave it, empty to have none."""

    name: str
    description: str
    vendor: str
    url: str
    reply_urls: tuple[str, ...]
    scopes: tuple[str, ...]
    logo: bytes | None = None
    pkce: Pkce = "required"
    authentication: Authentication = "secret"
    jwks: str = ""
    rotation: Rotation = "strict"
    retry_seconds: int | None = None
    post_logout_urls: tuple[str, ...] = ()
    logout_url: str = ""


def make(*columns: Any) -> Application:
    """From a row of `COLUMNS`: lists stand there as text, which neither URL nor scope contains."""
    row = list(columns)
    row[6] = tuple(row[6].split("\n"))
    row[7] = tuple(row[7].split())
    row[9] = None if row[9] is None else tuple(row[9].split())
    row[19] = tuple(row[19].split("\n")) if row[19] else ()
    return Application(*row)


COLUMNS = (
    "client_id, owner_id, name, description, vendor, url, reply_urls, scopes, scopes_version, "
    "requested_scopes, state, pkce, logo_type, created_at, updated_at, authentication, jwks, "
    "rotation, retry_seconds, post_logout_urls, logout_url"
)
_SELECT = f"SELECT {COLUMNS} FROM application"
OF_OWNER = query(
    make, f"{_SELECT} WHERE owner_id = :owner_id AND deleted_at IS NULL ORDER BY created_at"
)
ONE = query(
    make,
    f"{_SELECT} WHERE owner_id = :owner_id AND client_id = :client_id AND deleted_at IS NULL",
)
ANYBODYS = query(make, f"{_SELECT} WHERE client_id = :client_id AND deleted_at IS NULL")
EVERY = query(make, f"{_SELECT} WHERE deleted_at IS NULL ORDER BY created_at, client_id")
WAITING = query(
    make,
    f"{_SELECT} WHERE deleted_at IS NULL AND (state = 'pending' OR requested_scopes IS NOT NULL) "
    "ORDER BY updated_at LIMIT :limit",
)
# Two requests at once wait for each other here, so that neither sees the other's past.
HOLD_OWNER = statement("UPDATE account SET updated_at = updated_at WHERE id = :owner_id")
HOLD = statement("UPDATE application SET updated_at = updated_at WHERE client_id = :client_id")
COUNT = query(
    int, "SELECT count(*) FROM application WHERE owner_id = :owner_id AND deleted_at IS NULL"
)
INSERT = query(
    make,
    f"INSERT INTO application ({COLUMNS}) VALUES (:client_id, :owner_id, :name, :description, "
    ":vendor, :url, :reply_urls, :scopes, 1, NULL, :state, :pkce, :logo_type, :now, :now, "
    ":authentication, :jwks, :rotation, :retry_seconds, :post_logout_urls, :logout_url) "
    f"RETURNING {COLUMNS}",
)
UPDATE = query(
    make,
    "UPDATE application SET name = :name, description = :description, vendor = :vendor, "
    "url = :url, reply_urls = :reply_urls, pkce = :pkce, logo_type = :logo_type, "
    "authentication = :authentication, jwks = :jwks, rotation = :rotation, "
    "retry_seconds = :retry_seconds, post_logout_urls = :post_logout_urls, "
    "logout_url = :logout_url, "
    "scopes = :scopes, scopes_version = :scopes_version, requested_scopes = :requested_scopes, "
    "updated_at = :now WHERE owner_id = :owner_id AND client_id = :client_id "
    f"AND deleted_at IS NULL RETURNING {COLUMNS}",
)
DECIDE = query(
    make,
    "UPDATE application SET state = :state, scopes = :scopes, scopes_version = :scopes_version, "
    "requested_scopes = NULL, updated_at = :now "
    f"WHERE client_id = :client_id AND deleted_at IS NULL RETURNING {COLUMNS}",
)
ASK_AGAIN = query(
    make,
    "UPDATE application SET state = 'pending', reason = '', updated_at = :now "
    "WHERE owner_id = :owner_id AND client_id = :client_id AND state = 'refused' "
    f"AND deleted_at IS NULL RETURNING {COLUMNS}",
)
DELETE = statement(
    "UPDATE application SET deleted_at = :now, requested_scopes = NULL "
    "WHERE owner_id = :owner_id AND client_id = :client_id AND deleted_at IS NULL"
)
PUT_LOGO = statement(
    "INSERT INTO application_logo (client_id, media_type, data) "
    "VALUES (:client_id, :media_type, :data) ON CONFLICT (client_id) DO UPDATE SET "
    "media_type = excluded.media_type, data = excluded.data"
)
DROP_LOGO = statement("DELETE FROM application_logo WHERE client_id = :client_id")
LOGO = query(
    Logo,
    "SELECT media_type, data FROM application_logo JOIN application USING (client_id) "
    "WHERE client_id = :client_id AND deleted_at IS NULL",
)
ADD_SECRET = query(
    Secret,
    "INSERT INTO application_secret (id, client_id, label, hash, created_at, expires_at) "
    "VALUES (:id, :client_id, :label, :hash, :now, :expires_at) "
    "RETURNING id, label, created_at, expires_at, last_used_at",
)
SECRETS = query(
    Secret,
    "SELECT id, label, created_at, expires_at, last_used_at FROM application_secret "
    "WHERE client_id = :client_id ORDER BY created_at, id",
)
STORED_SECRETS = query(
    StoredSecret,
    "SELECT id, hash, expires_at, last_used_at FROM application_secret "
    "WHERE client_id = :client_id ORDER BY created_at DESC, id",
)
DROP_SECRET = statement(
    "DELETE FROM application_secret WHERE client_id = :client_id AND id = :secret_id"
)
DROP_SECRETS = statement("DELETE FROM application_secret WHERE client_id = :client_id")
USED_SECRET = statement("UPDATE application_secret SET last_used_at = :now WHERE id = :secret_id")


def unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "application_unknown", "There is no such application.")

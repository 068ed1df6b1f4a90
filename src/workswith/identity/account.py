"""An account and its rows. [ACC-1 ACC-2]"""

from dataclasses import dataclass
from typing import Literal

from workswith.kernel.database import Reads, query, statement

AccountKind = Literal["developer", "end_user", "operator"]
KINDS: tuple[AccountKind, ...] = ("developer", "end_user", "operator")


@dataclass(frozen=True, slots=True)
class Account:
    """A developer can act as an end-user everywhere; instants are ms, ``None`` for never."""

    id: str
    kind: AccountKind
    email: str
    first_name: str
    surname: str
    verified_at: int | None
    closed_at: int | None
    created_at: int
    updated_at: int
    language: str = ""
    """In which the person reads mails; empty if that is not known."""
    suspended_at: int | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.surname}".strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    id: str
    email: str
    password_hash: str
    suspended_at: int | None


COLUMNS = (
    "id, kind, email, first_name, surname, verified_at, closed_at, created_at, updated_at, "
    "language, suspended_at"
)
# For all that asks whether somebody is there, a suspended account is not.
BY_ID = query(
    Account,
    f"SELECT {COLUMNS} FROM account WHERE id = :id AND closed_at IS NULL AND suspended_at IS NULL",
)
BY_EMAIL = query(
    Account, f"SELECT {COLUMNS} FROM account WHERE email = :email AND closed_at IS NULL"
)
_CREDENTIALS = "SELECT id, email, password_hash, suspended_at FROM account"
CREDENTIALS = query(Credentials, f"{_CREDENTIALS} WHERE email = :email AND closed_at IS NULL")
CREDENTIALS_OF = query(Credentials, f"{_CREDENTIALS} WHERE id = :id AND closed_at IS NULL")
# A second sign-up for the address at the same moment finds the first: no row comes back.
INSERT = query(
    Account,
    "INSERT INTO account (id, kind, email, first_name, surname, password_hash, verified_at, "
    "created_at, updated_at, language) VALUES (:id, :kind, :email, :first_name, :surname, "
    f":password_hash, :verified_at, :now, :now, :language) ON CONFLICT (email) DO NOTHING RETURNING {COLUMNS}",
)
VERIFY = query(
    Account,
    "UPDATE account SET verified_at = :now, kind = :kind, first_name = :first_name, "
    "surname = :surname, password_hash = :password_hash, updated_at = :now, "
    "language = :language "
    f"WHERE id = :id AND verified_at IS NULL AND closed_at IS NULL RETURNING {COLUMNS}",
)
PASSWORD = query(
    Account,
    "UPDATE account SET password_hash = :password_hash, updated_at = :now, "
    "verified_at = COALESCE(verified_at, :now) "
    f"WHERE id = :id AND closed_at IS NULL RETURNING {COLUMNS}",
)
REHASH = statement(
    "UPDATE account SET password_hash = :password_hash WHERE id = :id AND password_hash = :was"
)
RENAME = query(
    Account,
    "UPDATE account SET first_name = :first_name, surname = :surname, updated_at = :now "
    f"WHERE id = :id AND closed_at IS NULL RETURNING {COLUMNS}",
)
SPEAK = statement("UPDATE account SET language = :language WHERE id = :id AND closed_at IS NULL")
# An address that somebody else has meanwhile confirmed is not taken from them.
MOVE = query(
    Account,
    "UPDATE account SET email = :email, updated_at = :now WHERE id = :id AND closed_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM account other WHERE other.email = :email) "
    f"RETURNING {COLUMNS}",
)
SUSPEND = query(
    Account,
    "UPDATE account SET suspended_at = :now, updated_at = :now WHERE id = :id "
    f"AND closed_at IS NULL AND suspended_at IS NULL RETURNING {COLUMNS}",
)
RESTORE = query(
    Account,
    "UPDATE account SET suspended_at = NULL, updated_at = :now WHERE id = :id "
    f"AND closed_at IS NULL AND suspended_at IS NOT NULL RETURNING {COLUMNS}",
)
# What is left of a closed account is an id and instants: no name, no address, no password.
ERASE = query(
    str,
    "UPDATE account SET email = :id, first_name = '', surname = '', password_hash = '', "
    "language = '', closed_at = :now, updated_at = :now "
    "WHERE id = :id AND closed_at IS NULL RETURNING id",
)
SEARCH = query(
    Account,
    f"SELECT {COLUMNS} FROM account WHERE closed_at IS NULL AND (:kind = '' OR kind = :kind) "
    "AND (:like = '' OR email LIKE :like OR id LIKE :like OR lower(first_name) LIKE :like "
    "OR lower(surname) LIKE :like) ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset",
)


async def account_of(reads: Reads, account_id: str) -> Account | None:
    """``None`` for an unknown, closed or suspended account."""
    return await reads.one(BY_ID, id=account_id)

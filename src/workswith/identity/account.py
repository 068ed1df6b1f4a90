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

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.surname}".strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    id: str
    password_hash: str


COLUMNS = "id, kind, email, first_name, surname, verified_at, closed_at, created_at, updated_at"
BY_ID = query(Account, f"SELECT {COLUMNS} FROM account WHERE id = :id AND closed_at IS NULL")
BY_EMAIL = query(
    Account, f"SELECT {COLUMNS} FROM account WHERE email = :email AND closed_at IS NULL"
)
CREDENTIALS = query(
    Credentials,
    "SELECT id, password_hash FROM account WHERE email = :email AND closed_at IS NULL",
)
# A second sign-up for the address at the same moment finds the first: no row comes back.
INSERT = query(
    Account,
    "INSERT INTO account (id, kind, email, first_name, surname, password_hash, verified_at, "
    "created_at, updated_at) VALUES (:id, :kind, :email, :first_name, :surname, :password_hash, "
    f":verified_at, :now, :now) ON CONFLICT (email) DO NOTHING RETURNING {COLUMNS}",
)
VERIFY = query(
    Account,
    "UPDATE account SET verified_at = :now, kind = :kind, first_name = :first_name, "
    "surname = :surname, password_hash = :password_hash, updated_at = :now "
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


async def account_of(reads: Reads, account_id: str) -> Account | None:
    """``None`` for an unknown or closed account."""
    return await reads.one(BY_ID, id=account_id)

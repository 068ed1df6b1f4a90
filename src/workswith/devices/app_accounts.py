"""The official app's account of a user: a password and terms that run out. [DEV-3]

They are states that an account can be put into, not errors that happen: from the instant on at
which one runs out, every call on the user's devices gets 469 or 470; renewing or accepting in the
app ends it.
"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

RENEW = (
    "Password used in the Thermostat official app is expired. "
    "Please renew it through the official application."
)
ACCEPT = (
    "Terms and conditions for Thermostat official app are expired. "
    "Please accept them again through the official application."
)


@dataclass(frozen=True, slots=True)
class AppAccount:
    """When the password and the terms run out; ``None`` for never."""

    password_expires_at: int | None = None
    terms_expire_at: int | None = None

    def require_valid(self, now: int) -> None:
        """Raises `Kind.PASSWORD_EXPIRED` or `Kind.TERMS_EXPIRED`."""
        if self.password_expires_at is not None and now >= self.password_expires_at:
            raise Problem(Kind.PASSWORD_EXPIRED, "app_password_expired", RENEW)
        if self.terms_expire_at is not None and now >= self.terms_expire_at:
            raise Problem(Kind.TERMS_EXPIRED, "app_terms_expired", ACCEPT)


_OF = query(
    AppAccount,
    "SELECT password_expires_at, terms_expire_at FROM app_accounts WHERE account_id = :account_id",
)
_SET_PASSWORD = statement(
    "INSERT INTO app_accounts (account_id, password_expires_at) VALUES (:account_id, :at) "
    "ON CONFLICT (account_id) DO UPDATE SET password_expires_at = excluded.password_expires_at"
)
_SET_TERMS = statement(
    "INSERT INTO app_accounts (account_id, terms_expire_at) VALUES (:account_id, :at) "
    "ON CONFLICT (account_id) DO UPDATE SET terms_expire_at = excluded.terms_expire_at"
)


async def app_account(reads: Reads, account_id: str) -> AppAccount:
    return await reads.one(_OF, account_id=account_id) or AppAccount()


async def expire_password(tx: Tx, account_id: str, at: int) -> None:
    """The app's password runs out at the instant ``at``."""
    await tx.run(_SET_PASSWORD, account_id=account_id, at=at)


async def renew_password(tx: Tx, account_id: str) -> None:
    await tx.run(_SET_PASSWORD, account_id=account_id, at=None)


async def expire_terms(tx: Tx, account_id: str, at: int) -> None:
    """The app's terms and conditions run out at the instant ``at``."""
    await tx.run(_SET_TERMS, account_id=account_id, at=at)


async def accept_terms(tx: Tx, account_id: str) -> None:
    await tx.run(_SET_TERMS, account_id=account_id, at=None)

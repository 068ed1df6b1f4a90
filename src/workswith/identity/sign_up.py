"""What a sign-up asks for, until the link in its mail puts it in force. [ACC-1, decision 14]"""

from dataclasses import dataclass
from typing import Self

import msgspec

from workswith.kernel.ident import digest, same

from .account import Account, AccountKind


class SignUp(msgspec.Struct, frozen=True):
    """What a verification link brings about.

    It travels with the link, not with the account: whoever signs up with somebody else's address
    cannot choose the password that its owner's own confirmation puts in force.
    """

    kind: AccountKind
    first_name: str
    surname: str
    password_hash: str
    language: str = ""
    browser: str = ""
    """The digest of what the asking browser keeps; empty if it keeps nothing."""

    @classmethod
    def of(cls, payload: str) -> Self:
        return msgspec.json.decode(payload, type=cls)

    def columns(self) -> dict[str, str]:
        """The values of an account's row."""
        row: dict[str, str] = msgspec.structs.asdict(self)
        del row["browser"]
        return row

    def came_from(self, browser: str) -> bool:
        """Whether it was asked for in the browser that keeps this secret."""
        return bool(browser and self.browser) and same(self.browser, digest(browser))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-up whose link has not been used. ``here``: it was asked for in this browser."""

    email: str
    here: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """``here``: this browser asked for what is in force now, so that it may be signed in."""

    account: Account
    here: bool

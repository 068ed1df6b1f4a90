"""What people say of themselves beyond their name: all of it optional. [OpenID Connect Core 5.1]

Kept apart from the account, so that closing one deletes the row.
"""

from typing import Any

import msgspec

from workswith.kernel.database import Reads, Tx, query, statement

from .account import Account

CLAIMS_OF = {
    "profile": (
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
        "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
}  # fmt: skip
"""The claims that each identity scope brings (section 5.4)."""


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """An empty value is one that was not given. ``birthdate`` is ``YYYY-MM-DD``, ``zoneinfo`` and
    ``locale`` as IANA and BCP 47 write them, ``address`` the lines as on an envelope.
    """

    middle_name: str = ""
    nickname: str = ""
    profile: str = ""
    picture: str = ""
    website: str = ""
    gender: str = ""
    birthdate: str = ""
    zoneinfo: str = ""
    locale: str = ""
    phone_number: str = ""
    address: str = ""


_TOUCH = statement("UPDATE account SET updated_at = :now WHERE id = :account_id")
_READ = query(str, "SELECT claims FROM account_profile WHERE account_id = :account_id")
_KEEP = statement(
    "INSERT INTO account_profile (account_id, claims, updated_at) "
    "VALUES (:account_id, :claims, :now) ON CONFLICT (account_id) DO UPDATE SET "
    "claims = excluded.claims, updated_at = excluded.updated_at"
)


async def profile_of(reads: Reads, account_id: str) -> Profile:
    """An empty one where nothing was given."""
    text = await reads.one(_READ, account_id=account_id)
    return msgspec.json.decode(text, type=Profile) if text else Profile()


async def keep(tx: Tx, account_id: str, profile: Profile, now: int) -> None:
    text = msgspec.json.encode(profile).decode()
    await tx.run(_KEEP, account_id=account_id, claims=text, now=now)
    await tx.run(_TOUCH, account_id=account_id, now=now)  # the claim ``updated_at``


def all_claims(account: Account, profile: Profile) -> dict[str, Any]:
    """Every standard claim that there is a value for."""
    given: dict[str, Any] = {
        "name": account.name,
        "family_name": account.surname,
        "given_name": account.first_name,
        "preferred_username": profile.nickname or account.first_name,
        "updated_at": account.updated_at // 1000,
        "email": account.email,
        "email_verified": account.verified_at is not None,
        **msgspec.to_builtins(profile),
    }
    if profile.phone_number:
        given["phone_number_verified"] = False
    if profile.address:
        given["address"] = {"formatted": profile.address}
    return {name: value for name, value in given.items() if value != ""}

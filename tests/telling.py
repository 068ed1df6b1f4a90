"""What a person tells of themselves, where no page asks for it yet: written beside the pages."""

import asyncio
from pathlib import Path

from workswith.identity.profile import Profile, keep
from workswith.kernel.clock import Clock
from workswith.kernel.database import Tx, open_database, query

EVERYTHING = Profile(
    middle_name="King",
    nickname="Enzo",
    profile="https://example.com/enzo",
    picture="https://example.com/enzo.png",
    website="https://example.com/",
    gender="male",
    birthdate="1980-02-29",
    zoneinfo="Europe/Rome",
    locale="it-IT",
    phone_number="+39 02 1234567",
    address="Via Roma 1\n20121 Milano\nItalia",
)
"""A person who has told all there is to tell."""
_ACCOUNT = query(str, "SELECT id FROM account WHERE email = :email")


def tell(data: Path, email: str, profile: Profile = EVERYTHING) -> None:
    """Into the sandbox in ``data``, while it runs."""
    url = f"sqlite:///{data.absolute() / 'workswith.db'}"
    asyncio.run(_tell(url, email, profile))


async def _tell(url: str, email: str, profile: Profile) -> None:
    database = await open_database(url)
    try:
        account_id = await database.one(_ACCOUNT, email=email)
        assert account_id is not None

        async def write(tx: Tx) -> None:
            await keep(tx, account_id, profile, Clock().now())

        await database.write(write)
    finally:
        await database.close()

"""What the pages have no field for yet, of applications and people: written beside them.

Through identity's own rules, on the sandbox's SQLite file, while the cloud runs.
"""

import asyncio
from pathlib import Path
from typing import Any

from workswith.identity.application import ApplicationForm
from workswith.identity.applications import Applications
from workswith.identity.profile import Profile, keep
from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Tx, open_database, query
from workswith.kernel.ident import Ident

FIELDS = (
    "name", "description", "vendor", "url", "reply_urls", "scopes", "pkce", "authentication",
    "jwks", "rotation", "retry_seconds", "post_logout_urls", "logout_url",
)  # fmt: skip

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


def change(data: Path, client_id: str, **fields: Any) -> None:
    """``fields`` are `ApplicationForm`'s. Felt when the running cloud reads again: a second."""
    url = f"sqlite:///{data.absolute() / 'workswith.db'}"
    asyncio.run(_change(url, client_id, fields))


async def _change(url: str, client_id: str, fields: dict[str, Any]) -> None:
    database = await open_database(url)
    try:
        every = Applications(database, Clock(), Ident(), Settings(), Broadcast())
        found = await every.known(client_id)
        assert found is not None
        form = ApplicationForm(**{name: getattr(found, name) for name in FIELDS} | fields)
        await every.update(found.owner_id, client_id, form)
    finally:
        await database.close()


def tell(data: Path, email: str, profile: Profile = EVERYTHING) -> None:
    """What the person says of themselves."""
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

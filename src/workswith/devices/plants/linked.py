"""Homes that are seen because of a link between two accounts. [OID-10]

A link is with every home that its app has: those of today, and each that is set up later. Whoever
was given a home by its owner keeps it when a link ends.
"""

from workswith.kernel.database import Tx, statement

APP_OF = {"smarther": "thermostat", "home_control": "door_entry"}
"""Which official app has the homes of an API."""

_SHARE = statement(
    "INSERT INTO plant_members (account_id, plant_id, since, linked_from) "
    "SELECT linked_account.account_id, plants.id, :now, plants.owner_id FROM plants "
    "JOIN linked_account ON linked_account.other_id = plants.owner_id "
    "WHERE plants.owner_id = :owner_id AND plants.api = :api AND linked_account.app = :app "
    "ON CONFLICT (account_id, plant_id) DO NOTHING"
)
_TAKE_BACK = statement(
    "DELETE FROM plant_members WHERE account_id = :account_id AND linked_from = :owner_id "
    "AND plant_id IN (SELECT id FROM plants WHERE owner_id = :owner_id AND api = :api)"
)


async def share_linked(tx: Tx, owner_id: str, api: str, now: int) -> None:
    """Every account that is linked with the owner's sees the owner's homes of this API."""
    if api in APP_OF:
        await tx.run(_SHARE, owner_id=owner_id, api=api, app=APP_OF[api], now=now)


async def unshare_linked(tx: Tx, account_id: str, owner_id: str, api: str) -> None:
    """``account_id`` no longer sees what a link brought."""
    await tx.run(_TAKE_BACK, account_id=account_id, owner_id=owner_id, api=api)

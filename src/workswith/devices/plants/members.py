"""Who sees a plant besides its owner."""

from workswith.kernel.database import Reads, Tx, query, statement

from .plant import owned_plant

_MEMBERS = query(
    str,
    "SELECT other.account_id FROM plant_members other "
    "JOIN plant_members me ON me.plant_id = other.plant_id AND me.account_id = :account_id "
    "WHERE other.plant_id = :plant_id ORDER BY other.since, other.account_id",
)
_ADD_MEMBER = statement(
    "INSERT INTO plant_members (account_id, plant_id, since) VALUES (:account_id, :plant_id, :now) "
    "ON CONFLICT (account_id, plant_id) DO UPDATE SET linked_from = NULL"
)
_DROP_MEMBER = statement(
    "DELETE FROM plant_members WHERE account_id = :account_id AND plant_id = :plant_id"
)


async def members_of(reads: Reads, account_id: str, plant_id: str) -> list[str]:
    """The accounts that see a plant, its first owner first; empty for who does not see it."""
    return await reads.all(_MEMBERS, account_id=account_id, plant_id=plant_id)


async def share_plant(tx: Tx, owner_id: str, plant_id: str, account_id: str, now: int) -> None:
    """Lets another account see and command the plant. Only its owner may."""
    await owned_plant(tx, owner_id, plant_id)
    await tx.run(_ADD_MEMBER, account_id=account_id, plant_id=plant_id, now=now)


async def unshare_plant(tx: Tx, owner_id: str, plant_id: str, account_id: str) -> None:
    """Takes the plant from another account again. Nobody takes it from its owner."""
    await owned_plant(tx, owner_id, plant_id)
    if account_id != owner_id:
        await tx.run(_DROP_MEMBER, account_id=account_id, plant_id=plant_id)

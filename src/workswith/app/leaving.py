"""Whoever no longer sees a plant is no longer told of it. [C2C-1 OID-10 ACC-6]"""

from workswith.devices.plants import plants_of
from workswith.kernel.database import Tx
from workswith.webhooks.subscriptions import end_for_lost, end_for_plant


async def end_owned(tx: Tx, account_id: str, now: int) -> None:
    """For an account that closes: nobody sees its homes any more."""
    for plant in await plants_of(tx, account_id):
        if plant.owner_id == account_id:
            await end_for_plant(tx, plant.id, now)


async def nothing_more(_tx: Tx, _account_id: str, _other_id: str, _app: str, _now: int) -> None:
    """A new link tells nobody."""


async def end_unlinked(tx: Tx, account_id: str, _other_id: str, _app: str, now: int) -> None:
    """What was subscribed to through a link ends with it."""
    await end_for_lost(tx, account_id, now)

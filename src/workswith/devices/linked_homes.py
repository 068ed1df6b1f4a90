"""What becomes of homes when accounts are linked, or closed. [OID-10 ACC-6]

A link shares every home of the app's account that belongs to that app, also those that come later;
its end takes them back. A closed account leaves what others shared with it, and nobody sees its own homes any more.
"""

from workswith.kernel.database import Tx, statement

from .plants.linked import APP_OF, share_linked, unshare_linked

API_OF = {app: api for api, app in APP_OF.items()}
"""Which API's homes each official app has."""

_LEAVE = statement(
    "DELETE FROM plant_members WHERE account_id = :account_id "
    "OR plant_id IN (SELECT id FROM plants WHERE owner_id = :account_id)"
)
_NAMELESS = statement("UPDATE plants SET name = 'closed' WHERE owner_id = :account_id")
_FORGET = statement("DELETE FROM app_accounts WHERE account_id = :account_id")


async def link_homes(tx: Tx, _account_id: str, other_id: str, app: str, now: int) -> None:
    """The homes of ``other_id`` appear to whoever is linked, in pages and APIs."""
    await share_linked(tx, other_id, API_OF[app], now)


async def unlink_homes(tx: Tx, account_id: str, other_id: str, app: str, _now: int) -> None:
    await unshare_linked(tx, account_id, other_id, API_OF[app])


async def leave_homes(tx: Tx, account_id: str, _now: int) -> None:
    """For an account that closes."""
    for forget in (_LEAVE, _NAMELESS, _FORGET):
        await tx.run(forget, account_id=account_id)

"""Gateways of which nothing is heard: they are asked, and if they say nothing still, off line."""

from workswith.kernel.database import Reads, Tx, query, statement

from .stream import lock
from .topology import lose

PAGE = 500

_QUIET = query(
    str,
    "SELECT gateway_id FROM gateway_links WHERE heard_at < :before AND connection <> '' "
    "ORDER BY heard_at LIMIT :limit",
)
_HEARD = query(int, "SELECT heard_at FROM gateway_links WHERE gateway_id = :id")
_IS_CUT = query(int, "SELECT 1 FROM gateway_cuts LIMIT 1")
_CUTS = query(str, "DELETE FROM gateway_cuts WHERE gateway_id <> '' RETURNING gateway_id")
_QUARANTINE = statement(
    "UPDATE gateway_links SET quarantined_until = :until WHERE gateway_id = :id "
    "AND quarantined_until < :until"
)


async def quiet(reads: Reads, before: int) -> list[str]:
    """Of which nothing was heard since ``before``, the longest first."""
    return await reads.all(_QUIET, before=before, limit=PAGE)


async def give_up(tx: Tx, gateway_id: str, before: int, now: int) -> bool:
    """Off line, unless it was heard meanwhile."""
    heard = await tx.one(_HEARD, id=gateway_id)
    if heard is None or heard >= before:
        return False
    if await lock(tx, gateway_id, now) is None:
        return False
    await lose(tx, gateway_id, now)
    return True


async def has_cuts(reads: Reads) -> bool:
    return await reads.one(_IS_CUT) is not None


async def cuts(tx: Tx) -> list[str]:
    """Gateways whose connection is to be cut; each is handed out once."""
    return await tx.all(_CUTS)


async def keep_out(tx: Tx, gateway_id: str, until: int, now: int) -> bool:
    """Whether it was not kept out before."""
    if not await tx.run(_QUARANTINE, id=gateway_id, until=until):
        return False
    await lose(tx, gateway_id, now)
    return True

"""What an application is called, for operators who would otherwise read ids. [OPR]"""

from collections.abc import Iterable
from dataclasses import dataclass

from workswith.kernel.database import Reads, keys, query


@dataclass(frozen=True, slots=True)
class Named:
    """``deleted_at`` is ``None`` while it is there."""

    client_id: str
    name: str
    owner_id: str
    deleted_at: int | None


_NAMED = query(
    Named,
    "SELECT client_id, name, owner_id, deleted_at FROM application "
    "WHERE client_id IN (SELECT key FROM json_each(:ids))",
)


async def named(reads: Reads, client_ids: Iterable[str]) -> dict[str, Named]:
    """By its id; also those that were deleted, since what is told of them stays."""
    found = await reads.all(_NAMED, ids=keys(client_ids))
    return {one.client_id: one for one in found}

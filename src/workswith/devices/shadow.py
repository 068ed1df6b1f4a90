"""All that the cloud knows of a module: what it reported, field by field, and what it was told.

What people and programs of a sandbox look at; APIs of the original show parts of it. [DEV-1]
"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, query

from .plants import unknown


@dataclass(frozen=True, slots=True)
class Shadow:
    """``reported``, ``times`` and ``desired`` are JSON; empty, and 0, for nothing yet.

    ``version`` counts reports; ``times`` are the instants of the last change, by the member that is
    notified; ``reported_at`` is when the module was heard last, ``reach_since`` since when it has
    been within reach, or out of it. ``outcome`` is what became of what it was told.
    """

    device: str
    fw: int
    reach: str
    reach_since: int
    version: int
    reported: str
    times: str
    reported_at: int
    desired: str
    desired_at: int
    outcome: str


_SHADOW = query(
    Shadow,
    "SELECT m.device, m.fw, CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, "
    "CASE WHEN g.reach = 'online' THEN m.reach_since ELSE g.reach_since END, "
    "COALESCE(s.version, 0), COALESCE(s.reported, ''), COALESCE(s.times, ''), "
    "COALESCE(s.reported_at, 0), COALESCE(s.desired, ''), COALESCE(s.desired_at, 0), "
    "COALESCE(s.outcome, '') FROM modules m JOIN gateways g ON g.id = m.gateway_id "
    "JOIN plant_members me ON me.plant_id = m.plant_id AND me.account_id = :account_id "
    "LEFT JOIN module_states s ON s.module_id = m.id "
    "WHERE m.plant_id = :plant_id AND m.id = :module_id",
)


async def shadow_of(reads: Reads, account_id: str, plant_id: str, module_id: str) -> Shadow:
    """Raises `Kind.UNKNOWN` for a module that the account does not see."""
    found = await reads.one(_SHADOW, account_id=account_id, plant_id=plant_id, module_id=module_id)
    if found is None:
        raise unknown("module")
    return found

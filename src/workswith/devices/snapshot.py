"""A module as the cloud knows it: what it reported last, and whether it can be reached. [DEV-3]"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workswith.kernel.database import Database, Gathered, Kept, KeptRows, query

from .plants import Reach, unknown
from .reporting import decoder
from .standing import REACH, Standing


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A module as the cloud knows it. ``version`` counts its reports; ``reach`` is of now.

    ``reading`` is of the type that `kinds.KINDS` names for its ``device``; ``fw`` is the number
    of its firmware.
    """

    plant_id: str
    module_id: str
    device: str
    name: str
    time_zone: str
    reach: Reach
    version: int
    reading: Any
    fw: int = 0


class Live(NamedTuple):
    """What may change at any moment; ``reported`` is JSON."""

    reach: str
    version: int
    reported: str


def _snapshot(*columns: Any) -> Snapshot:
    plant_id, module_id, device, name, time_zone, reach, version, said, fw = columns
    reading = decoder(device).decode(said)
    return Snapshot(
        plant_id, module_id, device, name, time_zone, Reach(reach), version, reading, fw
    )


_COLUMNS = f"{REACH}, s.version, s.reported FROM modules m"
_JOINS = "JOIN gateways g ON g.id = m.gateway_id JOIN module_states s ON s.module_id = m.id"
_LIVE = query(Live, f"SELECT {_COLUMNS} {_JOINS} WHERE m.id = :module_id")
_LIVES = query(
    lambda module_id, *live: (module_id, Live(*live)),
    f"SELECT m.id, {_COLUMNS} JOIN json_each(:keys) k ON k.key = m.id {_JOINS}",
)
_SNAPSHOTS = query(
    _snapshot,
    f"SELECT m.plant_id, m.id, m.device, m.name, p.time_zone, {REACH}, s.version, s.reported, "
    "m.fw FROM plant_members me JOIN plants p ON p.id = me.plant_id "
    f"JOIN modules m ON m.plant_id = p.id {_JOINS} "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id ORDER BY m.place, m.id",
)

MOST = 4_096
"""So many are kept."""


class Snapshots:
    """The same object for as long as nothing has changed."""

    def __init__(self, database: Database) -> None:
        self._kept = Kept(database, _LIVE)
        self._asked = Gathered(database, _LIVES)
        self._made: dict[str, tuple[Standing, Live, Snapshot]] = {}
        self._of_plants = KeptRows(database, _SNAPSHOTS)

    def known(self, module_id: str) -> Live | None:
        """What `live` would give, where that needs no waiting."""
        return self._kept.known(module_id) if self._kept.exact else None

    async def live(self, module_id: str) -> Live:
        """As it was committed last, by whichever process. Raises `Kind.UNKNOWN`."""
        if self._kept.exact:
            live = await self._kept.one(module_id=module_id)
        else:
            live = await self._asked.one(module_id)
        if live is None:
            raise unknown("module")
        return live

    async def of_plant(self, account_id: str, plant_id: str) -> Sequence[Snapshot]:
        """All of a plant, in the order in which they were set up; none of a foreign one."""
        return await self._of_plants.all(account_id=account_id, plant_id=plant_id)

    def known_of_plant(self, account_id: str, plant_id: str) -> Sequence[Snapshot] | None:
        """What `of_plant` would give, where that needs no waiting."""
        return self._of_plants.known(account_id, plant_id)

    def of(self, standing: Standing, live: Live) -> Snapshot:
        """Of one module."""
        module_id = standing.module_id
        made = self._made.get(module_id)
        if made and made[0] is standing and made[1] == live:
            return made[2]
        if made and made[0] == standing and made[1] == live:  # read again, and still the same
            self._made[module_id] = standing, live, made[2]
            return made[2]
        reach, version, reported = live
        snapshot = Snapshot(
            standing.plant_id,
            module_id,
            standing.device,
            standing.name,
            standing.time_zone,
            Reach(reach),
            version,
            decoder(standing.device).decode(reported),
            standing.fw,
        )
        if made is None and len(self._made) >= MOST:
            del self._made[next(iter(self._made))]
        self._made[module_id] = standing, live, snapshot
        return snapshot

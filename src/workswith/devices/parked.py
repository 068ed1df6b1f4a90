"""What the park keeps in tables: simulated devices, and whether they can be reached."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, keys, query, statement

from .plants import Reach


@dataclass(frozen=True, slots=True)
class Parked:
    """A simulated module; model, state and configuration are JSON."""

    module_id: str
    kind: str
    model: str
    state: str
    configuration: str
    time_zone: str
    reach: str
    plant_id: str


PAGE = 2_000
"""So many are read at once when all are."""

_ROWS = (
    "SELECT s.module_id, s.kind, s.model, s.state, m.configuration, p.time_zone, "
    "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, m.plant_id "
    "FROM simulators s JOIN modules m ON m.id = s.module_id JOIN plants p ON p.id = m.plant_id "
    "JOIN gateways g ON g.id = m.gateway_id"
)
_PAGE = query(Parked, f"{_ROWS} WHERE s.module_id > :after ORDER BY s.module_id LIMIT :limit")
_OF_PLANTS = query(
    Parked,
    f"{_ROWS} WHERE m.plant_id IN (SELECT key FROM json_each(:plants)) ORDER BY s.module_id",
)
_PLANT_OF = query(str, "SELECT plant_id FROM modules WHERE id = :id")
_REACHES = query(
    lambda module_id, reach: (module_id, Reach(reach)),
    "SELECT m.id, CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END FROM modules m "
    "JOIN gateways g ON g.id = m.gateway_id WHERE m.id = :id OR g.id = :id ORDER BY m.id",
)
_SET_GATEWAY = statement(
    "UPDATE gateways SET reach = :reach, reach_since = :now WHERE id = :id AND reach <> :reach"
)
_SET_MODULE = statement(
    "UPDATE modules SET reach = :reach, reach_since = :now WHERE id = :id AND reach <> :reach"
)
_KEEP = statement("UPDATE simulators SET state = :state WHERE module_id = :module_id")


async def parked(reads: Reads, id_: str) -> list[Parked]:
    """Of a plant by its id or that of one of its modules."""
    return await parked_in(reads, [await reads.one(_PLANT_OF, id=id_) or id_])


async def parked_in(reads: Reads, plant_ids: Iterable[str]) -> list[Parked]:
    """Of all these plants."""
    return await reads.all(_OF_PLANTS, plants=keys(plant_ids))


async def every_parked(reads: Reads) -> AsyncIterator[list[Parked]]:
    """All there are, page by page."""
    after = ""
    while rows := await reads.all(_PAGE, after=after, limit=PAGE):
        yield rows
        after = rows[-1].module_id
        await asyncio.sleep(0)


async def reaches(reads: Reads, id_: str) -> list[tuple[str, Reach]]:
    """Of a module, or of all modules of a gateway; a gateway's reach covers its modules'."""
    return await reads.all(_REACHES, id=id_)


async def set_reach(tx: Tx, id_: str, reach: Reach, now: int) -> list[tuple[str, Reach]]:
    """Of a gateway or module; returns what `reaches` then says."""
    for one in (_SET_GATEWAY, _SET_MODULE):
        await tx.run(one, id=id_, reach=reach.value, now=now)
    return await reaches(tx, id_)


async def keep(tx: Tx, module_id: str, state: str) -> None:
    await tx.run(_KEEP, module_id=module_id, state=state)


async def keep_all(tx: Tx, states: Iterable[tuple[str, str]]) -> None:
    """Of each module by its id."""
    rows = [{"module_id": module_id, "state": state} for module_id, state in states]
    await tx.run_many(_KEEP, rows)

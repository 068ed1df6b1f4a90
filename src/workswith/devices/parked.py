"""What the park keeps in tables: simulated devices, and whether they can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass

from workswith.kernel.database import Reads, Tx, query, statement

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


_ROWS = query(
    Parked,
    "SELECT s.module_id, s.kind, s.model, s.state, m.configuration, p.time_zone, "
    "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, m.plant_id "
    "FROM simulators s JOIN modules m ON m.id = s.module_id JOIN plants p ON p.id = m.plant_id "
    "JOIN gateways g ON g.id = m.gateway_id WHERE :id = '' OR m.plant_id = :id "
    "OR m.plant_id = (SELECT plant_id FROM modules WHERE id = :id) ORDER BY s.module_id",
)
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
    """Of a plant by its id or that of one of its modules, or all (``""``)."""
    return await reads.all(_ROWS, id=id_)


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

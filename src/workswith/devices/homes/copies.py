"""Snapshots of one home, going back to them, forks, and files. [SBX-3]"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from workswith.devices.plants import checked_name, owned_plant, unknown
from workswith.kernel.clock import iso
from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from .blueprint import Blueprint, blueprint_of, require_whole, text_of, with_new_ids
from .building import Home, build
from .restoring import restore
from .survey import survey
from .workshop import Workshop

RequireRoom = Callable[[Tx, str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a home was at ``taken_at``."""

    id: str
    plant_id: str
    name: str
    taken_at: int


_COLUMNS = "k.id, k.plant_id, k.name, k.taken_at"
_FROM = "home_snapshots k JOIN plants p ON p.id = k.plant_id AND p.owner_id = :owner_id"
_OF_PLANT = query(
    Snapshot,
    f"SELECT {_COLUMNS} FROM {_FROM} WHERE k.plant_id = :plant_id ORDER BY k.taken_at DESC, k.id",
)
_BLUEPRINT = query(
    str,
    f"SELECT k.blueprint FROM {_FROM} WHERE k.plant_id = :plant_id AND k.id = :id",
)
_ADD = statement(
    "INSERT INTO home_snapshots (id, plant_id, name, taken_at, blueprint) "
    "VALUES (:id, :plant_id, :name, :taken_at, :blueprint)"
)
_DROP = statement("DELETE FROM home_snapshots WHERE id = :id AND plant_id = :plant_id")


class Copies:
    """Every method raises `Kind.UNKNOWN` for what the account does not own."""

    def __init__(self, shop: Workshop, require_room: RequireRoom) -> None:
        self._shop = shop
        self._require_room = require_room

    async def of(self, owner_id: str, plant_id: str) -> list[Snapshot]:
        """The latest first."""
        return await self._shop.database.all(_OF_PLANT, owner_id=owner_id, plant_id=plant_id)

    async def take(self, owner_id: str, plant_id: str, name: str) -> Snapshot:
        """Keeps the home as it is. Raises `Kind.INVALID`, `Kind.CONFLICT` ``snapshots_many``."""
        shop = self._shop
        made = Snapshot(shop.ident.uuid(), plant_id, checked_name(name), shop.clock.now())

        async def write(tx: Tx) -> None:
            drawn = await survey(tx, owner_id, plant_id, made.taken_at)
            there = await tx.all(_OF_PLANT, owner_id=owner_id, plant_id=plant_id)
            if len(there) >= shop.settings.snapshots_per_home:
                raise Problem(
                    Kind.CONFLICT,
                    "snapshots_many",
                    "A home keeps no more snapshots.",
                    hint="Remove one that is no longer needed.",
                )
            await tx.run(
                _ADD,
                id=made.id,
                plant_id=plant_id,
                name=made.name,
                taken_at=made.taken_at,
                blueprint=text_of(drawn),
            )

        await shop.database.write(write)
        return made

    async def restore(self, owner_id: str, plant_id: str, snapshot_id: str) -> None:
        """The home becomes again what it was; see `restoring`."""
        shop = self._shop

        async def write(tx: Tx) -> None:
            plant = await owned_plant(tx, owner_id, plant_id)
            drawn = await self._kept(tx, owner_id, plant_id, snapshot_id)
            await restore(tx, plant, shop.ident, drawn, shop.clock.now())

        async with shop.park.changing(plant_id):
            await shop.database.write(write)

    async def drop(self, owner_id: str, plant_id: str, snapshot_id: str) -> None:
        async def write(tx: Tx) -> None:
            await self._kept(tx, owner_id, plant_id, snapshot_id)
            await tx.run(_DROP, id=snapshot_id, plant_id=plant_id)

        await self._shop.database.write(write)

    async def fork(
        self, owner_id: str, plant_id: str, name: str = "", snapshot_id: str = ""
    ) -> Home:
        """A second home like this one is, or was in a snapshot, with ids of its own."""
        database = self._shop.database
        if snapshot_id:
            drawn = await self._kept(database, owner_id, plant_id, snapshot_id)
        else:
            drawn = await self.export(owner_id, plant_id)
        return await self.add(owner_id, drawn, name=name)

    async def export(self, owner_id: str, plant_id: str) -> Blueprint:
        """For a file; `add` takes it back, here or in another installation."""
        shop = self._shop

        async def read(tx: Tx) -> Blueprint:
            return await survey(tx, owner_id, plant_id, shop.clock.now())

        return await shop.database.write(read)  # one view of all its rows

    async def add(
        self, owner_id: str, drawn: Blueprint, *, name: str = "", keep_ids: bool = False
    ) -> Home:
        """Builds a home from a blueprint, with new ids or with those that stand in it.

        Raises `Kind.MALFORMED`, `Kind.CONFLICT` (``ids_taken``, ``homes_many``, ``home_ahead``).
        """
        shop, now = self._shop, self._shop.clock.now()
        require_whole(drawn)
        if len(drawn.modules) > shop.settings.modules_per_home:
            raise Problem(Kind.CONFLICT, "modules_many", "A home has no more devices than that.")
        if drawn.drawn_at > now:
            raise Problem(
                Kind.CONFLICT,
                "home_ahead",
                "This home was drawn at a time that has not come here yet.",
                hint=f"Move the clock to {iso(drawn.drawn_at)} first.",
            )
        if not keep_ids:
            drawn = with_new_ids(drawn, shop.ident)

        async def write(tx: Tx) -> Home:
            await self._require_room(tx, owner_id, 1)
            return await build(tx, owner_id, shop.ident, drawn, now, name=name, require_free=True)

        home = await shop.database.write(write)
        await shop.park.welcome(home.plant.id)
        return home

    async def _kept(
        self, reads: Reads, owner_id: str, plant_id: str, snapshot_id: str
    ) -> Blueprint:
        text = await reads.one(_BLUEPRINT, owner_id=owner_id, plant_id=plant_id, id=snapshot_id)
        if text is None:
            raise unknown("snapshot")
        return blueprint_of(text)

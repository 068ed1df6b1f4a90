"""Plants, ambients and modules as accounts see them, kept from call to call. [API-4]

Calls of programs name the same plant again and again, and what stands in it seldom changes.
"""

from collections.abc import Sequence

from workswith.kernel.database import Database, Kept, KeptRows

from .ambient import AMBIENTS_OF, Ambient
from .module import MODULES_OF, Module
from .names import unknown
from .plant import PLANT_OF, PLANTS_OF, Plant


class Seen:
    """The very same objects while nothing has changed.

    On PostgreSQL a plant's name may lag by a second behind a change made through another process.
    """

    def __init__(self, database: Database) -> None:
        self._plant = Kept(database, PLANT_OF)
        self._plants = KeptRows(database, PLANTS_OF)
        self._ambients = KeptRows(database, AMBIENTS_OF)
        self._modules = KeptRows(database, MODULES_OF)

    def known_plant(self, account_id: str, plant_id: str) -> Plant | None:
        """`plant`, where that needs no waiting and is no problem."""
        return self._plant.known(account_id, plant_id)

    async def plant(self, account_id: str, plant_id: str) -> Plant:
        """`plant_of`."""
        found = await self._plant.one(account_id=account_id, plant_id=plant_id)
        if found is None:
            raise unknown("plant")
        return found

    async def plants(self, account_id: str, api: str = "") -> Sequence[Plant]:
        """`plants_of`."""
        return await self._plants.all(account_id=account_id, api=api)

    async def ambients(self, account_id: str, plant_id: str) -> Sequence[Ambient]:
        """`ambients_of`."""
        return await self._ambients.all(account_id=account_id, plant_id=plant_id)

    async def modules(self, account_id: str, plant_id: str) -> Sequence[Module]:
        """`modules_of`."""
        return await self._modules.all(account_id=account_id, plant_id=plant_id)

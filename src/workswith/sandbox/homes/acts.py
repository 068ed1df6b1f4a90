"""What every act on a home needs: the home that the address names, and how the interface tells of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from workswith.devices.homes import Homes
from workswith.devices.homes.blueprint import Blueprint
from workswith.devices.outages import Outages
from workswith.devices.plants import Module, Plant, ambients_of, modules_of, unknown
from workswith.kernel.database import Database, query

OWNER = "end_user"
"""Whose a home is when nobody is named."""
_PLANTS = "SELECT id, owner_id, name, type, time_zone, api, country FROM plants"
_ONE = query(Plant, f"{_PLANTS} WHERE id = :id")
_EVERY = query(Plant, f"{_PLANTS} ORDER BY created_at, id")


@dataclass(frozen=True, slots=True)
class Place:
    """What the interface acts upon.

    ``account_of`` gives an account's id by the name that people say, and raises `Kind.UNKNOWN`;
    ``email_of`` the other way round. ``read`` makes blueprints of captured answers.
    """

    homes: Homes
    database: Database
    account_of: Callable[[str], Awaitable[str]]
    email_of: Callable[[str], Awaitable[str]]
    read: Callable[[Sequence[object]], list[Blueprint]]
    outages: Outages


class Acts:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.homes = place.homes

    async def plant(self, request: Request) -> Plant:
        """The home that the address names. Raises `Kind.UNKNOWN`."""
        plant = await self.place.database.one(_ONE, id=request.path_params["plant"])
        if plant is None:
            raise unknown("plant")
        return plant

    async def every(self) -> list[Plant]:
        """Those of all owners, the oldest first."""
        return await self.place.database.all(_EVERY)

    async def told(self, plant: Plant) -> dict[str, Any]:
        """A home as the interface tells of it."""
        database = self.place.database
        rooms = {one.id: one for one in await ambients_of(database, plant.owner_id, plant.id)}
        modules = await modules_of(database, plant.owner_id, plant.id)
        members = await self.homes.members(plant.owner_id, plant.id)
        return {
            "id": plant.id,
            "name": plant.name,
            "type": plant.type,
            "api": plant.api,
            "time_zone": plant.time_zone,
            "country": plant.country,
            "owner": await self.place.email_of(plant.owner_id),
            "members": [await self.place.email_of(one) for one in members],
            "outages_a_month": await self.place.outages.chosen(plant.id),
            "ambients": [
                {"id": one.id, "name": one.name, "type": one.type} for one in rooms.values()
            ],
            "modules": [told_module(one) for one in modules],
        }


def told_module(module: Module) -> dict[str, Any]:
    return {
        "id": module.id,
        "name": module.name,
        "device": module.device,
        "ambient": module.ambient_id,
        "reach": module.reach,
    }

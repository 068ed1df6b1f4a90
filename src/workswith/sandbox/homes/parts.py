"""What stands in a home: rooms and devices."""

from typing import Any

import msgspec
from starlette.requests import Request

from workswith.devices.plants import ambients_of, modules_of, unknown
from workswith.devices.shadow import shadow_of
from workswith.devices.thermostat import Regulation
from workswith.kernel.clock import iso
from workswith.sandbox.bodies import read_body, text

from .acts import Acts, told_module


class Parts(Acts):
    async def add_ambient(self, request: Request) -> Any:
        plant, body = await self.plant(request), await read_body(request)
        made = await self.homes.fittings.add_ambient(
            plant.owner_id, plant.id, text(body, "name"), text(body, "type", "custom")
        )
        return {"id": made.id, "name": made.name, "type": made.type}

    async def change_ambient(self, request: Request) -> Any:
        plant, body = await self.plant(request), await read_body(request)
        rooms = await ambients_of(self.place.database, plant.owner_id, plant.id)
        room = next((one for one in rooms if one.id == request.path_params["ambient"]), None)
        if room is None:
            raise unknown("ambient")
        await self.homes.fittings.change_ambient(
            plant.owner_id,
            plant.id,
            room.id,
            name=text(body, "name", room.name),
            ambient_type=text(body, "type", room.type),
        )
        return await self.told(plant)

    async def remove_ambient(self, request: Request) -> None:
        plant = await self.plant(request)
        await self.homes.fittings.remove_ambient(
            plant.owner_id, plant.id, request.path_params["ambient"]
        )

    async def add_module(self, request: Request) -> Any:
        plant, body = await self.plant(request), await read_body(request)
        goods = text(body, "goods")
        made = await self.homes.fittings.add_module(
            plant.owner_id, plant.id, goods, text(body, "name", goods), text(body, "ambient", "")
        )
        return told_module(made)

    async def show_module(self, request: Request) -> Any:
        """All that the cloud knows of it: reported, told, when, and since when it is in reach."""
        plant, module_id = await self.plant(request), request.path_params["module"]
        of = await shadow_of(self.place.database, plant.owner_id, plant.id, module_id)
        times = msgspec.json.decode(of.times) if of.times else {}
        return {
            "id": module_id,
            "device": of.device,
            "firmware": of.fw,
            "reach": of.reach,
            "reach_since": iso(of.reach_since),
            "version": of.version,
            "reported": msgspec.json.decode(of.reported) if of.reported else None,
            "changed_at": {name: iso(at) for name, at in times.items()},
            "last_seen": iso(of.reported_at) if of.reported_at else None,
            "desired": msgspec.json.decode(of.desired) if of.desired else None,
            "desired_at": iso(of.desired_at) if of.desired_at else None,
            "outcome": of.outcome or None,
        }

    async def change_module(self, request: Request) -> Any:
        """``name`` and ``ambient`` are changed where they are given; ``""`` is no room.

        Of a thermostat also ``display_locked`` and ``regulation``.
        """
        plant, body = await self.plant(request), await read_body(request)
        names = (plant.owner_id, plant.id, request.path_params["module"])
        if "name" in body:
            await self.homes.fittings.rename_module(*names, text(body, "name"))
        if "ambient" in body:
            await self.homes.fittings.move_module(*names, text(body, "ambient"))
        if "display_locked" in body:
            locked = msgspec.convert(body["display_locked"], bool)
            await self.homes.tuning.lock_display(*names, locked=locked)
        if "regulation" in body:
            regulation = msgspec.convert(body["regulation"], Regulation)
            await self.homes.tuning.regulate(*names, regulation)
        return await self.told(plant)

    async def remove_module(self, request: Request) -> None:
        plant = await self.plant(request)
        await self.homes.fittings.remove_module(
            plant.owner_id, plant.id, request.path_params["module"]
        )

    async def reset(self, request: Request) -> Any:
        """One device by its id, or every one of the home."""
        plant, body = await self.plant(request), await read_body(request)
        modules = [text(body, "module", "")]
        if not modules[0]:
            every = await modules_of(self.place.database, plant.owner_id, plant.id)
            modules = [one.id for one in every]
        for module_id in modules:
            await self.homes.fittings.reset_module(plant.owner_id, plant.id, module_id)
        return {"reset": modules}

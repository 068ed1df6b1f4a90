"""Homes as a whole: to have one or a thousand, to share them, to take them down."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from workswith.sandbox.bodies import number, read_body, text, texts

from .acts import OWNER, Acts


class Wholes(Acts):
    async def listing(self, request: Request) -> Any:
        owner = request.query_params.get("owner", "")
        wanted = await self.place.account_of(owner) if owner else ""
        every = await self.every()
        # A closed account's homes are nobody's.
        found = [await self.told(one) for one in every if wanted in ("", one.owner_id)]
        return [one for one in found if one["members"]]

    async def show(self, request: Request) -> Any:
        return await self.told(await self.plant(request))

    async def create(self, request: Request) -> Any:
        body = await read_body(request)
        template = text(body, "template")
        owner = await self.place.account_of(text(body, "owner", OWNER))
        shared = [await self.place.account_of(one) for one in texts(body, "share")]
        if template == "shared" and not shared:
            other = "developer" if text(body, "owner", OWNER) != "developer" else OWNER
            shared = [await self.place.account_of(other)]
        if "count" in body:
            return await self._create_many(owner, template, body, shared)
        made = await self.homes.create(owner, template, text(body, "name", ""))
        for home in made:
            for account in shared:
                await self.homes.share(owner, home.plant.id, account)
        return [await self.told(await self.homes.one(owner, one.plant.id)) for one in made]

    async def _create_many(
        self, owner: str, template: str, body: dict[str, Any], shared: Sequence[str]
    ) -> Any:
        """Tells of each home its id, name and number of devices only."""
        made = await self.homes.create_many(
            owner,
            template,
            number(body, "count"),
            text(body, "name", ""),
            first=number(body, "first", 1),
        )
        for home in made:
            for account in shared:
                await self.homes.share(owner, home.plant.id, account)
        return [
            {"id": one.plant.id, "name": one.plant.name, "devices": len(one.modules)}
            for one in made
        ]

    async def rename(self, request: Request) -> Any:
        """``name``, and ``outages``: how often a month its gateways drop by themselves."""
        plant, body = await self.plant(request), await read_body(request)
        if "outages" in body:
            await self.place.outages.choose(plant.id, number(body, "outages"))
        if "name" in body or "outages" not in body:
            await self.homes.rename(plant.owner_id, plant.id, text(body, "name"))
        return await self.told(await self.plant(request))

    async def remove(self, request: Request) -> None:
        plant = await self.plant(request)
        await self.homes.remove(plant.owner_id, plant.id)

    async def share(self, request: Request) -> Any:
        plant = await self.plant(request)
        other = await self.place.account_of(text(await read_body(request), "account"))
        await self.homes.share(plant.owner_id, plant.id, other)
        return await self.told(plant)

    async def unshare(self, request: Request) -> None:
        plant = await self.plant(request)
        other = await self.place.account_of(request.path_params["member"])
        await self.homes.unshare(plant.owner_id, plant.id, other)

"""Homes kept as they are: snapshots, forks, files."""

from typing import Any

import msgspec
from starlette.requests import Request

from workswith.devices.homes.blueprint import blueprint_of, text_of
from workswith.devices.homes.copies import Snapshot
from workswith.kernel.clock import iso
from workswith.sandbox.bodies import read_body, text

from .acts import OWNER, Acts

FILE_LIMIT = 4_000_000
"""Bytes of a home that is imported."""


class Copies(Acts):
    async def listing(self, request: Request) -> Any:
        plant = await self.plant(request)
        return [_snapshot(one) for one in await self.homes.copies.of(plant.owner_id, plant.id)]

    async def take(self, request: Request) -> Any:
        plant, body = await self.plant(request), await read_body(request)
        name = text(body, "name", plant.name)
        return _snapshot(await self.homes.copies.take(plant.owner_id, plant.id, name))

    async def restore(self, request: Request) -> Any:
        plant = await self.plant(request)
        await self.homes.copies.restore(plant.owner_id, plant.id, request.path_params["snapshot"])
        return await self.told(await self.plant(request))

    async def drop(self, request: Request) -> None:
        plant = await self.plant(request)
        await self.homes.copies.drop(plant.owner_id, plant.id, request.path_params["snapshot"])

    async def fork(self, request: Request) -> Any:
        plant, body = await self.plant(request), await read_body(request)
        made = await self.homes.copies.fork(
            plant.owner_id,
            plant.id,
            name=text(body, "name", ""),
            snapshot_id=text(body, "snapshot", ""),
        )
        return await self.told(made.plant)

    async def export(self, request: Request) -> Any:
        plant = await self.plant(request)
        drawn = await self.homes.copies.export(plant.owner_id, plant.id)
        return msgspec.json.decode(text_of(drawn))

    async def take_in(self, request: Request) -> Any:
        """``answers`` of the real API, or homes that were exported, in any order."""
        body = await read_body(request, FILE_LIMIT)
        answers = body.get("answers")
        if not isinstance(answers, list):
            raise ValueError("answers is an array of what the API answered, or of exports")  # noqa: TRY004  a 400
        owner = await self.place.account_of(text(body, "owner", OWNER))
        captured = [one for one in answers if not _exported(one)]
        drawn = [blueprint_of(msgspec.json.encode(one)) for one in answers if _exported(one)]
        if captured or not drawn:
            drawn += self.place.read(captured)
        keep_ids, name = body.get("keep_ids") is True, text(body, "name", "")
        made = [
            await self.homes.copies.add(owner, one, name=name, keep_ids=keep_ids) for one in drawn
        ]
        return [await self.told(one.plant) for one in made]


def _exported(answer: object) -> bool:
    return isinstance(answer, dict) and "format" in answer


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {"id": snapshot.id, "name": snapshot.name, "taken_at": iso(snapshot.taken_at)}

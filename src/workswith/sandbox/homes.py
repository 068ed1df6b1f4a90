"""The control interface's homes: to have, to edit, to keep, to copy, whoever they belong to. [SBX-3]

Whoever holds the sandbox's token acts for the owner of each home; owners are named by their e-mail
address or by ``developer``, ``end_user`` and ``operator``.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workswith.devices.homes import Homes
from workswith.devices.homes.blueprint import Blueprint, blueprint_of, text_of
from workswith.devices.homes.copies import Snapshot
from workswith.devices.outages import Outages
from workswith.devices.plants import Module, Plant, ambients_of, modules_of, unknown
from workswith.devices.shadow import shadow_of
from workswith.devices.thermostat import Regulation
from workswith.kernel.clock import iso
from workswith.kernel.database import Database, query

from .control import read_body, tell_mistakes
from .guard import Guard

FILE_LIMIT = 4_000_000
"""Bytes of a home that is imported."""
OWNER = "end_user"
"""Whose a home is when nobody is named."""

_EVERY = query(
    Plant,
    "SELECT id, owner_id, name, type, time_zone, api, country FROM plants ORDER BY created_at, id",
)


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


def routes(place: Place, guard: Guard) -> list[Route]:
    """Every route under ``/sandbox/homes``, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Any]]) -> Route:
        async def answer(request: Request) -> Response:
            told = await act(request)
            if told is None:
                return Response(status_code=204)
            return JSONResponse(told, 201 if method == "POST" else 200)

        return Route("/sandbox/homes" + path, guard(tell_mistakes(answer)), methods=[method])

    wholes, parts, copies = _Wholes(place), _Parts(place), _Copies(place)
    one, ambient, module = "/{plant}", "/{plant}/ambients/{ambient}", "/{plant}/modules/{module}"
    snapshot = "/{plant}/snapshots/{snapshot}"
    return [
        route("", "GET", wholes.listing),
        route("", "POST", wholes.create),
        route("/import", "POST", copies.take_in),
        route(one, "GET", wholes.show),
        route(one, "PATCH", wholes.rename),
        route(one, "DELETE", wholes.remove),
        route(one + "/members", "POST", wholes.share),
        route(one + "/members/{member}", "DELETE", wholes.unshare),
        route(one + "/ambients", "POST", parts.add_ambient),
        route(ambient, "PATCH", parts.change_ambient),
        route(ambient, "DELETE", parts.remove_ambient),
        route(one + "/modules", "POST", parts.add_module),
        route(one + "/reset", "POST", parts.reset),
        route(module, "GET", parts.show_module),
        route(module, "PATCH", parts.change_module),
        route(module, "DELETE", parts.remove_module),
        route(one + "/snapshots", "GET", copies.listing),
        route(one + "/snapshots", "POST", copies.take),
        route(snapshot + "/restore", "POST", copies.restore),
        route(snapshot, "DELETE", copies.drop),
        route(one + "/fork", "POST", copies.fork),
        route(one + "/export", "GET", copies.export),
    ]


class _Base:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.homes = place.homes

    async def plant(self, request: Request) -> Plant:
        """The home that the address names. Raises `Kind.UNKNOWN`."""
        wanted = request.path_params["plant"]
        for plant in await self.place.database.all(_EVERY):
            if plant.id == wanted:
                return plant
        raise unknown("plant")

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
            "modules": [_module(one) for one in modules],
        }


class _Wholes(_Base):
    async def listing(self, request: Request) -> Any:
        owner = request.query_params.get("owner", "")
        wanted = await self.place.account_of(owner) if owner else ""
        every = await self.place.database.all(_EVERY)
        # A closed account's homes are nobody's.
        found = [await self.told(one) for one in every if wanted in ("", one.owner_id)]
        return [one for one in found if one["members"]]

    async def show(self, request: Request) -> Any:
        return await self.told(await self.plant(request))

    async def create(self, request: Request) -> Any:
        body = await read_body(request)
        template = text(body, "template")
        owner = await self.place.account_of(text(body, "owner", OWNER))
        shared = [await self.place.account_of(one) for one in _texts(body, "share")]
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
            _number(body, "count"),
            text(body, "name", ""),
            first=_number(body, "first", 1),
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
            await self.place.outages.choose(plant.id, _number(body, "outages"))
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


class _Parts(_Base):
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
        return _module(made)

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


class _Copies(_Base):
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


def text(body: dict[str, Any], member: str, otherwise: str | None = None) -> str:
    """A text of the body. Raises ``ValueError``."""
    value = body.get(member, otherwise)
    if not isinstance(value, str):
        raise ValueError(f"{member} is a text")  # noqa: TRY004  a 400
    return value


def _texts(body: dict[str, Any], member: str) -> list[str]:
    value = body.get(member, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{member} is an array of texts")
    return value


def _number(body: dict[str, Any], member: str, otherwise: int | None = None) -> int:
    value = body.get(member, otherwise)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{member} is a whole number")  # noqa: TRY004  a 400
    return value


def _module(module: Module) -> dict[str, Any]:
    return {
        "id": module.id,
        "name": module.name,
        "device": module.device,
        "ambient": module.ambient_id,
        "reach": module.reach,
    }


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {"id": snapshot.id, "name": snapshot.name, "taken_at": iso(snapshot.taken_at)}

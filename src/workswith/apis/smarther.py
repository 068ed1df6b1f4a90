"""Smarther v2.0: nine operations between the vendor's JSON and the device cloud. [API-2]

What clients depend on is exact, what they are sloppy about is taken (`contract/smarther.md` 14);
the words going out are made in `smarther_emit`, those coming in are read in `smarther_accept`.
"""

import re
from collections.abc import Awaitable, Mapping
from typing import Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.plants import Plant, modules_of, plant_of, plants_of, unknown
from workswith.devices.thermostat import DEVICE, Command, Configuration
from workswith.devices.twin import Snapshot, Standing
from workswith.kernel.database import Reads
from workswith.kernel.problem import Kind, Problem

from . import smarther_accept as accept
from . import smarther_emit as emit
from .again import DONE, Again
from .smarther_emit import notification
from .subscribing import Subscriptions

__all__ = ["API", "handlers", "notification"]

API = "smarther"
"""The word for this API in plants and webhook subscriptions."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Twin(Protocol):
    """`devices.twin.Twin`."""

    async def require_app(self, account_id: str) -> None: ...

    def glance(
        self, account_id: str, plant_id: str, module_id: str, *, device: str
    ) -> Snapshot | None: ...

    async def read(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        *,
        last_known: bool = False,
        device: str = "",
    ) -> Snapshot: ...

    async def standing(
        self, account_id: str, plant_id: str, module_id: str, *, device: str = ""
    ) -> Standing: ...

    async def configuration(
        self, account_id: str, plant_id: str, module_id: str
    ) -> tuple[Snapshot, Configuration]: ...

    async def instruct(self, standing: Standing, command: Command, flow: str = "") -> None: ...


def handlers(reads: Reads, twin: Twin, subscriptions: Subscriptions) -> Mapping[str, Handler]:
    """The handler of each operation of ``smarther.yaml``, by operation id."""
    smarther = _Smarther(reads, twin, subscriptions)
    return {
        "Plants": smarther.plants,
        "Topology": smarther.topology,
        "Get-Chronothermostat-Status": smarther.status,
        "Set-Chronothermostat-Status": smarther.set_status,
        "Chronothermostat-Measures": smarther.measures,
        "Chronothermostat-ProgramList": smarther.program_list,
        "Subscribe-to-C2C-notifications": smarther.subscribe,
        "Delete-subscription-to-C2C-notifications": smarther.unsubscribe,
        "Get-subscriptions-to-C2C-notifications": smarther.subscriptions,
    }


class _Smarther:
    def __init__(self, reads: Reads, twin: Twin, subscriptions: Subscriptions) -> None:
        self._reads = reads
        self._twin = twin
        self._subscriptions = subscriptions
        self._statuses = Again(emit.status)

    async def plants(self, request: Request) -> Answer:
        await self._twin.require_app(request.account_id)
        found = await plants_of(self._reads, request.account_id, API)
        return Answer(200, emit.plants(found)) if found else Answer(204)

    async def topology(self, request: Request) -> Answer:
        await self._twin.require_app(request.account_id)
        plant = await self._plant(request)
        modules = await modules_of(self._reads, request.account_id, plant.id)
        return Answer(200, emit.topology(plant, modules))

    def status(self, request: Request) -> Awaitable[Answer] | Answer:
        snapshot = self._twin.glance(*_module(request), device=DEVICE)
        if snapshot is None:
            return self._status(request)
        return self._statuses.answer(snapshot.module_id, snapshot)

    async def _status(self, request: Request) -> Answer:
        snapshot = await self._twin.read(*_module(request), device=DEVICE)
        return self._statuses.answer(snapshot.module_id, snapshot)

    async def set_status(self, request: Request) -> Answer:
        standing = await self._twin.standing(*_module(request), device=DEVICE)
        command = accept.command(request.body, standing.time_zone, request.now)
        await self._twin.instruct(standing, command, request.flow)
        return DONE

    async def measures(self, request: Request) -> Answer:
        return Answer(200, emit.measures(await self._twin.read(*_module(request), device=DEVICE)))

    async def program_list(self, request: Request) -> Answer:
        snapshot, configuration = await self._twin.configuration(*_module(request))
        return Answer(200, emit.program_list(snapshot, configuration.programs))

    async def subscribe(self, request: Request) -> Answer:
        plant = await self._plant(request)
        id_ = await self._subscriptions.subscribe(
            request.account_id, request.client_id, plant.id, API, request.body["EndPointUrl"]
        )
        return Answer(201, {"subscriptionId": id_})

    async def unsubscribe(self, request: Request) -> Answer:
        id_ = request.path["subscriptionId"]
        if not _UUID.fullmatch(id_):
            raise Problem(
                Kind.MALFORMED,
                "subscription_id",
                "A subscriptionId is a UUID.",
                field="subscriptionId",
            )
        plant = await self._plant(request)
        await self._subscriptions.unsubscribe(
            request.account_id, plant.id, id_, client_id=request.client_id
        )
        return DONE

    async def subscriptions(self, request: Request) -> Answer:
        """Of the calling application only: an address is all that protects a webhook."""
        found = await self._subscriptions.of_account(
            request.account_id, API, client_id=request.client_id
        )
        listed = [
            {"plantId": one.plant_id, "subscriptionId": one.id, "EndPointUrl": one.url}
            for one in found
        ]
        return Answer(200, listed) if listed else Answer(204)

    async def _plant(self, request: Request) -> Plant:
        plant = await plant_of(self._reads, request.account_id, request.path["plantId"])
        if plant.api != API:
            raise unknown("plant")
        return plant


def _module(request: Request) -> tuple[str, str, str]:
    return request.account_id, request.path["plantId"], request.path["moduleId"]

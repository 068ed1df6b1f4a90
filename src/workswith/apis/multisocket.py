"""Multisocket: switch the outlets of sockets that are found by id, name or type. [API-5]

(`contract/homecontrol.md` 5)
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.multisocket import DEVICE, Command
from workswith.devices.plants import Module, Reach, modules_of, plant_of, unknown
from workswith.devices.twin import Snapshot
from workswith.kernel.database import Reads
from workswith.kernel.problem import Kind, Problem

from .again import DONE

API = "multisocket"
"""The word for this API in plants."""

_KEYS: Mapping[str, Callable[[Module], str]] = {
    "id": lambda module: module.id,
    "name": lambda module: module.name,
    "type": lambda module: module.hw_type,
}
_WORDS = {
    "member_missing": "A parameter is missing",
    "body_missing": "A parameter is missing",
    "wrong_type": "One of the specified parameter should be an array",
    "plug_unknown": "No Plug were found.",
}
"""What the original says, by code of the problem."""


class Twin(Protocol):
    """`devices.twin.Twin`."""

    async def read_all(
        self, account_id: str, plant_id: str, *, device: str = ""
    ) -> list[Snapshot]: ...

    async def command_all(
        self,
        account_id: str,
        plant_id: str,
        commands: Mapping[str, Any],
        flow: str = "",
        *,
        device: str = "",
    ) -> None: ...


def handlers(reads: Reads, twin: Twin) -> Mapping[str, Handler]:
    """The handler of each operation of ``multisocket.yaml``, by operation id."""
    sockets = _Sockets(reads, twin)
    return {"getplugstatus": sockets.status, "setplugstatus": sockets.set_status}


def error_body(status: int, message: str, problem: Problem) -> dict[str, Any]:
    return {"statusCode": status, "message": _WORDS.get(problem.code, message)}


class _Sockets:
    def __init__(self, reads: Reads, twin: Twin) -> None:
        self._reads = reads
        self._twin = twin

    async def status(self, request: Request) -> Answer:
        found = [one.id for one in await self._found(request)]
        snapshots = await self._twin.read_all(
            request.account_id, request.path["plantId"], device=DEVICE
        )
        wanted = [one for one in snapshots if one.module_id in found]
        if not any(one.reach is Reach.ONLINE for one in wanted):
            raise Problem(Kind.UNREACHABLE, "gateway_offline", "Gateway Offline")
        plugs = [
            {"id": one.module_id, "name": one.name, "status": list(one.reading.outlets)}
            for one in wanted
            if one.reach is Reach.ONLINE
        ]
        return Answer(200, {"plugs": plugs})

    async def set_status(self, request: Request) -> Answer:
        command = Command(outlets=tuple(request.body["status"]))
        commands = {one.id: command for one in await self._found(request)}
        try:
            await self._twin.command_all(
                request.account_id, request.path["plantId"], commands, request.flow, device=DEVICE
            )
        except Problem as problem:
            if problem.kind is not Kind.INVALID:
                raise
            raise Problem(
                Kind.MALFORMED, problem.code, problem.detail, field=problem.field
            ) from problem
        return DONE

    async def _found(self, request: Request) -> list[Module]:
        """At least one. Raises `Kind.UNKNOWN`, and `Kind.MALFORMED` for a key that is none."""
        path = request.path
        of = _KEYS.get(path["parameterKey"])
        if of is None:
            raise Problem(
                Kind.MALFORMED,
                "parameter_key",
                "parameterKey is id, name or type.",
                field="parameterKey",
            )
        plant = await plant_of(self._reads, request.account_id, path["plantId"])
        if plant.api != API:
            raise unknown("plant")
        modules = await modules_of(self._reads, request.account_id, plant.id)
        found = [
            one for one in modules if one.device == DEVICE and of(one) == path["parameterValue"]
        ]
        if not found:
            raise unknown("plug")
        return found

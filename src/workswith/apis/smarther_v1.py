"""Smarther v1.0: the one operation of it that is known. (`contract/smarther.md` 11) [API-2]"""

from collections.abc import Mapping
from typing import Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.thermostat import DEVICE
from workswith.devices.twin import Snapshot
from workswith.kernel.problem import Kind, Problem

from . import smarther_emit as emit

VERSION = "v1.0"


class Twin(Protocol):
    """`devices.twin.Twin`."""

    async def read(
        self, account_id: str, plant_id: str, module_id: str, *, device: str = ""
    ) -> Snapshot: ...


def handlers(twin: Twin) -> Mapping[str, Handler]:
    """The handler of each operation of ``smarther_v1.yaml``, by operation id."""

    async def measures(request: Request) -> Answer:
        path = request.path
        if path["apiVersion"] != VERSION:
            raise Problem(
                Kind.UNKNOWN,
                "version_unknown",
                "Resource not found",
                hint=f"The only version of this API is {VERSION}.",
            )
        snapshot = await twin.read(
            request.account_id, path["plantId"], path["moduleId"], device=DEVICE
        )
        return Answer(200, emit.measures(snapshot))

    return {"Chronothermostat-Measures": measures}

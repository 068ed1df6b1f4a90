"""Smarther v1.0: the one operation of it that is known. (`contract/smarther.md` 11) [API-2]"""

from collections.abc import Mapping
from typing import Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.plants import unknown
from workswith.devices.thermostat import DEVICE
from workswith.devices.twin import Snapshot

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
            raise unknown("version")
        snapshot = await twin.read(
            request.account_id, path["plantId"], path["moduleId"], device=DEVICE
        )
        return Answer(200, emit.measures(snapshot))

    return {"Chronothermostat-Measures": measures}

"""Which way a command goes: to a real gateway, or to the simulated park."""

from typing import Any, Protocol

from .link import DeviceLink, Outcome


class Real(DeviceLink, Protocol):
    async def knows(self, module_id: str) -> bool: ...


class Links:
    """The `DeviceLink` of an installation that has real gateways."""

    def __init__(self, park: DeviceLink, real: Real) -> None:
        self._park = park
        self._real = real

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        link = self._real if await self._real.knows(module_id) else self._park
        return await link.send(module_id, command, deadline=deadline, flow=flow)

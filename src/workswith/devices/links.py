"""Which way a command goes: to a real gateway, or to the simulated park."""

from typing import Any, Protocol

from workswith.kernel.problem import Kind, Problem

from .kinds import KINDS
from .link import DeviceLink, Outcome
from .twin import refusal

_COMMANDS = tuple(kind.command for kind in KINDS.values() if kind.command is not None)


class Real(DeviceLink, Protocol):
    async def knows(self, module_id: str) -> bool: ...


class Hands(Protocol):
    """What the buttons of a home's pages are wired to."""

    async def touch(self, module_id: str, change: Any = None, *, flow: str = "") -> None: ...


class Links:
    """The `DeviceLink` of an installation that has real gateways."""

    def __init__(self, park: DeviceLink, real: Real) -> None:
        self._park = park
        self._real = real

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        link = self._real if await self._real.knows(module_id) else self._park
        return await link.send(module_id, command, deadline=deadline, flow=flow)


class RemoteHands:
    """Hands for both: a simulated device is touched, a real one is told from afar."""

    def __init__(self, park: Hands, real: Real, deadline: float) -> None:
        self._park = park
        self._real = real
        self._deadline = deadline

    async def touch(self, module_id: str, change: Any = None, *, flow: str = "") -> None:
        """Raises what `Park.touch` raises, and what `Twin.command` raises for an outcome."""
        if not await self._real.knows(module_id):
            await self._park.touch(module_id, change, flow=flow)
            return
        if not isinstance(change, _COMMANDS):
            raise Problem(Kind.INVALID, "not_touchable", "That is done at the device itself.")
        outcome = await self._real.send(module_id, change, deadline=self._deadline, flow=flow)
        if outcome is not Outcome.DONE:
            raise refusal(outcome)

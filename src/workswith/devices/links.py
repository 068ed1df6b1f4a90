"""Which way a command goes: to a real gateway, or to the simulated park."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from workswith.kernel.problem import Kind, Problem

from .kinds import KINDS
from .link import DeviceLink, Outcome, PlantLink
from .refusals import refusal

_COMMANDS = tuple(kind.command for kind in KINDS.values() if kind.command is not None)


class Real(DeviceLink, Protocol):
    async def knows(self, module_id: str) -> bool: ...


class Hands(Protocol):
    """What the buttons of a home's pages are wired to."""

    async def touch(self, module_id: str, change: Any = None, *, flow: str = "") -> None: ...


class Links:
    """The `PlantLink` of an installation that has real gateways."""

    def __init__(self, park: PlantLink, real: Real) -> None:
        self._park = park
        self._real = real

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        link = self._real if await self._real.knows(module_id) else self._park
        return await link.send(module_id, command, deadline=deadline, flow=flow)

    async def send_all(
        self, commands: Mapping[str, Any], *, deadline: float, flow: str
    ) -> Mapping[str, Outcome]:
        """`PlantLink.send_all`."""
        real = [module_id for module_id in commands if await self._real.knows(module_id)]
        simulated = {id_: command for id_, command in commands.items() if id_ not in real}
        parked, others = await asyncio.gather(
            self._park.send_all(simulated, deadline=deadline, flow=flow),
            asyncio.gather(
                *(self._real.send(id_, commands[id_], deadline=deadline, flow=flow) for id_ in real)
            ),
        )
        outcomes = {**parked, **dict(zip(real, others, strict=True))}
        return {module_id: outcomes[module_id] for module_id in commands}


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

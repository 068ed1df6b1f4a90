"""Faults that are states of the world: who is offline, what has expired. [SBX-3 DEV-1 DEV-3]

They go through the same hands as a person's: the cable of a gateway, the official app's account.
"""

import contextlib
from typing import Protocol

from workswith.kernel.database import Reads, query
from workswith.kernel.problem import Problem

from .fault import Asked

_GATEWAYS = query(
    str,
    "SELECT DISTINCT g.id FROM gateways g JOIN modules m ON m.gateway_id = g.id "
    "JOIN simulators s ON s.module_id = m.id WHERE :plant = '' OR g.plant_id = :plant "
    "ORDER BY g.id",
)
_APP_USERS = query(
    str,
    "SELECT DISTINCT me.account_id FROM plant_members me JOIN plants p ON p.id = me.plant_id "
    "WHERE :account = '' OR me.account_id = :account ORDER BY me.account_id",
)


class Cable(Protocol):
    """`devices.hand.Hand`: by the id of a gateway or a module."""

    async def set_online(self, module_id: str, online: bool) -> None: ...  # noqa: FBT001
    async def set_silent(self, module_id: str, silent: bool) -> None: ...  # noqa: FBT001


class App(Protocol):
    """`devices.hand.App`: by the id of an account."""

    async def expire_password(self, account_id: str) -> None: ...
    async def renew_password(self, account_id: str) -> None: ...
    async def expire_terms(self, account_id: str) -> None: ...
    async def accept_terms(self, account_id: str) -> None: ...


class States:
    """Enters and leaves; a target is the id of what the state is about."""

    def __init__(self, reads: Reads, cable: Cable, app: App) -> None:
        self._reads = reads
        self._cable = cable
        self._app = app

    async def targets(self, asked: Asked) -> list[str]:
        """What the state is entered for; all there are when nothing narrows it."""
        if asked.kind in ("password-expired", "terms-expired"):
            return await self._reads.all(_APP_USERS, account=asked.account)
        if asked.module:
            return [asked.module]
        return await self._reads.all(_GATEWAYS, plant=asked.plant)

    async def enter(self, kind: str, target: str) -> None:
        match kind:
            case "gateway-offline":
                await self._cable.set_online(target, False)
            case "device-silent":
                await self._cable.set_silent(target, True)
            case "password-expired":
                await self._app.expire_password(target)
            case "terms-expired":
                await self._app.expire_terms(target)

    async def leave(self, kind: str, target: str) -> None:
        with contextlib.suppress(Problem):  # it may be gone meanwhile
            await self._leave(kind, target)

    async def _leave(self, kind: str, target: str) -> None:
        match kind:
            case "gateway-offline":
                await self._cable.set_online(target, True)
            case "device-silent":
                await self._cable.set_silent(target, False)
            case "password-expired":
                await self._app.renew_password(target)
            case "terms-expired":
                await self._app.accept_terms(target)

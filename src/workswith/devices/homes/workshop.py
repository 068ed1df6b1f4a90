"""What everybody needs who changes homes. [DEV-4]"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from workswith.devices.settings import Settings
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident

OnLeave = Callable[[Tx, str, int], Awaitable[None]]
"""Hears ``(tx, account_id, now)`` of whoever no longer sees a plant, in the same transaction."""
OnGateway = Callable[[Tx, str, int], Awaitable[None]]
"""Hears ``(tx, gateway_id, now)`` of a gateway that is about to go, in the same transaction."""


class Park(Protocol):
    """`devices.park.Park`, as far as homes change what stands in it."""

    def changing(self, plant_id: str) -> AbstractAsyncContextManager[None]: ...
    async def welcome(self, id_: str) -> None: ...
    async def welcome_all(self, plant_ids: Sequence[str]) -> None: ...
    async def speak(self, module_ids: Iterable[str]) -> None: ...


@dataclass(slots=True)
class Workshop:
    """Only the owner of a plant changes what stands in it."""

    database: Database
    clock: Clock
    ident: Ident
    park: Park
    settings: Settings
    on_leave: list[OnLeave] = field(default_factory=list)
    on_gateway: list[OnGateway] = field(default_factory=list)

    async def left(self, tx: Tx, account_id: str) -> None:
        """Tells the listeners."""
        for listener in self.on_leave:
            await listener(tx, account_id, self.clock.now())

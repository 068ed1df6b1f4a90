"""What nobody is told: a gateway that fell silent, a command whose process died, a cut to make.

Real time counts here, by the monotonic clock: sockets and processes know no test clock.
"""

import asyncio
from collections.abc import Callable

from workswith.devices.link import Outcome
from workswith.kernel import log
from workswith.kernel.clock import SECOND
from workswith.kernel.database import Database

from . import commands, silence
from .broker import Broker
from .protocol import Again
from .voice import Voice

ASK_SECONDS = 10.0
"""How long a gateway that is asked has to answer."""
LOST_AFTER_SECONDS = 2.0
"""A command whose time is over by this much has no process any more that waits for it."""

_log = log.get("gateways")


class Care:
    """Looks once each time that it is called; any process may find what there is to find."""

    def __init__(
        self, database: Database, broker: Broker, voice: Voice, waits_for: Callable[[str], bool]
    ) -> None:
        self._database = database
        self._broker = broker
        self._voice = voice
        self._waits_for = waits_for
        self._asked: dict[str, float] = {}
        self._open: dict[str, float] = {}

    async def cut(self) -> None:
        """Ends the connections of gateways that were shut out."""
        if not self._broker.connected or not await silence.has_cuts(self._database):
            return
        for gateway_id in await self._database.write(silence.cuts):
            self._voice.forget(gateway_id)
            try:
                await self._broker.cut(gateway_id)
            except ConnectionError as error:
                _log.warning("not cut off", gateway=gateway_id, reason=str(error))

    async def find_lost(self, now: int) -> None:
        """Commands that no process waits for any more were not answered in time."""
        seconds = asyncio.get_running_loop().time()
        every = await commands.every(self._database)
        self._open = {one.id: self._open.get(one.id, seconds) for one in every}
        for one in every:
            over = one.wait_ms / 1000 + LOST_AFTER_SECONDS
            if not self._waits_for(one.id) and seconds - self._open[one.id] >= over:
                await self._database.write(commands.finish, one, Outcome.SILENT, now)

    async def find_silent(self, now: int, alive_seconds: int) -> None:
        """Asks who was silent for too long; who says nothing still is off line."""
        if not self._broker.connected:
            self._asked.clear()
            return
        before = now - 2 * alive_seconds * SECOND
        seconds = asyncio.get_running_loop().time()
        quiet = await silence.quiet(self._database, before)
        asked = {one: self._asked[one] for one in quiet if one in self._asked}
        for gateway_id in quiet:
            if gateway_id not in asked:
                asked[gateway_id] = seconds
                await self._voice.tell(gateway_id, "again", Again())
            elif seconds - asked[gateway_id] >= ASK_SECONDS and await self._database.write(
                silence.give_up, gateway_id, before, now
            ):
                _log.info("silent, so off line", gateway=gateway_id)
        self._asked = asked

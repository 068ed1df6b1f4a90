"""Delivers. One task for each attempt under way, a few per endpoint, and nobody waits for another.

A turn starts what is due and returns; it never waits for an endpoint. The number of attempts under
way is limited per endpoint and in all, and endpoints that failed within the last minute share half
of the places, so that neither one that hangs nor a thousand of them hold up the healthy. [C2C-6]

Claiming writes nothing: this process is the only owner of all lanes. What is under way is known in
memory only; after a crash everything that was not acknowledged is due again, with the same id and
the same bytes.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from workswith.kernel import log
from workswith.kernel.cipher import CipherError
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.tasks import Bells

from . import lanes, policy
from .lanes import Due, Endpoint, Outcome
from .policy import Lane, Start
from .recorder import Recorder
from .sender import OUR_FAULT, Sent
from .settings import Settings
from .signing import Signer

BELL = "webhooks"
LOOK_AHEAD = 8
"""Deliveries read beyond those that could start, so that a retry finds its way past a queue."""

_log = log.get("webhooks")


class Posts(Protocol):
    """What the worker asks of the sender. Never raises."""

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent: ...


class Worker:
    """The work ``webhooks``."""

    name = BELL

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bells: Bells,
        *,
        signer: Signer,
        sender: Posts,
        settings: Settings,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._signer = signer
        self._sender = sender
        self._settings = settings
        self._jitter = jitter
        self._recorder = Recorder(database, settings.rules, self._hear_of_ban)
        self._flights: dict[int, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()
        self._ailing: set[int] = set()
        self._first: set[tuple[str, str]] = set()
        self._bans: dict[str, int] = {}

    async def turn(self, now: int) -> int | None:
        """Starts what is due and has a place; returns when the next endpoint is due.

        What is due already and has no place follows when a place becomes free, which rings.
        """
        self._bans = {id_: until for id_, until in self._bans.items() if until > now}
        limit = 2 * self._settings.in_flight
        for ailing in (False, True):
            for endpoint in await lanes.due_lanes(self._database, now, limit, ailing=ailing):
                if not self._room(ailing=ailing):
                    break
                await self._serve(endpoint, now, ailing=ailing)
        return await lanes.next_due(self._database, now)

    async def settle(self) -> bool:
        """Waits until everything under way has been acknowledged."""
        anything = bool(self._flights)
        while self._flights:
            await asyncio.wait(list(self._flights.values()))
        return anything

    def _room(self, *, ailing: bool) -> int:
        total = self._settings.in_flight
        free = total - len(self._flights)
        return min(free, total // 2 - len(self._ailing)) if ailing else free

    async def _serve(self, endpoint: Endpoint, now: int, *, ailing: bool) -> None:
        busy = self._busy[endpoint.id]
        cap = self._settings.in_flight_per_endpoint
        if busy >= cap:
            return
        due = await lanes.due_of(self._database, endpoint.id, now, busy + cap + LOOK_AHEAD)
        waiting = [one for one in due if one.number not in self._flights]
        # From here to the end nothing waits: what was read is what is started.
        lane = Lane(ban_until=max(endpoint.ban_until or 0, self._bans.get(endpoint.id, 0)))
        expired: list[int] = []
        in_order = True
        for one in waiting:
            match policy.start(lane, one.due_at, one.expires_at, now):
                case Start.EXPIRE:
                    expired.append(one.number)
                case Start.SEND:
                    if self._busy[endpoint.id] >= cap or self._room(ailing=ailing) <= 0:
                        break
                    # First attempts start in the order of the events, and an event of a plant
                    # never overtakes an earlier one of the same plant.
                    if one.attempts == 0:
                        in_order = in_order and (endpoint.id, one.plant_id) not in self._first
                        if not in_order:
                            continue
                    self._start(endpoint, one, ailing=ailing)
                case Start.HOLD:
                    pass
        if expired or not due:
            # Nothing due although the lane says so: a cancellation left it behind; look anew.
            await self._database.write(lanes.expire, endpoint.id, expired, now)
            self._bells.ring(BELL)

    def _start(self, endpoint: Endpoint, due: Due, *, ailing: bool) -> None:
        self._busy[endpoint.id] += 1
        if ailing:
            self._ailing.add(due.number)
        if due.attempts == 0:
            self._first.add((endpoint.id, due.plant_id))
        self._flights[due.number] = asyncio.create_task(
            self._fly(endpoint, due), name=f"deliver {due.id}"
        )

    async def _fly(self, endpoint: Endpoint, due: Due) -> None:
        log.flow.set(due.flow)
        try:
            at = self._clock.now()
            sent = await self._attempt(endpoint, due, at)
            await self._recorder.record(Outcome(due, sent, at, self._clock.now(), self._jitter()))
        except Exception as error:
            # Not acknowledged, so still due: the poll of the supervisor finds it again.
            _log.error("an attempt was not recorded", delivery=due.id, exc_info=error)
        else:
            self._bells.ring(BELL)
        finally:
            self._end(endpoint, due)

    async def _attempt(self, endpoint: Endpoint, due: Due, now: int) -> Sent:
        try:
            headers = self._signer.headers(endpoint.id, endpoint.secret, due.id, now, due.body)
        except CipherError as error:
            _log.error("a signing secret does not open", endpoint=endpoint.id, exc_info=error)
            return Sent(None, OUR_FAULT)
        return await self._sender.post(endpoint.id, endpoint.url, headers, due.body)

    def _end(self, endpoint: Endpoint, due: Due) -> None:
        del self._flights[due.number]
        self._ailing.discard(due.number)
        self._busy[endpoint.id] -= 1
        if not self._busy[endpoint.id]:
            del self._busy[endpoint.id]
        if due.attempts == 0:
            self._first.discard((endpoint.id, due.plant_id))

    def _hear_of_ban(self, endpoint_id: str, until: int) -> None:
        """A turn that read a lane before its ban was written must not start an attempt in it."""
        self._bans[endpoint_id] = until

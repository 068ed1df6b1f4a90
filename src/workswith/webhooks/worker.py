"""Delivers. A few attempts under way per endpoint, and nobody waits for another.

A turn starts what is due and returns; it never waits for an endpoint. The number of attempts under
way is limited per endpoint and in all, and endpoints that failed within the last minute share half
of the places, so that neither one that hangs nor a thousand of them hold up the healthy. [C2C-6]

Claiming a delivery writes nothing: the owner of a lane is the only one that sends from it. What is
under way or not acknowledged yet is known in memory only; after a crash it is due again, with the
same id and the same bytes. After a success the lane goes on at once with the next that was read
with it; after a failure, which may bring a ban, only when that is written down.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from workswith.kernel import log
from workswith.kernel.cipher import CipherError
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.tasks import Bells

from . import lanes, policy
from .lanes import Due, Endpoint, Outcome
from .policy import Lane, Start
from .recorder import Recorder
from .sender import OUR_FAULT, Sent
from .settings import Settings
from .shards import Shards
from .signing import Signer

BELL = "webhooks"
BUFFER = 64
"""Deliveries of a lane that are read together."""
BUFFER_SECONDS = 1.0
"""Real seconds after which another process's cancellation is noticed; on SQLite there is none."""
UNWRITTEN = 1_024
"""Acknowledgements that may wait for the database before nothing more is started."""

_log = log.get("webhooks")


class Posts(Protocol):
    """What the worker asks of the sender. Never raises."""

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent: ...


@dataclass(slots=True)
class _Line:
    """A lane as this process knows it.

    ``taken`` are under way or not acknowledged; ``waiting`` was read up to ``good_until``.
    """

    endpoint: Endpoint
    ailing: bool = False
    waiting: list[Due] = field(default_factory=list)
    expired: list[Due] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    plants: set[str] = field(default_factory=set)
    retries: bool = False
    busy: int = 0
    good_until: float = 0.0
    changes: int = 0


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
        self.shards = Shards(database, lease_ms=settings.lease_ms)
        self._recorder = Recorder(
            database, settings.rules, self.shards, hear=self._hear, done=self._written
        )
        self._good_for = float("inf") if database.dialect == "sqlite" else BUFFER_SECONDS
        self._flights: dict[int, asyncio.Task[None]] = {}
        self._ailing = 0
        self._unwritten = 0
        self._lines: dict[str, _Line] = {}
        self._banned: dict[str, int] = {}
        self._known: set[str] = set()
        # Whoever ends a subscription writes there: what was read before is read anew.
        self._changes = database.changes.watch(("webhook_subscription",))

    async def turn(self, now: int) -> int | None:
        """Starts what is due and has a place; returns when the next endpoint is due.

        What is due already and has no place follows when a place becomes free.
        """
        await self.shards.keep()
        # What was committed before this turn is read by it.
        for endpoint_id in self._known:
            self._banned.pop(endpoint_id, None)
        self._known.clear()
        limit = 2 * self._settings.in_flight
        owner = self.shards.owner
        for ailing in (False, True):
            for endpoint in await lanes.due_lanes(self._database, owner, now, limit, ailing=ailing):
                if not self._room(ailing=ailing):
                    break
                await self._serve(endpoint, now, ailing=ailing)
        return await lanes.next_due(self._database, owner, now)

    async def close(self) -> None:
        """On a clean stop: other workers take over at once."""
        await self.shards.release()

    async def settle(self) -> bool:
        """Waits until everything under way has been acknowledged."""
        anything = bool(self._flights) or self._unwritten > 0
        while self._flights or self._unwritten:
            if self._flights:
                await asyncio.wait(list(self._flights.values()))
            await self._recorder.settle()
        return anything

    def _room(self, *, ailing: bool) -> bool:
        total = self._settings.in_flight
        if len(self._flights) >= total or self._unwritten >= UNWRITTEN:
            return False
        return not ailing or self._ailing < total // 2

    async def _serve(self, endpoint: Endpoint, now: int, *, ailing: bool) -> None:
        line = self._lines.get(endpoint.id)
        if line is None:
            line = self._lines[endpoint.id] = _Line(endpoint)
        until = max(endpoint.ban_until or 0, self._banned.get(endpoint.id, 0))
        line.endpoint = replace(endpoint, ban_until=until) if until else endpoint
        line.ailing = ailing
        nothing = False
        if line.busy < self._settings.in_flight_per_endpoint and not self._fresh(line):
            changes = self._changes.count
            due = await lanes.due_of(self._database, endpoint.id, now, BUFFER + len(line.taken))
            line.waiting = [one for one in due if one.number not in line.taken]
            line.retries = any(one.attempts for one in line.waiting)
            line.changes = changes
            line.good_until = asyncio.get_running_loop().time() + self._good_for
            nothing = not due
        # From here on nothing waits: what was read is what is started.
        self._start(line, now, ailing=ailing)
        if line.expired or nothing:
            # Nothing due although the lane says so: a cancellation left it behind; look anew.
            expired, line.expired = line.expired, []
            await self._database.write(self._expire, endpoint.id, expired, now)
            line.taken.difference_update(one.number for one in expired)
            self._bells.ring(BELL)
        if not line.taken and not line.waiting:
            self._lines.pop(endpoint.id, None)

    async def _expire(self, tx: Tx, endpoint_id: str, expired: Sequence[Due], now: int) -> None:
        held = await self.shards.hold(tx)
        await lanes.expire(tx, held, endpoint_id, expired, now)

    def _fresh(self, line: _Line) -> bool:
        """Whether what was read of a lane still stands."""
        return bool(line.waiting) and (
            line.changes == self._changes.count
            and asyncio.get_running_loop().time() < line.good_until
        )

    def _next(self, line: _Line, now: int) -> Due | None:
        """Takes the next delivery of a lane that may start now."""
        if line.busy >= self._settings.in_flight_per_endpoint:
            return None
        lane = Lane(
            ban_until=max(line.endpoint.ban_until or 0, self._banned.get(line.endpoint.id, 0))
        )
        waiting = line.waiting
        in_order = True
        place = 0
        while place < len(waiting):
            one = waiting[place]
            match policy.start(lane, one.due_at, one.expires_at, now):
                case Start.EXPIRE:
                    line.expired.append(one)
                    line.taken.add(one.number)
                    del waiting[place]
                    continue
                case Start.SEND:
                    # First attempts start in the order of the events, and an event of a plant
                    # never overtakes an earlier one of the same plant.
                    if one.attempts > 0 or (in_order and one.plant_id not in line.plants):
                        del waiting[place]
                        self._take(line, one)
                        return one
                    in_order = False
                    if not line.retries:
                        return None
                case Start.HOLD:
                    if not line.retries:
                        return None
            place += 1
        return None

    def _start(self, line: _Line, now: int, *, ailing: bool) -> None:
        while self._room(ailing=ailing) and (due := self._next(line, now)) is not None:
            self._flights[due.number] = asyncio.create_task(
                self._fly(line, due, ailing=ailing), name=f"deliver {due.id}"
            )

    def _take(self, line: _Line, due: Due) -> None:
        line.taken.add(due.number)
        line.busy += 1
        self._ailing += line.ailing
        if due.attempts == 0:
            line.plants.add(due.plant_id)

    async def _fly(self, line: _Line, first: Due, *, ailing: bool) -> None:
        due: Due | None = first
        while due is not None:
            log.flow.set(due.flow)
            at = self._clock.now()
            try:
                sent = lanes.judged(due, await self._attempt(line.endpoint, due, at))
            except BaseException:  # cut off: as if it had not been
                del self._flights[due.number]
                self._ailing -= ailing
                self._leave(line, due)
                line.taken.discard(due.number)
                raise
            outcome = Outcome(due, sent, at, self._clock.now(), self._jitter())
            task = self._flights.pop(due.number)
            self._ailing -= ailing
            self._unwritten += 1
            self._recorder.add(outcome)
            if not outcome.succeeded:
                return  # the lane's place is free once it is known whether this brings a ban
            self._leave(line, due)
            due = None
            if line.ailing == ailing and self._room(ailing=ailing) and self._fresh(line):
                now = self._clock.now()
                due = self._next(line, now)
                if due is not None:
                    self._flights[due.number] = task
                    self._start(line, now, ailing=ailing)

    @staticmethod
    def _leave(line: _Line, due: Due) -> None:
        line.busy -= 1
        if due.attempts == 0:
            line.plants.discard(due.plant_id)

    async def _attempt(self, endpoint: Endpoint, due: Due, now: int) -> Sent:
        previous = endpoint.previous_secret if now < (endpoint.previous_until or 0) else None
        try:
            headers = self._signer.headers(
                endpoint.id, endpoint.secret, due.id, now, due.body, previous=previous
            )
        except CipherError as error:
            _log.error("a signing secret does not open", endpoint=endpoint.id, exc_info=error)
            return Sent(None, OUR_FAULT)
        return await self._sender.post(endpoint.id, endpoint.url, headers, due.body)

    def _hear(self, written: dict[str, Lane]) -> None:
        """A turn that read a lane before its ban was written must not start an attempt in it."""
        for endpoint_id, lane in written.items():
            if lane.ban_until is not None:
                self._banned[endpoint_id] = lane.ban_until
                self._known.discard(endpoint_id)

    def _written(self, outcomes: Sequence[Outcome]) -> None:
        self._unwritten -= len(outcomes)
        for outcome in outcomes:
            endpoint_id = outcome.due.endpoint_id
            self._known.add(endpoint_id)
            line = self._lines.get(endpoint_id)
            if line is None:
                continue
            line.taken.discard(outcome.due.number)
            if not outcome.succeeded:
                self._leave(line, outcome.due)
            if not line.taken and not line.waiting:
                del self._lines[endpoint_id]
        self._bells.ring(BELL)

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
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from workswith.kernel import log
from workswith.kernel.cipher import CipherError
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.tasks import Bells

from . import recording
from .ahead import Ahead, Line
from .lanes import Due, Endpoint
from .policy import Lane
from .recorder import Recorder
from .recording import Book, Outcome
from .sent import OUR_FAULT, Sent
from .settings import Settings
from .shards import Shards
from .signing import Signer

BELL = "webhooks"
UNWRITTEN = 2_048
"""Acknowledgements that may wait for the database before nothing more is started."""
TOGETHER = 16
"""Long lanes that are read together: while others are read, these are sent and written down."""

_log = log.get("webhooks")


class Posts(Protocol):
    """What the worker asks of the sender. Never raises."""

    def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Awaitable[Sent]: ...


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
        portal: str = "",
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``portal`` is the origin of the pages that mails point to."""
        self._database = database
        self._clock = clock
        self._bells = bells
        self._signer = signer
        self._sender = sender
        self._settings = settings
        self._jitter = jitter
        self.shards = Shards(database, lease_ms=settings.lease_ms)
        self._ahead = Ahead(database, settings)
        self._book = Book(
            database.dialect, settings.rules, portal, self.shards.owner, self._ahead.more_of
        )
        self._recorder = Recorder(
            database,
            self._book,
            hear=self._hear,
            done=self._written,
            alone=lambda: not self._flights,
        )
        self._flights: set[asyncio.Task[None]] = set()
        self._ailing = 0
        self._unwritten = 0
        self._banned: dict[str, int] = {}
        self._known: set[str] = set()

    async def turn(self, now: int) -> int | None:
        """Starts what is due and has a place; returns when the next endpoint is due.

        What is due already and has no place follows when a place becomes free.
        """
        await self.shards.keep()
        # Who comes only because something was written down finds nothing new.
        bring = not self._known and self._room(ailing=False) > 0
        # What was committed before this turn is read by it.
        for endpoint_id in self._known:
            self._banned.pop(endpoint_id, None)
        self._known.clear()
        most = 2 * self._settings.in_flight
        found = await self._ahead.look(self.shards.owner, now, most, bring=bring)
        await self._serve(found.healthy, now, ailing=False)
        await self._serve(found.ailing, now, ailing=True)
        return found.next_due  # whoever changes that rings

    async def close(self) -> None:
        """On a clean stop: other workers take over at once."""
        await self.shards.release()

    async def settle(self) -> bool:
        """Waits until everything under way has been acknowledged."""
        anything = bool(self._flights) or self._unwritten > 0
        while self._flights or self._unwritten:
            if self._flights:
                await asyncio.wait(list(self._flights))
            await self._recorder.settle()
        return anything

    def _room(self, *, ailing: bool) -> int:
        """How many more attempts may be under way."""
        if self._unwritten >= UNWRITTEN:
            return 0
        places = min(self._settings.in_flight, self._settings.sockets)
        free = places - len(self._flights)
        return min(free, places // 2 - self._ailing) if ailing else free

    async def _serve(self, due: Sequence[Endpoint], now: int, *, ailing: bool) -> None:
        """Starts what is due of these lanes, as long as there are places."""
        found, ahead = deque(due), self._ahead
        while found and (room := self._room(ailing=ailing)) > 0:
            lines: list[Line] = []
            long = 0
            while found and len(lines) < room and long < TOGETHER:
                endpoint = found.popleft()
                line = ahead.line(endpoint, self._banned.get(endpoint.id, 0), ailing=ailing)
                if line.busy < self._settings.in_flight_per_endpoint and not ahead.spent(line):
                    lines.append(line)
                    long += line.long
            await self._serve_some(lines, now, ailing=ailing)

    async def _serve_some(self, lines: Sequence[Line], now: int, *, ailing: bool) -> None:
        for line in lines:
            line.in_hand = True
        try:
            await self._serve_these(lines, now, ailing=ailing)
        finally:
            for line in lines:
                line.in_hand = False
                line.ended.clear()
                self._ahead.forget(line)

    async def _serve_these(self, lines: Sequence[Line], now: int, *, ailing: bool) -> None:
        nothing = await self._ahead.read(
            [line for line in lines if not self._ahead.fresh(line)], now
        )
        # From here on nothing waits: what was read is what is started.
        for line in lines:
            self._start(line, now, ailing=ailing)
        for line in lines:
            if line.expired or line in nothing:
                # Nothing due although the lane says so: a cancellation left it behind, or it has
                # not been written since. Look anew.
                expired, line.expired = line.expired, []
                try:
                    await self._database.write(self._expire, line.endpoint.id, expired, now)
                finally:  # what was not written is read again
                    line.taken.difference_update(one.number for one in expired)
                self._bells.ring(BELL)

    async def _expire(self, tx: Tx, endpoint_id: str, expired: Sequence[Due], now: int) -> None:
        await recording.expire(tx, self._book, endpoint_id, expired, now=now)

    def _start(self, line: Line, now: int, *, ailing: bool) -> None:
        while self._room(ailing=ailing) > 0 and (due := self._ahead.next(line, now)) is not None:
            self._ailing += ailing
            task = asyncio.create_task(self._fly(line, due, now, ailing=ailing))
            self._flights.add(task)

    async def _fly(self, line: Line, due: Due, now: int, *, ailing: bool) -> None:
        task = asyncio.current_task()
        try:
            following: Due | None = due
            while following is not None:
                due, at = following, now
                if due.flow:
                    log.flow.set(due.flow)
                try:
                    sent = await self._attempt(line.endpoint, due, at)
                    if due.proof:
                        sent = recording.judged(due, sent)
                except BaseException:  # cut off: as if it had not been
                    line.leave(due)
                    line.taken.discard(due.number)
                    raise
                finally:
                    self._ailing -= ailing
                now = self._clock.now()
                outcome = recording.outcome_of(due, sent, at, now, self._jitter())
                self._unwritten += 1
                self._recorder.add(outcome)
                if not outcome.succeeded:
                    return  # the lane's place is free once it is known whether this brings a ban
                line.leave(due)
                following = self._following(line, now, ailing=ailing)
        finally:
            if task is not None:
                self._flights.discard(task)
                if not self._flights:
                    self._recorder.hurry()

    def _following(self, line: Line, now: int, *, ailing: bool) -> Due | None:
        """After a success: what was read with it goes on in its place."""
        if line.ailing != ailing or self._unwritten >= UNWRITTEN or not self._ahead.fresh(line):
            return None
        due = self._ahead.next(line, now)
        if due is None:
            return None
        self._ailing += ailing
        # The first of what then waits may be of a plant of which nothing is under way.
        if line.retries or (line.waiting and line.waiting[0].plant_id not in line.plants):
            self._start(line, now, ailing=ailing)
        return due

    def _attempt(self, endpoint: Endpoint, due: Due, now: int) -> Awaitable[Sent]:
        previous = endpoint.previous_secret if now < (endpoint.previous_until or 0) else None
        try:
            headers = self._signer.headers(
                endpoint.id, endpoint.secret, due.id, now, due.body, previous=previous
            )
        except CipherError as error:
            _log.error("a signing secret does not open", endpoint=endpoint.id, exc_info=error)
            return _our_fault()
        return self._sender.post(endpoint.id, endpoint.url, headers, due.body)

    def _hear(self, written: dict[str, Lane]) -> None:
        """A turn that read a lane before its ban was written must not start an attempt in it."""
        for endpoint_id, lane in written.items():
            if lane.ban_until is not None:
                self._banned[endpoint_id] = lane.ban_until
                self._known.discard(endpoint_id)
                line = self._ahead.known(endpoint_id)
                if line is not None:
                    line.bar(lane.ban_until)

    def _written(self, outcomes: Sequence[Outcome], written: Collection[str]) -> None:
        self._unwritten -= len(outcomes)
        self._known.update([outcome.due.endpoint_id for outcome in outcomes])
        self._ahead.end(outcomes, written)
        self._bells.ring(BELL)


async def _our_fault() -> Sent:
    return Sent(None, OUR_FAULT)

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
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

from workswith.kernel import log
from workswith.kernel.cipher import CipherError
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.tasks import Bells

from . import lanes, policy, recording
from .lanes import Due, Endpoint
from .policy import Lane, Start
from .recorder import Recorder
from .recording import Book, Outcome
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


@dataclass(slots=True, eq=False)
class _Line:
    """A lane as this process knows it.

    ``taken`` are under way or not acknowledged; ``waiting`` was read and stands up to
    ``good_until``, its bodies are ``ahead`` bytes, and it was the ``whole`` of what was due.

    While a turn has it ``in_hand``, what is read of it may be older than what is known of it: what
    was acknowledged meanwhile has ``ended``, whatever the rows say, and when something could not be
    acknowledged they are in ``doubt``.
    """

    endpoint: Endpoint
    lane: Lane = field(default_factory=Lane)
    ailing: bool = False
    waiting: list[Due] = field(default_factory=list)
    expired: list[Due] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    plants: set[str] = field(default_factory=set)
    retries: bool = False
    busy: int = 0
    ahead: int = 0
    good_until: float = 0.0
    changes: int = 0
    events: int = 0
    whole: bool = False
    in_hand: bool = False
    ended: set[int] = field(default_factory=set)
    doubt: bool = False


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
        self._book = Book(database.dialect, settings.rules, portal, self._more_waits)
        self._recorder = Recorder(
            database,
            self._book,
            self.shards,
            hear=self._hear,
            done=self._written,
            alone=lambda: not self._flights,
        )
        self._good_for = inf if database.dialect == "sqlite" else BUFFER_SECONDS
        self._flights: set[asyncio.Task[None]] = set()
        self._ailing = 0
        self._unwritten = 0
        self._ahead = 0
        self._lines: dict[str, _Line] = {}
        self._banned: dict[str, int] = {}
        self._known: set[str] = set()
        # Whoever ends a subscription writes there: what was read before is read anew.
        self._changes = database.changes.watch(("webhook_subscription",))
        # The relay takes events from its queue in the transaction that adds deliveries.
        self._events = database.changes.watch(("event_queue", "webhook_subscription"))

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
            found = await lanes.due_lanes(self._database, owner, now, limit, ailing=ailing)
            await self._serve(found, now, ailing=ailing)
        return await lanes.next_due(self._database, owner, now)

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
        found = deque(due)
        while found and (room := self._room(ailing=ailing)) > 0:
            lines: list[_Line] = []
            while found and len(lines) < room:
                line = self._line(found.popleft(), ailing=ailing)
                if line.busy < self._settings.in_flight_per_endpoint and not self._spent(line):
                    lines.append(line)
            await self._serve_some(lines, now, ailing=ailing)

    async def _serve_some(self, lines: Sequence[_Line], now: int, *, ailing: bool) -> None:
        for line in lines:
            line.in_hand = True
        try:
            await self._serve_these(lines, now, ailing=ailing)
        finally:
            for line in lines:
                line.in_hand = False
                line.ended.clear()
                self._forget(line)

    async def _serve_these(self, lines: Sequence[_Line], now: int, *, ailing: bool) -> None:
        nothing = await self._read([line for line in lines if not self._fresh(line)], now)
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

    def _forget(self, line: _Line) -> None:
        """Unless something of it is under way or waits, or a turn is about to start it."""
        if not (line.taken or line.waiting or line.in_hand):
            self._lines.pop(line.endpoint.id, None)

    def _line(self, endpoint: Endpoint, *, ailing: bool) -> _Line:
        line = self._lines.get(endpoint.id)
        if line is None:
            line = self._lines[endpoint.id] = _Line(endpoint)
        until = max(endpoint.ban_until or 0, self._banned.get(endpoint.id, 0))
        line.endpoint, line.ailing = endpoint, ailing
        if line.lane.ban_until != (until or None):
            line.lane = Lane(ban_until=until or None)
        return line

    async def _read(self, lines: Sequence[_Line], now: int) -> set[_Line]:
        """Reads ahead; returns the lanes of which nothing at all is due.

        Little at a time when too many bytes wait already: ailing endpoints may fill half of that.
        """
        if not lines:
            return set()
        allowed = self._settings.ahead_bytes // (2 if lines[0].ailing else 1)
        limit = BUFFER if self._ahead < allowed else self._settings.in_flight_per_endpoint
        limit += max(len(line.taken) for line in lines)
        changes, events = self._changes.count, self._events.count
        for line in lines:
            line.ended.clear()
            line.doubt = False
        found = await lanes.due_of(
            self._database, self._book.dialect, [line.endpoint.id for line in lines], now, limit
        )
        good_until = asyncio.get_running_loop().time() + self._good_for
        for line in lines:
            due = found[line.endpoint.id]
            self._ahead -= line.ahead
            known = line.taken | line.ended
            line.waiting = [one for one in due if one.number not in known and not line.doubt]
            line.ahead = sum([len(one.body) for one in line.waiting])
            self._ahead += line.ahead
            line.retries = any(one.attempts for one in line.waiting)
            line.changes, line.events = changes, events
            line.whole = self._book.dialect == "sqlite" and len(due) < limit and not line.doubt
            line.good_until = good_until
        return {line for line in lines if not found[line.endpoint.id]}

    def _more_waits(self, endpoint_id: str) -> bool:
        line = self._lines.get(endpoint_id)
        return line is not None and bool(line.waiting)

    async def _expire(self, tx: Tx, endpoint_id: str, expired: Sequence[Due], now: int) -> None:
        held = await self.shards.hold(tx)
        await recording.expire(tx, self._book, held, endpoint_id, expired, now=now)

    def _fresh(self, line: _Line) -> bool:
        """Whether what was read of a lane still stands."""
        return bool(line.waiting) and (
            line.changes == self._changes.count
            and (self._good_for == inf or asyncio.get_running_loop().time() < line.good_until)
        )

    def _spent(self, line: _Line) -> bool:
        """Whether all that is due of a lane is under way or not written yet, as far as is known.

        On SQLite, where nobody else writes. What is made again by hand waits until that is over.
        """
        return (
            line.whole
            and not line.waiting
            and not line.expired
            and bool(line.taken)
            and line.events == self._events.count
        )

    def _next(self, line: _Line, now: int) -> Due | None:
        """Takes the next delivery of a lane that may start now."""
        if line.busy >= self._settings.in_flight_per_endpoint:
            return None
        waiting = line.waiting
        in_order = True
        place = 0
        while place < len(waiting):
            one = waiting[place]
            match policy.start(line.lane, one.due_at, one.expires_at, now):
                case Start.EXPIRE:
                    line.expired.append(self._take(line, place))
                    continue
                case Start.SEND:
                    # First attempts start in the order of the events, and an event of a plant
                    # never overtakes an earlier one of the same plant.
                    if one.attempts > 0 or (in_order and one.plant_id not in line.plants):
                        line.busy += 1
                        self._ailing += line.ailing
                        if one.attempts == 0:
                            line.plants.add(one.plant_id)
                        return self._take(line, place)
                    in_order = False
                    if not line.retries:
                        return None
                case Start.HOLD:
                    if not line.retries:
                        return None
            place += 1
        return None

    def _take(self, line: _Line, place: int) -> Due:
        due = line.waiting.pop(place)
        line.taken.add(due.number)
        line.ahead -= len(due.body)
        self._ahead -= len(due.body)
        return due

    def _start(self, line: _Line, now: int, *, ailing: bool) -> None:
        while self._room(ailing=ailing) > 0 and (due := self._next(line, now)) is not None:
            task = asyncio.create_task(self._fly(line, due, now, ailing=ailing))
            self._flights.add(task)

    async def _fly(self, line: _Line, due: Due, now: int, *, ailing: bool) -> None:
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
                    self._leave(line, due)
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
                self._leave(line, due)
                following = self._following(line, now, ailing=ailing)
        finally:
            if task is not None:
                self._flights.discard(task)
                if not self._flights:
                    self._recorder.hurry()

    def _following(self, line: _Line, now: int, *, ailing: bool) -> Due | None:
        """After a success: what was read with it goes on in its place."""
        if line.ailing != ailing or self._unwritten >= UNWRITTEN or not self._fresh(line):
            return None
        due = self._next(line, now)
        # The first of what then waits may be of a plant of which nothing is under way.
        if due is not None and (
            line.retries or (line.waiting and line.waiting[0].plant_id not in line.plants)
        ):
            self._start(line, now, ailing=ailing)
        return due

    @staticmethod
    def _leave(line: _Line, due: Due) -> None:
        line.busy -= 1
        if due.attempts == 0:
            line.plants.discard(due.plant_id)

    def _attempt(self, endpoint: Endpoint, due: Due, now: int) -> Coroutine[Any, Any, Sent]:
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
                line = self._lines.get(endpoint_id)
                if line is not None:
                    line.lane = Lane(ban_until=max(lane.ban_until, line.lane.ban_until or 0))

    def _written(self, outcomes: Sequence[Outcome], written: Collection[str]) -> None:
        """What was not written, because another owns the lane by now or nobody knows, ends what
        was read of it: it may have been sent or is no longer ours to send.
        """
        self._unwritten -= len(outcomes)
        self._known.update([outcome.due.endpoint_id for outcome in outcomes])
        for outcome in outcomes:
            endpoint_id = outcome.due.endpoint_id
            line = self._lines.get(endpoint_id)
            if line is None:
                continue
            line.taken.discard(outcome.due.number)
            if line.in_hand:
                line.ended.add(outcome.due.number)
            if not outcome.succeeded:
                self._leave(line, outcome.due)
            if endpoint_id not in written:
                self._ahead -= line.ahead
                line.waiting, line.ahead, line.whole, line.doubt = [], 0, False, True
            if not line.taken:
                self._forget(line)
        self._bells.ring(BELL)


async def _our_fault() -> Sent:
    return Sent(None, OUR_FAULT)

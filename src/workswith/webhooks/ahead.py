"""What a process knows of lanes: what is under way, and what was read ahead of its turn.

After a success a lane goes on with what was read with it, without asking the database. That stands
until somebody may have ended a part of it, and bodies that wait in memory have a budget.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from workswith.kernel.database import Database

from . import lanes, policy
from .lanes import Due, Endpoint, Found
from .policy import Lane, Start
from .recording import Outcome
from .settings import Settings

BUFFER = 64
"""Deliveries of a lane that are read together."""
BROUGHT = 4
"""Fewer deliveries of a new lane than this come with the look at it; more are read apart."""
MANY = 64
"""Who knows of more lanes than this is busy: to name them all would cost more than it saves."""
BUFFER_SECONDS = 1.0
"""Real seconds after which another process's cancellation is noticed; on SQLite there is none."""


@dataclass(slots=True, eq=False)
class Line:
    """A lane as this process knows it.

    ``taken`` are under way or not acknowledged; ``waiting`` was read and stands up to
    ``good_until``, its bodies are ``ahead`` bytes, and it was the ``whole`` of what was due.
    A ``long`` one had more than was read.

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
    long: bool = False
    in_hand: bool = False
    ended: set[int] = field(default_factory=set)
    doubt: bool = False

    def leave(self, due: Due) -> None:
        """Gives its place free."""
        self.busy -= 1
        if due.attempts == 0:
            self.plants.discard(due.plant_id)

    def bar(self, until: int) -> None:
        """Nothing starts before ``until``."""
        self.lane = Lane(ban_until=max(until, self.lane.ban_until or 0))

    def next(self, now: int) -> Due | None:
        """Takes a place for the next delivery that may start now; what has expired is set aside."""
        waiting = self.waiting
        in_order = True
        place = 0
        while place < len(waiting):
            one = waiting[place]
            start = policy.start(self.lane, one.due_at, one.expires_at, now)
            if start is Start.EXPIRE:
                self.expired.append(self._take(place))
                continue
            if start is Start.SEND:
                # First attempts start in the order of the events, and an event of a plant never
                # overtakes an earlier one of the same plant.
                if one.attempts > 0 or (in_order and one.plant_id not in self.plants):
                    self.busy += 1
                    if one.attempts == 0:
                        self.plants.add(one.plant_id)
                    return self._take(place)
                in_order = False
            if not self.retries:
                return None
            place += 1
        return None

    def _take(self, place: int) -> Due:
        due = self.waiting.pop(place)
        self.taken.add(due.number)
        self.ahead -= len(due.body)
        return due


@dataclass(frozen=True, slots=True)
class Reading:
    """When deliveries were read, by what was written, and at most how many of a lane."""

    changes: int
    events: int
    good_until: float
    limit: int


class Ahead:
    """The lanes of this process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._places = settings.in_flight_per_endpoint
        self._bytes = settings.ahead_bytes
        self._waiting_bytes = 0
        self._alone = database.dialect == "sqlite"  # nobody else writes
        self._lines: dict[str, Line] = {}
        # Whoever ends a subscription writes there: what was read before is read anew.
        self._changes = database.changes.watch(("webhook_subscription",))
        # The relay takes events from its queue in the transaction that adds deliveries.
        self._events = database.changes.watch(("event_queue", "webhook_subscription"))
        self._brought: dict[str, list[Due]] = {}
        self._of_brought = Reading(0, 0, 0.0, 0)

    def known(self, endpoint_id: str) -> Line | None:
        return self._lines.get(endpoint_id)

    async def look(self, owner: str, now: int, most: int, *, bring: bool) -> Found:
        """Which lanes are due; if so wanted, with what is due of the first new ones.

        That makes the question dearer, and saves another one only where there is a new lane.
        """
        few = len(self._lines) <= MANY and self._waiting_bytes < self._bytes // 2
        last, reading = self._of_brought, self._reading(BROUGHT)
        if not few or not (bring or reading.events != last.events):
            reading = replace(reading, limit=0)
        self._of_brought = reading
        found = await lanes.look(
            self._database,
            self._database.dialect,
            owner,
            now,
            most=most,
            known=list(self._lines) if reading.limit else (),
            bring=reading.limit,
        )
        self._brought = found.due
        return found

    def line(self, endpoint: Endpoint, ban_until: int, *, ailing: bool) -> Line:
        """The lane, with what was read of its row just now; ``ban_until`` is what else is known."""
        line = self._lines.get(endpoint.id)
        if line is None:
            line = self._lines[endpoint.id] = Line(endpoint)
        until = max(endpoint.ban_until or 0, ban_until)
        line.endpoint, line.ailing = endpoint, ailing
        if line.lane.ban_until != (until or None):
            line.lane = Lane(ban_until=until or None)
        return line

    def forget(self, line: Line) -> None:
        """Unless something of it is under way or waits, or a turn is about to start it."""
        if not (line.taken or line.waiting or line.in_hand):
            self._lines.pop(line.endpoint.id, None)

    def more_of(self, endpoint_id: str) -> bool:
        """Whether more of a lane waits in memory."""
        line = self._lines.get(endpoint_id)
        return line is not None and bool(line.waiting)

    def next(self, line: Line, now: int) -> Due | None:
        """Takes the next delivery of a lane that may start now, if the lane has a place."""
        if line.busy >= self._places:
            return None
        before = line.ahead
        due = line.next(now)
        self._waiting_bytes += line.ahead - before
        return due

    def fresh(self, line: Line) -> bool:
        """Whether what was read of a lane still stands."""
        return bool(line.waiting) and (
            line.changes == self._changes.count
            and (self._alone or asyncio.get_running_loop().time() < line.good_until)
        )

    def spent(self, line: Line) -> bool:
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

    async def read(self, lines: Sequence[Line], now: int) -> set[Line]:
        """Reads ahead; returns the lanes of which nothing at all is due.

        Little at a time when too many bytes wait already: ailing endpoints may fill half of that.
        """
        nothing: set[Line] = set()
        asked: list[Line] = []
        for line in lines:
            brought = self._brought.pop(line.endpoint.id, None)
            if brought is None or line.taken or not self._stands(self._of_brought):
                asked.append(line)
            elif not self._begin_anew(line, brought, self._of_brought):
                nothing.add(line)
        if not asked:
            return nothing
        limit = BUFFER if self._waiting_bytes < self._allowed(asked[0]) else self._places
        reading = self._reading(limit + max(len(line.taken) for line in asked))
        _begin(asked)
        ids = [line.endpoint.id for line in asked]
        dialect = self._database.dialect
        found = await lanes.due_of(self._database, dialect, ids, now, reading.limit)
        return nothing | {
            line for line in asked if not self._begin_anew(line, found[line.endpoint.id], reading)
        }

    def _reading(self, limit: int) -> Reading:
        """One that begins now."""
        good_for = inf if self._alone else BUFFER_SECONDS
        until = asyncio.get_running_loop().time() + good_for
        return Reading(self._changes.count, self._events.count, until, limit)

    def _stands(self, reading: Reading) -> bool:
        return reading.changes == self._changes.count and (
            self._alone or asyncio.get_running_loop().time() < reading.good_until
        )

    def _allowed(self, line: Line) -> int:
        return self._bytes // (2 if line.ailing else 1)

    def _begin_anew(self, line: Line, due: Sequence[Due], reading: Reading) -> bool:
        """With what was read of it from its beginning; returns whether that is anything."""
        self._put(line, [] if line.doubt else _unknown(line, due))
        line.retries = any(one.attempts for one in line.waiting)
        line.changes, line.events = reading.changes, reading.events
        line.long = len(due) >= reading.limit
        line.whole = self._alone and not line.long and not line.doubt
        line.good_until = reading.good_until
        return bool(due)

    def end(self, outcomes: Sequence[Outcome], written: Collection[str]) -> None:
        """Attempts are over. What was not written, because another owns the lane by now or nobody
        knows, ends what had been read of it: it may have been sent or is no longer ours to send.
        """
        for outcome in outcomes:
            due = outcome.due
            line = self._lines.get(due.endpoint_id)
            if line is None:
                continue
            line.taken.discard(due.number)
            if line.in_hand:
                line.ended.add(due.number)
            if not outcome.succeeded:
                line.leave(due)
            if due.endpoint_id not in written:
                self._put(line, [])
                line.whole, line.doubt = False, True
            if not line.taken:
                self.forget(line)

    def _put(self, line: Line, waiting: list[Due]) -> None:
        ahead = sum([len(one.body) for one in waiting])
        self._waiting_bytes += ahead - line.ahead
        line.waiting, line.ahead = waiting, ahead


def _begin(lines: Iterable[Line]) -> None:
    """From here on is noted what ends while they are read."""
    for line in lines:
        line.ended.clear()
        line.doubt = False


def _unknown(line: Line, due: Iterable[Due]) -> list[Due]:
    """What is not under way, and has not ended while it was read."""
    known = line.taken | line.ended
    return [one for one in due if one.number not in known]

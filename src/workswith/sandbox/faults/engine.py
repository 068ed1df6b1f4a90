"""Who meets a fault: the list of faults, and the draw for each call. [SBX-3]

A draw never waits, so counts are exact however many calls are under way. Whether a fault with a
probability strikes depends on its seed and on how often it was met, and on nothing else: the same
faults and the same order of calls have the same outcome, also across a restart.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind as Trouble
from workswith.kernel.problem import Mistake, Problem
from workswith.kernel.tasks import Bells
from workswith.sandbox import notes

from . import fault as faulting
from . import kinds as kinds_of
from . import places
from .fault import Asked, Fault, Kind, Place
from .states import States

BELL = "faults"
MOST = 200
NOTE = "faults"
SAVE_SECONDS = 1.0
"""Counts are kept so often at most, in real time: a day that passes in a second is one write."""
FATES_THAT_COUNT = ("waiting", "active")


class Struck(NamedTuple):
    """A fault that strikes."""

    fault: Fault
    kind: Kind

    def option(self, name: str) -> object:
        """What was asked for, else the usual value of the kind."""
        said = getattr(self.fault.asked, name)
        return self.kind.options.get(name) if said is None else said

    @property
    def after(self) -> bool:
        """Whether what was asked is done first."""
        return bool(self.option("after"))

    @property
    def seconds(self) -> float:
        """Real seconds to wait."""
        ms = self.option("ms")
        return ms / 1000 if isinstance(ms, int) else 0.0


class _Kept(msgspec.Struct):
    faults: list[Fault]
    next_id: int = 1
    entered: list[tuple[str, str]] = []


class Faults:
    """The list, and the work ``faults`` that enters and leaves states at their instants.

    ``busy`` has the places at which any fault may strike now or later; whoever passes one of them
    looks there first.
    """

    name = BELL

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bells: Bells,
        rows: Sequence[kinds_of.Row],
    ) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._states: States | None = None
        self._operations: frozenset[str] = frozenset()
        self.kinds = kinds_of.table(rows)
        self.busy: frozenset[Place] = frozenset()
        self._kept = _Kept([])
        self._saved = b""
        self._saved_at = 0.0

    def reach(self, states: States, operations: Iterable[str]) -> None:
        """Hands over the world, once it is built: its states, and the names of what can be asked."""
        self._states = states
        self._operations = frozenset(operations)

    async def load(self) -> None:
        """Goes on with what was kept."""
        text = await notes.read(self._database, NOTE)
        self._kept = msgspec.json.decode(text, type=_Kept) if text else _Kept([])
        known = [one for one in self._kept.faults if one.asked.kind in self.kinds]
        self._kept.faults = known
        self._saved = msgspec.json.encode(self._kept)
        self._look()

    async def choices(self) -> dict[str, Any]:
        """What there is to narrow a fault to, for whoever chooses from a list."""
        operations = sorted(self._operations) + list(places.TOKEN_OPERATIONS)
        return {**await places.every(self._database), "operations": operations}

    def listed(self) -> list[Fault]:
        """All that was asked for and not cleared, the eldest first."""
        return list(self._kept.faults)

    async def add(self, asked: Asked) -> Fault:
        """Raises `Mistake` for what makes no sense, ``ValueError`` for too many, `Kind.UNKNOWN` for what is not there."""
        kind = kinds_of.find(self.kinds, asked.kind)
        kinds_of.check(kind, asked.where(), asked.options())
        if kind.place == "state" and (asked.times is not None or asked.probability < 1):
            raise Mistake(
                f"{kind.name} is a state: it lasts until it is cleared or ends",
                field="probability" if asked.times is None else "times",
            )
        if asked.error and asked.error not in kinds_of.ATTEMPT_ERRORS:
            text = f"an error is one of: {', '.join(kinds_of.ATTEMPT_ERRORS)}"
            raise Mistake(text, field="error")
        operations = places.TOKEN_OPERATIONS if kind.place == "token" else self._operations
        asked = await places.known(self._database, asked, operations)
        begins, ends = faulting.span(asked, self._clock.now())
        self._make_room()
        asked = msgspec.structs.replace(asked, kind=kind.name)
        if kind.name == "token-refused" and not asked.operation:
            asked = msgspec.structs.replace(asked, operation=places.REFRESH)
        fault = Fault(self._kept.next_id, asked, kind.place, begins, ends)
        self._kept.next_id += 1
        self._kept.faults.append(fault)
        await self._changed()
        return fault

    async def clear(self, id_: int | None = None, *, kind: str = "") -> int:
        """One, those of a kind, or all; what they did to the world ends. How many there were.

        Raises `Kind.UNKNOWN` where there is none.
        """
        name = kinds_of.find(self.kinds, kind).name if kind else ""
        gone = [
            one
            for one in self._kept.faults
            if (id_ is None or one.id == id_) and name in ("", one.asked.kind)
        ]
        if not gone and (id_ is not None or name):
            raise Problem(Trouble.UNKNOWN, "fault_unknown", "There is no such fault.")
        self._kept.faults = [one for one in self._kept.faults if one not in gone]
        await self._changed()
        return len(gone)

    def draw(
        self,
        place: Place,
        facts: Mapping[str, str | Collection[str]],
        statuses: Collection[int] = (),
    ) -> list[Struck]:
        """The faults that strike here and now; each counts as met, and at most one of a slot.

        ``facts`` say what passes by, by the names of `fault.FACETS`; ``statuses`` are those that
        the operation documents.
        """
        now = self._clock.now()
        struck: list[Struck] = []
        taken: set[str] = set()
        for one in self._kept.faults:
            kind = self.kinds[one.asked.kind]
            if (
                one.place != place
                or kind.slot in taken
                or one.fate(now) != "active"
                or (kind.documented and kind.status not in statuses)
                or not _fits(one.asked, facts)
            ):
                continue
            one.met += 1
            if not _strikes(one):
                continue
            one.struck += 1
            taken.add(kind.slot)
            struck.append(Struck(one, kind))
        if struck:
            self._look()
        return struck

    async def turn(self, now: int) -> int | None:
        """Enters and leaves states, and keeps what was counted."""
        await self._enter_and_leave(now)
        self._look()
        if asyncio.get_running_loop().time() - self._saved_at >= SAVE_SECONDS:
            await self._save()
        edges = (
            edge
            for one in self._kept.faults
            for edge in (one.begins_at, one.ends_at)
            if edge is not None and edge > now
        )
        return min(edges, default=None)

    async def settle(self) -> bool:
        return False

    async def close(self) -> None:
        """Keeps what was counted; nothing is drawn after it."""
        await self._save()

    def _make_room(self) -> None:
        """What is done with goes first. Raises ``ValueError`` when nothing is."""
        now, faults = self._clock.now(), self._kept.faults
        if len(faults) >= MOST:
            self._kept.faults = [one for one in faults if one.fate(now) in FATES_THAT_COUNT]
        if len(self._kept.faults) >= MOST:
            raise ValueError(f"there are {MOST} faults already; clear some")

    async def _changed(self) -> None:
        await self._enter_and_leave(self._clock.now())
        self._look()
        await self._save()
        self._bells.ring(BELL)

    async def _enter_and_leave(self, now: int) -> None:
        """What the faults together want of the world, against what was done to it."""
        if self._states is None:
            return
        wanted: list[tuple[str, str]] = []
        for one in self._kept.faults:
            if one.place == "state" and one.fate(now) == "active":
                targets = await self._states.targets(one.asked)
                wanted += [(one.asked.kind, target) for target in targets]
                if not one.struck:
                    one.met = one.struck = 1
        if not wanted and not self._kept.entered:
            return
        entered = self._kept.entered
        leaving = [each for each in entered if tuple(each) not in set(wanted)]
        entering = [each for each in dict.fromkeys(wanted) if each not in set(map(tuple, entered))]
        for kind, target in leaving:
            await self._states.leave(kind, target)
        for kind, target in entering:
            await self._states.enter(kind, target)
        self._kept.entered = list(dict.fromkeys(wanted))

    def _look(self) -> None:
        now = self._clock.now()
        self.busy = frozenset(
            one.place for one in self._kept.faults if one.fate(now) in FATES_THAT_COUNT
        )

    async def _save(self) -> None:
        fresh = msgspec.json.encode(self._kept)
        if fresh != self._saved:
            await self._database.write(notes.keep, NOTE, fresh.decode())
            self._saved = fresh
        self._saved_at = asyncio.get_running_loop().time()


def _fits(asked: Asked, facts: Mapping[str, str | Collection[str]]) -> bool:
    for facet, wanted in asked.where().items():
        there = facts.get(facet, "")
        if wanted != there and (isinstance(there, str) or wanted not in there):
            return False
    return True


def _strikes(one: Fault) -> bool:
    asked = one.asked
    if asked.probability >= 1:
        return True
    dice = Random(f"{asked.seed}/{asked.kind}/{one.met}")  # noqa: S311 - it has to repeat itself
    return dice.random() < asked.probability

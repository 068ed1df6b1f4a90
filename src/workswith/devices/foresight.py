"""When simulated devices speak next: each by itself, or many of a kind together.

Devices of a kind that can be taken together wait here after they have spoken, until the first
of them could speak again; then all that have gathered are foreseen at once. So does one by itself
that is dear to foresee, until it could speak: whoever is told something else meanwhile was not
foreseen in vain. A device that waits differs in nothing that can be seen. Few devices load nothing
for being many. [DEV-2]
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from workswith.kernel.clock import MINUTE

from .device import WAITING, Device, later
from .simulators.kind import NEVER, Ahead, Member, Step, Together

SITTING = 2_048
"""So many are foreseen before others of the process have their turn."""


class Foresight:
    """Keeps who waits, by the ids of modules; `gather` is called in time, and always succeeds."""

    def __init__(self, together_from: int) -> None:
        """``together_from`` is the number of devices of a kind from which on they wait."""
        self._from = together_from
        self._counts: dict[str, int] = {}
        self._together: dict[str, Together] = {}
        self._rows: dict[str, int] = {}
        self._waiting: dict[str, tuple[Device, Member]] = {}
        self._soonest = NEVER

    @property
    def due(self) -> int:
        """When `gather` has to be called at the latest; `NEVER` while nobody waits."""
        return self._soonest

    def take_up(self, device: Device) -> None:
        """One more, of which nothing is known yet."""
        name = device.kind.device
        self._counts[name] = self._counts.get(name, 0) + 1
        self.foresee(device)

    def drop(self, device: Device) -> None:
        """It is in the park no more."""
        name = device.kind.device
        self._counts[name] -= 1
        self._waiting.pop(device.module_id, None)
        row = self._rows.pop(device.module_id, None)
        if row is not None:
            self._together[name].leave(row)

    def foresee(self, device: Device) -> None:
        """Gives it a new ``ahead``, now or when it is time."""
        together = self._crowd(device)
        row = None if together is None else self._row(device, together)
        if together is None or row is None:
            later(device)
            return
        member = together.member(row, device.body, device.state)
        device.ahead = Ahead(member.soonest, WAITING)
        self._waiting[device.module_id] = device, member
        self._soonest = min(self._soonest, member.soonest)

    def caught_up(self, devices: Sequence[Device], now: int) -> list[Step[Any]]:
        """What each does up to ``now`` that spoke before, or does just now.

        Of all that it says on the way only the last is heard.
        """
        late = [one for one in devices if one.ahead.wake_at != now]
        lived = dict(self._lived(late, now)) if late else {}
        steps = []
        for one in devices:
            first, later = one.ahead.step, lived.get(one.module_id)
            if later is not None:
                first = Step(later.state, later.reading or first.reading)
            steps.append(first)
        return steps

    def waits(self, device: Device) -> bool:
        """Whether it is one of those that `gather` takes."""
        return device.module_id in self._waiting

    async def gather(self, known: Callable[[Device], None]) -> None:
        """Foresees all that wait, and gives each to ``known`` as soon as its ``ahead`` is."""
        # After a start they stand at different minutes, and only those at the same go together.
        by_minute = sorted(self._waiting.items(), key=lambda each: each[1][1].soonest // MINUTE)
        self._waiting = dict(by_minute)
        while self._waiting:
            for device in self._sit():
                known(device)
            await asyncio.sleep(0)
        self._soonest = NEVER

    def _lived(self, late: Iterable[Device], now: int) -> Iterator[tuple[str, Step[Any]]]:
        """From what they were foreseen to say."""
        kinds: dict[str, list[tuple[Device, Any]]] = {}
        for one in late:
            row = self._rows.get(one.module_id)
            if row is None:
                yield one.module_id, one.simulator.step(one.body, one.ahead.step.state, now)
            else:
                name = one.kind.device
                member = self._together[name].member(row, one.body, one.ahead.step.state)
                kinds.setdefault(name, []).append((one, member))
        for name, some in kinds.items():
            steps = self._together[name].live([member for _, member in some], now)
            for (one, _), step in zip(some, steps, strict=True):
                yield one.module_id, step

    def _sit(self) -> list[Device]:
        some = list(islice(self._waiting.values(), SITTING))
        kinds: dict[str, list[tuple[Device, Member]]] = {}
        for each in some:
            kinds.setdefault(each[0].kind.device, []).append(each)
        for name, waiting in kinds.items():
            aheads = self._together[name].foresee([member for _, member in waiting])
            for (device, _), ahead in zip(waiting, aheads, strict=True):
                device.ahead = ahead
                del self._waiting[device.module_id]
        return [device for device, _ in some]

    def _crowd(self, device: Device) -> Together | None:
        """Those of its kind, once they are many."""
        name, together = device.kind.device, device.kind.together
        if together is None or (name not in self._together and self._counts[name] < self._from):
            return None
        if name not in self._together:
            self._together[name] = together()
        return self._together[name]

    def _row(self, device: Device, together: Together) -> int | None:
        row = self._rows.get(device.module_id)
        if row is None:
            row = together.enrol(device.body)
            if row is not None:
                self._rows[device.module_id] = row
        return row

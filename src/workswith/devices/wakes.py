"""When the park looks after which device: one queue of instants, and those that are foreseen together."""

import heapq
from collections.abc import Mapping, Sequence

from workswith.kernel.clock import MINUTE

from .device import WAITING, Device, alone
from .foresight import Foresight
from .simulators.kind import NEVER, Step


class Wakes:
    """Of the ``devices`` of a park, by the ids of their modules."""

    def __init__(self, devices: Mapping[str, Device], foresight: Foresight) -> None:
        self._devices = devices
        self._foresight = foresight
        self._queue: list[tuple[int, str]] = []

    @property
    def soonest(self) -> int:
        """When somebody has to be looked after, at the latest; `NEVER` while nobody has."""
        wake_at = self._queue[0][0] if self._queue else NEVER
        return min(wake_at, self._foresight.due)

    def take_up(self, device: Device) -> None:
        """One more."""
        self._foresight.take_up(device)
        self.schedule(device)

    def drop(self, device: Device) -> None:
        """It is in the park no more."""
        self._foresight.drop(device)

    def foresee(self, device: Device) -> None:
        """It has another state."""
        self._foresight.foresee(device)
        self.schedule(device)

    def caught_up(self, devices: Sequence[Device], now: int) -> list[Step[object]]:
        """`Foresight.caught_up`."""
        return self._foresight.caught_up(devices, now)

    def schedule(self, device: Device) -> None:
        """One entry of the queue for each device: an earlier one is enough, for then it is asked."""
        wake_at = device.ahead.wake_at
        if wake_at < device.queued and not self._foresight.waits(device):
            device.queued = wake_at
            heapq.heappush(self._queue, (wake_at, device.module_id))

    async def take_due(self, now: int) -> list[Device]:
        """Those that live alike beside each other: who has been due since the same minute."""
        if self._foresight.due <= now:
            await self._foresight.gather(self.schedule)
        due: dict[str, Device] = {}
        while self._queue and self._queue[0][0] <= now:
            wake_at, module_id = heapq.heappop(self._queue)
            device = self._devices.get(module_id)
            if device is None or device.queued != wake_at:
                continue
            device.queued = NEVER
            if self._foresight.waits(device):
                continue
            if device.ahead.step is WAITING and device.ahead.wake_at <= now:
                alone(device)
            if device.ahead.wake_at <= now:
                due[module_id] = device
            else:
                self.schedule(device)
        return sorted(due.values(), key=lambda one: (one.ahead.wake_at // MINUTE, one.module_id))


def is_due(device: Device, now: int) -> bool:
    """Whether it speaks by itself at ``now``, as far as that is known."""
    return device.ahead.wake_at <= now and device.ahead.step is not WAITING

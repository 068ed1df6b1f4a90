"""Keeps notifications coming: subscribes, subscribes again, and fetches what was missed.

Subscriptions end without a word, clouds ban endpoints and lose what happens meanwhile, and nothing
on the wire says so: a notification has no number. So silence is the sign. A thermostat that
notifies every change is seldom silent for an hour; where it is, one read tells whether something was
missed, and only then everything is read.

| each round | calls |
|---|---|
| what is subscribed | 1, each `check_seconds` |
| subscribe what is not | 1 for each plant that lacks it |
| a plant that is silent | 1, and its other modules only where that one has changed |
"""

import asyncio
import contextlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from workswith_client import home_control, smarther, smarther_models
from workswith_client.async_client import AsyncClient
from workswith_client.errors import Conflict, WorksWithError
from workswith_client.home_control_models import Status as ModuleStatus

from .notification import Notification
from .receiver import Receiver

CHECK_SECONDS = 6 * 3600.0
SILENCE_SECONDS = 3600.0
RESET_SECONDS = 60.0


class Keeper:
    """For thermostats: ``plants`` are ids of Smarther and their modules' ids; for others
    ``homes`` are plant ids of Home + Control. ``url`` is the https address of the receiver.

    `run` for as long as the program does, or `tend` now and then.
    """

    def __init__(
        self,
        client: AsyncClient,
        receiver: Receiver,
        url: str,
        *,
        plants: Mapping[str, Sequence[str]] | None = None,
        homes: Sequence[str] = (),
        check_seconds: float = CHECK_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._client = client
        self._receiver = receiver
        self._url = url
        self._plants = dict(plants or {})
        self._homes = tuple(homes)
        self._check_seconds = check_seconds
        self._silence_seconds = silence_seconds
        self._checked: float | None = None
        self._missed = 0
        self._looked: dict[str, float] = {}
        self.problem: WorksWithError | None = None
        """What went wrong in the last round of `run`, if anything did."""

    async def run(self) -> None:
        """For ever; what goes wrong is in `problem` and tried again."""
        while True:
            try:
                await self.tend()
                self.problem = None
            except WorksWithError as error:
                self.problem = error
            await asyncio.sleep(RESET_SECONDS)

    async def tend(self) -> bool:
        """One round: does what is due by now. Whether anything had to be subscribed or fetched.

        Raises `WorksWithError`; the next round goes on where this one ended.
        """
        now = self._client.now()
        acted = False
        if self._checked is None or now - self._checked >= self._check_seconds:
            renewed = await self._subscribe()
            for plant in renewed:
                await self._fetch(plant)
            self._checked = now
            acted = bool(renewed)
        if self._receiver.missed > self._missed:
            for plant in (*self._plants, *self._homes):
                await self._fetch(plant)
            self._missed = self._receiver.missed
            return True
        for plant in self._silent(now):
            acted |= await self._look(plant)
            self._looked[plant] = now
        return acted

    def _silent(self, now: float) -> list[str]:
        def since(plant: str) -> float:
            heard = self._receiver.heard.get(plant, 0.0)
            return max(heard, self._looked.get(plant, 0.0))

        return [
            plant
            for plant in (*self._plants, *self._homes)
            if now - since(plant) >= self._silence_seconds
        ]

    async def _subscribe(self) -> list[str]:
        """The plants that were not subscribed."""
        renewed = []
        if self._plants:
            listed = await self._client.run(smarther.subscriptions())
            have = {one.plant_id for one in listed if one.url == self._url}
            for plant in self._plants:
                if plant not in have:
                    with contextlib.suppress(Conflict):  # somebody else was faster
                        await self._client.run(smarther.subscribe(plant, self._url))
                    renewed.append(plant)
        for plant in self._homes:
            await self._client.run(home_control.subscribe(plant, self._url))
            if self._checked is None:
                renewed.append(plant)
        return renewed

    async def _look(self, plant: str) -> bool:
        """Reads one module of a silent plant, and all where it has changed unheard."""
        modules = self._plants.get(plant)
        if not modules:
            await self._fetch(plant)
            return True
        status = await self._client.run(smarther.status(plant, modules[0]))
        known = self._receiver.last.get(modules[0])
        if status is None or (known is not None and _sense(known) == _sense(status)):
            return False
        self._put(plant, (status,), None)
        for module in modules[1:]:
            await self._fetch_module(plant, module)
        self._checked = None  # the subscription may be gone
        return True

    async def _fetch(self, plant: str) -> None:
        if plant in self._plants:
            for module in self._plants[plant]:
                await self._fetch_module(plant, module)
        else:
            for module_status in await self._client.run(home_control.statuses(plant)):
                self._put(plant, (), module_status)
        self._looked[plant] = self._client.now()

    async def _fetch_module(self, plant: str, module: str) -> None:
        status = await self._client.run(smarther.status(plant, module))
        if status is not None:
            self._put(plant, (status,), None)

    def _put(
        self,
        plant: str,
        thermostats: tuple[smarther_models.Status, ...],
        module: ModuleStatus | None,
    ) -> None:
        at = datetime.fromtimestamp(self._client.now(), UTC)
        self._receiver.put(
            Notification(str(uuid.uuid4()), plant, "fetched", at, thermostats, module, fetched=True)
        )


def _sense(status: smarther_models.Status) -> tuple[object, ...]:
    """What a notification would tell; not the instants of measuring."""
    temperature = status.temperature.value if status.temperature else None
    humidity = status.humidity.value if status.humidity else None
    point = status.set_point.value if status.set_point else None
    return (
        status.function,
        status.mode,
        point,
        status.program,
        status.load_state,
        temperature,
        humidity,
    )

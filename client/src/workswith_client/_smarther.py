"""Made from `smarther.py` by scripts/facades.py; change that."""

from datetime import datetime

from . import smarther
from .running import Run, RunAsync
from .smarther_models import (
    Function,
    Measures,
    Mode,
    Plant,
    Program,
    Status,
    Subscription,
    Topology,
)


class Smarther:
    """The Smarther API."""

    def __init__(self, run: "Run") -> None:
        self._run = run

    def plants(self) -> tuple[Plant, ...]:
        """The homes of the person who signed in."""
        return self._run(smarther.plants())

    def topology(self, plant_id: str) -> Topology:
        """A home and its thermostats."""
        return self._run(smarther.topology(plant_id))

    def status(self, plant_id: str, module_id: str) -> Status | None:
        """A thermostat now; ``None`` where the cloud answers with an empty list."""
        return self._run(smarther.status(plant_id, module_id))

    def set_status(
        self,
        plant_id: str,
        module_id: str,
        *,
        mode: Mode | str,
        function: Function | str = Function.HEATING,
        set_point: float | None = None,
        program: int | None = None,
        start: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Commands a thermostat: the state that it shall have.

        ``set_point`` in °C, 3 to 40, for manual; ``program`` 0 to 11 for automatic; ``until`` when the
        mode ends, and for boost its ``start``: both without a zone, as the thermostat's wall shows them.
        """
        return self._run(
            smarther.set_status(
                plant_id,
                module_id,
                mode=mode,
                function=function,
                set_point=set_point,
                program=program,
                start=start,
                until=until,
            )
        )

    def set_manual(
        self,
        plant_id: str,
        module_id: str,
        set_point: float,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Holds a temperature in °C, for good or ``until`` the thermostat's wall shows that time."""
        return self._run(
            smarther.set_manual(plant_id, module_id, set_point, until=until, function=function)
        )

    def set_automatic(
        self,
        plant_id: str,
        module_id: str,
        program: int,
        *,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Follows a program of `programs`."""
        return self._run(smarther.set_automatic(plant_id, module_id, program, function=function))

    def set_boost(
        self,
        plant_id: str,
        module_id: str,
        start: datetime,
        minutes: int = 30,
        *,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Heats with all there is for 30, 60 or 90 ``minutes`` from ``start``, now as a rule.

        ``start`` has no zone: as the thermostat's wall shows it, `Status.time` for one.
        """
        return self._run(smarther.set_boost(plant_id, module_id, start, minutes, function=function))

    def set_off(
        self,
        plant_id: str,
        module_id: str,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Off, for good or ``until`` the thermostat's wall shows that time."""
        return self._run(smarther.set_off(plant_id, module_id, until=until, function=function))

    def set_protection(
        self,
        plant_id: str,
        module_id: str,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Only keeps pipes from freezing."""
        return self._run(
            smarther.set_protection(plant_id, module_id, until=until, function=function)
        )

    def measures(self, plant_id: str, module_id: str) -> Measures:
        """Temperature and humidity."""
        return self._run(smarther.measures(plant_id, module_id))

    def programs(self, plant_id: str, module_id: str) -> tuple[Program, ...]:
        """The programs of a thermostat; number 0 stands for its default."""
        return self._run(smarther.programs(plant_id, module_id))

    def subscribe(self, plant_id: str, url: str) -> str:
        """Has changes notified to an https address; returns the id of the subscription.

        Raises `Conflict` where it is subscribed already; `ensure_subscription` does not.
        """
        return self._run(smarther.subscribe(plant_id, url))

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Of all homes."""
        return self._run(smarther.subscriptions())

    def unsubscribe(self, plant_id: str, subscription_id: str) -> None:
        """Ends a subscription."""
        return self._run(smarther.unsubscribe(plant_id, subscription_id))


class AsyncSmarther:
    """The Smarther API. To be awaited."""

    def __init__(self, run: "RunAsync") -> None:
        self._run = run

    async def plants(self) -> tuple[Plant, ...]:
        """The homes of the person who signed in."""
        return await self._run(smarther.plants())

    async def topology(self, plant_id: str) -> Topology:
        """A home and its thermostats."""
        return await self._run(smarther.topology(plant_id))

    async def status(self, plant_id: str, module_id: str) -> Status | None:
        """A thermostat now; ``None`` where the cloud answers with an empty list."""
        return await self._run(smarther.status(plant_id, module_id))

    async def set_status(
        self,
        plant_id: str,
        module_id: str,
        *,
        mode: Mode | str,
        function: Function | str = Function.HEATING,
        set_point: float | None = None,
        program: int | None = None,
        start: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Commands a thermostat: the state that it shall have.

        ``set_point`` in °C, 3 to 40, for manual; ``program`` 0 to 11 for automatic; ``until`` when the
        mode ends, and for boost its ``start``: both without a zone, as the thermostat's wall shows them.
        """
        return await self._run(
            smarther.set_status(
                plant_id,
                module_id,
                mode=mode,
                function=function,
                set_point=set_point,
                program=program,
                start=start,
                until=until,
            )
        )

    async def set_manual(
        self,
        plant_id: str,
        module_id: str,
        set_point: float,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Holds a temperature in °C, for good or ``until`` the thermostat's wall shows that time."""
        return await self._run(
            smarther.set_manual(plant_id, module_id, set_point, until=until, function=function)
        )

    async def set_automatic(
        self,
        plant_id: str,
        module_id: str,
        program: int,
        *,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Follows a program of `programs`."""
        return await self._run(
            smarther.set_automatic(plant_id, module_id, program, function=function)
        )

    async def set_boost(
        self,
        plant_id: str,
        module_id: str,
        start: datetime,
        minutes: int = 30,
        *,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Heats with all there is for 30, 60 or 90 ``minutes`` from ``start``, now as a rule.

        ``start`` has no zone: as the thermostat's wall shows it, `Status.time` for one.
        """
        return await self._run(
            smarther.set_boost(plant_id, module_id, start, minutes, function=function)
        )

    async def set_off(
        self,
        plant_id: str,
        module_id: str,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Off, for good or ``until`` the thermostat's wall shows that time."""
        return await self._run(
            smarther.set_off(plant_id, module_id, until=until, function=function)
        )

    async def set_protection(
        self,
        plant_id: str,
        module_id: str,
        *,
        until: datetime | None = None,
        function: Function | str = Function.HEATING,
    ) -> None:
        """Only keeps pipes from freezing."""
        return await self._run(
            smarther.set_protection(plant_id, module_id, until=until, function=function)
        )

    async def measures(self, plant_id: str, module_id: str) -> Measures:
        """Temperature and humidity."""
        return await self._run(smarther.measures(plant_id, module_id))

    async def programs(self, plant_id: str, module_id: str) -> tuple[Program, ...]:
        """The programs of a thermostat; number 0 stands for its default."""
        return await self._run(smarther.programs(plant_id, module_id))

    async def subscribe(self, plant_id: str, url: str) -> str:
        """Has changes notified to an https address; returns the id of the subscription.

        Raises `Conflict` where it is subscribed already; `ensure_subscription` does not.
        """
        return await self._run(smarther.subscribe(plant_id, url))

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """Of all homes."""
        return await self._run(smarther.subscriptions())

    async def unsubscribe(self, plant_id: str, subscription_id: str) -> None:
        """Ends a subscription."""
        return await self._run(smarther.unsubscribe(plant_id, subscription_id))

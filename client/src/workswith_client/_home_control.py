"""Made from `home_control.py` by scripts/facades.py; change that."""

from collections.abc import Sequence

from . import home_control
from .home_control_models import HeaterMode, Plant, Scene, Status, Topology
from .running import Run, RunAsync
from .smarther_models import Subscription


class HomeControl:
    """The Home + Control API."""

    def __init__(self, run: "Run") -> None:
        self._run = run

    def plants(self) -> tuple[Plant, ...]:
        """The homes of the person who signed in."""
        return self._run(home_control.plants())

    def topology(self, plant_id: str) -> Topology:
        """A home, its rooms and their modules."""
        return self._run(home_control.topology(plant_id))

    def statuses(self, plant_id: str) -> tuple[Status, ...]:
        """Every module of a home, by one call."""
        return self._run(home_control.statuses(plant_id))

    def light(self, plant_id: str, light_id: str) -> Status | None:
        """A light now."""
        return self._run(home_control.light(plant_id, light_id))

    def set_light(
        self, plant_id: str, light_id: str, *, on: bool | None = None, level: int | None = None
    ) -> None:
        """Commands a light. ``level`` is 0 to 100, of dimmed ones."""
        return self._run(home_control.set_light(plant_id, light_id, on=on, level=level))

    def set_lights(
        self,
        plant_id: str,
        light_ids: Sequence[str],
        *,
        on: bool | None = None,
        level: int | None = None,
    ) -> None:
        """Commands several lights. ``level`` is 0 to 100, of dimmed ones."""
        return self._run(home_control.set_lights(plant_id, light_ids, on=on, level=level))

    def ambient_lights(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All lights of a room."""
        return self._run(home_control.ambient_lights(plant_id, ambient_id))

    def set_ambient_lights(
        self, plant_id: str, ambient_id: str, *, on: bool | None = None, level: int | None = None
    ) -> None:
        """Commands all lights of a room. ``level`` is 0 to 100, of dimmed ones."""
        return self._run(home_control.set_ambient_lights(plant_id, ambient_id, on=on, level=level))

    def plug(self, plant_id: str, plug_id: str) -> Status | None:
        """A plug now."""
        return self._run(home_control.plug(plant_id, plug_id))

    def set_plug(self, plant_id: str, plug_id: str, *, on: bool) -> None:
        """Commands a plug."""
        return self._run(home_control.set_plug(plant_id, plug_id, on=on))

    def set_plugs(self, plant_id: str, plug_ids: Sequence[str], *, on: bool) -> None:
        """Commands several plugs."""
        return self._run(home_control.set_plugs(plant_id, plug_ids, on=on))

    def ambient_plugs(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All plugs of a room."""
        return self._run(home_control.ambient_plugs(plant_id, ambient_id))

    def set_ambient_plugs(self, plant_id: str, ambient_id: str, *, on: bool) -> None:
        """Commands all plugs of a room."""
        return self._run(home_control.set_ambient_plugs(plant_id, ambient_id, on=on))

    def automation(self, plant_id: str, automation_id: str) -> Status | None:
        """A shutter now."""
        return self._run(home_control.automation(plant_id, automation_id))

    def set_automation(self, plant_id: str, automation_id: str, *, level: int) -> None:
        """Commands a shutter. 100 opens, 0 closes, `STOP` stops."""
        return self._run(home_control.set_automation(plant_id, automation_id, level=level))

    def set_automations(self, plant_id: str, automation_ids: Sequence[str], *, level: int) -> None:
        """Commands several shutters. 100 opens, 0 closes, `STOP` stops."""
        return self._run(home_control.set_automations(plant_id, automation_ids, level=level))

    def ambient_automations(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All shutters of a room."""
        return self._run(home_control.ambient_automations(plant_id, ambient_id))

    def set_ambient_automations(self, plant_id: str, ambient_id: str, *, level: int) -> None:
        """Commands all shutters of a room. 100 opens, 0 closes, `STOP` stops."""
        return self._run(home_control.set_ambient_automations(plant_id, ambient_id, level=level))

    def heater(self, plant_id: str, heater_id: str) -> Status | None:
        """A heater now."""
        return self._run(home_control.heater(plant_id, heater_id))

    def set_heater(self, plant_id: str, heater_id: str, *, mode: HeaterMode | str) -> None:
        """Commands a heater."""
        return self._run(home_control.set_heater(plant_id, heater_id, mode=mode))

    def set_heaters(
        self, plant_id: str, heater_ids: Sequence[str], *, mode: HeaterMode | str
    ) -> None:
        """Commands several heaters."""
        return self._run(home_control.set_heaters(plant_id, heater_ids, mode=mode))

    def ambient_heaters(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All heaters of a room."""
        return self._run(home_control.ambient_heaters(plant_id, ambient_id))

    def set_ambient_heaters(
        self, plant_id: str, ambient_id: str, *, mode: HeaterMode | str
    ) -> None:
        """Commands all heaters of a room."""
        return self._run(home_control.set_ambient_heaters(plant_id, ambient_id, mode=mode))

    def remote(self, plant_id: str, remote_id: str) -> Status | None:
        """A wireless switch: its battery."""
        return self._run(home_control.remote(plant_id, remote_id))

    def energy_meter(self, plant_id: str, meter_id: str) -> Status | None:
        """What a meter measures now."""
        return self._run(home_control.energy_meter(plant_id, meter_id))

    def energy_consumptions(self, plant_id: str, meter_id: str) -> Status | None:
        """A meter's last 24 full hours, the latest first: the mean power of each."""
        return self._run(home_control.energy_consumptions(plant_id, meter_id))

    def scenes(self, plant_id: str) -> tuple[Scene, ...]:
        """What a home can do by one word."""
        return self._run(home_control.scenes(plant_id))

    def run_scene(self, plant_id: str, scene_id: str) -> None:
        """Runs a scene; never twice by itself."""
        return self._run(home_control.run_scene(plant_id, scene_id))

    def subscribe(self, plant_id: str, url: str = "") -> None:
        """Has changes notified; again changes nothing.

        ``url`` is needed once for each application: the original takes it by a contact form and not
        here, other clouds with the first call.
        """
        return self._run(home_control.subscribe(plant_id, url))

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Of all homes. Not known to exist at the original."""
        return self._run(home_control.subscriptions())

    def unsubscribe(self, plant_id: str, subscription_id: str) -> None:
        """Ends a subscription. Not known to exist at the original."""
        return self._run(home_control.unsubscribe(plant_id, subscription_id))


class AsyncHomeControl:
    """The Home + Control API. To be awaited."""

    def __init__(self, run: "RunAsync") -> None:
        self._run = run

    async def plants(self) -> tuple[Plant, ...]:
        """The homes of the person who signed in."""
        return await self._run(home_control.plants())

    async def topology(self, plant_id: str) -> Topology:
        """A home, its rooms and their modules."""
        return await self._run(home_control.topology(plant_id))

    async def statuses(self, plant_id: str) -> tuple[Status, ...]:
        """Every module of a home, by one call."""
        return await self._run(home_control.statuses(plant_id))

    async def light(self, plant_id: str, light_id: str) -> Status | None:
        """A light now."""
        return await self._run(home_control.light(plant_id, light_id))

    async def set_light(
        self, plant_id: str, light_id: str, *, on: bool | None = None, level: int | None = None
    ) -> None:
        """Commands a light. ``level`` is 0 to 100, of dimmed ones."""
        return await self._run(home_control.set_light(plant_id, light_id, on=on, level=level))

    async def set_lights(
        self,
        plant_id: str,
        light_ids: Sequence[str],
        *,
        on: bool | None = None,
        level: int | None = None,
    ) -> None:
        """Commands several lights. ``level`` is 0 to 100, of dimmed ones."""
        return await self._run(home_control.set_lights(plant_id, light_ids, on=on, level=level))

    async def ambient_lights(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All lights of a room."""
        return await self._run(home_control.ambient_lights(plant_id, ambient_id))

    async def set_ambient_lights(
        self, plant_id: str, ambient_id: str, *, on: bool | None = None, level: int | None = None
    ) -> None:
        """Commands all lights of a room. ``level`` is 0 to 100, of dimmed ones."""
        return await self._run(
            home_control.set_ambient_lights(plant_id, ambient_id, on=on, level=level)
        )

    async def plug(self, plant_id: str, plug_id: str) -> Status | None:
        """A plug now."""
        return await self._run(home_control.plug(plant_id, plug_id))

    async def set_plug(self, plant_id: str, plug_id: str, *, on: bool) -> None:
        """Commands a plug."""
        return await self._run(home_control.set_plug(plant_id, plug_id, on=on))

    async def set_plugs(self, plant_id: str, plug_ids: Sequence[str], *, on: bool) -> None:
        """Commands several plugs."""
        return await self._run(home_control.set_plugs(plant_id, plug_ids, on=on))

    async def ambient_plugs(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All plugs of a room."""
        return await self._run(home_control.ambient_plugs(plant_id, ambient_id))

    async def set_ambient_plugs(self, plant_id: str, ambient_id: str, *, on: bool) -> None:
        """Commands all plugs of a room."""
        return await self._run(home_control.set_ambient_plugs(plant_id, ambient_id, on=on))

    async def automation(self, plant_id: str, automation_id: str) -> Status | None:
        """A shutter now."""
        return await self._run(home_control.automation(plant_id, automation_id))

    async def set_automation(self, plant_id: str, automation_id: str, *, level: int) -> None:
        """Commands a shutter. 100 opens, 0 closes, `STOP` stops."""
        return await self._run(home_control.set_automation(plant_id, automation_id, level=level))

    async def set_automations(
        self, plant_id: str, automation_ids: Sequence[str], *, level: int
    ) -> None:
        """Commands several shutters. 100 opens, 0 closes, `STOP` stops."""
        return await self._run(home_control.set_automations(plant_id, automation_ids, level=level))

    async def ambient_automations(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All shutters of a room."""
        return await self._run(home_control.ambient_automations(plant_id, ambient_id))

    async def set_ambient_automations(self, plant_id: str, ambient_id: str, *, level: int) -> None:
        """Commands all shutters of a room. 100 opens, 0 closes, `STOP` stops."""
        return await self._run(
            home_control.set_ambient_automations(plant_id, ambient_id, level=level)
        )

    async def heater(self, plant_id: str, heater_id: str) -> Status | None:
        """A heater now."""
        return await self._run(home_control.heater(plant_id, heater_id))

    async def set_heater(self, plant_id: str, heater_id: str, *, mode: HeaterMode | str) -> None:
        """Commands a heater."""
        return await self._run(home_control.set_heater(plant_id, heater_id, mode=mode))

    async def set_heaters(
        self, plant_id: str, heater_ids: Sequence[str], *, mode: HeaterMode | str
    ) -> None:
        """Commands several heaters."""
        return await self._run(home_control.set_heaters(plant_id, heater_ids, mode=mode))

    async def ambient_heaters(self, plant_id: str, ambient_id: str) -> tuple[Status, ...]:
        """All heaters of a room."""
        return await self._run(home_control.ambient_heaters(plant_id, ambient_id))

    async def set_ambient_heaters(
        self, plant_id: str, ambient_id: str, *, mode: HeaterMode | str
    ) -> None:
        """Commands all heaters of a room."""
        return await self._run(home_control.set_ambient_heaters(plant_id, ambient_id, mode=mode))

    async def remote(self, plant_id: str, remote_id: str) -> Status | None:
        """A wireless switch: its battery."""
        return await self._run(home_control.remote(plant_id, remote_id))

    async def energy_meter(self, plant_id: str, meter_id: str) -> Status | None:
        """What a meter measures now."""
        return await self._run(home_control.energy_meter(plant_id, meter_id))

    async def energy_consumptions(self, plant_id: str, meter_id: str) -> Status | None:
        """A meter's last 24 full hours, the latest first: the mean power of each."""
        return await self._run(home_control.energy_consumptions(plant_id, meter_id))

    async def scenes(self, plant_id: str) -> tuple[Scene, ...]:
        """What a home can do by one word."""
        return await self._run(home_control.scenes(plant_id))

    async def run_scene(self, plant_id: str, scene_id: str) -> None:
        """Runs a scene; never twice by itself."""
        return await self._run(home_control.run_scene(plant_id, scene_id))

    async def subscribe(self, plant_id: str, url: str = "") -> None:
        """Has changes notified; again changes nothing.

        ``url`` is needed once for each application: the original takes it by a contact form and not
        here, other clouds with the first call.
        """
        return await self._run(home_control.subscribe(plant_id, url))

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """Of all homes. Not known to exist at the original."""
        return await self._run(home_control.subscriptions())

    async def unsubscribe(self, plant_id: str, subscription_id: str) -> None:
        """Ends a subscription. Not known to exist at the original."""
        return await self._run(home_control.unsubscribe(plant_id, subscription_id))

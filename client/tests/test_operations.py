"""Every operation of the two APIs is there, and is what the published documents say."""

import ast
import inspect
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest
import yaml

import workswith.apis
from workswith.testing import Cloud, Home
from workswith_client import Client, home_control, smarther
from workswith_client.errors import ConfigurationError
from workswith_client.home_control_models import Device, HeaterMode
from workswith_client.operation import Operation
from workswith_client.smarther_models import Function, LoadState, Mode

DOCUMENTS = Path(workswith.apis.__file__).parent
APIS = [("smarther", smarther), ("home_control", home_control)]
SAMPLES: dict[str, Any] = {
    "mode": "manual",
    "set_point": 20.0,
    "program": 1,
    "level": 50,
    "on": True,
    "url": "https://application.example/hook",
    "start": datetime.fromisoformat("2026-03-02T08:00"),
}


def operations(module: ModuleType) -> dict[str, Operation[Any]]:
    """One example of each function that describes an operation."""
    found = {}
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("_") or function.__module__ != module.__name__:
            continue
        values: dict[str, Any] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name.endswith("_ids"):
                values[parameter.name] = ["i1", "i2"]
            elif parameter.name.endswith("_id"):
                values[parameter.name] = parameter.name
            elif parameter.name in SAMPLES:
                values[parameter.name] = SAMPLES[parameter.name]
        found[name] = function(**values)
    return found


@pytest.mark.parametrize(("name", "module"), APIS)
def test_no_operation_is_missing(name: str, module: ModuleType) -> None:
    """By operationId, method and address; and none is there that no document knows."""
    document = yaml.safe_load((DOCUMENTS / f"{name}.yaml").read_text("utf-8"))
    base = document["servers"][0]["url"]
    published = {
        item["operationId"]: (method.upper(), re.sub(r"\{\w+\}", "*", base + path))
        for path, methods in document["paths"].items()
        for method, item in methods.items()
        if method in ("get", "post", "put", "delete")
    }
    ours = {
        one.name: (one.method, re.sub(r"\b\w+_id\b", "*", one.path))
        for one in operations(module).values()
    }
    assert ours == published


def test_the_methods_are_made_of_the_operations() -> None:
    """Whoever changes an operation runs scripts/facades.py."""
    script = Path(__file__).parents[1] / "scripts" / "facades.py"
    told = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(("name", "module"), APIS)
def test_both_kinds_of_client_have_every_method(name: str, module: ModuleType) -> None:
    import workswith_client._home_control as hc
    import workswith_client._smarther as sm

    made = {"smarther": sm, "home_control": hc}[name]
    for kind in (
        ("Smarther", "AsyncSmarther") if name == "smarther" else ("HomeControl", "AsyncHomeControl")
    ):
        for method in operations(module):
            written = getattr(getattr(made, kind), method)
            assert inspect.iscoroutinefunction(written) == kind.startswith("Async")
            assert get_type_hints(written)["return"] is not None
            assert ast.parse(inspect.getsource(written).strip())


def test_a_thermostat_is_read_and_commanded(client: Client, thermostat: tuple[str, str]) -> None:
    plant, module = thermostat
    assert client.smarther.plants()[0].id == plant
    topology = client.smarther.topology(plant)
    assert module in [one.id for one in topology.modules]
    assert any(one.command for one in topology.modules[0].capabilities)

    status = client.smarther.status(plant, module)
    assert status is not None
    assert (status.plant_id, status.module_id) == (plant, module)
    assert (status.function, status.mode, status.program) == (Function.HEATING, Mode.AUTOMATIC, 1)
    assert status.set_point is not None
    assert status.set_point.value == 20.5
    assert status.load_state in (LoadState.ACTIVE, LoadState.INACTIVE)
    assert status.time is not None
    wall = status.time.replace(tzinfo=None)

    client.smarther.set_manual(plant, module, 23.5, until=wall.replace(hour=20))
    status = client.smarther.status(plant, module)
    assert status is not None
    assert (status.mode, status.heating, status.until) == (Mode.MANUAL, True, wall.replace(hour=20))
    assert status.time is not None
    assert status.ends_at() == status.time.replace(hour=20)

    client.smarther.set_boost(plant, module, wall, 60)
    status = client.smarther.status(plant, module)
    assert status is not None
    assert status.mode is Mode.BOOST
    client.smarther.set_off(plant, module)
    client.smarther.set_protection(plant, module)
    client.smarther.set_automatic(plant, module, 2)
    status = client.smarther.status(plant, module)
    assert status is not None
    assert (status.mode, status.program) == (Mode.AUTOMATIC, 2)

    measures = client.smarther.measures(plant, module)
    assert measures.temperatures[0].value == pytest.approx(19.9, abs=2)
    assert measures.humidities[0].unit == "%"
    assert [one.number for one in client.smarther.programs(plant, module)] == [0, 1, 2, 3]


def test_subscriptions_of_thermostats(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    plant, _ = thermostat
    assert client.smarther.subscriptions() == ()
    made = client.smarther.subscribe(plant, workswith.webhooks.url)
    assert client.ensure_subscription(plant, workswith.webhooks.url) == made
    (listed,) = client.smarther.subscriptions()
    assert (listed.id, listed.plant_id, listed.url) == (made, plant, workswith.webhooks.url)
    client.smarther.unsubscribe(plant, made)
    assert client.smarther.subscriptions() == ()


def test_a_home_is_read_and_commanded(client: Client, home: Home, workswith: Cloud) -> None:
    api = client.home_control
    (plant,) = api.plants()
    assert (plant.id, plant.country) == (home.id, "IT")
    topology = api.topology(home.id)
    assert {one.id for one in topology.modules} == {one.id for one in home.modules}
    every = {one.module_id: one for one in api.statuses(home.id)}
    assert every.keys() == {one.id for one in home.modules}
    by_device: dict[str, list[str]] = {}
    for one in home.modules:
        by_device.setdefault(one.device, []).append(one.id)
        assert every[one.id].device == one.device

    def room_of(module_id: str) -> str:
        return next(
            room.id for room in topology.ambients if module_id in [one.id for one in room.modules]
        )

    light = by_device["light"][1]
    api.set_light(home.id, light, on=True, level=30)
    read = api.light(home.id, light)
    assert read is not None
    assert (read.on, read.level, read.device) == (True, 30, Device.LIGHT)
    api.set_lights(home.id, by_device["light"], on=False)
    api.set_ambient_lights(home.id, room_of(light), on=True)
    assert [one.on for one in api.ambient_lights(home.id, room_of(light))] == [True]

    plug = by_device["plug"][0]
    api.set_plug(home.id, plug, on=False)
    api.set_plugs(home.id, by_device["plug"], on=True)
    api.set_ambient_plugs(home.id, room_of(plug), on=False)
    assert {one.on for one in api.ambient_plugs(home.id, room_of(plug))} == {False}
    read = api.plug(home.id, plug)
    assert read is not None
    assert (read.on, read.watts) == (False, 0)

    shutter = by_device["automation"][1]
    api.set_automation(home.id, shutter, level=40)
    api.set_automations(home.id, by_device["automation"], level=home_control.STOP)
    api.set_ambient_automations(home.id, room_of(shutter), level=0)
    workswith.clock.advance("5m")
    assert [one.level for one in api.ambient_automations(home.id, room_of(shutter))] == [0]
    read = api.automation(home.id, shutter)
    assert read is not None
    assert (read.level, read.step) == (0, 1)

    heater = by_device["heater"][0]
    api.set_heater(home.id, heater, mode=HeaterMode.AWAY)
    api.set_heaters(home.id, [heater], mode="frost_guard")
    read = api.heater(home.id, heater)
    assert read is not None
    assert read.mode is HeaterMode.FROST_GUARD
    api.set_ambient_heaters(home.id, room_of(heater), mode=HeaterMode.COMFORT)
    assert [one.mode for one in api.ambient_heaters(home.id, room_of(heater))] == ["comfort"]

    remote = api.remote(home.id, by_device["remote"][0])
    meter = api.energy_meter(home.id, by_device["energymeter"][0])
    workswith.clock.advance("3h")
    hours = api.energy_consumptions(home.id, by_device["energymeter"][0])
    assert remote is not None
    assert meter is not None
    assert hours is not None
    assert remote.battery == "high"
    assert meter.watts is not None
    assert len(hours.consumptions) == 3

    scenes = api.scenes(home.id)
    assert ("custom_1", "Film") in [(one.name, one.title) for one in scenes]
    api.run_scene(home.id, scenes[1].id)


def test_subscriptions_of_a_home(client: Client, home: Home, workswith: Cloud) -> None:
    api = client.home_control
    api.subscribe(home.id, workswith.webhooks.url)
    api.subscribe(home.id)
    (listed,) = api.subscriptions()
    assert (listed.plant_id, listed.url) == (home.id, workswith.webhooks.url)
    api.unsubscribe(home.id, listed.id)
    assert api.subscriptions() == ()


def test_ids_cannot_lead_elsewhere() -> None:
    with pytest.raises(ConfigurationError):
        smarther.topology("")
    assert smarther.topology("../../x?y").path.endswith("/plants/..%2F..%2Fx%3Fy/topology")


def test_times_of_a_thermostat_have_no_zone() -> None:
    with pytest.raises(ConfigurationError):
        smarther.set_manual("p", "m", 20, until=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ConfigurationError):
        smarther.set_boost("p", "m", datetime.fromisoformat("2026-01-01T08:00"), 45)

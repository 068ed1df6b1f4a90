"""MyHOME_Up: what stands where, floor by floor. (`contract/homecontrol.md` 5) [API-5]"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.plants import (
    Ambient,
    Module,
    Plant,
    ambients_of,
    modules_of,
    plant_of,
    plants_of,
    unknown,
)
from workswith.kernel.database import Reads

API = "myhome_up"
"""The word for this API in plants."""


@dataclass(frozen=True, slots=True)
class Words:
    """How MyHOME_Up calls a kind of device, and what it can be asked."""

    device: str
    system: str
    device_type: str
    metrics: tuple[str, ...]


WORDS: Mapping[str, Words] = {
    "light": Words("Light", "Lighting", "Light", ("Status", "Level", "Power")),
    "plug": Words("Plug", "Energy", "Socket", ("Status", "Power")),
    "automation": Words("Automation", "Automation", "Shutter", ("Level",)),
    "heater": Words("Heater", "Comfort", "Heater", ("Mode", "Power")),
    "remote": Words("Remote", "Remote", "Remote", ("Battery",)),
    "energymeter": Words("Meter", "Energy", "EnergyMeter", ("Power",)),
    "chronothermostat": Words(
        "Thermostat", "Comfort", "Chronothermostat", ("Temperature", "Humidity", "Mode")
    ),
}
"""``Light`` and ``Lighting`` are published; the others are named after them."""


def handlers(reads: Reads) -> Mapping[str, Handler]:
    """The handler of each operation of ``myhome_up.yaml``, by operation id."""

    async def plants(request: Request) -> Answer:
        found = await plants_of(reads, request.account_id, API)
        listed = [{"id": one.id, "name": one.name, "type": one.type} for one in found]
        return Answer(200, {"plants": listed})

    async def topology(request: Request) -> Answer:
        plant = await plant_of(reads, request.account_id, request.path["plantId"])
        if plant.api != API:
            raise unknown("plant")
        ambients = await ambients_of(reads, request.account_id, plant.id)
        modules = await modules_of(reads, request.account_id, plant.id)
        return Answer(200, {"plant": _plant(plant, ambients, modules)})

    return {"Topology_GetPlants": plants, "Topology_GetTopology": topology}


def _plant(plant: Plant, ambients: Sequence[Ambient], modules: Sequence[Module]) -> dict[str, Any]:
    names = dict.fromkeys(one.floor for one in ambients)
    return {
        **_named(plant.id, plant.name),
        "type": plant.type,
        "floors": [
            {
                **_named(_derived(plant.id, f"floor {name}"), name),
                "ambients": [
                    {**_named(one.id, one.name), "modules": _modules(one.id, modules)}
                    for one in ambients
                    if one.floor == name
                ],
            }
            for name in names
        ],
    }


def _modules(ambient_id: str, modules: Iterable[Module]) -> list[dict[str, Any]]:
    return [
        {
            "device": words.device,
            "system": words.system,
            **_named(one.id, one.name),
            "deviceType": words.device_type,
            "metrics": [{"label": label, "metricType": "Text"} for label in words.metrics],
        }
        for one in modules
        if one.ambient_id == ambient_id and (words := WORDS.get(one.device))
    ]


def _named(id_: str, name: str) -> dict[str, Any]:
    return {"id": id_, "internalId": _derived(id_, "internal"), "name": name}


def _derived(id_: str, what: str) -> str:
    """Always the same id for the same thing, without a place to keep it."""
    return str(uuid.uuid5(uuid.UUID(id_), what))

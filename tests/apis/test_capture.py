"""Captured answers of the real API become homes that answer the same. [DEV-4]"""

import copy
from typing import Any

import msgspec
import pytest

from tests.devices.conftest import SETTINGS
from workswith.apis import capture, home_control_emit, smarther_emit
from workswith.devices.homes import Homes
from workswith.devices.homes.blueprint import Blueprint
from workswith.devices.park import Park
from workswith.devices.plants import ambients_of, modules_of
from workswith.devices.twin import Twin
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

PLANT, FRIDGE = "000000004c1e5a9d7b3f20816e44aa10", "00000004749a3c510004740000b7d210"
KITCHEN, SHUTTER = "4c1e5a9d7b3f20816e44aa100a51c37e", "00000004749a3c510004740000c11902"
REMOTE, LAMP = "00000004749a3c510004740000a0031f", "00000004749a3c510004740000d0aa17"
HEATER, METER = "00000004749a3c510004740000f0aa18", "00000004749a3c510004740000e5540b"


def sender(module: str) -> dict[str, Any]:
    return {"plant": {"module": {"id": module}}}


HOME_CONTROL: list[dict[str, Any]] = [
    {"plants": [{"id": PLANT, "name": "Casa Verde", "country": "IT"}]},
    {
        "plant": {
            "id": PLANT,
            "ambients": [
                {
                    "id": KITCHEN,
                    "name": "Cucina",
                    "type": "kitchen",
                    "modules": [
                        {"id": FRIDGE, "name": "Presa frigo", "hw_type": "NLP", "type": "other",
                         "device": "plug"},
                        {"id": SHUTTER, "name": "Tapparella", "hw_type": "NLV",
                         "device": "automation"},
                        {"id": LAMP, "hw_type": "NLFN", "device": "light"},
                        {"id": HEATER, "name": "Radiatore", "hw_type": "NLC", "device": "heater"},
                    ],
                },
                {"id": KITCHEN[:-1] + "f", "name": "Vuota", "type": "loft", "modules": []},
            ],
            "modules": [
                {"id": REMOTE, "name": "Comando generale", "hw_type": "NLT", "device": "remote"},
                {"id": METER, "name": "Contatore", "hw_type": "NLPC", "device": "energymeter"},
            ],
        }
    },
    {
        "modules": {
            "lights": [{"reachable": True, "status": "off", "level": 40, "fw": 57,
                        "consumptions": [{"unit": "watt", "value": 0}], "sender": sender(LAMP)}],
            "plugs": [{"reachable": True, "status": "on", "sender": sender(FRIDGE), "fw": 68,
                       "consumptions": [{"unit": "watt", "value": 128}]}],
            "automations": [{"reachable": False, "level": 100, "step": 100, "fw": 21,
                             "sender": sender(SHUTTER)}],
            "energymeters": [], "remotes": [],
            "heaters": [{"reachable": True, "mode": "away", "sender": sender(HEATER)}],
        }
    },
]  # fmt: skip
CASA, GROUND, FIRST = (
    "0b7c1f52-4a1e-1d3c-e053-271e2d0a9f10",
    "1c9d2e63-5b2f-2e4d-e053-271e2d0a0a21",
    "1c9d2e63-5b2f-2e4d-e053-271e2d0a0a22",
)


def measured(module: str, **members: Any) -> dict[str, Any]:
    return {
        "chronothermostats": [
            {
                "function": "HEATING",
                "programs": [{"number": 2}],
                "setPoint": {"value": "18.50000", "unit": "C"},
                "thermometer": {"measures": [{"value": "16.5", "unit": "C"}]},
                **members,
                "sender": {"plant": {"id": CASA, "module": {"id": module}}},
            }
        ]
    }


SMARTHER: list[dict[str, Any]] = [
    measured(GROUND, mode="MANUAL"),
    measured(FIRST, mode="AUTOMATIC"),
    {
        "chronothermostats": [
            {
                "programs": [{"number": 0, "name": "0"}, {"number": 2, "name": "Weekend"}],
                "sender": {"plant": {"id": CASA, "module": {"id": FIRST}}},
            }
        ]
    },
    {
        "plant": {
            "name": "Casa",
            "id": CASA,
            "modules": [
                {"device": "chronothermostat", "id": GROUND, "name": "Piano Terra"},
                {"device": "chronothermostat", "id": FIRST, "name": "Primo Piano"},
            ],
        }
    },
]


@pytest.fixture
def homes(database: Database, clock: Clock, bells: Bells, ident: Ident) -> Homes:
    return Homes(database, clock, ident, Park(database, clock, bells, SETTINGS), SETTINGS)


def read(answers: list[dict[str, Any]], clock: Clock) -> Blueprint:
    (drawn,) = capture.read(answers, Ident.seeded(3), clock.now())
    return drawn


async def test_a_home_control_home_answers_as_it_was_captured(
    homes: Homes, database: Database, clock: Clock, bells: Bells
) -> None:
    home = await homes.copies.add("anna", read(HOME_CONTROL, clock), keep_ids=True)
    modules = await modules_of(database, "anna", PLANT)
    ambients = await ambients_of(database, "anna", PLANT)
    told = home_control_emit.topology(home.plant, ambients, modules)
    wanted = copy.deepcopy(HOME_CONTROL[1])
    (kitchen, loft) = wanted["plant"]["ambients"]
    kitchen["modules"][2]["name"] = "light aa17"
    loft["type"] = "custom"
    assert told == wanted
    assert home_control_emit.plants([home.plant]) == HOME_CONTROL[0]
    twin = Twin(database, clock, Park(database, clock, bells, SETTINGS), SETTINGS)
    snapshots = await twin.read_all("anna", PLANT)
    status = home_control_emit.plant_status(snapshots, home_control_emit.LISTS, clock.now())
    lists = {name: found[0] for name, found in status["modules"].items()}
    assert (lists["lights"]["status"], lists["lights"]["fw"]) == ("off", 57)
    assert "level" in lists["lights"]
    assert (lists["plugs"]["status"], lists["plugs"]["fw"]) == ("on", 68)
    assert (lists["automations"]["reachable"], lists["automations"]["level"]) == (False, 100)
    assert lists["heaters"]["mode"] == "away"


async def test_a_smarther_home_answers_as_it_was_captured(
    homes: Homes, database: Database, clock: Clock, bells: Bells
) -> None:
    await homes.copies.add("anna", read(SMARTHER, clock), keep_ids=True)
    twin = Twin(database, clock, Park(database, clock, bells, SETTINGS), SETTINGS)
    ground, first = await twin.read_all("anna", CASA)
    told = smarther_emit.status(ground)["chronothermostats"][0]
    assert (told["mode"], told["setPoint"]["value"]) == ("MANUAL", "18.50000")
    warmth = float(told["thermometer"]["measures"][0]["value"])
    assert warmth == pytest.approx(16.5, abs=0.5), "the room has lived on since"
    assert (first.reading.mode, first.reading.program) == ("AUTOMATIC", 2)
    programs = (await homes.programs.configuration("anna", CASA, FIRST)).programs
    assert [(one.number, one.name) for one in programs] == [(0, "0"), (2, "Weekend")]


async def test_new_ids_are_those_of_the_same_system(homes: Homes, clock: Clock) -> None:
    drawn = read(HOME_CONTROL, clock)
    one = await homes.copies.add("anna", drawn)
    other = await homes.copies.add("anna", drawn)
    for home in (one, other):
        assert home.plant.id.startswith("00000000")
        assert {module.id for module in home.modules}.isdisjoint(drawn.ids())
    assert one.plant.id != other.plant.id


async def test_a_topology_alone_is_enough(homes: Homes, clock: Clock) -> None:
    home = await homes.copies.add("anna", read([SMARTHER[3]], clock))
    assert [one.name for one in home.modules] == ["Piano Terra", "Primo Piano"]
    bare = read([{"plant": {"id": PLANT}}], clock)
    assert bare.plant.name == "Captured home"
    assert (bare.gateways, bare.modules) == ((), ())


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([], "topology"),
        ([HOME_CONTROL[0]], "topology"),
        ([{"plant": {}}], "answer 1"),
        ([SMARTHER[3], "text"], "answer 2"),
        ([SMARTHER[3], None], "answer 2"),
        ([SMARTHER[3], {}], "answer 2"),
        ([SMARTHER[3], {"chronothermostats": [{}]}], "answer 2"),
        ([{"plant": {"id": PLANT, "floors": []}}], "MyHOME_Up"),
        ([{"plant": {"id": "../../etc"}}], "no id"),
        ([{"plant": {"id": PLANT, "modules": [{"id": LAMP, "device": "toaster"}]}}], "toaster"),
        ([{"plant": {"id": PLANT, "modules": [{"device": "light"}]}}], "topology of"),
        ([{"plant": {"id": PLANT, "ambients": 5}}], "topology of"),
        ([SMARTHER[3], measured(GROUND, mode="SOMETIMES")], "status of"),
        ([SMARTHER[3], measured(GROUND, mode="MANUAL", setPoint={"value": "99"})], "status of"),
        ([SMARTHER[3], measured(GROUND, mode="AUTOMATIC", programs=[])], "status of"),
        ([{"plants": [{"id": PLANT, "country": "Italy"}]}, HOME_CONTROL[1]], "Italy"),
        ([{"plants": []}] * 1_001, "1000"),
    ],
)
async def test_what_is_no_capture_is_refused_with_the_place(
    clock: Clock, answers: list[Any], says: str
) -> None:
    with pytest.raises(Problem) as refused:
        capture.read(answers, Ident.seeded(3), clock.now())
    assert refused.value.kind is Kind.MALFORMED
    assert says in refused.value.hint


async def test_twice_the_same_id_is_no_home(homes: Homes, clock: Clock) -> None:
    answers = copy.deepcopy(HOME_CONTROL[:2])
    answers[1]["plant"]["modules"].append(answers[1]["plant"]["modules"][0])
    with pytest.raises(Problem) as refused:
        await homes.copies.add("anna", read(answers, clock))
    assert "twice" in refused.value.hint
    assert msgspec.json.encode(answers)

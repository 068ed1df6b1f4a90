"""Homes to have, as data: what stands in each. [DEV-4]"""

from dataclasses import dataclass
from typing import Any

from . import automation, heater, light, plug
from . import furniture as put
from .furniture import Piece
from .heater import Mode
from .simulators.appliances import Appliance
from .simulators.weather import Climate
from .thermostat import Function

CONTINENTAL = Climate("denver")
HARSH = Climate("chicago")
MILD = Climate("san_francisco")
"""Whose typical year homes have; none of them is Italian, for no such year is in the public domain."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of a template: modules by name, and what each is told."""

    name: str
    steps: tuple[tuple[str, Any], ...]
    friendly_name: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A plant to have. Ambients are pairs of name and type, in their order."""

    name: str
    type: str
    ambients: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    api: str = "smarther"
    country: str = "IT"
    time_zone: str = "Europe/Rome"
    climate: Climate = CONTINENTAL
    scenes: tuple[Scene, ...] = ()
    gateway: tuple[str, str, int] = ("Gateway", "", 0)
    """Its name, the code of its hardware, the number of its firmware."""
    floors: tuple[tuple[str, str], ...] = ()
    """Pairs of ambient and floor, where the plant's system knows floors."""


def _heated(name: str, plant_type: str, *pieces: Piece, climate: Climate = CONTINENTAL) -> Template:
    """A plant of thermostats, each in an ambient of its name."""
    ambients = tuple((piece.name, "custom") for piece in pieces)
    return Template(name, plant_type, ambients, pieces, climate=climate)


HOUSE = _heated(
    "Casa al Lago",
    "House",
    put.thermostat("Piano Terra"),
    put.thermostat("Primo Piano"),
    put.thermostat("Mansarda", 0.6),
)
FLAT = _heated(
    "Appartamento in Città", "Flat", put.thermostat("Soggiorno", 0.8, (Function.HEATING,))
)
SHARED = _heated(
    "Casa di Famiglia",
    "House",
    put.thermostat("Soggiorno", 0.8),
    put.thermostat("Camera", 0.5),
)
ELEVEN = _heated(
    "Villa Undici",
    "House",
    *(
        put.thermostat(name, 0.3, floor_heating=name.startswith("Bagno"))
        for name in (
            "Ingresso",
            "Cucina",
            "Sala da Pranzo",
            "Soggiorno",
            "Studio",
            "Camera Grande",
            "Camera dei Ragazzi",
            "Camera degli Ospiti",
            "Bagno",
            "Bagno di Sopra",
            "Taverna",
        )
    ),
    climate=HARSH,
)
HOTEL = _heated(
    "Albergo Stella",
    "Hotel",
    put.thermostat("Reception", 0.5),
    put.thermostat("Sala Colazioni", 0.6),
    *(
        put.thermostat(f"Camera {floor}{room:02}", 0.2)
        for floor in (1, 2, 3)
        for room in (1, 2, 3, 4, 5, 6)
    ),
    climate=MILD,
)

_LIGHTS = ("Luce cucina", "Luce soggiorno")
_PLUGS = ("Frigorifero", "Bollitore", "Lavatrice", "Televisione")
_OFF = tuple((name, light.Command(on=False)) for name in _LIGHTS)
_UP = automation.Command(automation.OPEN)
_DOWN = automation.Command(automation.CLOSED)

ONE_OF_EACH = Template(
    "Casa Verde",
    "House",
    (
        ("Cucina", "kitchen"),
        ("Soggiorno", "livingroom"),
        ("Camera", "bedroom"),
        ("Quadro elettrico", "electrical_cabinet"),
        ("Garage", "garage"),
    ),
    (
        put.light("Luce cucina", "Cucina", 12),
        put.light("Luce soggiorno", "Soggiorno", 24, dimmable=True),
        put.plug("Frigorifero", "Cucina", Appliance.FRIDGE, 95),
        put.plug("Bollitore", "Cucina", Appliance.KETTLE, 2_000, mobile=True, kind="cooking"),
        put.plug("Lavatrice", "Cucina", Appliance.WASHING_MACHINE, 2_100),
        put.plug("Televisione", "Soggiorno", Appliance.TELEVISION, 110),
        put.shutter("Tapparella camera", "Camera"),
        put.shutter("Tenda soggiorno", "Soggiorno", step=1),
        put.heater("Radiatore camera", "Camera"),
        put.remote("Comando letto", "Camera", buttons=2),
        put.meter("Contatore", "Quadro elettrico", *_LIGHTS, *_PLUGS, "Radiatore camera"),
        put.remote("Comando generale", None),
    ),
    api="home_control",
    scenes=(
        Scene(
            "home",
            (
                ("Luce cucina", light.Command(on=True)),
                ("Tapparella camera", _UP),
                ("Tenda soggiorno", _UP),
                ("Radiatore camera", heater.Command(Mode.COMFORT)),
            ),
        ),
        Scene(
            "away",
            (
                *_OFF,
                ("Televisione", plug.Command(on=False)),
                ("Tapparella camera", _DOWN),
                ("Tenda soggiorno", _DOWN),
                ("Radiatore camera", heater.Command(Mode.AWAY)),
            ),
        ),
        Scene("day", (*_OFF, ("Tapparella camera", _UP), ("Tenda soggiorno", _UP))),
        Scene(
            "night",
            (*_OFF, ("Tapparella camera", _DOWN), ("Radiatore camera", heater.Command(Mode.AWAY))),
        ),
        Scene(
            "custom_1",
            (
                ("Luce soggiorno", light.Command(on=True, level=20)),
                ("Tenda soggiorno", automation.Command(30)),
                ("Televisione", plug.Command(on=True)),
            ),
            friendly_name="Film",
        ),
    ),
    gateway=("Gateway", "NLG", 178),
)
OFFICE = Template(
    "Ufficio",
    "Office",
    (("Studio", "home_office"),),
    (put.socket("Scrivania", "Studio", 3), put.socket("Lampada", "Studio", 1)),
    api="multisocket",
)
AURORA = Template(
    "Albergo Aurora",
    "Hotel",
    (("Reception", "lobby"), ("Camera 101", "bedroom"), ("Camera 102", "bedroom")),
    (
        put.light("Luce reception", "Reception", 40),
        put.light("Luce 101", "Camera 101", 18, dimmable=True),
        put.shutter("Tapparella 101", "Camera 101"),
        put.light("Luce 102", "Camera 102", 18, dimmable=True),
    ),
    api="myhome_up",
    floors=(
        ("Reception", "Piano terra"),
        ("Camera 101", "Primo piano"),
        ("Camera 102", "Primo piano"),
    ),
)
SCHOOL = Template(
    "Scuola Media",
    "School",
    (("Scala nord", "corridor"), ("Palestra", "custom")),
    (
        put.emergency_lights("Scala nord", "Scala nord", "662602", "4FA20187"),
        put.emergency_lights("Palestra", "Palestra", "662602", "4FA20188"),
        put.emergency_lights("Telecomando", None, "662701", "4FA30021"),
    ),
    api="emergency_lighting",
)
FRONT_DOOR = Template(
    "Casa con Portone",
    "House",
    (("Ingresso", "lobby"),),
    (put.door_unit("Videocitofono", "Ingresso"),),
    api="classe_100x",
)
TEMPLATES: dict[str, tuple[Template, ...]] = {
    "house": (HOUSE,),
    "flat": (FLAT,),
    "two_homes": (HOUSE, FLAT),
    "eleven_thermostats": (ELEVEN,),
    "hotel": (HOTEL,),
    "one_of_each": (ONE_OF_EACH,),
    "one_of_each_api": (ONE_OF_EACH, OFFICE, AURORA, SCHOOL, FRONT_DOOR),
    "shared": (SHARED,),
    "empty": (Template("Casa Vuota", "House", (), ()),),
}

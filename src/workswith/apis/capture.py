"""A captured home: what the real API answered becomes a blueprint of a simulated home. [DEV-4]

Whoever has a real home keeps the answers of ``plants`` and ``topology``, and of status where there
are any; the order does not matter, each is known by its shape. What no answer tells is made up: what
hangs on a plug, how warm a room is, the switching times of programs.
(`contract/smarther.md` 2-5, `contract/homecontrol.md` 2.6-2.8)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workswith.devices import ids, thermostat
from workswith.devices.furniture import Site
from workswith.devices.homes.blueprint import AmbientPlan, Blueprint, GatewayPlan, PlantPlan
from workswith.devices.homes.drawing import phase_of, put_up
from workswith.devices.homes.goods import GATEWAYS, OTHER_GATEWAY
from workswith.devices.plants import AMBIENT_TYPES, NAME_LENGTH
from workswith.devices.simulators.weather import Climate
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from .capture_pieces import DEVICES, DRAWS, Found, command_of, piece_of, warmth_of

MOST_ANSWERS = 1_000
MOST_MODULES = 1_000
TIME_ZONE = "Europe/Rome"
"""No answer tells where a home is."""
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(slots=True)
class _Captured:
    """``plants`` and ``elements`` (of status) by id; ``programs`` are names by module and number."""

    plants: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    topologies: list[Mapping[str, Any]] = field(default_factory=list)
    elements: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    programs: dict[str, dict[int, str]] = field(default_factory=dict)


def read(answers: Sequence[object], ident: Ident, now: int) -> list[Blueprint]:
    """One blueprint for each captured topology, with the ids that were captured.

    Raises `Kind.MALFORMED` ``capture_invalid``, whose hint says which answer is wrong, and where.
    """
    captured = _sorted_out(answers)
    if not captured.topologies:
        raise _invalid("none of them is the answer of a topology")
    return [_home(one, captured, ident, now) for one in captured.topologies]


def _sorted_out(answers: Sequence[object]) -> _Captured:
    if len(answers) > MOST_ANSWERS:
        raise _invalid(f"these are more than {MOST_ANSWERS} answers")
    captured = _Captured()
    for number, answer in enumerate(answers, 1):
        try:
            _put(captured, answer)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise _invalid(f"answer {number}: {type(error).__name__}: {error}") from error
    return captured


def _put(captured: _Captured, answer: object) -> None:
    match answer:
        case {"plants": list(plants)}:
            captured.plants |= {_id(one["id"]): one for one in plants}
        case {"plant": {"floors": _}}:
            raise ValueError("homes of MyHOME_Up cannot be read yet")
        case {"plant": dict(plant)}:
            _id(plant["id"])
            captured.topologies.append(plant)
        case {"modules": dict(lists)}:
            for name in sorted(lists):
                _put_elements(captured, lists[name])
        case {"chronothermostats": list(elements)}:
            _put_elements(captured, elements)
        case dict(lists) if lists and all(isinstance(one, list) for one in lists.values()):
            for name in sorted(lists):
                _put_elements(captured, lists[name])
        case _:
            raise ValueError("it is neither plants, topology nor status")


def _put_elements(captured: _Captured, elements: Sequence[Mapping[str, Any]]) -> None:
    for one in elements:
        module_id = _id(one["sender"]["plant"]["module"]["id"])
        if one.get("programs") and "name" in one["programs"][0]:
            names = {int(each["number"]): str(each["name"]) for each in one["programs"]}
            captured.programs[module_id] = names
        else:
            captured.elements[module_id] = one


def _home(topology: Mapping[str, Any], captured: _Captured, ident: Ident, now: int) -> Blueprint:
    try:
        rooms = [
            AmbientPlan(_id(one["id"]), _name(one, "Room"), _room_type(one))
            for one in topology.get("ambients", ())
        ]
        modules = list(_modules(topology, captured))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        where = f"topology of {topology['id']}"
        raise _invalid(f"{where}: {type(error).__name__}: {error}") from error
    if len(modules) > MOST_MODULES:
        raise _invalid(f"these are more than {MOST_MODULES} modules")
    api = "smarther" if all(one.device == thermostat.DEVICE for one in modules) else "home_control"
    known = captured.plants.get(topology["id"], {})
    country = str(known.get("country", "IT"))
    if not _COUNTRY.fullmatch(country):
        raise _invalid(f"plant {topology['id']}: {country!r} is no country")
    plant = PlantPlan(
        topology["id"],
        _name(known if "name" in known else topology, "Captured home"),
        str(known.get("type", "House"))[:NAME_LENGTH],
        TIME_ZONE,
        api,
        country,
    )
    if not modules:
        return Blueprint(now, plant, (), tuple(rooms))
    name, hw_type, fw = GATEWAYS.get(api, OTHER_GATEWAY)
    gateway = GatewayPlan(ids.gateway(ident, api), name, hw_type, fw)
    circuit = tuple(one.id for one in modules if one.device in DRAWS)
    site = Site(Climate(), phase_of(gateway.id), seed=0, modules={one: one for one in circuit})
    drawn = []
    for one in modules:
        piece = piece_of(one, circuit, captured.programs.get(one.id, {}))
        try:
            command, warmth = command_of(one, now), warmth_of(one)
        except (KeyError, TypeError, ValueError, IndexError, Problem) as error:
            raise _invalid(f"status of {one.id}: {type(error).__name__}: {error}") from error
        module = put_up(
            piece,
            site,
            plant,
            gateway.id,
            one.ambient,
            id_=one.id,
            now=now,
            command=command,
            warmth=warmth,
        )
        reach = "offline" if one.status.get("reachable") is False else "online"
        drawn.append(msgspec.structs.replace(module, reach=reach))
    return Blueprint(now, plant, (gateway,), tuple(rooms), tuple(drawn))


def _modules(topology: Mapping[str, Any], captured: _Captured) -> Iterator[Found]:
    places: list[tuple[str | None, Any]] = [(None, topology.get("modules", ()))]
    places += [(one["id"], one.get("modules", ())) for one in topology.get("ambients", ())]
    for ambient, modules in places:
        for one in modules:
            id_, device = _id(one["id"]), one["device"]
            if device not in DEVICES:
                raise ValueError(f"there is no such device: {device!r}")
            yield Found(
                id_,
                _name(one, f"{device} {id_[-4:]}"),
                device,
                str(one.get("hw_type", ""))[:16],
                str(one.get("type", ""))[:NAME_LENGTH],
                ambient,
                captured.elements.get(id_, {}),
            )


def _room_type(one: Mapping[str, Any]) -> str:
    wanted = str(one.get("type", "custom"))
    return wanted if wanted in AMBIENT_TYPES else "custom"


def _name(one: Mapping[str, Any], otherwise: str) -> str:
    name = "".join(each for each in str(one.get("name") or "") if each.isprintable()).strip()
    return name[:NAME_LENGTH].strip() or otherwise


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no id")
    return value


def _invalid(why: str) -> Problem:
    return Problem(
        Kind.MALFORMED,
        "capture_invalid",
        "These answers do not make a home.",
        hint=why[:500],
    )

"""Home + Control's JSON, byte for byte as it was captured. (`contract/homecontrol.md` 2.6-2.10)"""

from typing import Any

import msgspec

from workswith.apis import documents
from workswith.apis import home_control_emit as emit
from workswith.apis.home_control_plant import answered
from workswith.contracts.conformance import notification_misfits
from workswith.devices import automation, heater, light, meter, plug, remote
from workswith.devices.plants import Ambient, Module, Plant, Reach
from workswith.devices.scenes import Scene
from workswith.devices.twin import Snapshot
from workswith.events.outbox import Event
from workswith.gateway.answers import of_answer
from workswith.kernel.clock import parse_iso

HOME = "000000004c1e5a9d7b3f20816e44aa10"
AT = parse_iso("2021-03-02T09:15:00.731Z")
LIGHT = light.Reading(on=False, level=40, power=0, energy=0, at=0)
PLUG = plug.Reading(on=True, power=128, energy=0, at=0)
SHUTTER = automation.Reading(100, 100, automation.Motion.STOPPED, 0)
METER = meter.Reading(412, 0, 0)
REMOTE = remote.Reading(80, 0, 0, 0)


def snapshot(device: str, ident: str, reading: Any, fw: int) -> Snapshot:
    return Snapshot(HOME, ident, device, "x", "Europe/Rome", Reach.ONLINE, 1, reading, fw)


ALL = [
    snapshot("light", "00000004749a3c510004740000d0aa17", LIGHT, 57),
    snapshot("plug", "00000004749a3c510004740000b7d210", PLUG, 68),
    snapshot("automation", "00000004749a3c510004740000c11902", SHUTTER, 21),
    snapshot("energymeter", "00000004749a3c510004740000e5540b", METER, 54),
    snapshot("remote", "00000004749a3c510004740000a0031f", REMOTE, 50),
]
STATUS = (
    b'{"modules":{'
    b'"lights":[{"reachable":true,"status":"off","level":40,"fw":57,"consumptions":[{"unit":"watt","value":0,"timestamp":"2021-03-02T09:15:00+00:00"}],"sender":{"plant":{"module":{"id":"00000004749a3c510004740000d0aa17"}}}}],'
    b'"plugs":[{"reachable":true,"status":"on","consumptions":[{"unit":"watt","value":128,"timestamp":"2021-03-02T09:15:00+00:00"}],"sender":{"plant":{"module":{"id":"00000004749a3c510004740000b7d210"}}},"fw":68}],'
    b'"automations":[{"reachable":true,"level":100,"step":100,"fw":21,"sender":{"plant":{"module":{"id":"00000004749a3c510004740000c11902"}}}}],'
    b'"energymeters":[{"reachable":true,"consumptions":[{"unit":"watt","value":412,"timestamp":"2021-03-02T09:15:00+00:00"}],"sender":{"plant":{"module":{"id":"00000004749a3c510004740000e5540b"}}},"fw":54}],'
    b'"remotes":[{"reachable":true,"battery":"high","sender":{"plant":{"module":{"id":"00000004749a3c510004740000a0031f"}}},"fw":50}],'
    b'"heaters":[]}}'
)
TOPOLOGY = (
    b'{"plant":{"id":"000000004c1e5a9d7b3f20816e44aa10",'
    b'"ambients":[{"id":"4c1e5a9d7b3f20816e44aa100a51c37e","name":"Cucina","type":"kitchen",'
    b'"modules":[{"id":"00000004749a3c510004740000b7d210","name":"Presa frigo","hw_type":"NLP","type":"other","device":"plug"},'
    b'{"id":"00000004749a3c510004740000c11902","name":"Tapparella","hw_type":"NLV","device":"automation"}]}],'
    b'"modules":[{"id":"00000004749a3c510004740000a0031f","name":"Comando generale","hw_type":"NLT","device":"remote"}]}}'
)


def encode(value: object) -> bytes:
    return msgspec.json.encode(value)


def test_plants() -> None:
    plant = Plant(HOME, "anna", "Casa Verde", "House", "Europe/Rome", "home_control", "IT")
    captured = (
        b'{"plants":[{"id":"000000004c1e5a9d7b3f20816e44aa10","name":"Casa Verde","country":"IT"}]}'
    )
    assert encode(emit.plants([plant])) == captured


def test_topology() -> None:
    plant = Plant(HOME, "anna", "Casa Verde", "House", "Europe/Rome", "home_control", "IT")
    room = Ambient("4c1e5a9d7b3f20816e44aa100a51c37e", HOME, "Cucina", "kitchen")

    def module(ident: str, ambient: str | None, device: str, name: str, *more: Any) -> Module:
        return Module(ident, HOME, ambient, "g", device, name, "online", "{}", *more)

    modules = [
        module("00000004749a3c510004740000b7d210", room.id, "plug", "Presa frigo", "NLP", 68, "other"),
        module("00000004749a3c510004740000a0031f", None, "remote", "Comando generale", "NLT"),
        module("00000004749a3c510004740000c11902", room.id, "automation", "Tapparella", "NLV"),
    ]  # fmt: skip
    assert encode(emit.topology(plant, [room], modules)) == TOPOLOGY


def test_status_of_all_modules_has_six_lists_in_their_order() -> None:
    everything = list(emit.LISTS)
    assert encode(emit.plant_status(ALL, everything, AT)) == STATUS
    empty = encode(emit.plant_status([], everything, AT))
    assert (
        empty
        == b'{"modules":{"lights":[],"plugs":[],"automations":[],"energymeters":[],"remotes":[],"heaters":[]}}'
    )


def test_one_meter_has_the_announced_length() -> None:
    """A captured answer for one meter of two-digit power had Content-Length 201."""
    one = snapshot("energymeter", ALL[3].module_id, meter.Reading(41, 0, 0), 54)
    assert len(encode(emit.status("energymeter", [one], AT))) == 201


def test_a_light_that_cannot_be_dimmed_has_no_level() -> None:
    reading = light.Reading(on=True, level=None, power=9, energy=0, at=0)
    (one,) = emit.status("light", [snapshot("light", "1", reading, 57)], AT)["lights"]
    assert list(one) == ["reachable", "status", "fw", "consumptions", "sender"]


def test_heater() -> None:
    reading = heater.Reading(heater.Mode.FROST_GUARD, 0, 0, 180, 0)
    (one,) = emit.status("heater", [snapshot("heater", "1", reading, 63)], AT)["heaters"]
    assert list(one) == ["reachable", "mode", "consumptions", "sender", "fw"]
    assert one["mode"] == "frost_guard"


def test_scenes() -> None:
    listed = [Scene("a" * 32, HOME, "away", "", ()), Scene("b" * 32, HOME, "custom_1", "Film", ())]
    assert encode(emit.scenes(listed)) == (
        b'{"scenes":[{"name":"away","sender":{"plant":{"module":{"id":"%s"}}}},'
        b'{"name":"custom_1","friendlyName":"Film","sender":{"plant":{"module":{"id":"%s"}}}}]}'
        % (b"a" * 32, b"b" * 32)
    )


def event(kind: str, state: dict[str, Any]) -> Event:
    return Event(
        id="3ebf4085-7d41-406f-a154-382f3e1b2c43",
        plant_id=HOME,
        module_id="00000004749a3c510004740000b7d210",
        sequence=1,
        kind=kind,
        changed=("status",),
        state=state,
        at=AT,
        flow="",
    )


def test_notification_has_the_status_directly_in_data() -> None:
    notification = documents()["home_control"].notifications[0]
    for one in [*ALL, snapshot("heater", "1", heater.Reading(heater.Mode.AWAY, 0, 0, 1, 0), 1)]:
        state = {**msgspec.to_builtins(one.reading), "time_zone": "UTC", "fw": 68, "online": True}
        body = emit.notification(event(one.device, state), None)
        assert body is not None
        assert notification_misfits(notification, body) == []
        (only,) = msgspec.json.decode(body)
        assert only["data"]["sender"]["plant"]["module"]["id"] == "00000004749a3c510004740000b7d210"
        assert only["eventType"] == f"{one.device}.status"
        assert only["eventTime"] == "2021-03-02T09:15:00Z"


def test_a_scene_that_ran_is_told_with_its_id() -> None:
    ran = event("scene", {"name": "custom_1", "friendly_name": "Film", "outcome": "done"})
    body = emit.notification(ran, None)
    assert body is not None
    (only,) = msgspec.json.decode(body)
    assert only["data"]["friendlyName"] == "Film"
    assert notification_misfits(documents()["home_control"].notifications[0], body) == []


def test_what_is_not_of_this_api_is_not_told() -> None:
    assert emit.notification(event("chronothermostat", {}), None) is None


def test_headers_as_captured() -> None:
    """(`contract/homecontrol.md` 2.2)"""
    made = of_answer(answered({"plants": []}))
    assert made.head == (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n"
        b"content-length: 13\r\ncache-control: no-cache\r\npragma: no-cache\r\nexpires: -1\r\n"
    )
    taken = of_answer(answered())
    assert taken.body == b""
    assert (b"content-length", b"0") in taken.headers
    assert b"content-type" not in dict(taken.headers)

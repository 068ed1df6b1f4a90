"""Multisocket, MyHOME_Up, Emergency Lighting, Classe 100X and Smarther v1.0 on simulated homes."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.apis.caller import Caller
from tests.devices.conftest import SETTINGS
from workswith.apis import catalogue
from workswith.devices import doorentry, emergency, multisocket
from workswith.devices.homes import Home, furnish
from workswith.devices.park import Park
from workswith.devices.plants import share_plant
from workswith.devices.scenes import Scenes
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.twin import Twin
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

KEY = b"k" * 32
from_pace = None
GONE = "00000000-0000-0000-e053-000000000000"


class World:
    """Every API over one home of each, owned by ``anna``."""

    def __init__(
        self, database: Database, clock: Clock, bells: Bells, homes: tuple[Home, ...]
    ) -> None:
        self.park = Park(database, clock, bells, SETTINGS)
        twin = Twin(database, clock, self.park, SETTINGS)
        scenes = Scenes(database, clock, bells, twin)
        self.calls: Mapping[str, Caller] = {
            api.document.slug: Caller(api, clock)
            for api in catalogue.apis(database, twin, scenes, None, KEY)
        }
        self.homes = {home.plant.api: home for home in homes}
        self.database = database


@pytest.fixture
async def world(database: Database, clock: Clock, bells: Bells, ident: Ident) -> World:
    homes = await database.write(furnish, "anna", ident, "one_of_each_api", clock.now())
    heated = await database.write(furnish, "anna", ident, "flat", clock.now())
    return World(database, clock, bells, (*homes, *heated))


def refused(status: int, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"statusCode": status, "message": message}


# ---- Multisocket


def sockets(home: Home, key: str, value: str) -> str:
    return f"/plug/energy/addressLocation/plants/{home.plant.id}/parameter/{key}/value/{value}"


async def test_outlets_are_read_and_switched_by_id_name_and_type(world: World) -> None:
    call, home = world.calls["multisocket"], world.homes["multisocket"]
    desk = home.module("Scrivania")
    entry = {"id": desk.id, "name": "Scrivania", "status": [True, False, False]}
    for key, value in (("id", desk.id), ("name", "Scrivania"), ("type", "multisocket")):
        assert await call("GET", sockets(home, key, value)) == (200, {"plugs": [entry]})
    path = sockets(home, "id", desk.id)
    assert await call("POST", path, {"status": [False, True]}) == (200, None)
    _, body = await call("GET", path)
    assert body["plugs"][0]["status"] == [False, True, False]
    _, lamp = await call("GET", sockets(home, "type", "wifisocket"))
    assert lamp["plugs"][0]["status"] == [True]


async def test_multisocket_refuses_in_the_words_of_the_original(world: World) -> None:
    call, home = world.calls["multisocket"], world.homes["multisocket"]
    path = sockets(home, "id", home.modules[0].id)
    assert await call("GET", sockets(home, "name", "x")) == refused(404, "No Plug were found.")
    assert await call("GET", sockets(home, "size", "x")) == refused(400, "Bad request")
    assert await call("POST", path, {}) == refused(400, "A parameter is missing")
    wrong = refused(400, "One of the specified parameter should be an array")
    assert await call("POST", path, {"status": True}) == wrong
    assert await call("POST", path, {"status": [True] * 4}) == refused(400, "Bad request")
    assert (await call("GET", path, who="berta"))[0] == 404
    foreign = sockets(world.homes["smarther"], "type", "multisocket")
    assert await call("GET", foreign) == refused(404, "Resource not found")
    await world.park.set_online(home.modules[0].id, False)
    assert await call("GET", path) == refused(404, "Gateway Offline")
    assert await call("POST", path, {"status": [True]}) == refused(404, "Gateway Offline")


# ---- MyHOME_Up


async def test_topology_goes_floor_by_floor(world: World) -> None:
    call, home = world.calls["myhome-up-v1.0"], world.homes["myhome_up"]
    listed = {"id": home.plant.id, "name": "Albergo Aurora", "type": "Hotel"}
    assert await call("GET", "/plants") == (200, {"plants": [listed]})
    assert await call("GET", "/plants", who="berta") == (200, {"plants": []})
    _, body = await call("GET", f"/plants/{home.plant.id}/topology")
    plant = body["plant"]
    assert list(plant) == ["id", "internalId", "name", "type", "floors"]
    ground, first = plant["floors"]
    assert (ground["name"], first["name"]) == ("Piano terra", "Primo piano")
    assert [one["name"] for one in first["ambients"]] == ["Camera 101", "Camera 102"]
    lamp = first["ambients"][0]["modules"][0]
    assert list(lamp) == [
        *("device", "system", "id", "internalId", "name", "deviceType", "metrics"),
    ]
    assert (lamp["device"], lamp["system"], lamp["name"]) == ("Light", "Lighting", "Luce 101")
    again = await call("GET", f"/plants/{home.plant.id}/topology")
    assert again == (200, body), "internal ids stay the same"
    assert (await call("GET", f"/plants/{GONE}/topology"))[0] == 404
    other = world.homes["home_control"].plant.id
    assert (await call("GET", f"/plants/{other}/topology"))[0] == 404


# ---- Emergency Lighting


async def test_what_fails_is_reported(world: World) -> None:
    call, home = world.calls["emergency-lighting"], world.homes["emergency_lighting"]
    path = f"/sites/{home.plant.id}/controllers"
    _, before = await call("GET", path)
    assert [one["name"] for one in before] == ["Scala nord", "Palestra", "Telecomando"]
    assert all(one["status"] == 0 and one["failures"] == [] for one in before)
    await world.park.touch(home.module("Palestra").id, emergency.Fault(0b100001))
    await world.park.touch(home.module("Telecomando").id, emergency.Fault(0b10))
    _, after = await call("GET", path)
    assert after[1]["alert"] is True
    assert after[1]["failures"] == [
        {"flag": 1, "failureType": "BLOCK.FAULTY_COMMUNICATION"},
        {"flag": 32, "failureType": "BLOCK.FAULTY_BATTERY"},
    ]
    assert after[2]["failures"][0]["failureType"] == "REMOTE.STATUS.BUS_SHORT_CIRCUIT"
    assert (await call("GET", path, who="berta"))[0] == 404
    other = world.homes["smarther"].plant.id
    assert (await call("GET", f"/sites/{other}/controllers"))[0] == 404


async def test_flags_are_decoded_by_reference(world: World) -> None:
    call = world.calls["emergency-lighting"]

    async def decode(reference: str, flag: object) -> Any:
        return await call("GET", f"/failures?reference={reference}&failureFlag={flag}")

    assert await decode("662602", 0) == (200, [{"flag": 0, "failureType": "BLOCK.OK"}])
    _, found = await decode("662701", 512)
    assert found == [{"flag": 512, "failureType": "REMOTE.STATUS.OUT_SUPERVISION"}]
    for reference, flag in (("662602", 512), ("111111", 1), ("x", 1), ("662602", "x")):
        assert await decode(reference, flag) == refused(400, "Bad request")


# ---- Classe 100X


async def test_a_ticket_says_who_may_call_what(world: World, clock: Clock) -> None:
    call, home = world.calls["classe-100x"], world.homes["classe_100x"]
    path = f"/plants/{home.plant.id}/devices/{home.modules[0].id}/callhome"
    status, body = await call("GET", path)
    (unit,) = body["audiovideounits"]
    assert (status, unit["sender"]["plant"]["id"]) == (200, home.plant.id)
    claims = msgspec.json.decode(base64.urlsafe_b64decode(unit["ticket"].split(".")[1] + "=="))
    assert (claims["sub"], claims["device"]) == ("anna", home.modules[0].id)
    assert claims["exp"] - claims["iat"] == 300
    await world.park.touch(home.modules[0].id, doorentry.Ring())
    assert (await call("GET", path))[0] == 200
    await world.park.set_online(home.modules[0].id, False)
    assert await call("GET", path) == refused(404, "Gateway Offline")
    assert (await call("GET", path, who="berta"))[0] == 404


# ---- Smarther v1.0, and the borders between APIs


async def test_measures_of_the_first_version(world: World) -> None:
    home, second = world.homes["smarther"], world.calls["smarther-v2.0"]
    tail = (
        f"/chronothermostat/thermoregulation/addressLocation/plants/{home.plant.id}"
        f"/modules/parameter/id/value/{home.modules[0].id}/measures"
    )
    call = world.calls["smarther-v1.0"]
    assert await call("GET", f"/v1.0{tail}") == await second("GET", tail)
    assert await call("GET", f"/v3.0{tail}") == refused(404, "Resource not found")
    light = world.homes["home_control"].module("Luce cucina")
    elsewhere = tail.replace(home.plant.id, light.plant_id).replace(home.modules[0].id, light.id)
    assert await call("GET", f"/v1.0{elsewhere}") == refused(404, "Resource not found")


async def test_members_see_what_is_shared(world: World, clock: Clock) -> None:
    home = world.homes["multisocket"]
    await world.database.write(share_plant, "anna", home.plant.id, "berta", clock.now())
    call = world.calls["multisocket"]
    path = sockets(home, "id", home.modules[0].id)
    assert (await call("GET", path, who="berta"))[0] == 200


def test_a_socket_ignores_outlets_that_it_does_not_have() -> None:
    from workswith.devices.simulators.multisocket import SIMULATOR, begin

    body = SIMULATOR.body_of("{}", '{"outlets":2}', "Europe/Rome", USUAL_PACE)
    state = begin(body, 0, 0)
    step = SIMULATOR.step(body, state, 5, multisocket.Command((False,)))
    assert step.reading == multisocket.Reading((False, False), 5)


def test_a_door_unit_rings_for_half_a_minute() -> None:
    from workswith.devices.simulators.doorentry import SIMULATOR, begin

    body = SIMULATOR.body_of("{}", "{}", "Europe/Rome", USUAL_PACE)
    rung = SIMULATOR.step(body, begin(body, 0, 0), 5, doorentry.Ring())
    assert rung.reading == doorentry.Reading(ringing=True, rings=1, at=5)
    ahead = SIMULATOR.foresee(body, rung.state)
    assert (ahead.wake_at, ahead.step.reading.ringing) == (5 + doorentry.RINGS_FOR, False)

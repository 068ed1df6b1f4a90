"""Home + Control on a simulated home: what it answers, what it takes, what it refuses."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.apis.caller import EVERYTHING, Caller
from tests.devices.conftest import SETTINGS
from workswith.apis import catalogue
from workswith.apis.home_control_modules import FAMILIES
from workswith.devices.homes import Home, furnish
from workswith.devices.park import Park
from workswith.devices.plants import ambients_of
from workswith.devices.scenes import Scenes, scenes_of
from workswith.devices.twin import Twin
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import HOUR, MINUTE, SECOND, Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor
from workswith.webhooks.settings import Settings
from workswith.webhooks.subscriptions import Subscriptions

FORM = "application/x-www-form-urlencoded"
PATHS = {
    "light": "light/lighting",
    "plug": "plug/energy",
    "automation": "automation/automation",
    "heater": "heater/comfort",
    "remote": "remote/remote",
    "energymeter": "meter/energy",
}
LISTS = {
    **{device: f"{device}s" for device in PATHS},
    "energymeter": "energymeters",
}
GONE = "0" * 32


class World:
    """The furnished home of ``anna``, another of ``berta``, and a caller."""

    def __init__(
        self, database: Database, clock: Clock, bells: Bells, ident: Ident, homes: tuple[Home, ...]
    ) -> None:
        self.database, self.clock = database, clock
        self.park = Park(database, clock, bells, SETTINGS)
        self.supervisor = Supervisor(clock, bells)
        self.supervisor.add(self.park)
        twin = Twin(database, clock, self.park, SETTINGS)
        hooks = Subscriptions(database, clock, ident, Cipher(bytes(32)), Settings())
        scenes = Scenes(database, clock, bells, twin)
        apis = catalogue.apis(database, twin, scenes, hooks, b"key")
        (api,) = [one for one in apis if one.document.slug == "home-control-v1.0"]
        self.call = Caller(api, clock)
        self.home, self.other = homes
        self.smarther = next(one for one in apis if one.document.slug == "smarther-v2.0")

    @property
    def plant(self) -> str:
        return self.home.plant.id

    def of(self, device: str, name: str = "", ident: str = "") -> str:
        """The path of one module, or of what has the id ``ident``."""
        wanted = ident or self.named(device, name)
        return f"{self.several(device)}/modules/parameter/id/value/{wanted}"

    def several(self, device: str) -> str:
        return f"/{PATHS[device]}/addressLocation/plants/{self.plant}"

    def named(self, device: str, name: str = "") -> str:
        return next(
            one.id for one in self.home.modules if one.device == device and name in one.name
        )

    async def ambient(self, device: str, name: str) -> str:
        ambients = await ambients_of(self.database, "anna", self.plant)
        ident = next(one.id for one in ambients if one.name == name)
        return f"{self.several(device)}/ambients/parameter/id/value/{ident}"

    async def one(self, device: str, name: str = "") -> dict[str, Any]:
        status, body = await self.call("GET", self.of(device, name))
        assert status == 200
        only: dict[str, Any]
        (only,) = body[LISTS[device]]
        return only


@pytest.fixture
async def world(database: Database, clock: Clock, bells: Bells, ident: Ident) -> World:
    mine = await database.write(furnish, "anna", ident, "one_of_each", clock.now())
    theirs = await database.write(furnish, "berta", ident, "one_of_each", clock.now())
    return World(database, clock, bells, ident, (*mine, *theirs))


def error(status: int, message: str, internal: str = "") -> tuple[int, dict[str, Any]]:
    only = {"userMessage": message, "internalMessage": internal or message, "code": status}
    return status, {"errors": [only]}


# ---- reading


async def test_plants_with_and_without_a_slash(world: World) -> None:
    listed = {"id": world.plant, "name": "Casa Verde", "country": "IT"}
    assert await world.call("GET", "/plants") == (200, {"plants": [listed]})
    assert await world.call("GET", "/plants/") == (200, {"plants": [listed]})
    assert await world.call("GET", "/plants", who="nobody") == (200, {"plants": []})
    assert len(world.plant) == 32


async def test_topology_has_ambients_and_what_is_in_none(world: World) -> None:
    _, body = await world.call("GET", f"/plants/{world.plant}/topology")
    plant = body["plant"]
    assert list(plant) == ["id", "ambients", "modules"]
    rooms = {one["name"]: one for one in plant["ambients"]}
    assert rooms["Garage"]["modules"] == []
    assert [one["name"] for one in plant["modules"]] == ["Comando generale"]
    plug = next(one for one in rooms["Cucina"]["modules"] if one["device"] == "plug")
    assert list(plug) == ["id", "name", "hw_type", "type", "device"]
    listed = [m for room in rooms.values() for m in room["modules"]] + plant["modules"]
    assert {one["id"] for one in listed} == {one.id for one in world.home.modules}


async def test_plant_status_lists_every_module_once(world: World) -> None:
    _, body = await world.call("GET", f"/plants/{world.plant}")
    lists = body["modules"]
    assert list(lists) == ["lights", "plugs", "automations", "energymeters", "remotes", "heaters"]
    listed = [one["sender"]["plant"]["module"]["id"] for each in lists.values() for one in each]
    assert sorted(listed) == sorted(one.id for one in world.home.modules)
    for device, name in LISTS.items():
        assert lists[name], f"the home has no {device}"
        assert await world.one(device) == lists[name][0]


async def test_lists_stay_empty_without_their_scope(world: World) -> None:
    scopes = EVERYTHING - {"light.read"}
    _, body = await world.call("GET", f"/plants/{world.plant}", scopes=scopes)
    assert body["modules"]["lights"] == []
    assert body["modules"]["plugs"] != []


async def test_what_cannot_be_reached_keeps_its_last_values(world: World) -> None:
    path = world.of("light", "soggiorno")
    await world.call("POST", path, {"level": 35})
    await world.park.set_online(world.named("light", "soggiorno"), False)
    light = await world.one("light", "soggiorno")
    assert (light["reachable"], light["status"], light["level"]) == (False, "on", 35)
    assert await world.call("POST", path, {"status": "off"}) == error(404, "Gateway Offline")


# ---- commanding


@pytest.mark.parametrize(
    ("device", "name", "body", "shown"),
    [
        ("light", "cucina", {"status": "on"}, {"status": "on"}),
        ("light", "soggiorno", {"level": 35}, {"status": "on", "level": 35}),
        ("light", "soggiorno", {"status": "on", "level": 80}, {"status": "on", "level": 80}),
        ("plug", "Frigorifero", {"status": "off"}, {"status": "off"}),
        ("heater", "", {"mode": "away"}, {"mode": "away"}),
        ("heater", "", {"mode": "frost_guard"}, {"mode": "frost_guard"}),
        ("plug", "Lavatrice", {"status": "on", "surplus": [1], "ids": ["string"]}, {}),
    ],
)
async def test_one_module_is_commanded(
    world: World, device: str, name: str, body: Any, shown: Mapping[str, Any]
) -> None:
    assert await world.call("POST", world.of(device, name), body) == (200, None)
    assert shown.items() <= (await world.one(device, name)).items()


@pytest.mark.parametrize("name", ["Tapparella", "Tenda"])
async def test_a_shutter_travels_and_stops(world: World, name: str) -> None:
    path = world.of("automation", name)
    for body in ({"level": 0}, {"ids": ["string"], "level": 100}):
        assert await world.call("POST", path, body) == (200, None)
        await world.supervisor.advance(world.clock.now() + MINUTE)
    assert (await world.one("automation", name))["level"] == 100
    await world.call("POST", path, {"level": 0})
    await world.supervisor.advance(world.clock.now() + 8 * SECOND)
    assert await world.call("POST", path, {"level": -1}) == (200, None)
    stopped = (await world.one("automation", name))["level"]
    assert stopped == 50 if name == "Tapparella" else 0 < stopped < 100


async def test_a_form_is_as_good_as_json(world: World) -> None:
    plug, dimmer = world.of("plug", "Frigorifero"), world.of("light", "soggiorno")
    assert await world.call("POST", plug, b"status=off", content_type=FORM) == (200, None)
    assert (await world.one("plug", "Frigorifero"))["status"] == "off"
    assert await world.call("POST", dimmer, b"level=20", content_type=FORM) == (200, None)
    assert (await world.one("light", "soggiorno"))["level"] == 20
    several = f"ids={world.named('plug', 'Frigo')}&ids={world.named('plug', 'Tele')}&status=on"
    sent = several.encode()
    assert await world.call("POST", world.several("plug"), sent, content_type=FORM) == (200, None)
    assert (await world.one("plug", "Frigorifero"))["status"] == "on"
    plain = await world.call("POST", plug, b'{"status":"on"}', content_type="text/plain")
    assert plain[0] == 400


async def test_several_modules_are_commanded_or_none(world: World) -> None:
    lights = [world.named("light", "cucina"), world.named("light", "soggiorno")]
    path = world.several("light")
    assert await world.call("POST", path, {"ids": lights, "status": "on"}) == (200, None)
    assert [(await world.one("light", n))["status"] for n in ("cucina", "soggiorno")] == ["on"] * 2
    plug = world.named("plug")
    for wrong in (GONE, plug, world.other.modules[0].id):
        ids = [lights[0], wrong]
        refused = await world.call("POST", path, {"ids": ids, "status": "off"})
        assert refused == error(404, "Resource not found")
    refused = await world.call("POST", path, {"ids": lights, "level": 50})
    assert refused[0] == 400, "one of them cannot be dimmed"
    assert (await world.one("light", "cucina"))["status"] == "on"


async def test_an_ambient_is_commanded_and_read(world: World) -> None:
    kitchen, garage = await world.ambient("plug", "Cucina"), await world.ambient("plug", "Garage")
    assert await world.call("POST", kitchen, {"status": "off"}) == (200, None)
    _, body = await world.call("GET", kitchen)
    assert [one["status"] for one in body["plugs"]] == ["off"] * 3
    assert (await world.one("plug", "Televisione"))["status"] == "on"
    assert await world.call("POST", garage, {"status": "off"}) == (200, None)
    assert await world.call("GET", garage) == (200, {"plugs": []})
    gone = f"{world.several('plug')}/ambients/parameter/id/value/{GONE}"
    assert await world.call("POST", gone, {"status": "off"}) == error(404, "Resource not found")
    assert await world.call("GET", gone) == error(404, "Resource not found")


BAD: Mapping[str, tuple[Any, ...]] = {
    "light": ({}, {"status": True}, {"status": "dim"}, {"level": 101}, {"level": -1}, {"level": "5"}),
    "plug": ({}, {"status": "ON"}, {"status": None}, {"level": 3}, [], "on"),
    "automation": ({}, {"level": -2}, {"level": 101}, {"level": 1.5}, {"level": "100"}),
    "heater": ({}, {"mode": "eco"}, {"mode": "COMFORT"}, {"mode": 1}),
}  # fmt: skip


@pytest.mark.parametrize("device", BAD)
async def test_wrong_input_is_always_400(world: World, device: str) -> None:
    for body in (*BAD[device], b"{", b'{"status":"on","status":"off"}'):
        status, said = await world.call("POST", world.of(device), body)
        assert (status, said["errors"][0]["code"]) == (400, 400), body
        if isinstance(body, dict):
            several = {**body, "ids": [world.named(device)]}
            assert (await world.call("POST", world.several(device), several))[0] == 400, body
    for ids in ([], "all", [1], None):
        body = {"status": "on", "level": 0, "mode": "away", "ids": ids}
        assert (await world.call("POST", world.several(device), body))[0] == 400


async def test_a_light_that_cannot_be_dimmed_says_so(world: World) -> None:
    status, body = await world.call("POST", world.of("light", "cucina"), {"level": 30})
    assert status == 400
    assert body["errors"][0]["internalMessage"] != "Bad request"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.device)
async def test_a_module_answers_only_as_what_it_is_and_to_whom_it_belongs(
    world: World, family: Any
) -> None:
    unknown = error(404, "Resource not found")
    other = next(one.id for one in world.home.modules if one.device != family.device)
    theirs = next(one.id for one in world.other.modules if one.device == family.device)
    bodies = {"light": {"status": "on"}, "plug": {"status": "on"}, "automation": {"level": 0}}
    for ident in (other, theirs, GONE):
        path = world.of(family.device, ident=ident)
        assert await world.call("GET", path) == unknown
        if family.command:
            body = bodies.get(family.device, {"mode": "away"})
            assert await world.call("POST", path, body) == unknown
    mine = world.of(family.device)
    assert await world.call("GET", mine, who="berta") == unknown
    assert await world.call("GET", mine.replace(world.plant, world.other.plant.id)) == unknown


# ---- scenes and energy


async def test_scenes_are_listed_and_run(world: World) -> None:
    path = f"/scene/comfort/addressLocation/plants/{world.plant}"
    _, body = await world.call("GET", path)
    names = [one["name"] for one in body["scenes"]]
    assert names == ["home", "away", "day", "night", "custom_1"]
    assert body["scenes"][4]["friendlyName"] == "Film"
    assert "friendlyName" not in body["scenes"][0]
    film = body["scenes"][4]["sender"]["plant"]["module"]["id"]
    assert len(film) == 32
    run = f"{path}/modules/parameter/id/value/{film}"
    assert await world.call("POST", run, {"enable": True}) == (200, None)
    assert (await world.one("light", "soggiorno"))["level"] == 20
    for wrong in ({}, {"enable": False}, {"enable": "true"}):
        assert (await world.call("POST", run, wrong))[0] == 400
    assert await world.call("POST", run, b"enable=true", content_type=FORM) == (200, None)
    theirs = (await scenes_of(world.database, "berta", world.other.plant.id))[0].id
    for ident in (GONE, theirs):
        gone = run.replace(film, ident)
        assert await world.call("POST", gone, {"enable": True}) == error(404, "Resource not found")


async def test_a_scene_leaves_out_what_cannot_be_reached(world: World) -> None:
    await world.park.set_online(world.named("light", "cucina"), False)
    path = f"/scene/comfort/addressLocation/plants/{world.plant}"
    home = (await scenes_of(world.database, "anna", world.plant))[0]
    run = f"{path}/modules/parameter/id/value/{home.id}"
    await world.call("POST", world.of("heater"), {"mode": "away"})
    assert await world.call("POST", run, {"enable": True}) == (200, None)
    assert (await world.one("heater"))["mode"] == "comfort"


async def test_consumptions_are_the_full_hours_of_a_day(world: World) -> None:
    path = f"{world.of('energymeter')}/consumptions"
    _, before = await world.call("GET", path)
    assert before["energymeters"][0]["consumptions"] == []
    await world.supervisor.advance(world.clock.now() + 30 * HOUR + 20 * MINUTE)
    raw_status, raw = await world.call.raw("GET", path)
    assert raw_status == 200
    assert 1_690 <= len(raw) <= 1_790, "the captured answer had 1749 bytes"
    _, body = await world.call("GET", path)
    listed = body["energymeters"][0]["consumptions"]
    assert len(listed) == 24
    assert all(one["value"] > 0 and one["timestamp"].endswith(":00:00+00:00") for one in listed)
    stamps = [one["timestamp"] for one in listed]
    assert stamps == sorted(stamps, reverse=True)
    assert (await world.call("GET", path, who="berta"))[0] == 404


# ---- notifications


async def test_a_plant_is_subscribed_once_the_webhook_is_known(world: World) -> None:
    plain = {"plantid": world.plant}
    unknown = error(
        400, "Bad request", "EndPointUrl is missing, and the application has no webhook yet."
    )
    assert await world.call("POST", "/addsubscription", plain) == unknown
    url = "https://app.example/hc"
    first = {**plain, "EndPointUrl": url}
    assert await world.call("POST", "/addsubscription", first) == (200, None)
    assert await world.call("POST", "/addsubscription", plain) == (200, None), "again: no change"
    _, body = await world.call("GET", "/subscriptions")
    (only,) = body["subscriptions"]
    assert (only["plantid"], only["EndPointUrl"]) == (world.plant, url)
    theirs = {"plantid": world.other.plant.id}
    assert await world.call("POST", "/addsubscription", theirs, who="berta") == (200, None)
    assert (await world.call("POST", "/addsubscription", theirs))[0] == 404
    end = f"/plants/{world.plant}/subscriptions/{only['id']}"
    assert (await world.call("DELETE", end, who="berta"))[0] == 404
    assert await world.call("DELETE", end) == (200, None)
    assert (await world.call("DELETE", end))[0] == 404
    assert await world.call("GET", "/subscriptions") == (200, {"subscriptions": []})


async def test_a_subscriber_needs_every_read_scope(world: World) -> None:
    body = {"plantid": world.plant, "EndPointUrl": "https://app.example/hc"}
    refused = await world.call("POST", "/addsubscription", body, scopes=EVERYTHING - {"meter.read"})
    wanted = "The access token lacks the scope meter.read."
    assert refused == error(403, "Operation forbidden", wanted)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"plantId": "x"},
        {"plantid": 1},
        {"plantid": ""},
        {"plantid": "{plant}", "EndPointUrl": "http://app.example/"},
        {"plantid": "{plant}", "EndPointUrl": "https://127.0.0.1/"},
        {"plantid": "{plant}", "EndPointUrl": "x"},
    ],
)
async def test_what_is_no_subscription_is_400(world: World, body: dict[str, Any]) -> None:
    body = {name: world.plant if text == "{plant}" else text for name, text in body.items()}
    assert (await world.call("POST", "/addsubscription", body))[0] == 400

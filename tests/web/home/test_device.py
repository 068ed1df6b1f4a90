"""Every kind of device has its buttons, and they are touches of its own controls. [END-1 DEV-2]"""

from typing import Any

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from tests.web.wiring import Parts
from workswith.devices.heater import Mode
from workswith.devices.kinds import KINDS
from workswith.devices.park import Park
from workswith.devices.plants import modules_of
from workswith.devices.scenes import scenes_of
from workswith.devices.thermostat import DEVICE as THERMOSTAT
from workswith.identity.account import Account
from workswith.kernel.clock import MINUTE
from workswith.web.home.states import gadget, kind_name
from workswith.web.site.house import House
from workswith.web.site.services import Services


async def press(browser: Browser, address: str, **fields: str) -> None:
    await browser.open(address)
    csrf = browser.form("csrf").values["csrf"][0]
    await browser.post(address, csrf=csrf, **fields)
    await browser.follow()


async def test_every_button_on_every_page_does_something_and_shows_it(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    """Of each kind that is no thermostat: no button that is shown is refused."""
    await furnished(grace, "one_of_each_api")
    await browser.sign_in(grace.email, PASSWORD, "/home")
    met, house = set(), House(services)
    for plant in await services.homes.of(grace.id):
        for module in await modules_of(services.database, grace.id, plant.id):
            met.add(module.device)
            address = f"/home/{plant.id}/devices/{module.id}"
            await browser.open(address)
            assert kind_name(module.device, house) in browser.text
            snapshot = await services.twin.read(grace.id, plant.id, module.id, last_known=True)
            for button in gadget(snapshot, module, house).buttons:
                assert button.label in browser.text
                await press(browser, address, touch=button.touch, value=button.value)
                assert browser.page.status_code == 200
                assert "notice bad" not in browser.page.text, (module.device, button)
    assert met | {THERMOSTAT} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "fields", "seen"),
    [
        ("Luce cucina", {"touch": "on"}, lambda r: r.on),
        ("Luce soggiorno", {"touch": "level", "level": "35"}, lambda r: (r.on, r.level) == (True, 35)),
        ("Televisione", {"touch": "off"}, lambda r: not r.on),
        ("Tapparella camera", {"touch": "open"}, lambda r: r.level == 100),
        ("Tenda soggiorno", {"touch": "level", "level": "30"}, lambda r: r.level == 30),
        ("Radiatore camera", {"touch": "mode", "value": "frost_guard"},
         lambda r: r.mode is Mode.FROST_GUARD),
        ("Comando letto", {"touch": "press", "value": "2"}, lambda r: (r.presses, r.button) == (1, 2)),
    ],
)  # fmt: skip
async def test_what_is_pressed_happens(
    browser: Browser,
    services: Services,
    parts: Parts,
    grace: Account,
    furnished: Furnish,
    *,
    name: str,
    fields: dict[str, str],
    seen: Any,
) -> None:
    home = await furnished(grace, "one_of_each")
    module = home.module(name)
    await browser.sign_in(grace.email, PASSWORD, "/home")
    await press(browser, f"/home/{home.plant.id}/devices/{module.id}", **fields)
    parts.clock.jump(parts.clock.now() + MINUTE)
    await parts.park.turn(parts.clock.now())
    read = await services.twin.read(grace.id, home.plant.id, module.id)
    assert seen(read.reading), read.reading


async def test_a_card_has_buttons_that_lead_back_to_the_home(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "one_of_each")
    module = home.module("Luce cucina")
    await browser.sign_in(grace.email, PASSWORD, f"/home/{home.plant.id}")
    csrf = browser.form("back", "touch").values["csrf"][0]
    address = f"/home/{home.plant.id}/devices/{module.id}"
    await browser.post(address, csrf=csrf, touch="on", back="home")
    assert browser.location == f"/home/{home.plant.id}"
    assert (await services.twin.read(grace.id, home.plant.id, module.id)).reading.on


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("Luce cucina", {"touch": "explode"}, 400),
        ("Luce cucina", {}, 400),
        ("Luce cucina", {"touch": "level", "level": "50"}, 200),
        ("Luce soggiorno", {"touch": "level", "level": "101"}, 200),
        ("Luce soggiorno", {"touch": "level", "level": "-1"}, 200),
        ("Luce soggiorno", {"touch": "level", "level": "٣"}, 200),
        ("Radiatore camera", {"touch": "mode", "value": "hot"}, 400),
        ("Comando letto", {"touch": "press", "value": "9"}, 400),
        ("Contatore", {"touch": "on"}, 400),
    ],
)
async def test_buttons_that_do_not_exist_do_nothing(
    browser: Browser,
    park: Park,
    grace: Account,
    furnished: Furnish,
    *,
    name: str,
    fields: dict[str, str],
    status: int,
) -> None:
    """A level that cannot be is a sentence on the page, a button that cannot be an error."""
    home = await furnished(grace, "one_of_each")
    module = home.module(name)
    before = await park.said(module.id)
    await browser.sign_in(grace.email, PASSWORD, "/home")
    await press(browser, f"/home/{home.plant.id}/devices/{module.id}", **fields)
    assert browser.page.status_code == status
    if status == 200:
        assert "notice bad" in browser.page.text
    assert await park.said(module.id) == before


async def test_what_is_out_of_reach_says_so_and_when_it_was_heard(
    browser: Browser,
    services: Services,
    parts: Parts,
    grace: Account,
    furnished: Furnish,
) -> None:
    home = await furnished(grace, "one_of_each")
    module = home.module("Luce cucina")
    await parts.park.set_online(module.id, online=False)
    parts.clock.jump(parts.clock.now() + 5 * MINUTE)
    await browser.sign_in(grace.email, PASSWORD, f"/home/{home.plant.id}")
    assert "Offline" in browser.text
    assert "5 minutes ago" in browser.text
    address = f"/home/{home.plant.id}/devices/{module.id}"
    await press(browser, address, touch="on")
    assert "These are the last values that it told." in browser.text
    await parts.park.set_online(module.id, online=True)
    assert (await services.twin.read(grace.id, home.plant.id, module.id)).reading.on


async def test_a_scene_runs(
    browser: Browser, services: Services, park: Park, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "one_of_each")
    await browser.sign_in(grace.email, PASSWORD, f"/home/{home.plant.id}")
    assert "I go out" in browser.text
    csrf = browser.form("csrf").values["csrf"][0]
    scenes = await scenes_of(services.database, grace.id, home.plant.id)
    away = next(one for one in scenes if one.name == "away")
    await browser.open(f"/home/{home.plant.id}")
    await browser.post(f"/home/{home.plant.id}/scenes/{away.id}", csrf=csrf)
    await browser.follow()
    assert "The scene has run." in browser.text
    television = home.module("Televisione").id
    assert not (await services.twin.read(grace.id, home.plant.id, television)).reading.on
    await park.set_online(television, online=False)
    await browser.post(f"/home/{home.plant.id}/scenes/{away.id}", csrf=csrf)
    await browser.follow()
    assert "not every device could be reached" in browser.text


async def test_a_thermostat_has_a_page_of_its_own(
    browser: Browser, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    path = f"{home.plant.id}/devices/{home.modules[0].id}"
    await browser.sign_in(grace.email, PASSWORD, f"/home/{path}")
    assert browser.page.url.path == f"/home/{path}".replace("devices", "thermostats")

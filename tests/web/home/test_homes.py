"""Homes and thermostats as their owner sees and touches them. [END-1 END-3 DEV-2]"""

from typing import Any

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from tests.web.wiring import Parts
from workswith.devices.app_accounts import expire_password, expire_terms
from workswith.devices.homes import Home
from workswith.devices.park import Park
from workswith.devices.thermostat import Command, Function, Mode, Reading
from workswith.identity.account import Account
from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.problem import Kind, Problem
from workswith.web.home.dial import dial
from workswith.web.site.services import Services


def address(home: Home) -> str:
    return f"/home/{home.plant.id}/thermostats/{home.modules[0].id}"


async def reading(services: Services, owner: Account, home: Home) -> Reading:
    read = await services.twin.read(owner.id, home.plant.id, home.modules[0].id)
    assert isinstance(read.reading, Reading)
    return read.reading


async def touch(browser: Browser, home: Home, button: str, **more: str) -> None:
    await browser.open(address(home))
    token = browser.form("csrf").values["csrf"][0]
    await browser.post(address(home), csrf=token, touch=button, **more)
    await browser.follow()
    assert browser.page.status_code == 200


async def test_homes_rooms_and_temperatures(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "house")
    await browser.sign_in(grace.email, PASSWORD, "/home")
    for words in ("Casa al Lago", "Piano Terra", "Primo Piano", "Mansarda"):
        assert words in browser.text
    said = await reading(services, grace, home)
    assert f"{said.temperature / 10:.1f}°" in browser.text
    await browser.open(f"/home/{home.plant.id}")
    assert home.modules[0].id in browser.text
    await browser.open(address(home))
    assert f"{said.set_point / 10:.1f}°" in browser.text


@pytest.mark.parametrize(
    ("button", "more", "mode"),
    [
        ("warmer", {}, Mode.MANUAL),
        ("cooler", {}, Mode.MANUAL),
        ("manual", {}, Mode.MANUAL),
        ("off", {}, Mode.OFF),
        ("protection", {}, Mode.PROTECTION),
        ("automatic", {"automatic": "2"}, Mode.AUTOMATIC),
        ("boost", {"boost": "60"}, Mode.BOOST),
    ],
)
async def test_every_button_does_what_it_says(
    browser: Browser,
    services: Services,
    grace: Account,
    furnished: Furnish,
    *,
    button: str,
    more: dict[str, str],
    mode: Mode,
) -> None:
    home = await furnished(grace)
    before = await reading(services, grace, home)
    await browser.sign_in(grace.email, PASSWORD, address(home))
    await touch(browser, home, button, **more)
    after = await reading(services, grace, home)
    assert after.mode is mode
    if button in ("warmer", "cooler"):
        assert after.set_point - before.set_point == (5 if button == "warmer" else -5)
    if button == "automatic":
        assert after.program == 2
    if button == "boost":
        assert after.activation_end == services.clock.now() + 60 * MINUTE
        assert "until 2:00" in browser.text.replace("\u202f", " "), "as clocks in the home show it"


async def test_a_touch_keeps_remote_commands_away_but_not_the_next_touch(
    browser: Browser, services: Services, parts: Parts, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    await browser.sign_in(grace.email, PASSWORD, address(home))
    before = await reading(services, grace, home)
    await touch(browser, home, "warmer")
    await touch(browser, home, "warmer")
    assert (await reading(services, grace, home)).set_point == before.set_point + 10
    off = Command(Function.HEATING, Mode.OFF)
    names = (grace.id, home.plant.id, home.modules[0].id)
    with pytest.raises(Problem) as busy:
        await services.twin.command(*names, off)
    assert busy.value.kind is Kind.BUSY
    parts.clock.jump(parts.clock.now() + 10 * SECOND)
    await services.twin.command(*names, off)


async def test_a_locked_display_takes_no_touch_until_it_is_unlocked(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    before = await reading(services, grace, home)
    await browser.sign_in(grace.email, PASSWORD, address(home))
    token = browser.form("csrf").values["csrf"][0]
    await browser.post(address(home) + "/lock", csrf=token, locked="yes")
    await touch(browser, home, "warmer")
    assert "The display is locked." in browser.text
    assert (await reading(services, grace, home)).set_point == before.set_point
    await browser.post(address(home) + "/lock", csrf=token, locked="no")
    await touch(browser, home, "warmer")
    assert (await reading(services, grace, home)).set_point == before.set_point + 5


async def test_buttons_that_do_not_exist_do_nothing(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    before = await reading(services, grace, home)
    await browser.sign_in(grace.email, PASSWORD, address(home))
    token = browser.form("csrf").values["csrf"][0]
    await browser.post(address(home), csrf=token, touch="explode")
    assert browser.page.status_code == 400
    await browser.post(address(home), csrf=token, touch="automatic", automatic="11")
    await browser.follow()
    assert "has no program 11" in browser.text
    assert await reading(services, grace, home) == before


async def test_nobody_sees_or_touches_the_home_of_another(
    browser: Browser, services: Services, ada: Account, grace: Account, furnished: Furnish
) -> None:
    """IDOR: every address of one person's home, opened by another."""
    home, own = await furnished(grace), await furnished(ada)
    before = await reading(services, grace, home)
    await browser.sign_in(ada.email, PASSWORD, "/home")
    token = browser.form("csrf").values["csrf"][0]
    mixed = f"/home/{own.plant.id}/thermostats/{home.modules[0].id}"
    for path in (
        f"/home/{home.plant.id}",
        address(home),
        mixed,
        "/home/x",
        "/home/x/thermostats/y",
    ):
        await browser.get(path)
        assert browser.page.status_code == 404, path
    for path in (address(home), mixed):
        await browser.post(path, csrf=token, touch="off")
        assert browser.page.status_code == 404, path
    assert await reading(services, grace, home) == before


async def test_a_touch_needs_the_token(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    await browser.sign_in(grace.email, PASSWORD, address(home))
    await browser.post(address(home), touch="off")
    assert browser.page.status_code == 403
    assert (await reading(services, grace, home)).mode is Mode.AUTOMATIC


async def test_an_offline_thermostat_shows_what_it_told_last(
    browser: Browser, services: Services, park: Park, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace)
    said = await reading(services, grace, home)
    await park.set_online(home.modules[0].id, False)
    await browser.sign_in(grace.email, PASSWORD, "/home")
    assert "Offline" in browser.text
    await browser.open(address(home))
    assert "is not connected" in browser.text
    assert f"{said.temperature / 10:.1f}°" in browser.text


@pytest.mark.parametrize("expire", [expire_password, expire_terms])
async def test_what_expired_in_the_app_is_renewed_here(
    browser: Browser, parts: Parts, grace: Account, furnished: Furnish, expire: Any
) -> None:
    """The ways out of 469 and 470. [DEV-3]"""
    home = await furnished(grace)
    await parts.database.write(expire, grace.id, parts.clock.now())
    await browser.sign_in(grace.email, PASSWORD, address(home))
    assert browser.page.url.path == "/home"
    assert "no application can reach your homes" in browser.text
    form = browser.form("csrf")
    action = "/account/app/password" if expire is expire_password else "/account/app/terms"
    await browser.post(action, csrf=form.values["csrf"][0])
    await browser.follow()
    assert home.plant.name in browser.text


async def test_a_simulated_home_can_be_had(browser: Browser, grace: Account) -> None:
    await browser.sign_in(grace.email, PASSWORD, "/home/new")
    form = browser.form("template")
    await browser.send(form, template="house")
    first = browser.location
    await browser.send(form, template="house")
    assert browser.location == first, "one press, one home"
    await browser.follow()
    assert "Piano Terra" in browser.text
    await browser.send(form, template="palace")
    assert browser.page.status_code == 400


@pytest.mark.parametrize("tenths", [30, 50, 175, 300, 400])
def test_the_dial_stays_within_its_picture(tenths: int) -> None:
    reading = Reading(Function.HEATING, Mode.MANUAL, tenths, 1, None, False, tenths, 450, 0)
    drawn = dial(reading)
    assert 0 <= drawn.filled <= 75
    assert all(0 <= place <= 300 for place in (drawn.x, drawn.y, *drawn.tick))

"""A home as its owner edits it, page by page; whoever shares it only looks and leaves. [END-1]"""

import re

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from workswith.devices.plants import ambients_of, modules_of
from workswith.identity.account import Account
from workswith.kernel.mail import latest
from workswith.web.site.services import Services


async def send(browser: Browser, path: str, **fields: str) -> None:
    """The form of the page that goes to this address, with these fields."""
    base = str(browser.page.url.path)
    if found := re.match(r"/(device|room)s/([^/]+)", path):
        await browser.open(f"{base}?{found[1]}={found[2]}")
    forms = re.findall(r'<form method="post" action="([^"]+)"', browser.page.text)
    assert base + path in forms or path in forms, (path, forms)
    csrf = browser.form("csrf").values["csrf"][0]
    await browser.post(path if path in forms else base + path, csrf=csrf, **fields)
    await browser.follow()


async def test_a_home_is_furnished_on_its_page(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "one_of_each")
    plant, here = home.plant.id, f"/home/{home.plant.id}/settings"
    await browser.sign_in(grace.email, PASSWORD, here)
    await send(browser, "/name", name="Villa <b>Rosa</b>")
    assert "Villa <b>Rosa</b>" in browser.text, "as it was typed, and no element"
    await send(browser, "/rooms", name="Cantina", type="garage")
    assert "The room is there." in browser.text
    rooms = {one.name: one for one in await ambients_of(services.database, grace.id, plant)}
    await send(browser, "/devices", goods="fridge", name="", room=rooms["Cantina"].id)
    added = (await modules_of(services.database, grace.id, plant))[-1]
    assert (added.name, added.ambient_id) == ("Plug with a fridge", rooms["Cantina"].id)
    await send(browser, f"/devices/{added.id}", name="Cooler", room="")
    moved = (await modules_of(services.database, grace.id, plant))[-1]
    assert (moved.name, moved.ambient_id) == ("Cooler", None)
    await send(browser, f"/devices/{added.id}/reset")
    await send(browser, f"/devices/{added.id}/remove")
    assert "Cooler" not in browser.text
    await send(browser, f"/rooms/{rooms['Cantina'].id}", name="Attic", type="custom")
    assert "Attic" in browser.text
    await send(browser, f"/rooms/{rooms['Cantina'].id}/remove")
    assert "Attic" not in browser.text
    await send(browser, "/remove")
    assert browser.page.url.path == "/home"
    assert "Villa" not in browser.text


@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        ("/name", {"name": " "}, "home-name"),
        ("/name", {"name": "x" * 101}, "home-name"),
        ("/rooms", {"name": "", "type": "custom"}, "r-new"),
        ("/rooms", {"name": "Hall", "type": "castle"}, "r-new"),
        ("/devices", {"name": "x\ny", "goods": "thermostat"}, "m-new"),
        ("/devices", {"name": "Tower", "goods": "castle"}, "m-new"),
        ("/snapshots", {"name": ""}, "s-new"),
        ("/members", {"name": "nobody"}, "s-invite"),
    ],
)
async def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_in_it(
    browser: Browser,
    grace: Account,
    furnished: Furnish,
    *,
    path: str,
    fields: dict[str, str],
    field: str,
) -> None:
    home = await furnished(grace)
    await browser.sign_in(grace.email, PASSWORD, f"/home/{home.plant.id}/settings")
    await send(browser, path, **fields)
    assert browser.page.status_code == 422
    shown = re.search(rf'<input id="{field}"[^>]*>', browser.page.text)
    assert shown
    assert 'aria-invalid="true"' in shown[0]
    assert f'aria-describedby="{field}-error"' in shown[0]
    if fields["name"].strip().isalpha():
        assert f'value="{fields["name"]}"' in shown[0]


async def test_a_home_is_kept_copied_and_brought_back(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "house")
    plant, here = home.plant.id, f"/home/{home.plant.id}/settings"
    await browser.sign_in(grace.email, PASSWORD, here)
    await send(browser, "/snapshots", name="Evening")
    (kept,) = await services.homes.copies.of(grace.id, plant)
    await send(browser, f"/devices/{home.modules[0].id}/remove")
    await send(browser, f"/snapshots/{kept.id}/restore")
    assert len(await modules_of(services.database, grace.id, plant)) == 3
    await send(browser, here + "/fork", snapshot=kept.id)
    assert "Copy of Casa al Lago" in browser.text
    assert len(await services.homes.of(grace.id)) == 2
    await browser.open(here)
    await send(browser, f"/snapshots/{kept.id}/remove")
    assert await services.homes.copies.of(grace.id, plant) == []


async def test_an_invitation_is_for_whoever_owns_the_address(
    browser: Browser,
    another: Browser,
    services: Services,
    grace: Account,
    ada: Account,
    *,
    furnished: Furnish,
) -> None:
    home = await furnished(grace, "shared")
    here = f"/home/{home.plant.id}/settings"
    await browser.sign_in(grace.email, PASSWORD, here)
    for email in ("Ada@Example.com", "nobody@example.com"):
        await send(browser, "/members", name=email)
        assert "on its way" in browser.text, "for an account and for none alike"
        (letter,) = await latest(services.database, email.lower())
        assert "Casa di Famiglia" in letter.text
    waiting = await services.homes.invitations.of_plant(grace.id, home.plant.id)
    first, second = sorted(waiting, key=lambda one: one.email)
    await send(browser, f"/invitations/{second.id}/remove")

    await another.sign_in(ada.email, PASSWORD, "/home")
    assert "Somebody shares “Casa di Famiglia” with you" in another.text
    csrf = another.form("csrf").values["csrf"][0]
    await another.post(f"/home/invitations/{second.id}/accept", csrf=csrf)
    assert another.page.status_code == 404
    await another.post(f"/home/invitations/{first.id}/accept", csrf=csrf)
    await another.follow()
    assert "You share Casa di Famiglia now." in another.text
    await another.open(here)
    assert "Somebody else owns this home" in another.text
    for path in ("/name", "/remove", "/rooms", "/devices", "/snapshots", "/fork", "/members"):
        await another.post(here + path, csrf=csrf, name="Mine", goods="thermostat")
        assert another.page.status_code == 404, path
    await another.post(here + "/leave", csrf=csrf)
    await another.follow()
    assert "You no longer see that home." in another.text
    assert await services.homes.members(grace.id, home.plant.id) == [grace.id]


async def test_an_invitation_is_declined_and_one_that_waited_too_long_is_gone(
    browser: Browser, services: Services, grace: Account, ada: Account, furnished: Furnish
) -> None:
    home = await furnished(ada, "flat")
    await browser.sign_in(ada.email, PASSWORD, f"/home/{home.plant.id}/settings")
    await send(browser, "/members", name=grace.email)
    (waiting,) = await services.homes.invitations.to(grace.email)
    await services.homes.invitations.decline(ada.email, waiting.id)
    assert await services.homes.invitations.to(grace.email), "nobody declines for somebody else"
    await services.homes.invitations.decline(grace.email, waiting.id)
    assert await services.homes.invitations.to(grace.email) == []
    await send(browser, "/members", name=grace.email)
    services.clock.jump(services.clock.now() + 7 * 86_400_000)
    assert await services.homes.invitations.to(grace.email) == []


async def test_a_home_is_no_longer_shared(
    browser: Browser, services: Services, grace: Account, ada: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "shared")
    await services.homes.share(grace.id, home.plant.id, ada.id)
    await browser.sign_in(grace.email, PASSWORD, f"/home/{home.plant.id}/settings")
    assert ada.email in browser.text
    await send(browser, f"/members/{ada.id}/remove")
    assert await services.homes.members(grace.id, home.plant.id) == [grace.id]

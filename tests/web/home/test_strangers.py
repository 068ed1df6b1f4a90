"""Each page and form of a home × another user's ids: there is nothing there. [Security: IDOR]"""

from starlette.routing import Route

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from workswith.devices.park import Park
from workswith.devices.plants import ambients_of, modules_of
from workswith.devices.scenes import scenes_of
from workswith.devices.thermostat import DEVICE
from workswith.identity.account import Account
from workswith.web import home as pages
from workswith.web.site.services import Services

OWN = {"/home", "/home/new"}
"""Pages that name nothing of anybody."""
QUIET = {"/home/invitations/{invitation}/decline"}
"""Forms that do nothing for a stranger and do not say whether there was anything."""


async def test_homes_of_others_are_not_there(
    browser: Browser,
    services: Services,
    park: Park,
    grace: Account,
    ada: Account,
    *,
    furnished: Furnish,
) -> None:
    house, kinds = await furnished(grace, "house"), await furnished(grace, "one_of_each")
    mine = await furnished(ada, "one_of_each")
    reads = services.database
    kept = await services.homes.copies.take(grace.id, kinds.plant.id, "Kept")
    await services.homes.share(grace.id, kinds.plant.id, "somebody")
    names = {
        "room": (await ambients_of(reads, grace.id, kinds.plant.id))[0].id,
        "scene": (await scenes_of(reads, grace.id, kinds.plant.id))[0].id,
        "snapshot": kept.id,
        "member": "somebody",
        "invitation": "somebody",
        "number": "1",
    }
    before = [await modules_of(reads, grace.id, one.plant.id) for one in (house, kinds)]
    said = [await park.said(one.id) for one in (*house.modules, *kinds.modules)]
    await browser.sign_in(ada.email, PASSWORD, "/home")
    csrf = browser.form("csrf").values["csrf"][0]
    asked = 0
    for route in pages.ROUTES:
        assert isinstance(route, Route)
        if not route.path.startswith("/home") or route.path in OWN:
            continue
        victim = house if "thermostats" in route.path else kinds
        for plant in (victim.plant.id, mine.plant.id):
            if plant == mine.plant.id and "{module}" not in route.path:
                continue  # her own home, with nothing of his in the address
            path = route.path.format(plant=plant, module=victim.modules[0].id, **names)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                fields = {"csrf": csrf, "name": "Mine", "touch": "on", "go": "save"}
                answer = await browser.http.request(
                    method, path, data=fields if method == "POST" else None
                )
                asked += 1
                expected = 303 if route.path in QUIET else 404
                assert answer.status_code == expected, (method, path, answer.status_code)
    assert asked > 40
    assert [await modules_of(reads, grace.id, one.plant.id) for one in (house, kinds)] == before
    assert [await park.said(one.id) for one in (*house.modules, *kinds.modules)] == said
    assert (await services.homes.one(grace.id, kinds.plant.id)).name == "Casa Verde"
    assert all(one.device == DEVICE for one in house.modules)


async def test_parts_of_one_home_are_not_reached_through_another_of_the_same_owner(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    house, flat = await furnished(grace, "house"), await furnished(grace, "flat")
    room = (await ambients_of(services.database, grace.id, house.plant.id))[0].id
    kept = await services.homes.copies.take(grace.id, house.plant.id, "Kept")
    await browser.sign_in(grace.email, PASSWORD, "/home")
    csrf = browser.form("csrf").values["csrf"][0]
    module = house.modules[0].id
    for path in (
        f"settings/rooms/{room}", f"settings/rooms/{room}/remove", f"settings/devices/{module}",
        f"settings/devices/{module}/remove", f"settings/devices/{module}/reset",
        f"settings/snapshots/{kept.id}/restore", f"settings/snapshots/{kept.id}/remove",
        f"thermostats/{module}", f"thermostats/{module}/programs/1",
    ):  # fmt: skip
        await browser.post(
            f"/home/{flat.plant.id}/{path}", csrf=csrf, name="x", type="custom", touch="off"
        )
        assert browser.page.status_code == 404, path

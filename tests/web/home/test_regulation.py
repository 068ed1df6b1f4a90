"""The installer's menu and the lock of a thermostat, by hand on its page. [END-1 DEV-2]"""

import msgspec

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from workswith.devices.plants import module_of
from workswith.devices.thermostat import Configuration, Manner
from workswith.identity.account import Account
from workswith.web.site.services import Services


async def test_regulation_is_set_on_the_page_and_refused_out_of_range(
    browser: Browser, services: Services, grace: Account, furnished: Furnish
) -> None:
    home = await furnished(grace, "flat")
    module = home.modules[0]
    address = f"/home/{home.plant.id}/thermostats/{module.id}"
    await browser.sign_in(grace.email, PASSWORD, "/home")

    async def send(where: str, **fields: str) -> None:
        await browser.open(address)
        csrf = browser.form("csrf").values["csrf"][0]
        await browser.post(address + where, csrf=csrf, **fields)
        await browser.follow()

    async def configuration() -> Configuration:
        found = await module_of(services.database, grace.id, home.plant.id, module.id)
        return msgspec.json.decode(found.configuration, type=Configuration)

    await send("/regulation", manner="proportional", band="2,5", cycle="30", least_on="4")
    assert "It regulates so from now on." in browser.text
    tuned = (await configuration()).regulation
    assert (tuned.manner, tuned.band, tuned.cycle) == (Manner.PROPORTIONAL, 25, 30)
    assert (tuned.least_on, tuned.least_off) == (4, 3), "what was not typed stays"
    for wrong in ({"band": "7"}, {"cycle": "ten"}, {"hysteresis": "1e999"}, {"least_on": "NaN"}):
        await send("/regulation", **wrong)
        assert "Nothing was changed" in browser.text, wrong
        assert (await configuration()).regulation == tuned

    set_point = (await services.twin.read(grace.id, home.plant.id, module.id)).reading.set_point
    await send("/lock", locked="yes")
    await send("", touch="warmer")
    assert "The display is locked." in browser.text
    await send("/lock", locked="no")
    await send("", touch="warmer")
    snapshot = await services.twin.read(grace.id, home.plant.id, module.id)
    assert snapshot.reading.set_point == set_point + 5

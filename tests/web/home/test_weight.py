"""Pages of homes stay light: a page weighs less than 100 kB, of which this is the HTML. [PRT-7]"""

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.home.conftest import Furnish
from workswith.identity.account import Account

MOST = 70_000
"""Bytes; style and script weigh some 15 kB on their way and are kept by browsers."""


@pytest.mark.parametrize("template", ["hotel", "one_of_each"])
async def test_pages_of_a_large_home_stay_light(
    browser: Browser, grace: Account, furnished: Furnish, template: str
) -> None:
    home = await furnished(grace, template)
    await browser.sign_in(grace.email, PASSWORD, "/home")
    for path in ("", "/settings"):
        await browser.open(f"/home/{home.plant.id}{path}")
        assert len(browser.page.content) < MOST, path

from collections.abc import Awaitable, Callable

import pytest

from tests.web.wiring import Parts
from workswith.devices.homes import Home, furnish
from workswith.identity.account import Account
from workswith.web.site.services import Services

Furnish = Callable[[Account, str], Awaitable[Home]]


@pytest.fixture
def furnished(services: Services, parts: Parts) -> Furnish:
    """Gives an account a home."""

    async def give(owner: Account, template: str = "flat") -> Home:
        homes = await parts.database.write(
            furnish, owner.id, parts.ident, template, parts.clock.now()
        )
        await services.park.turn(parts.clock.now())
        for home in homes:
            await services.park.welcome(home.plant.id)
        return homes[0]

    return give

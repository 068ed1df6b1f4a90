from typing import Protocol

import pytest

from tests.web.wiring import Parts
from workswith.devices.homes import Home, furnish
from workswith.devices.park import Park
from workswith.identity.account import Account


class Furnish(Protocol):
    """Gives an account a home."""

    async def __call__(self, owner: Account, template: str = "flat") -> Home: ...


@pytest.fixture
def park(parts: Parts) -> Park:
    """What the simulated devices do beside what pages may ask of them."""
    return parts.park


@pytest.fixture
def furnished(parts: Parts, park: Park) -> Furnish:
    async def give(owner: Account, template: str = "flat") -> Home:
        homes = await parts.database.write(
            furnish, owner.id, parts.ident, template, parts.clock.now()
        )
        await park.turn(parts.clock.now())
        for home in homes:
            await park.welcome(home.plant.id)
        return homes[0]

    return give

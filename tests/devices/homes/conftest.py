"""Homes of two people, and everything that edits them."""

from dataclasses import dataclass, field

import pytest

from tests.devices.conftest import SETTINGS
from workswith.devices.homes import Home, Homes
from workswith.devices.park import Park
from workswith.devices.twin import Twin
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor


@dataclass(slots=True)
class Estate:
    """``left`` is who no longer saw a plant, in order."""

    database: Database
    clock: Clock
    supervisor: Supervisor
    park: Park
    twin: Twin
    homes: Homes
    left: list[str] = field(default_factory=list)

    async def create(self, template: str, owner: str = "anna") -> Home:
        (home, *_) = await self.homes.create(owner, template)
        return home

    async def on_leave(self, _tx: Tx, account_id: str, _now: int) -> None:
        self.left.append(account_id)


@pytest.fixture
def estate(database: Database, clock: Clock, bells: Bells, ident: Ident) -> Estate:
    park = Park(database, clock, bells, SETTINGS)
    supervisor = Supervisor(clock, bells)
    supervisor.add(park)
    made = Estate(
        database,
        clock,
        supervisor,
        park,
        Twin(database, clock, park, SETTINGS),
        Homes(database, clock, ident, park, SETTINGS),
    )
    made.homes.on_leave(made.on_leave)
    return made

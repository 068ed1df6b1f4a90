"""A furnished home with its park and twin, for the tests of this area and of the APIs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from workswith.devices.homes import Home, furnish
from workswith.devices.park import Park
from workswith.devices.settings import Settings
from workswith.devices.twin import Twin
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor

R = TypeVar("R")
SETTINGS = Settings(answer_timeout_ms=20)


@dataclass(slots=True)
class House:
    """Three thermostats of the account ``anna``, and everything behind them."""

    database: Database
    clock: Clock
    bells: Bells
    supervisor: Supervisor
    park: Park
    twin: Twin
    home: Home

    @property
    def plant_id(self) -> str:
        return self.home.plant.id

    @property
    def first(self) -> tuple[str, str, str]:
        """Account, plant and module: what every question about a module begins with."""
        return "anna", self.plant_id, self.module_id

    @property
    def module_id(self) -> str:
        return self.home.modules[0].id


def copy_of(template: Path, folder: Path) -> str:
    """The address of a migrated, empty database of one's own."""
    path = folder / "test.db"
    path.write_bytes(template.read_bytes())
    return f"sqlite:///{path}"


async def said_of(park: Park, module_id: str, kind: type[R]) -> R:
    """What a simulated module, which is of this kind, reported last."""
    said = await park.said(module_id)
    assert isinstance(said, kind)
    return said


def built_on(database: Database, clock: Clock, bells: Bells, home: Home) -> House:
    park = Park(database, clock, bells, SETTINGS)
    supervisor = Supervisor(clock, bells)
    supervisor.add(park)
    return House(
        database,
        clock,
        bells,
        supervisor,
        park,
        Twin(database, clock, park, SETTINGS),
        home,
    )


@pytest.fixture
async def house(database: Database, clock: Clock, bells: Bells, ident: Ident) -> House:
    (home,) = await database.write(furnish, "anna", ident, "house", clock.now())
    return built_on(database, clock, bells, home)


@pytest.fixture
async def every(database: Database, clock: Clock, bells: Bells, ident: Ident) -> House:
    """A home with one of every kind of device."""
    (home,) = await database.write(furnish, "anna", ident, "one_of_each", clock.now())
    return built_on(database, clock, bells, home)

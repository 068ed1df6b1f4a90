"""The devices of one installation: twins, scenes and the simulated park behind them."""

from workswith.devices.homes import Homes
from workswith.devices.park import Park
from workswith.devices.scenes import Scenes
from workswith.devices.twin import Twin
from workswith.kernel.tasks import Work

from .kernel import Kernel


class Devices:
    """What the homes contain and how it is reached."""

    def __init__(self, kernel: Kernel) -> None:
        database, clock, settings = kernel.database, kernel.clock, kernel.settings.devices
        self.park = Park(database, clock, kernel.bells, settings)
        self.twin = Twin(database, clock, self.park, settings)
        self.scenes = Scenes(database, clock, kernel.bells, self.twin)
        self.homes = Homes(database, clock, kernel.ident, self.park, settings)
        self.works: tuple[Work, ...] = (self.park,)

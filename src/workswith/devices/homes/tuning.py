"""How a thermostat moves its relay, and whether its display is locked. [DEV-2 DEV-4]

Settings of the installer's menu: no API of the original has them.
"""

from dataclasses import replace

from workswith.devices.thermostat import Configuration, Regulation
from workswith.kernel.problem import Kind, Problem

from .configuring import reconfigure
from .workshop import Workshop

RANGES = {
    "hysteresis": (1, 20),
    "band": (5, 50),
    "cycle": (5, 60),
    "reset": (30, 600),
    "least_on": (1, 15),
    "least_off": (1, 15),
}
"""What members of a `Regulation` may be, in its units."""


class Tuning:
    """Whoever sees a plant may tune its thermostats.

    Every method raises `Kind.UNKNOWN` for what is no thermostat that the account sees.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def lock_display(
        self, account_id: str, plant_id: str, module_id: str, *, locked: bool
    ) -> None:
        def change(configuration: Configuration) -> Configuration:
            return replace(configuration, display_locked=locked)

        await reconfigure(self._shop, (account_id, plant_id, module_id), change)

    async def regulate(
        self, account_id: str, plant_id: str, module_id: str, regulation: Regulation
    ) -> None:
        """Raises `Kind.INVALID`, naming the member."""
        check(regulation)

        def change(configuration: Configuration) -> Configuration:
            return replace(configuration, regulation=regulation)

        await reconfigure(self._shop, (account_id, plant_id, module_id), change)


def check(regulation: Regulation) -> None:
    """Refuses what would harm a boiler or never end: `Kind.INVALID`, naming the member."""
    for member, (least, most) in RANGES.items():
        if not least <= getattr(regulation, member) <= most:
            detail = f"The {member} of a regulation is from {least} to {most}."
            raise Problem(Kind.INVALID, "regulation_range", detail, field=member)
    if regulation.least_on + regulation.least_off > regulation.cycle:
        raise Problem(
            Kind.INVALID, "regulation_cycle", "Both rests have to fit into a cycle.", field="cycle"
        )

"""Homes as wholes: to have from a template, to name, to share, to take down. [DEV-4 END-1]"""

from workswith.devices.park import Park
from workswith.devices.plants import (
    Plant,
    checked_name,
    gateways_of,
    members_of,
    owned_plant,
    plant_of,
    plants_of,
    rename_plant,
    share_plant,
    unknown,
    unshare_plant,
)
from workswith.devices.settings import Settings
from workswith.devices.templates import TEMPLATES
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from .building import Home
from .copies import Copies
from .crowds import furnish_many
from .fittings import Fittings
from .furnishing import furnish
from .invitations import Invitations
from .programs import Programs
from .removal import erase_plant
from .tuning import Tuning
from .workshop import OnGateway, OnLeave, Workshop

AT_ONCE = 500
"""Homes that are furnished in one transaction."""

_OWNED = query(int, "SELECT count(*) FROM plants WHERE owner_id = :owner_id")


class Homes:
    """``fittings`` are rooms and devices, ``programs`` and ``tuning`` those of thermostats, ``copies``
    snapshots, forks and files.
    """

    def __init__(
        self, database: Database, clock: Clock, ident: Ident, park: Park, settings: Settings
    ) -> None:
        self._shop = shop = Workshop(database, clock, ident, park, settings)
        self.fittings = Fittings(shop)
        self.programs = Programs(shop)
        self.invitations = Invitations(shop)
        self.tuning = Tuning(shop)
        self.copies = Copies(shop, self.require_room)

    def on_leave(self, listener: OnLeave) -> None:
        self._shop.on_leave.append(listener)

    def on_gateway(self, listener: OnGateway) -> None:
        self._shop.on_gateway.append(listener)

    async def of(self, account_id: str) -> list[Plant]:
        """The plants that the account sees, oldest first."""
        return await plants_of(self._shop.database, account_id)

    async def one(self, account_id: str, plant_id: str) -> Plant:
        """Raises `Kind.UNKNOWN`."""
        return await plant_of(self._shop.database, account_id, plant_id)

    async def create(self, owner_id: str, template: str, name: str = "") -> tuple[Home, ...]:
        """Furnishes a template of `TEMPLATES`; ``name`` is for the first of its homes.

        Raises `Kind.UNKNOWN` for a template that there is not, `Kind.INVALID` for a name that is
        none, `Kind.CONFLICT` ``homes_many``.
        """
        _require_template(template)
        shop = self._shop

        async def write(tx: Tx) -> tuple[Home, ...]:
            await self.require_room(tx, owner_id, len(TEMPLATES[template]))
            homes = await furnish(tx, owner_id, shop.ident, template, shop.clock.now())
            if name:
                await rename_plant(tx, owner_id, homes[0].plant.id, name)
            return homes

        homes = await shop.database.write(write)
        for home in homes:
            await shop.park.welcome(home.plant.id)
        return homes

    async def create_many(
        self, owner_id: str, template: str, count: int, name: str = "", *, first: int = 1
    ) -> list[Home]:
        """Furnishes a template so many times; names are numbered from ``first`` on.

        For whoever keeps the installation: however many homes the account has. Raises as `create`,
        and `Kind.INVALID` for more than `AT_ONCE`.
        """
        _require_template(template)
        if not 1 <= count <= AT_ONCE:
            raise Problem(
                Kind.INVALID, "count_range", f"From 1 to {AT_ONCE} homes at once.", field="count"
            )
        shop = self._shop
        numbers = range(first, first + count)
        names = [checked_name(f"{name} {number}") if name else "" for number in numbers]
        homes = await shop.database.write(
            furnish_many, owner_id, shop.ident, template, shop.clock.now(), names=names
        )
        await shop.park.welcome_all([home.plant.id for home in homes])
        return homes

    async def rename(self, owner_id: str, plant_id: str, name: str) -> None:
        """Raises `Kind.UNKNOWN` and `Kind.INVALID`."""
        await self._shop.database.write(rename_plant, owner_id, plant_id, name)

    async def remove(self, owner_id: str, plant_id: str) -> None:
        """Takes it down with everything in it. Nobody sees it any more, nobody hears of it.

        What people consented to stays: applications still reach their other homes. Raises
        `Kind.UNKNOWN`.
        """
        shop = self._shop

        async def write(tx: Tx) -> None:
            await owned_plant(tx, owner_id, plant_id)
            members = await members_of(tx, owner_id, plant_id)
            for gateway in await gateways_of(tx, owner_id, plant_id):
                for listener in shop.on_gateway:
                    await listener(tx, gateway.id, shop.clock.now())
            await erase_plant(tx, plant_id)
            for account_id in members:
                await shop.left(tx, account_id)

        async with shop.park.changing(plant_id):
            await shop.database.write(write)

    async def members(self, account_id: str, plant_id: str) -> list[str]:
        """The accounts that see it, its first owner first."""
        return await members_of(self._shop.database, account_id, plant_id)

    async def share(self, owner_id: str, plant_id: str, account_id: str) -> None:
        """Lets another account see and command it.

        Raises `Kind.UNKNOWN`, and `Kind.CONFLICT` ``members_many``.
        """
        shop = self._shop

        async def write(tx: Tx) -> None:
            await share_plant(tx, owner_id, plant_id, account_id, shop.clock.now())
            if len(await members_of(tx, owner_id, plant_id)) > shop.settings.members_per_home:
                raise Problem(Kind.CONFLICT, "members_many", "No more people can share one home.")

        await shop.database.write(write)

    async def unshare(self, owner_id: str, plant_id: str, account_id: str) -> None:
        """Takes it back; what that account's applications subscribed to ends. Raises `Kind.UNKNOWN`."""
        shop = self._shop

        async def write(tx: Tx) -> None:
            await unshare_plant(tx, owner_id, plant_id, account_id)
            await shop.left(tx, account_id)

        await shop.database.write(write)

    async def leave(self, account_id: str, plant_id: str) -> None:
        """Whoever a home is shared with goes without it. Raises `Kind.UNKNOWN` for its owner."""
        plant = await self.one(account_id, plant_id)
        if plant.owner_id == account_id:
            raise unknown("plant")
        await self.unshare(plant.owner_id, plant_id, account_id)

    async def require_room(self, tx: Tx, owner_id: str, more: int) -> None:
        """Raises `Kind.CONFLICT` ``homes_many`` when the account cannot have ``more`` homes."""
        if (await tx.one(_OWNED, owner_id=owner_id) or 0) + more > (
            self._shop.settings.homes_per_account
        ):
            raise Problem(
                Kind.CONFLICT,
                "homes_many",
                "That is as many simulated homes as one account may have.",
            )


def _require_template(template: str) -> None:
    if template not in TEMPLATES:
        raise Problem(
            Kind.UNKNOWN,
            "template_unknown",
            "There is no such home to have.",
            hint="There are: " + ", ".join(TEMPLATES),
            field="template",
        )

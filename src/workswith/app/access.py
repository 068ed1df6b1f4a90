"""What the control interface does about tokens, keys and quota of the seeded subscription. [SBX-3]"""

from typing import Any

from workswith.catalog.quota import counted
from workswith.catalog.reservations import Unspent
from workswith.catalog.subscriptions import BOTH
from workswith.catalog.window import Window, window
from workswith.kernel.problem import Kind, Problem
from workswith.sandbox.access import Spent
from workswith.sandbox.seed import Seed

from . import credentials
from .areas import Areas
from .shown_keys import ShownKeys


class SeededAccess:
    """``keys`` are what the document shows."""

    def __init__(self, areas: Areas, planted: Seed, keys: ShownKeys) -> None:
        self._areas, self._planted, self._keys = areas, planted, keys

    async def mint(self, member: str, scope: str) -> dict[str, Any]:
        return await credentials.mint(self._areas, self._planted, member, scope)

    async def roll(self, which: str) -> str:
        """The new key; the old one stops at once."""
        known = next((one for one in BOTH if one == which), None)
        if known is None:
            raise Problem(Kind.UNKNOWN, "which_key", "A key is either primary or secondary.")
        developer = self._planted.people["developer"].id
        subscriptions = self._areas.catalog.subscriptions
        key = await subscriptions.regenerate(
            developer,
            self._planted.subscription_id,
            known,
        )
        await self._keys.look()  # whoever reads the document next finds it there
        return key

    async def spent(self, member: str) -> Spent:
        key, today, limit = await self._day(member)
        used = await self._areas.catalog.counter.used(key, today.day)
        return Spent(min(used, limit), limit, today.ends_at)

    async def spend(self, member: str, used: int) -> Spent:
        """Lets the user's day look as if so many calls had been counted."""
        key, today, _limit = await self._day(member)
        catalog = self._areas.catalog
        await catalog.counter.settle()  # what was leased is counted again
        # A lease of nothing makes the count exist.
        await catalog.reservations.reserve(key, today.day, 0, largest=0, waiting=0)
        too_many = await catalog.reservations.reserved(key, today.day) - used
        await catalog.reservations.give_back([Unspent(key, today.day, too_many)])
        return await self.spent(member)

    async def _day(self, member: str) -> tuple[str, Window, int]:
        areas, planted = self._areas, self._planted
        person = credentials.person_of(planted, member)
        developer = planted.people["developer"].id
        subscription = await areas.catalog.subscriptions.one(developer, planted.subscription_id)
        anchor = areas.kernel.settings.catalog.quota_anchor_minutes
        today = window(areas.kernel.clock.now(), anchor)
        return counted(subscription.product_id, person.id), today, subscription.daily_quota

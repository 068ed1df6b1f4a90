"""Keeps what ``sandbox.json`` says of the seeded subscription's keys true. [SBX-3]"""

from collections.abc import Callable
from typing import Any

from workswith.catalog.keys import TOPIC
from workswith.sandbox.seed import Seed

from .areas import Areas


class ShownKeys:
    """The work ``shown-keys``: a key that is regenerated, on the portal say, is shown at once.

    ``changed`` is told after ``document`` has another key.
    """

    name = "shown-keys"

    def __init__(
        self,
        areas: Areas,
        planted: Seed,
        document: dict[str, Any],
        changed: Callable[[], None],
    ) -> None:
        self._areas, self._planted = areas, planted
        self._document, self._changed = document, changed
        self._stale = False
        areas.kernel.broadcast.on(TOPIC, self._heard)

    async def turn(self, now: int) -> int | None:
        if self._stale:
            await self.look()
        return None

    async def settle(self) -> bool:
        return False

    async def look(self) -> None:
        """Shows the keys as they are now."""
        self._stale = False
        fresh = await shown(self._areas, self._planted)
        if fresh != self._document["subscription"]:
            self._document["subscription"] = fresh
            self._changed()

    def _heard(self, subscription_id: str) -> None:
        if subscription_id == self._planted.subscription_id:
            self._stale = True
            self._areas.kernel.bells.ring(self.name)


async def shown(areas: Areas, planted: Seed) -> dict[str, str]:
    """The member ``subscription`` of the document."""
    developer = planted.people["developer"].id
    keys = await areas.catalog.subscriptions.keys(developer, planted.subscription_id)
    return {f"{which}_key": key.key for which, key in keys.items()}

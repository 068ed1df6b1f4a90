"""What seldom changes about a module, as an account sees it; kept from call to call. [DEV-3]"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Kept, KeptRows, keys, query

from .app_accounts import app_account
from .kinds import KINDS
from .plants import Reach, unknown
from .thermostat import DEVICE

REACH = "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END"
"""A gateway's reach covers its modules'."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What seldom changes about a module, as the account sees it. ``reach`` as of a moment ago."""

    plant_id: str
    module_id: str
    device: str
    name: str
    time_zone: str
    fw: int
    configuration: Any
    password_expires_at: int | None
    terms_expire_at: int | None
    reach: Reach

    @property
    def expires(self) -> bool:
        """Whether the account's app has a password or terms that run out."""
        return self.password_expires_at is not None or self.terms_expire_at is not None


@lru_cache(maxsize=1_024)
def _configuration(device: str, text: str) -> Any:
    """Many modules have the same, and it stays the same each time that a row is read again."""
    return msgspec.json.decode(text, type=KINDS[device].configuration)


def _standing(*columns: Any) -> Standing:
    plant_id, module_id, device, name, time_zone, fw, configuration, password, terms, reach = (
        columns
    )
    made = _configuration(device, configuration)
    return Standing(
        plant_id, module_id, device, name, time_zone, fw, made, password, terms, Reach(reach)
    )


_STANDING_OF = (
    "SELECT m.plant_id, m.id, m.device, m.name, p.time_zone, m.fw, m.configuration, "
    f"app.password_expires_at, app.terms_expire_at, {REACH} FROM plant_members me "
    "JOIN plants p ON p.id = me.plant_id JOIN modules m ON m.plant_id = p.id "
    "JOIN gateways g ON g.id = m.gateway_id "
    "LEFT JOIN app_accounts app ON app.account_id = me.account_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id"
)
_STANDING = query(_standing, f"{_STANDING_OF} = :module_id")
_STANDINGS = query(_standing, f"{_STANDING_OF} IN (SELECT key FROM json_each(:module_ids))")
_NONE = keys(())


class Standings:
    """On PostgreSQL a change made through another process is seen within a second."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept = Kept(database, _STANDING)
        self._several = KeptRows(database, _STANDINGS)
        self.exact = self._kept.exact
        """Whether what is given is always what was committed last."""

    def known(self, account_id: str, plant_id: str, module_id: str) -> Standing | None:
        """If that needs no waiting; whatever has expired."""
        return self._kept.known(account_id, plant_id, module_id)

    async def one(
        self, account_id: str, plant_id: str, module_id: str, device: str = ""
    ) -> Standing:
        """Of one kind of ``device`` or of any.

        Raises `Kind.UNKNOWN`, and of a thermostat `Kind.PASSWORD_EXPIRED` and `Kind.TERMS_EXPIRED`.
        """
        found = self._kept.known(account_id, plant_id, module_id)
        if found is None:
            found = await self._kept.one(
                account_id=account_id, plant_id=plant_id, module_id=module_id
            )
        if found is None or found.expires or (device and found.device != device):
            return await self.required(found, account_id, device)
        return found

    async def several(
        self, account_id: str, plant_id: str, module_ids: Collection[str]
    ) -> dict[str, Standing]:
        """Those of several modules that there are, asked for together and still to be `required`."""
        known = [self._kept.known(account_id, plant_id, module_id) for module_id in module_ids]
        found = {one.module_id: one for one in known if one is not None}
        strange = keys(module_id for module_id in module_ids if module_id not in found)
        if strange != _NONE:
            asked = {"account_id": account_id, "plant_id": plant_id, "module_ids": strange}
            found |= {one.module_id: one for one in await self._several.all(**asked)}
        return found

    async def required(self, found: Standing | None, account_id: str, device: str) -> Standing:
        """One that there is, of the right ``device``, and not expired. Raises what `one` raises."""
        if found is None:
            if device in ("", DEVICE):
                await self.require_app(account_id)
            raise unknown("module")
        if found.expires and found.device == DEVICE:
            await self.require_app(account_id)  # it is the app of the thermostats
        if device and found.device != device:
            raise unknown("module")
        return found

    async def require_app(self, account_id: str) -> None:
        """Raises `Kind.PASSWORD_EXPIRED` or `Kind.TERMS_EXPIRED` while the app's account is so."""
        account = await app_account(self._database, account_id)
        account.require_valid(self._clock.now())

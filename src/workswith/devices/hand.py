"""The hand on a device, as a sandbox and its tests have it: knob, cable, and the official app."""

from collections.abc import Mapping
from typing import Any

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem

from . import app_accounts
from .park import Park
from .thermostat import HIGHEST, LOWEST, Command, Mode, Reading


class Hand:
    """What somebody standing before a simulated module can do. No owner is asked for here."""

    def __init__(self, park: Park) -> None:
        self._park = park

    async def touch(self, module_id: str, set_point: float | None = None) -> None:
        """Touches the screen, and turns to manual at ``set_point`` °C if one is given. [DEV-2]

        Raises `Kind.UNKNOWN` and `Kind.INVALID`.
        """
        change = None
        if set_point is not None:
            if not LOWEST <= set_point * 10 <= HIGHEST:
                raise Problem(
                    Kind.INVALID,
                    "set_point_range",
                    "The set-point is from 3 to 40 °C.",
                    field="set_point",
                )
            said = await self._park.said(module_id)
            if not isinstance(said, Reading):
                raise Problem(Kind.INVALID, "not_touchable", "That is no thermostat.")
            change = Command(said.function, Mode.MANUAL, set_point=round(set_point * 10))
        await self._park.touch(module_id, change)

    async def use(self, module_id: str, change: Mapping[str, Any]) -> None:
        """Presses, switches or turns a device of any kind, as its ``touch`` type says. [DEV-2]

        ``{"on": true}`` on a light, ``{"button": 2}`` on a remote. Raises `Kind.UNKNOWN` and
        `Kind.INVALID`.
        """
        touch = (await self._park.kind(module_id)).touch
        try:
            made = msgspec.convert(change, touch) if touch is not None else None
        except msgspec.ValidationError as error:
            raise Problem(Kind.INVALID, "change_invalid", str(error)) from None
        if made is None:
            raise Problem(Kind.INVALID, "not_touchable", "There is nothing to touch on it.")
        await self._park.touch(module_id, made)

    async def set_online(self, module_id: str, online: bool) -> None:  # noqa: FBT001 - a switch
        await self._park.set_online(module_id, online)

    async def set_silent(self, module_id: str, silent: bool) -> None:  # noqa: FBT001 - a switch
        await self._park.set_silent(module_id, silent)


class App:
    """The official app in the hand of its user: what expires, expires now. [DEV-3]"""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def expire_password(self, account_id: str) -> None:
        await self._database.write(app_accounts.expire_password, account_id, self._clock.now())

    async def renew_password(self, account_id: str) -> None:
        await self._database.write(app_accounts.renew_password, account_id)

    async def expire_terms(self, account_id: str) -> None:
        await self._database.write(app_accounts.expire_terms, account_id, self._clock.now())

    async def accept_terms(self, account_id: str) -> None:
        await self._database.write(app_accounts.accept_terms, account_id)

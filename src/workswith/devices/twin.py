"""The twin of each module: what it last reported, what it was last told, and the way to tell it.

`report` is the only function that changes a device's state; a command is done when the report that
it caused is committed. [DEV-1 DEV-2 DEV-3]
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Kept, query
from workswith.kernel.problem import Kind, Problem

from .app_accounts import app_account
from .link import DeviceLink, Outcome
from .plants import Reach, module_of, unknown
from .reporting import report, told
from .settings import Settings
from .thermostat import Command, Configuration, Reading, check

__all__ = ["Desired", "Snapshot", "Twin", "report"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A module as the cloud knows it. ``version`` counts its reports; ``reach`` is of now."""

    plant_id: str
    module_id: str
    device: str
    name: str
    time_zone: str
    reach: Reach
    version: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Desired:
    """What a module was last told, when, and what became of it."""

    command: Command
    at: int
    outcome: Outcome


def _snapshot(*columns: Any) -> tuple[int | None, int | None, Snapshot]:
    password, terms, plant_id, module_id, device, name, time_zone, reach, version, said = columns
    reading = msgspec.json.decode(said, type=Reading)
    snapshot = Snapshot(
        plant_id, module_id, device, name, time_zone, Reach(reach), version, reading
    )
    return password, terms, snapshot


def _desired(command: str, at: int, outcome: str) -> Desired:
    return Desired(msgspec.json.decode(command, type=Command), at, Outcome(outcome))


_SNAPSHOT = query(
    _snapshot,
    "SELECT app.password_expires_at, app.terms_expire_at, m.plant_id, m.id, m.device, m.name, "
    "p.time_zone, CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END, s.version, "
    "s.reported FROM plant_members me JOIN plants p ON p.id = me.plant_id "
    "JOIN modules m ON m.plant_id = p.id JOIN gateways g ON g.id = m.gateway_id "
    "JOIN module_states s ON s.module_id = m.id "
    "LEFT JOIN app_accounts app ON app.account_id = me.account_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id = :module_id",
)
_DESIRED = query(
    _desired,
    "SELECT s.desired, s.desired_at, s.outcome FROM module_states s "
    "JOIN modules m ON m.id = s.module_id JOIN plant_members me ON me.plant_id = m.plant_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id = :module_id "
    "AND s.desired IS NOT NULL",
)


class Twin:
    """Reads and commands modules on behalf of an account."""

    def __init__(
        self, database: Database, clock: Clock, link: DeviceLink, settings: Settings
    ) -> None:
        self._database = database
        self._snapshots = Kept(database, _SNAPSHOT)
        self._clock = clock
        self._link = link
        self._deadline = settings.answer_timeout_ms / 1000

    async def read(
        self, account_id: str, plant_id: str, module_id: str, *, last_known: bool = False
    ) -> Snapshot:
        """The module's state.

        Raises `Kind.UNKNOWN` (no such module for this account), `Kind.UNREACHABLE` and
        `Kind.TIMED_OUT` (unless ``last_known`` values will do), `Kind.PASSWORD_EXPIRED`,
        `Kind.TERMS_EXPIRED`.
        """
        found = await self._snapshots.one(
            account_id=account_id, plant_id=plant_id, module_id=module_id
        )
        if found is None:
            await self.require_app(account_id)
            raise unknown("module")
        password, terms, snapshot = found
        if password is not None or terms is not None:
            await self.require_app(account_id)
        if not last_known:
            _require_reach(snapshot.reach)
        return snapshot

    async def configuration(
        self, account_id: str, plant_id: str, module_id: str
    ) -> tuple[Snapshot, Configuration]:
        """The module's state with its programs. Raises what `read` raises."""
        snapshot = await self.read(account_id, plant_id, module_id)
        module = await module_of(self._database, account_id, plant_id, module_id)
        return snapshot, msgspec.json.decode(module.configuration, type=Configuration)

    async def desired(self, account_id: str, plant_id: str, module_id: str) -> Desired | None:
        """What the module was last told through `command`."""
        return await self._database.one(
            _DESIRED, account_id=account_id, plant_id=plant_id, module_id=module_id
        )

    async def command(
        self, account_id: str, plant_id: str, module_id: str, command: Command, flow: str = ""
    ) -> None:
        """Tells the module; returns once the report that this caused is durable.

        Raises what `read` raises, `Kind.INVALID` for what the module cannot do, `Kind.BUSY` while
        somebody uses it, `Kind.TIMED_OUT` when it does not answer.
        """
        snapshot = await self.read(account_id, plant_id, module_id, last_known=True)
        if snapshot.reach is Reach.OFFLINE:
            outcome = Outcome.OFFLINE
        else:
            module = await module_of(self._database, account_id, plant_id, module_id)
            configuration = msgspec.json.decode(module.configuration, type=Configuration)
            check(command, configuration, self._clock.now())
            outcome = await self._link.send(module_id, command, deadline=self._deadline, flow=flow)
        if outcome is not Outcome.DONE:
            await self._database.write(
                told, module_id, command, outcome=outcome, at=self._clock.now()
            )
            raise _refusal(outcome)

    async def require_app(self, account_id: str) -> None:
        """Raises `Kind.PASSWORD_EXPIRED` or `Kind.TERMS_EXPIRED` while the app's account is so."""
        account = await app_account(self._database, account_id)
        account.require_valid(self._clock.now())


def _require_reach(reach: Reach) -> None:
    if reach is Reach.OFFLINE:
        raise _offline()
    if reach is Reach.SILENT:
        raise _silent()


def _offline() -> Problem:
    return Problem(
        Kind.UNREACHABLE,
        "gateway_offline",
        "Gateway Offline",
        hint="The thermostat is not connected; it answers again by itself once it is.",
    )


def _silent() -> Problem:
    return Problem(
        Kind.TIMED_OUT,
        "device_silent",
        "Request timeout",
        hint="The thermostat did not answer in time; try again later.",
    )


def _busy() -> Problem:
    return Problem(
        Kind.BUSY,
        "user_interface_busy",
        "Busy visual user interface",
        hint="Somebody is using the thermostat; try again in about 10 seconds.",
    )


def _refusal(outcome: Outcome) -> Problem:
    return {Outcome.OFFLINE: _offline, Outcome.BUSY: _busy}.get(outcome, _silent)()

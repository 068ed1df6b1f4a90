"""The twin of each module: what it last reported, what it was last told, and the way to tell it.

`report` is the only function that changes a device's state; a command is done when the report that
it caused is committed. [DEV-1 DEV-2 DEV-3]
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Gathered, Kept, query
from workswith.kernel.problem import Kind, Problem

from .app_accounts import app_account
from .kinds import KINDS
from .link import DeviceLink, Outcome
from .plants import Reach, module_of, plant_of, unknown
from .reporting import decoder, report, told
from .settings import Settings
from .thermostat import DEVICE, Configuration

__all__ = ["Desired", "Snapshot", "Standing", "Twin", "refusal", "report"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A module as the cloud knows it. ``version`` counts its reports; ``reach`` is of now.

    ``reading`` is of the type that `kinds.KINDS` names for its ``device``; ``fw`` is the number
    of its firmware.
    """

    plant_id: str
    module_id: str
    device: str
    name: str
    time_zone: str
    reach: Reach
    version: int
    reading: Any
    fw: int = 0


@dataclass(frozen=True, slots=True)
class Desired:
    """What a module was last told, when, and what became of it."""

    command: Any
    at: int
    outcome: Outcome


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


class _Live(NamedTuple):
    """What may change at any moment; ``reported`` is JSON."""

    reach: str
    version: int
    reported: str


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


def _snapshot(*columns: Any) -> tuple[int | None, int | None, Snapshot]:
    password, terms, plant_id, module_id, device, name, time_zone, reach, version, said, fw = (
        columns
    )
    reading = decoder(device).decode(said)
    snapshot = Snapshot(
        plant_id, module_id, device, name, time_zone, Reach(reach), version, reading, fw
    )
    return password, terms, snapshot


def _desired(device: str, command: str, at: int, outcome: str) -> Desired:
    type_ = KINDS[device].command
    return Desired(msgspec.json.decode(command, type=type_), at, Outcome(outcome))


_REACH = "CASE WHEN g.reach = 'online' THEN m.reach ELSE g.reach END"
_STANDING = query(
    _standing,
    "SELECT m.plant_id, m.id, m.device, m.name, p.time_zone, m.fw, m.configuration, "
    f"app.password_expires_at, app.terms_expire_at, {_REACH} FROM plant_members me "
    "JOIN plants p ON p.id = me.plant_id JOIN modules m ON m.plant_id = p.id "
    "JOIN gateways g ON g.id = m.gateway_id "
    "LEFT JOIN app_accounts app ON app.account_id = me.account_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id = :module_id",
)
_LIVE_COLUMNS = f"{_REACH}, s.version, s.reported FROM modules m"
_LIVE_JOINS = "JOIN gateways g ON g.id = m.gateway_id JOIN module_states s ON s.module_id = m.id"
_LIVE = query(_Live, f"SELECT {_LIVE_COLUMNS} {_LIVE_JOINS} WHERE m.id = :module_id")
_LIVES = query(
    lambda module_id, *live: (module_id, _Live(*live)),
    f"SELECT m.id, {_LIVE_COLUMNS} JOIN json_each(:keys) k ON k.key = m.id {_LIVE_JOINS}",
)
_SEEN = (
    "SELECT app.password_expires_at, app.terms_expire_at, m.plant_id, m.id, m.device, m.name, "
    f"p.time_zone, {_REACH}, s.version, s.reported, m.fw FROM plant_members me JOIN plants p ON p.id = me.plant_id "
    "JOIN modules m ON m.plant_id = p.id JOIN gateways g ON g.id = m.gateway_id "
    "JOIN module_states s ON s.module_id = m.id "
    "LEFT JOIN app_accounts app ON app.account_id = me.account_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id"
)
_SNAPSHOTS = query(_snapshot, f"{_SEEN} ORDER BY m.place, m.id")
_DESIRED = query(
    _desired,
    "SELECT m.device, s.desired, s.desired_at, s.outcome FROM module_states s "
    "JOIN modules m ON m.id = s.module_id JOIN plant_members me ON me.plant_id = m.plant_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id = :module_id "
    "AND s.desired IS NOT NULL",
)

MOST_SNAPSHOTS = 4_096


class Twin:
    """Reads and commands modules on behalf of an account."""

    def __init__(
        self, database: Database, clock: Clock, link: DeviceLink, settings: Settings
    ) -> None:
        self._database = database
        self._standings = Kept(database, _STANDING)
        self._kept_lives = Kept(database, _LIVE)
        self._lives = Gathered(database, _LIVES)
        self._snapshots: dict[str, tuple[Standing, _Live, Snapshot]] = {}
        self._clock = clock
        self._link = link
        self._deadline = settings.answer_timeout_ms / 1000

    async def read(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        *,
        last_known: bool = False,
        device: str = "",
    ) -> Snapshot:
        """The module's state; of one kind of ``device`` or of any.

        Raises `Kind.UNKNOWN` (no such module for this account), `Kind.UNREACHABLE` and
        `Kind.TIMED_OUT` (unless ``last_known`` values will do), `Kind.PASSWORD_EXPIRED`,
        `Kind.TERMS_EXPIRED`.
        """
        standing = await self.standing(account_id, plant_id, module_id, device=device)
        snapshot = self._seen(standing, await self._live(module_id))
        if not last_known:
            _require_reach(snapshot.reach)
        return snapshot

    def glance(
        self, account_id: str, plant_id: str, module_id: str, *, device: str
    ) -> Snapshot | None:
        """What `read` would answer, if that is known without waiting and is no problem."""
        if not self._kept_lives.exact:
            return None
        standing = self._standings.known(account_id, plant_id, module_id)
        live = self._kept_lives.known(module_id)
        if standing is None or live is None or live.reach != Reach.ONLINE:
            return None
        if standing.password_expires_at is not None or standing.terms_expire_at is not None:
            return None
        return self._seen(standing, live) if standing.device == device else None

    async def standing(
        self, account_id: str, plant_id: str, module_id: str, *, device: str = ""
    ) -> Standing:
        """What a module is, whatever its state; of one kind of ``device`` or of any.

        On PostgreSQL a change made through another process is seen within a second. Raises
        `Kind.UNKNOWN`, and of a thermostat `Kind.PASSWORD_EXPIRED` and `Kind.TERMS_EXPIRED`.
        """
        found = self._standings.known(account_id, plant_id, module_id)
        if found is None:
            found = await self._standings.one(
                account_id=account_id, plant_id=plant_id, module_id=module_id
            )
        if found is None:
            if device in ("", DEVICE):
                await self.require_app(account_id)
            raise unknown("module")
        expires = found.password_expires_at is not None or found.terms_expire_at is not None
        if expires and found.device == DEVICE:
            await self.require_app(account_id)  # it is the app of the thermostats
        if device and found.device != device:
            raise unknown("module")
        return found

    async def _live(self, module_id: str) -> _Live:
        """As it was committed last, by whichever process."""
        if self._kept_lives.exact:
            live = await self._kept_lives.one(module_id=module_id)
        else:
            live = await self._lives.one(module_id)
        if live is None:
            raise unknown("module")
        return live

    def _seen(self, standing: Standing, live: _Live) -> Snapshot:
        """The same object for as long as nothing has changed."""
        module_id = standing.module_id
        made = self._snapshots.get(module_id)
        if made and made[0] is standing and made[1] == live:
            return made[2]
        if made and made[0] == standing and made[1] == live:  # read again, and still the same
            self._snapshots[module_id] = standing, live, made[2]
            return made[2]
        reach, version, reported = live
        snapshot = Snapshot(
            standing.plant_id,
            module_id,
            standing.device,
            standing.name,
            standing.time_zone,
            Reach(reach),
            version,
            decoder(standing.device).decode(reported),
            standing.fw,
        )
        if made is None and len(self._snapshots) >= MOST_SNAPSHOTS:
            del self._snapshots[next(iter(self._snapshots))]
        self._snapshots[module_id] = standing, live, snapshot
        return snapshot

    async def read_all(self, account_id: str, plant_id: str, *, device: str = "") -> list[Snapshot]:
        """The last-known states of a plant's modules, in the order in which they were set up.

        Raises `Kind.UNKNOWN` for a plant that the account does not see; where there is a
        thermostat, also `Kind.PASSWORD_EXPIRED` and `Kind.TERMS_EXPIRED`.
        """
        found = await self._database.all(_SNAPSHOTS, account_id=account_id, plant_id=plant_id)
        if any(one.device == DEVICE for _, _, one in found):
            await self.require_app(account_id)
        if not found:
            await plant_of(self._database, account_id, plant_id)
        return [one for _, _, one in found if device in ("", one.device)]

    async def configuration(
        self, account_id: str, plant_id: str, module_id: str
    ) -> tuple[Snapshot, Configuration]:
        """A thermostat's state with its programs. Raises what `read` raises."""
        snapshot = await self.read(account_id, plant_id, module_id, device=DEVICE)
        module = await module_of(self._database, account_id, plant_id, module_id)
        return snapshot, msgspec.json.decode(module.configuration, type=Configuration)

    async def desired(self, account_id: str, plant_id: str, module_id: str) -> Desired | None:
        """What the module was last told through `command`."""
        return await self._database.one(
            _DESIRED, account_id=account_id, plant_id=plant_id, module_id=module_id
        )

    async def command(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        command: Any,
        flow: str = "",
        *,
        device: str = "",
    ) -> None:
        """Tells the module; returns once the report that this caused is durable.

        Raises what `read` raises, `Kind.INVALID` for what the module cannot do, `Kind.BUSY` while
        somebody uses it, `Kind.TIMED_OUT` when it does not answer.
        """
        standing = await self.standing(account_id, plant_id, module_id, device=device)
        await self.instruct(standing, command, flow)

    async def instruct(self, standing: Standing, command: Any, flow: str = "") -> None:
        """`command`, for whoever has asked already what the module is."""
        reach = await self._require(standing, command)
        outcome = await self._send(standing.module_id, reach, command, flow)
        if outcome is not Outcome.DONE:
            raise refusal(outcome)

    async def command_all(
        self,
        account_id: str,
        plant_id: str,
        commands: Mapping[str, Any],
        flow: str = "",
        *,
        device: str = "",
    ) -> None:
        """Tells several modules at once, each its own; every one that can be reached obeys.

        Nothing is sent unless all ids and commands are right. Raises what `command` raises: of the
        first module, in the order given, that did not obey.
        """
        outcomes = await self.tell(account_id, plant_id, commands, flow, device=device)
        for outcome in outcomes.values():
            if outcome is not Outcome.DONE:
                raise refusal(outcome)

    async def tell(
        self,
        account_id: str,
        plant_id: str,
        commands: Mapping[str, Any],
        flow: str = "",
        *,
        device: str = "",
    ) -> Mapping[str, Outcome]:
        """`command_all`, with the outcome of each module in place of the first refusal."""
        reaches = [
            await self._require(
                await self.standing(account_id, plant_id, module_id, device=device), command
            )
            for module_id, command in commands.items()
        ]
        outcomes = await asyncio.gather(
            *(
                self._send(module_id, reach, command, flow)
                for (module_id, command), reach in zip(commands.items(), reaches, strict=True)
            )
        )
        return dict(zip(commands, outcomes, strict=True))

    async def _require(self, standing: Standing, command: Any) -> Reach:
        """That the module can do what it is told, if it can be asked; whether it can."""
        kind = KINDS[standing.device]
        kind.understand(command)
        reach = standing.reach
        if not self._standings.exact:
            reach = Reach((await self._live(standing.module_id)).reach)
        if reach is not Reach.OFFLINE:
            kind.require(command, standing.configuration, self._clock.now())
        return reach

    async def _send(self, module_id: str, reach: Reach, command: Any, flow: str) -> Outcome:
        """What became of it, which is noted; the link notes that it was done."""
        outcome = Outcome.OFFLINE
        if reach is not Reach.OFFLINE:
            outcome = await self._link.send(module_id, command, deadline=self._deadline, flow=flow)
        if outcome is not Outcome.DONE:
            now = self._clock.now()
            await self._database.write(told, module_id, command, outcome=outcome, at=now)
        return outcome

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
        hint="The device is not connected; it answers again by itself once it is.",
    )


def _silent() -> Problem:
    return Problem(
        Kind.TIMED_OUT,
        "device_silent",
        "Request timeout",
        hint="The device did not answer in time; try again later.",
    )


def _busy() -> Problem:
    return Problem(
        Kind.BUSY,
        "user_interface_busy",
        "Busy visual user interface",
        hint="Somebody is using the device; try again in about 10 seconds.",
    )


def refusal(outcome: Outcome) -> Problem:
    """The answer for a command that was not obeyed."""
    return {Outcome.OFFLINE: _offline, Outcome.BUSY: _busy}.get(outcome, _silent)()

"""The twin of each module: what it last reported, what it was last told, and the way to tell it.

`report` is the only function that changes a device's state; a command is done when the report that
it caused is committed. [DEV-1 DEV-2 DEV-3]
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, query

from .kinds import KINDS
from .link import Outcome, PlantLink
from .plants import Reach, module_of, plant_of
from .refusals import refusal, require_reach
from .reporting import Told, note, report
from .settings import Settings
from .snapshot import Snapshot, Snapshots
from .standing import Standing, Standings
from .thermostat import DEVICE, Configuration

__all__ = ["Desired", "Snapshot", "Standing", "Twin", "refusal", "report"]


@dataclass(frozen=True, slots=True)
class Desired:
    """What a module was last told, when, and what became of it."""

    command: Any
    at: int
    outcome: Outcome


def _desired(device: str, command: str, at: int, outcome: str) -> Desired:
    type_ = KINDS[device].command
    return Desired(msgspec.json.decode(command, type=type_), at, Outcome(outcome))


_DESIRED = query(
    _desired,
    "SELECT m.device, s.desired, s.desired_at, s.outcome FROM module_states s "
    "JOIN modules m ON m.id = s.module_id JOIN plant_members me ON me.plant_id = m.plant_id "
    "WHERE me.account_id = :account_id AND me.plant_id = :plant_id AND m.id = :module_id "
    "AND s.desired IS NOT NULL",
)


class Twin:
    """Reads and commands modules on behalf of an account."""

    def __init__(
        self, database: Database, clock: Clock, link: PlantLink, settings: Settings
    ) -> None:
        self._database = database
        self._standings = Standings(database, clock)
        self._snapshots = Snapshots(database)
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
        standing = await self._standings.one(account_id, plant_id, module_id, device)
        snapshot = self._snapshots.of(standing, await self._snapshots.live(module_id))
        if not last_known:
            require_reach(snapshot.reach)
        return snapshot

    def glance(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        *,
        last_known: bool = False,
        device: str,
    ) -> Snapshot | None:
        """What `read` would answer, if that is known without waiting and is no problem."""
        live = self._snapshots.known(module_id)
        standing = self._standings.known(account_id, plant_id, module_id)
        if live is None or standing is None or standing.device != device:
            return None
        if standing.expires or not (last_known or live.reach == Reach.ONLINE):
            return None
        return self._snapshots.of(standing, live)

    async def standing(
        self, account_id: str, plant_id: str, module_id: str, *, device: str = ""
    ) -> Standing:
        """What a module is, whatever its state. (`standing.Standings.one`)"""
        return await self._standings.one(account_id, plant_id, module_id, device)

    async def read_all(
        self, account_id: str, plant_id: str, *, device: str = ""
    ) -> Sequence[Snapshot]:
        """The last-known states of a plant's modules, in the order in which they were set up.

        The very same while nothing has changed, where that is known. Raises `Kind.UNKNOWN` for a
        plant that the account does not see; where there is a thermostat, also
        `Kind.PASSWORD_EXPIRED` and `Kind.TERMS_EXPIRED`.
        """
        found = await self._snapshots.of_plant(account_id, plant_id)
        if any(one.device == DEVICE for one in found):
            await self.require_app(account_id)
        if not found:
            await plant_of(self._database, account_id, plant_id)
        return found if not device else [one for one in found if device == one.device]

    def glance_all(self, account_id: str, plant_id: str) -> Sequence[Snapshot] | None:
        """What `read_all` would answer, if that is known without waiting and is no problem."""
        found = self._snapshots.known_of_plant(account_id, plant_id)
        return None if not found or any(one.device == DEVICE for one in found) else found

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
        reach = standing.reach
        if not self._standings.exact:
            reach = Reach((await self._snapshots.live(standing.module_id)).reach)
        self._require(standing, command, reach)
        module_id, outcome = standing.module_id, Outcome.OFFLINE
        if reach is not Reach.OFFLINE:
            outcome = await self._link.send(module_id, command, deadline=self._deadline, flow=flow)
        if outcome is not Outcome.DONE:
            await self._note({module_id: command}, {module_id: outcome})
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
        found = await self._standings.several(account_id, plant_id, commands)
        reaches = await self._reaches(found.values())
        for module_id, command in commands.items():
            standing = await self._standings.required(found.get(module_id), account_id, device)
            self._require(standing, command, reaches[module_id])
        outcomes = dict.fromkeys(commands, Outcome.OFFLINE)
        asked = {id_: commands[id_] for id_, reach in reaches.items() if reach is not Reach.OFFLINE}
        if asked:
            outcomes |= await self._link.send_all(asked, deadline=self._deadline, flow=flow)
        await self._note(commands, outcomes)
        return outcomes

    async def _reaches(self, standings: Collection[Standing]) -> Mapping[str, Reach]:
        """As they are now, by the ids of modules."""
        if self._standings.exact:
            return {one.module_id: one.reach for one in standings}
        lives = await asyncio.gather(*(self._snapshots.live(one.module_id) for one in standings))
        return {
            one.module_id: Reach(live.reach) for one, live in zip(standings, lives, strict=True)
        }

    def _require(self, standing: Standing, command: Any, reach: Reach) -> None:
        """That the module can do what it is told, if it can be asked."""
        kind = KINDS[standing.device]
        kind.understand(command)
        if reach is not Reach.OFFLINE:
            kind.require(command, standing.configuration, self._clock.now())

    async def _note(self, commands: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> None:
        """What was not done; the link notes the rest."""
        now = self._clock.now()
        failed = {
            module_id: Told(commands[module_id], outcome, now)
            for module_id, outcome in outcomes.items()
            if outcome is not Outcome.DONE
        }
        if failed:
            await self._database.write(note, failed)

    async def require_app(self, account_id: str) -> None:
        """Raises `Kind.PASSWORD_EXPIRED` or `Kind.TERMS_EXPIRED` while the app's account is so."""
        await self._standings.require_app(account_id)

"""Scenes: several modules of a plant, each told what is its own, with one outcome.

(`contract/homecontrol.md` 2.10)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.events import outbox
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, KeptRows, Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

from . import ids
from .kinds import KINDS
from .link import Outcome
from .plants import Module, Plant, checked_name, plant_of, unknown
from .twin import Twin

KIND = "scene"
"""The kind of the event that tells of a run."""
RELAY = "relay"


@dataclass(frozen=True, slots=True)
class SceneStep:
    """What one module is told; ``command`` is of the type of its kind."""

    module_id: str
    device: str
    command: Any


@dataclass(frozen=True, slots=True)
class Scene:
    """``name`` is the machine's, ``friendly_name`` the one that people gave it, if they did."""

    id: str
    plant_id: str
    name: str
    friendly_name: str
    steps: tuple[SceneStep, ...]


_Words = tuple[str, str, str, str]
"""Of a scene: all but its steps."""


def _row(*columns: Any) -> tuple[_Words, SceneStep | None]:
    id_, plant_id, name, friendly_name, module_id, device, command = columns
    scene = (id_, plant_id, name, friendly_name)
    if module_id is None:
        return scene, None
    made = msgspec.json.decode(command, type=KINDS[device].command)
    return scene, SceneStep(module_id, device, made)


_SCENES = (
    "SELECT s.id, s.plant_id, s.name, s.friendly_name, m.id, m.device, t.command FROM scenes s "
    "JOIN plant_members me ON me.plant_id = s.plant_id AND me.account_id = :account_id "
    "LEFT JOIN scene_steps t ON t.scene_id = s.id LEFT JOIN modules m ON m.id = t.module_id "
    "WHERE s.plant_id = :plant_id"
)
_SCENES_OF = query(_row, f"{_SCENES} ORDER BY s.place, s.id, t.place")
_SCENE_OF = query(_row, f"{_SCENES} AND s.id = :scene_id ORDER BY t.place")
_ADD_SCENE = statement(
    "INSERT INTO scenes (id, plant_id, name, friendly_name, place) VALUES (:id, :plant_id, :name, "
    ":friendly_name, (SELECT COALESCE(MAX(place), -1) + 1 FROM scenes WHERE plant_id = :plant_id))"
)
_ADD_STEP = statement(
    "INSERT INTO scene_steps (scene_id, module_id, place, command) "
    "VALUES (:scene_id, :module_id, :place, :command)"
)


async def scenes_of(reads: Reads, account_id: str, plant_id: str) -> list[Scene]:
    """In the order in which they were made. Raises `Kind.UNKNOWN` for a foreign plant."""
    rows = await reads.all(_SCENES_OF, account_id=account_id, plant_id=plant_id)
    if not rows:
        await plant_of(reads, account_id, plant_id)
    return _gathered(rows)


async def create_scene(
    tx: Tx,
    plant: Plant,
    ident: Ident,
    name: str,
    steps: Sequence[tuple[Module, Any]],
    *,
    friendly_name: str = "",
    id_: str = "",
) -> Scene:
    """Raises `Kind.INVALID` for a name that is none, and for what a module is never told."""
    scene = Scene(
        id_ or ids.scene(ident, plant.api, plant.id),
        plant.id,
        checked_name(name),
        friendly_name and checked_name(friendly_name),
        tuple(SceneStep(module.id, module.device, command) for module, command in steps),
    )
    for step in scene.steps:
        KINDS[step.device].understand(step.command)
    await tx.run(
        _ADD_SCENE,
        id=scene.id,
        plant_id=plant.id,
        name=scene.name,
        friendly_name=scene.friendly_name,
    )
    await tx.run_many(
        _ADD_STEP,
        [
            {
                "scene_id": scene.id,
                "module_id": step.module_id,
                "place": place,
                "command": msgspec.json.encode(step.command).decode(),
            }
            for place, step in enumerate(scene.steps)
        ],
    )
    return scene


class Scenes:
    """Lists and runs scenes on behalf of an account."""

    def __init__(self, database: Database, clock: Clock, bells: Bells, twin: Twin) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._twin = twin
        self._of_plants = KeptRows(database, _SCENES_OF)
        self._kept = KeptRows(database, _SCENE_OF)

    async def of_plant(self, account_id: str, plant_id: str) -> Sequence[Scene]:
        """`scenes_of`, from rows that are kept."""
        rows = await self._of_plants.all(account_id=account_id, plant_id=plant_id)
        if not rows:
            await plant_of(self._database, account_id, plant_id)
        return _gathered(rows)

    async def one(self, account_id: str, plant_id: str, scene_id: str) -> Scene:
        """Raises `Kind.UNKNOWN` for a scene that is not in a plant that the account sees."""
        rows = await self._kept.all(account_id=account_id, plant_id=plant_id, scene_id=scene_id)
        if not rows:
            raise unknown(KIND)
        return _gathered(rows)[0]

    async def run(self, account_id: str, plant_id: str, scene_id: str, flow: str = "") -> Outcome:
        """Tells every module its part; those that can be reached obey.

        Returns `Outcome.DONE` if all obeyed, else what became of the first that did not; the event
        says the same. Raises `Kind.UNKNOWN`, `Kind.PASSWORD_EXPIRED`, `Kind.TERMS_EXPIRED`, and
        `Kind.INVALID` when a module cannot do its part any more: then nothing was told.
        """
        scene = await self.one(account_id, plant_id, scene_id)
        commands = {step.module_id: step.command for step in scene.steps}
        outcomes = await self._twin.tell(account_id, plant_id, commands, flow)
        outcome = next((one for one in outcomes.values() if one is not Outcome.DONE), Outcome.DONE)
        await self._database.write(_ran, scene, outcome, self._clock.now(), flow)
        self._bells.ring(RELAY)
        return outcome


async def _ran(tx: Tx, scene: Scene, outcome: Outcome, now: int, flow: str) -> None:
    state = {
        "name": scene.name,
        "friendly_name": scene.friendly_name,
        "outcome": outcome.value,
        "at": now,
    }
    await outbox.append(
        tx,
        plant_id=scene.plant_id,
        module_id=scene.id,
        kind=KIND,
        changed=("run",),
        state=state,
        at=now,
        flow=flow,
    )


def _gathered(rows: Sequence[tuple[_Words, SceneStep | None]]) -> list[Scene]:
    steps: dict[_Words, list[SceneStep]] = {}
    for scene, step in rows:
        found = steps.setdefault(scene, [])
        if step is not None:
            found.append(step)
    return [Scene(*scene, tuple(each)) for scene, each in steps.items()]

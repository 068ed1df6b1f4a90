"""A home on paper: everything that makes it, as data that can be kept, copied and sent. [SBX-3]

A blueprint is what templates, captures, snapshots, forks and exports have in common: whatever comes
to stand in a plant is drawn as one first, and built from it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from workswith.devices import ids
from workswith.devices.kinds import KINDS
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

FORMAT = "workswith-home"
VERSION = 1
NOTHING = msgspec.Raw(b"null")


class PlantPlan(msgspec.Struct, frozen=True):
    id: str
    name: str
    type: str
    time_zone: str
    api: str
    country: str = "IT"


class GatewayPlan(msgspec.Struct, frozen=True):
    id: str
    name: str
    hw_type: str = ""
    fw: int = 0
    reach: str = "online"


class AmbientPlan(msgspec.Struct, frozen=True):
    id: str
    name: str
    type: str = "custom"
    floor: str = ""


class ModulePlan(msgspec.Struct, frozen=True):
    """``model`` is what a simulator is built into, ``state`` where it stands, ``reported`` what the
    cloud last heard of it, if that is something else. All three are JSON of the kind's own types.
    """

    id: str
    name: str
    device: str
    gateway: str
    ambient: str | None
    configuration: msgspec.Raw
    model: msgspec.Raw
    state: msgspec.Raw
    reported: msgspec.Raw = NOTHING
    hw_type: str = ""
    fw: int = 0
    appliance: str = ""
    reach: str = "online"


class StepPlan(msgspec.Struct, frozen=True):
    module: str
    command: msgspec.Raw


class ScenePlan(msgspec.Struct, frozen=True):
    id: str
    name: str
    friendly_name: str
    steps: tuple[StepPlan, ...]


class Blueprint(msgspec.Struct, frozen=True):
    """``drawn_at`` is the instant at which the home was so, in ms."""

    drawn_at: int
    plant: PlantPlan
    gateways: tuple[GatewayPlan, ...] = ()
    ambients: tuple[AmbientPlan, ...] = ()
    modules: tuple[ModulePlan, ...] = ()
    scenes: tuple[ScenePlan, ...] = ()
    format: str = FORMAT
    version: int = VERSION

    def ids(self) -> list[str]:
        """Every id in it, the plant's first."""
        parts: Iterable[Any] = (*self.gateways, *self.ambients, *self.modules, *self.scenes)
        return [self.plant.id, *(one.id for one in parts)]


_decoder = msgspec.json.Decoder(Blueprint)


def blueprint_of(text: str | bytes) -> Blueprint:
    """Raises `Kind.MALFORMED` for what is no blueprint, naming the place."""
    try:
        made = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _no_blueprint(str(error)) from error
    if (made.format, made.version) != (FORMAT, VERSION):
        raise _no_blueprint(f"format {made.format!r}, version {made.version}")
    return made


def text_of(blueprint: Blueprint) -> str:
    """`blueprint_of` gives back the very same."""
    return msgspec.json.encode(blueprint).decode()


def require_whole(blueprint: Blueprint) -> None:
    """Raises `Kind.MALFORMED` where something names what is not there, or stands there twice."""
    every = blueprint.ids()
    if len(set(every)) != len(every):
        raise _no_blueprint("an id stands in it twice")
    gateways = {one.id for one in blueprint.gateways}
    ambients = {None, *(one.id for one in blueprint.ambients)}
    modules = {one.id for one in blueprint.modules}
    for module in blueprint.modules:
        if module.device not in KINDS:
            raise _no_blueprint(f"no such kind of device: {module.device}")
        if module.gateway not in gateways or module.ambient not in ambients:
            raise _no_blueprint(f"the module {module.id} stands nowhere")
    for scene in blueprint.scenes:
        if any(step.module not in modules for step in scene.steps):
            raise _no_blueprint(f"the scene {scene.id} tells a module that is not there")


def with_new_ids(blueprint: Blueprint, ident: Ident) -> Blueprint:
    """The same home with ids of its own, those that stand inside of models included."""
    api = blueprint.plant.api
    plant = ids.plant(ident, api)
    gateways = {one.id: ids.gateway(ident, api) for one in blueprint.gateways}
    ambients = {one.id: ids.ambient(ident, api, plant) for one in blueprint.ambients}
    modules = {one.id: ids.module(ident, api, gateways[one.gateway]) for one in blueprint.modules}
    model = _renaming(modules)
    return msgspec.structs.replace(
        blueprint,
        plant=msgspec.structs.replace(blueprint.plant, id=plant),
        gateways=tuple(
            msgspec.structs.replace(one, id=gateways[one.id]) for one in blueprint.gateways
        ),
        ambients=tuple(
            msgspec.structs.replace(one, id=ambients[one.id]) for one in blueprint.ambients
        ),
        modules=tuple(
            msgspec.structs.replace(
                one,
                id=modules[one.id],
                gateway=gateways[one.gateway],
                ambient=ambients[one.ambient] if one.ambient else None,
                model=model(one.model),
            )
            for one in blueprint.modules
        ),
        scenes=tuple(
            msgspec.structs.replace(
                one,
                id=ids.scene(ident, api, plant),
                steps=tuple(
                    msgspec.structs.replace(step, module=modules[step.module]) for step in one.steps
                ),
            )
            for one in blueprint.scenes
        ),
    )


def _renaming(names: dict[str, str]) -> Callable[[msgspec.Raw], msgspec.Raw]:
    def rename(part: Any) -> Any:
        if isinstance(part, str):
            return names.get(part, part)
        if isinstance(part, list):
            return [rename(one) for one in part]
        if isinstance(part, dict):
            return {key: rename(value) for key, value in part.items()}
        return part

    return lambda raw: msgspec.Raw(msgspec.json.encode(rename(msgspec.json.decode(raw))))


def _no_blueprint(why: str) -> Problem:
    return Problem(
        Kind.MALFORMED, "blueprint_invalid", "That is no home that can be read.", hint=why
    )

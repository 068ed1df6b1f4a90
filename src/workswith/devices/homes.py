"""How a home of `templates` is furnished. [DEV-4]

The same ids make the same home: its physics are drawn from its own ids and from nothing else.
"""

import zlib
from dataclasses import dataclass, replace

import msgspec

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Tx, statement
from workswith.kernel.ident import Ident

from .furniture import Piece, Site
from .kinds import KINDS
from .plants import (
    Module,
    Plant,
    create_ambient,
    create_gateway,
    create_module,
    create_plant,
)
from .reporting import report
from .scenes import create_scene
from .simulators.kind import USUAL_PACE
from .templates import TEMPLATES, Template

_ADD_SIMULATOR = statement(
    "INSERT INTO simulators (module_id, kind, model, state) "
    "VALUES (:module_id, :kind, :model, :state)"
)


@dataclass(frozen=True, slots=True)
class Home:
    """A plant with its modules, as furnished."""

    plant: Plant
    modules: tuple[Module, ...]

    def module(self, name: str) -> Module:
        """Raises ``StopIteration`` for a name that no module has."""
        return next(one for one in self.modules if one.name == name)


async def furnish(tx: Tx, owner_id: str, ident: Ident, template: str, now: int) -> tuple[Home, ...]:
    """Sets up the homes of `TEMPLATES`: plants, gateways, ambients, modules, scenes.

    Each module has made its first report. The park takes them up when it starts, or at once by
    `Park.welcome`. Raises ``KeyError``.
    """
    return tuple([await set_up(tx, owner_id, ident, one, now) for one in TEMPLATES[template]])


async def set_up(tx: Tx, owner_id: str, ident: Ident, template: Template, now: int) -> Home:
    """One home."""
    plant = await create_plant(
        tx,
        owner_id,
        ident,
        template.name,
        plant_type=template.type,
        time_zone=template.time_zone,
        api=template.api,
        country=template.country,
        now=now,
    )
    if not template.pieces:
        return Home(plant, ())
    name, hw_type, fw = template.gateway
    gateway = await create_gateway(tx, plant, ident, name, now, hw_type=hw_type, fw=fw)
    floors = dict(template.floors)
    ambients = {
        name: await create_ambient(tx, plant, ident, name, ambient_type, floor=floors.get(name, ""))
        for name, ambient_type in template.ambients
    }
    modules = {
        piece.name: await create_module(
            tx,
            plant,
            gateway,
            None if piece.ambient is None else ambients[piece.ambient],
            ident,
            name=piece.name,
            device=piece.device,
            configuration=msgspec.json.encode(piece.configuration).decode(),
            hw_type=piece.hw_type,
            fw=piece.fw,
            appliance=piece.appliance,
            now=now,
        )
        for piece in template.pieces
    }
    site = Site(
        climate=replace(template.climate, seed=_seed(plant.id)),
        phase=_seed(gateway.id) % (MINUTE // 1000) * 1000,
        seed=0,
        modules={name: module.id for name, module in modules.items()},
    )
    for piece in template.pieces:
        module = modules[piece.name]
        await _switch_on(tx, plant, module, piece, replace(site, seed=_seed(module.id)), now=now)
    for scene in template.scenes:
        steps = [(modules[name], command) for name, command in scene.steps]
        await create_scene(tx, plant, ident, scene.name, steps, friendly_name=scene.friendly_name)
    return Home(plant, tuple(modules.values()))


async def _switch_on(
    tx: Tx, plant: Plant, module: Module, piece: Piece, site: Site, *, now: int
) -> None:
    kind = KINDS[piece.device]
    model = msgspec.json.encode(piece.model(site)).decode()
    body = kind.simulator.body_of(model, module.configuration, plant.time_zone, USUAL_PACE)
    state = kind.begin(body, now, site.seed)
    await tx.run(
        _ADD_SIMULATOR,
        module_id=module.id,
        kind=piece.device,
        model=model,
        state=kind.simulator.text_of(state),
    )
    await report(tx, module.id, state.said)


def _seed(text: str) -> int:
    return zlib.crc32(text.encode())

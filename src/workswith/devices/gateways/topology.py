"""A gateway says hello: which modules stand behind it, and where its reports go on. [DEV-5]

A module is taken up under the name that its gateway calls it by. A name that is the id of a module
of this gateway is that module; any other name that is new becomes a new module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.parked import set_reach
from workswith.devices.plants import Plant, Reach, checked_name, create_ambient, create_module
from workswith.devices.plants.plant import COLUMNS
from workswith.devices.reporting import report
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem

from .protocol import Announced, Hello, Refusal
from .setups import begin_anew, holds, wanted
from .stream import lock, reading_of


@dataclass(frozen=True, slots=True)
class Greeted:
    """The session to report in, the last report of it that is stored, and what was not taken up."""

    session: int
    seq: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A module of the gateway; ``name`` is the gateway's, empty for one made beforehand."""

    id: str
    name: str
    device: str
    reach: str
    has_state: int


_PLANT = query(
    Plant, f"SELECT {COLUMNS} FROM plants p JOIN gateways g ON g.plant_id = p.id WHERE g.id = :id"
)
_KNOWN = query(
    _Known,
    "SELECT m.id, COALESCE(k.name, ''), m.device, m.reach, "
    "CASE WHEN s.module_id IS NULL THEN 0 ELSE 1 END FROM modules m "
    "LEFT JOIN gateway_modules k ON k.module_id = m.id "
    "LEFT JOIN module_states s ON s.module_id = m.id WHERE m.gateway_id = :id ORDER BY m.id",
)
_AMBIENT = query(
    str,
    "SELECT id FROM ambients WHERE plant_id = :plant_id AND name = :name ORDER BY place LIMIT 1",
)
_CONNECT = statement(
    "UPDATE gateway_links SET connection = :connection, session = :session, seq = :seq "
    "WHERE gateway_id = :id"
)
_EMPTY = statement("DELETE FROM gateway_inbox WHERE gateway_id = :id")
_HARDWARE = statement("UPDATE gateways SET hw_type = :hw_type, fw = :fw WHERE id = :id")
_NAME = statement(
    "INSERT INTO gateway_modules (gateway_id, name, module_id) VALUES (:id, :name, :module_id)"
)
_FIRMWARE = statement(
    "UPDATE modules SET fw = :fw, hw_type = :hw_type, "
    "configuration = COALESCE(NULLIF(:configuration, ''), configuration) WHERE id = :id"
)
_GONE = statement("UPDATE gateway_links SET gone = :connection WHERE gateway_id = :id")
_PARTED = statement("UPDATE gateway_links SET connection = '' WHERE gateway_id = :id")


async def greet(
    tx: Tx, gateway_id: str, generation: int, hello: Hello, ident: Ident, *, most: int, now: int
) -> Greeted | None:
    """Takes up what is announced, and puts the gateway on line. ``None``: it is not welcome.

    The same hello twice is one. A session that is not the last one begins anew.
    """
    link = await lock(tx, gateway_id, now)
    if link is None or not link.is_good(generation, now) or link.gone == hello.connection:
        return None
    refused = await _take_up(tx, gateway_id, hello.modules, ident, most=most, now=now)
    session, seq = link.session, link.seq
    if hello.connection != link.connection and (not session or hello.session != session):
        session, seq = session + 1, 0
        await tx.run(_EMPTY, id=gateway_id)
    await tx.run(_CONNECT, id=gateway_id, connection=hello.connection, session=session, seq=seq)
    await tx.run(_HARDWARE, id=gateway_id, hw_type=hello.hw_type, fw=hello.fw)
    await set_reach(tx, gateway_id, Reach.ONLINE, now)
    await begin_anew(tx, gateway_id)
    return Greeted(session, seq, refused)


async def part(tx: Tx, gateway_id: str, generation: int, connection: str, now: int) -> bool:
    """A connection has ended: the gateway is off line, unless it has a newer one."""
    link = await lock(tx, gateway_id, now)
    if link is None or link.generation != generation:
        return False
    await tx.run(_GONE, id=gateway_id, connection=connection)
    if link.connection != connection:
        return False
    await lose(tx, gateway_id, now)
    return True


async def lose(tx: Tx, gateway_id: str, now: int) -> None:
    """Off line until it says hello again."""
    await tx.run(_PARTED, id=gateway_id)
    await set_reach(tx, gateway_id, Reach.OFFLINE, now)


async def _take_up(
    tx: Tx,
    gateway_id: str,
    modules: Sequence[Announced] | None,
    ident: Ident,
    *,
    most: int,
    now: int,
) -> tuple[Refusal, ...]:
    plant = await tx.one(_PLANT, id=gateway_id)
    if plant is None or modules is None:
        return ()
    known = await tx.all(_KNOWN, id=gateway_id)
    by_name = {one.name or one.id: one for one in known}
    setups = await wanted(tx, gateway_id)
    refused = []
    room = most - len(known)
    for one in modules:
        try:
            before = by_name.get(one.module)
            if before is None and not room:
                raise ValueError(f"a gateway has at most {most} modules")
            if one.module in setups:
                await holds(tx, gateway_id, one.module, one.setup)
            shown = one
            if setups.get(one.module, 0) > one.setup:  # it shall be set up otherwise
                shown = msgspec.structs.replace(one, configuration={})
            taken = await _put(tx, plant, gateway_id, shown, before, ident=ident, now=now)
        except (ValueError, Problem) as error:
            reason = error.detail if isinstance(error, Problem) else str(error)
            refused.append(Refusal(one.module, reason))
            continue
        room -= before is None
        by_name[one.module] = taken
    present = {one.module for one in modules}
    for each in known:
        if each.name and each.name not in present and each.reach != Reach.OFFLINE:
            await set_reach(tx, each.id, Reach.OFFLINE, now)
    return tuple(refused)


async def _put(
    tx: Tx,
    plant: Plant,
    gateway_id: str,
    one: Announced,
    before: _Known | None,
    *,
    ident: Ident,
    now: int,
) -> _Known:
    """Raises ``ValueError`` and `Problem` before anything is written."""
    device = before.device if before else one.device
    if device != one.device or device not in KINDS:
        raise ValueError(f"{one.device!r} is not the kind of this module" if before else "no kind")
    reading = reading_of(device, one.reading, now)
    configuration = ""
    if before is None or one.configuration:
        made = msgspec.convert(one.configuration, KINDS[device].configuration)
        configuration = msgspec.json.encode(made).decode()
    if before is None:
        checked_name(one.name)
        checked_name(one.ambient or one.name)
        module_id = await _create(tx, plant, gateway_id, one, configuration, ident=ident, now=now)
    else:
        module_id = before.id
        await tx.run(
            _FIRMWARE, id=module_id, fw=one.fw, hw_type=one.hw_type, configuration=configuration
        )
    if before is None or not before.name:
        await tx.run(_NAME, id=gateway_id, name=one.module, module_id=module_id)
    if before is None or not before.has_state:
        await report(tx, module_id, reading)
    if (before.reach if before else Reach.ONLINE) != one.reach:
        await set_reach(tx, module_id, Reach(one.reach), now)
    return _Known(module_id, one.module, device, one.reach, 1)


async def _create(
    tx: Tx,
    plant: Plant,
    gateway_id: str,
    one: Announced,
    configuration: str,
    *,
    ident: Ident,
    now: int,
) -> str:
    ambient_id = None
    if one.ambient:
        ambient_id = await tx.one(_AMBIENT, plant_id=plant.id, name=one.ambient)
        if ambient_id is None:
            ambient_id = (await create_ambient(tx, plant, ident, one.ambient)).id
    module = await create_module(
        tx,
        plant,
        gateway_id,
        ambient_id,
        ident,
        name=one.name,
        device=one.device,
        configuration=configuration,
        hw_type=one.hw_type,
        fw=one.fw,
        now=now,
    )
    return module.id

"""Counters of energy that begin anew, and what has to go on nevertheless: history, and meters.

A device that is reset counts from nothing, and one that is restored from where it was; neither has
used anything by that. A meter goes on counting when something behind it is taken away.
"""

from typing import Any

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.parked import Parked, parked
from workswith.devices.simulators import meter
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.kernel.database import Tx, query, statement

_REPORTED = query(str, "SELECT reported FROM module_states WHERE module_id = :module_id")
_REBASE = statement("UPDATE module_states SET reported = :reported WHERE module_id = :module_id")
_REMODEL = statement("UPDATE simulators SET model = :model WHERE module_id = :module_id")


async def rebase(tx: Tx, module_id: str, reading: Any) -> None:
    """Makes the next report of a counter add nothing: it has stood at ``reading`` all along."""
    energy = getattr(reading, "energy", None)
    if energy is None:
        return
    reported = await tx.one(_REPORTED, module_id=module_id)
    if reported is not None:
        members = msgspec.json.decode(reported) | {"energy": energy}
        await tx.run(_REBASE, module_id=module_id, reported=msgspec.json.encode(members).decode())


async def unmeter(tx: Tx, plant_id: str, module_id: str, now: int, *, gone: bool) -> None:
    """Keeps in the meters of a plant what a module has used until now, before it counts anew.

    With ``gone`` it no longer hangs behind them.
    """
    rows = {row.module_id: row for row in await parked(tx, plant_id)}
    used = _used(rows[module_id], now) if module_id in rows else 0
    for row in rows.values():
        simulator = KINDS[row.kind].simulator
        if module_id not in simulator.circuit(body_of(row)):
            continue
        model = msgspec.json.decode(row.model, type=meter.Model)
        circuit = tuple(one for one in model.circuit if not gone or one != module_id)
        changed = meter.Model(circuit, model.past + used)
        text = msgspec.json.encode(changed).decode()
        await tx.run(_REMODEL, module_id=row.module_id, model=text)


def body_of(row: Parked) -> Any:
    """What a simulated module is built into."""
    return KINDS[row.kind].simulator.body_of(
        row.model, row.configuration, row.time_zone, USUAL_PACE
    )


def _used(row: Parked, now: int) -> int:
    """Millijoules up to ``now``."""
    simulator, body = KINDS[row.kind].simulator, body_of(row)
    state = simulator.state_of(row.state)
    reading = simulator.look(body, state, max(now, state.said.at)).reading
    return int(getattr(reading, "energy", 0))

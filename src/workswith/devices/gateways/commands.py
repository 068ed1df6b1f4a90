"""Commands whose outcome is not known yet: a row each, so that none is lost with its process."""

from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.link import Outcome
from workswith.devices.reporting import told
from workswith.kernel.database import Reads, Tx, query, statement


@dataclass(frozen=True, slots=True)
class Waiting:
    """``command`` is JSON; ``at`` the instant at which it was sent, for ``wait_ms`` real ms."""

    id: str
    module_id: str
    device: str
    command: str
    flow: str
    at: int
    wait_ms: int


_COLUMNS = "c.id, c.module_id, m.device, c.command, c.flow, c.at, c.wait_ms"
_ADD = statement(
    "INSERT INTO gateway_commands (id, module_id, command, flow, at, wait_ms) "
    "VALUES (:id, :module_id, :command, :flow, :at, :wait_ms)"
)
_ONE = query(
    Waiting,
    f"SELECT {_COLUMNS} FROM gateway_commands c JOIN modules m ON m.id = c.module_id "
    "WHERE c.id = :id",
)
_EVERY = query(
    Waiting,
    f"SELECT {_COLUMNS} FROM gateway_commands c JOIN modules m ON m.id = c.module_id "
    "ORDER BY c.at, c.id LIMIT 1000",
)
_DROP = statement("DELETE FROM gateway_commands WHERE id = :id")
_TOLD_SINCE = query(
    int,
    "SELECT 1 FROM module_states WHERE module_id = :module_id "
    "AND desired_at IS NOT NULL AND desired_at > :at",
)


async def keep(
    tx: Tx, id_: str, module_id: str, command: Any, *, flow: str, at: int, wait_ms: int
) -> None:
    await tx.run(
        _ADD,
        id=id_,
        module_id=module_id,
        command=msgspec.json.encode(command).decode(),
        flow=flow,
        at=at,
        wait_ms=wait_ms,
    )


async def every(reads: Reads) -> list[Waiting]:
    """The oldest first."""
    return await reads.all(_EVERY)


async def is_open(reads: Reads, id_: str) -> bool:
    return await reads.one(_ONE, id=id_) is not None


async def drop(tx: Tx, id_: str) -> bool:
    """Whether its outcome was not known yet."""
    return bool(await tx.run(_DROP, id=id_))


async def of_module(tx: Tx, id_: str, module_id: str) -> Waiting | None:
    """If it is that module's, and still open."""
    found = await tx.one(_ONE, id=id_)
    return found if found is not None and found.module_id == module_id else None


async def finish(tx: Tx, waiting: Waiting, outcome: Outcome, at: int) -> None:
    """Notes the outcome with the module, unless it has been told something else since."""
    if not await drop(tx, waiting.id):
        return
    if await tx.one(_TOLD_SINCE, module_id=waiting.module_id, at=waiting.at) is None:
        command = msgspec.json.decode(waiting.command, type=KINDS[waiting.device].command)
        await told(tx, waiting.module_id, command, outcome=outcome, at=at)

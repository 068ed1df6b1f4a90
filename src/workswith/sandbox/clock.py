"""The test clock across restarts: its state is a row, saved at each change. [SBX-2]"""

from workswith.kernel.clock import Clock, ClockState
from workswith.kernel.database import Database, Reads, Tx, query, statement

_SAVE = statement(
    "INSERT INTO clock (id, wall, shown, rate) VALUES (1, :wall, :shown, :rate) "
    "ON CONFLICT (id) DO UPDATE "
    "SET wall = excluded.wall, shown = excluded.shown, rate = excluded.rate"
)
_LOAD = query(ClockState, "SELECT wall, shown, rate FROM clock WHERE id = 1")


async def load_clock(reads: Reads) -> Clock:
    """The clock as it was left; the machine's own time where it never was moved."""
    return Clock(state=await reads.one(_LOAD))


async def remember(database: Database, state: ClockState) -> None:
    """Saves how a clock stands."""
    await database.write(_save, state)


async def _save(tx: Tx, state: ClockState) -> None:
    await tx.run(_SAVE, wall=state.wall, shown=state.shown, rate=state.rate)

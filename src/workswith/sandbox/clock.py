"""The test clock across restarts: its state is a row, saved at each change. [SBX-2]"""

from workswith.kernel.clock import Clock, ClockState
from workswith.kernel.database import Database, Reads, Tx, query, statement
from workswith.kernel.tasks import Supervisor

from .duration import LONGEST

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


def forward(clock: Clock, to: int) -> int:
    """An instant that somebody named, if it is not past. Raises ``ValueError``."""
    if to < clock.now():
        raise ValueError("a clock only moves forward")
    return to


async def advance(database: Database, clock: Clock, supervisor: Supervisor, to: int) -> None:
    """Lets time pass until ``to``, or settles what is due now; returns when all of it is done.

    Raises ``ValueError`` for more than ten years.
    """
    if to > clock.now() + LONGEST:
        raise ValueError("one step is at most ten years")
    # Where it will stand is saved first: killed on the way, it does not go back.
    to = max(to, clock.now())
    await remember(database, ClockState(wall=clock.state.wall, shown=to, rate=clock.rate))
    # Thousands of instants, each with its commits; what a loss of power takes back is lived again.
    async with database.together():
        await supervisor.advance(max(to, clock.now()))
        await remember(database, clock.state)


async def _save(tx: Tx, state: ClockState) -> None:
    await tx.run(_SAVE, wall=state.wall, shown=state.shown, rate=state.rate)

"""Writers and readers of one row at once: nobody is shown less than was acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.kernel.test_database import put
from workswith.kernel.database import Database

WRITES = 20


async def never_less(database: Database, read: Callable[[], Awaitable[int | None]]) -> None:
    """Two writers count ``clock`` 1 up, four readers ``read`` how far it is."""
    await database.write(put, 1)
    acknowledged = 1

    async def writer() -> None:
        nonlocal acknowledged
        for _ in range(WRITES):
            await database.write(put, 1)
            acknowledged += 1

    async def reader() -> None:
        while acknowledged < 1 + 2 * WRITES:
            least = acknowledged
            seen = await read()
            assert seen is not None
            assert seen >= least
            await asyncio.sleep(0)

    await asyncio.gather(writer(), writer(), *(reader() for _ in range(4)))

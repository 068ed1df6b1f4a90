"""Waiting a moment for those who are about to come, so that all are served together."""

import asyncio
from collections.abc import Callable

QUIET_TURNS = 3
LONGEST_SECONDS = 0.003


async def all_are_there(count: Callable[[], int], most: int) -> None:
    """Returns after `QUIET_TURNS` turns of the loop in which ``count()`` did not grow, with ``most`` at
    once, and after `LONGEST_SECONDS` in any case.

    In an idle process these are microseconds; under load most of those who wait are served together.
    """
    loop = asyncio.get_running_loop()
    latest, quiet = loop.time() + LONGEST_SECONDS, 0
    here = count()
    while quiet < QUIET_TURNS and here < most and loop.time() < latest:
        await asyncio.sleep(0)
        now = count()
        quiet, here = (quiet + 1 if now == here else 0), now

"""Waiting for what a process, a thread or a peer brings about that rings no bell for it.

How long it takes is not what such a test is about: the bound is one that a slow machine keeps too.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

WITHIN = 90.0
"""Seconds; far below the limit of a whole test, so that what was waited for is named."""
PATIENT: dict[str, Any] = {"webhooks": {"rules": {"answer_ms": 30_000}}}
"""Settings of a cloud to which a busy machine is no failing endpoint."""
_BETWEEN = 0.02


def until(condition: Callable[[], Any], what: object = "", *, within: float = WITHIN) -> Any:
    """What the condition returns, once it is true; it is looked at from this thread.

    ``what`` is told when it never came: a text, or a function that returns the latest.
    """
    end = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < end, _told(condition, what, found, within)
        time.sleep(_BETWEEN)
    return found


async def eventually(
    condition: Callable[[], Any], what: object = "", *, within: float = WITHIN
) -> Any:
    """`until` in a loop that others live on; the condition may be a coroutine function."""
    found = None
    try:
        async with asyncio.timeout(within) as bound:
            while True:
                found = condition()
                if inspect.isawaitable(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(_BETWEEN)
    except TimeoutError:
        assert not bound.expired(), _told(condition, what, found, within)
        raise


def _told(condition: Callable[[], Any], what: object, found: object, within: float) -> str:
    named = what() if callable(what) else what
    return f"{named or condition.__qualname__} did not come within {within:g} s: {found!r}"

"""A form sent twice is answered once.

Every form carries a random ``once``. The first POST with it does the work; a second one, from a
double click or a re-sent request, waits for the same answer. What failed may be sent again.
The memory is this process's own; stores keep their own uniqueness beside it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from workswith.kernel.clock import MINUTE, Clock

KEEP = 5 * MINUTE
LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class _Entry:
    at: int
    answer: asyncio.Task[Response]


class Submissions:
    """Answers by the digest of who sent what."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def once(self, key: str, act: Callable[[], Awaitable[Response]]) -> Response:
        """The answer of the first `act` with this ``key``."""
        self._forget_old()
        entry = self._entries.get(key)
        if entry is None:
            entry = _Entry(self._clock.now(), asyncio.ensure_future(_run(act)))
            self._entries[key] = entry
            entry.answer.add_done_callback(lambda done: self._keep_successes(key, done))
        # A reader who goes away does not undo what another waits for.
        return await asyncio.shield(entry.answer)

    def given(self, key: str) -> Awaitable[Response] | None:
        """The answer to what was sent before with this ``key``, if it was."""
        self._forget_old()
        entry = self._entries.get(key)
        return asyncio.shield(entry.answer) if entry else None

    def _keep_successes(self, key: str, done: asyncio.Task[Response]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed or done.result().status_code >= 400:
            self._entries.pop(key, None)

    def _forget_old(self) -> None:
        oldest = self._clock.now() - KEEP
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            if len(self._entries) < LIMIT and entry.at >= oldest:
                return
            del self._entries[key]


async def _run(act: Callable[[], Awaitable[Response]]) -> Response:
    return await act()

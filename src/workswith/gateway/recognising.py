"""Calls that are like one a moment ago: same method, address, key and token.

Who calls, and what, follows from these four alone, and clients repeat them; so what the first steps
found out is remembered together, until key and token were not looked up for `HELD_SECONDS` of real
time: whoever is found to be as before is so for all calls that were alike. A word on the broadcast
about any subscription, consent, application or account ends all of it at once, and neither a token
nor a subscription outlives its instant on the clock.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from workswith.contracts.binding import BoundOperation

from .call import Call, Mark, Mount

HELD_SECONDS = 0.25
"""On top of what the look-ups of keys and tokens hold themselves: together less than a second."""
MOST = 4_096
LONGEST = 4_096
"""Bytes of key and token together, of what is remembered."""
_NEVER = 1 << 62


class Caller:
    """Whom key and token stand for: until then in real seconds, and in ms of the clock."""

    __slots__ = ("access", "ends_at", "key", "until")

    def __init__(self, call: Call, until: float) -> None:
        self.key = call.key
        self.access = call.access
        self.ends_at = min(call.access.expires_at, call.key.ends_at or _NEVER)
        self.until = until


class Recognised(NamedTuple):
    """What the first steps put into a call; of all calls of a caller it holds as long."""

    mount: Mount
    bound: BoundOperation
    path: dict[str, str]
    caller: Caller


class Recognitions:
    """Bounded. The token itself stands in the mark: a digest would cost more than all the rest."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._known: dict[Mark, Recognised] = {}
        self._callers: dict[tuple[bytes | None, bytes | None], Caller] = {}
        self.changes = 0

    def find(self, mark: Mark, call: Call) -> bool:
        """Whether the call is like an earlier one; then it has all that the first steps give."""
        known = self._known.get(mark)
        if known is None:
            return False
        call.mount, call.bound, path, caller = known
        if caller.until <= self._elapsed() or call.now >= caller.ends_at:
            return False
        call.path = path.copy()
        call.key, call.access = caller.key, caller.access
        return True

    def keep(self, mark: Mark, call: Call, changes: int) -> None:
        """``changes`` as it was before the first step: what changed since must not be kept."""
        if changes != self.changes or call.mount is None:
            return
        if len(mark[2] or b"") + len(mark[3] or b"") > LONGEST:
            return
        if len(self._known) >= MOST:
            self._known.clear()
            self._callers.clear()
        caller = self._caller(mark, call)
        self._known[mark] = Recognised(call.mount, call.bound, call.path.copy(), caller)

    def forget(self, _word: str = "") -> None:
        self.changes += 1
        self._known.clear()
        self._callers.clear()

    def _caller(self, mark: Mark, call: Call) -> Caller:
        """Who is found to be as before is so for all other calls that were alike."""
        until = self._elapsed() + HELD_SECONDS
        known = self._callers.get(mark[2:])
        if known is not None and known.key == call.key and known.access == call.access:
            known.until = until
            return known
        caller = self._callers[mark[2:]] = Caller(call, until)
        return caller

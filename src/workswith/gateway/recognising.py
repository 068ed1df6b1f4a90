"""Calls that are like one a moment ago: same method, address, key and token.

Who calls, and what, follows from these four alone, and clients repeat them; so what the first steps
found out is remembered together, for at most `HELD_SECONDS` of real time. A word on the broadcast
about any subscription, consent, application or account ends all of it at once, and neither a token
nor a subscription outlives its instant on the clock.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from workswith.catalog.keys import ActiveKey
from workswith.contracts.binding import BoundOperation

from .call import Access, Call, Mark, Mount

HELD_SECONDS = 0.25
"""On top of what the look-ups of keys and tokens hold themselves: together less than a second."""
MOST = 4_096
LONGEST = 4_096
"""Bytes of key and token together, of what is remembered."""
_NEVER = 1 << 62


class Recognised(NamedTuple):
    """What the first steps put into a call. ``until`` in real seconds, ``ends_at`` in ms."""

    mount: Mount
    bound: BoundOperation
    path: dict[str, str]
    key: ActiveKey
    access: Access
    until: float
    ends_at: int


class Recognitions:
    """Bounded. The token itself stands in the mark: a digest would cost more than all the rest."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._known: dict[Mark, Recognised] = {}
        self.changes = 0

    def find(self, mark: Mark, call: Call) -> bool:
        """Whether the call is like an earlier one; then it has all that the first steps give."""
        known = self._known.get(mark)
        if known is None or known.until <= self._elapsed() or call.now >= known.ends_at:
            return False
        call.mount, call.bound, path, call.key, call.access, _, _ = known
        call.path = path.copy()
        return True

    def keep(self, mark: Mark, call: Call, changes: int) -> None:
        """``changes`` as it was before the first step: what changed since must not be kept."""
        if changes != self.changes or call.mount is None:
            return
        if len(mark[2] or b"") + len(mark[3] or b"") > LONGEST:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        ends_at = min(call.access.expires_at, call.key.ends_at or _NEVER)
        until = self._elapsed() + HELD_SECONDS
        self._known[mark] = Recognised(
            call.mount, call.bound, call.path.copy(), call.key, call.access, until, ends_at
        )

    def forget(self, _word: str = "") -> None:
        self.changes += 1
        self._known.clear()

"""The one source of time.

Every instant in this program is an ``int``: milliseconds since 1970-01-01T00:00:00Z.
A clock follows the wall at a rate: 1 is real time, 0 is frozen, 60 makes an hour pass in a minute.
It only ever moves forward. [SBX-2]
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def wall() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000


def iso(instant: int) -> str:
    """``2024-01-12T08:15:03.250Z``; milliseconds only where there are any."""
    at = datetime.fromtimestamp(instant / 1000, UTC)
    text = at.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{instant % 1000:03d}Z" if instant % 1000 else f"{text}Z"


def readable(instant: int) -> str:
    """``2024-01-12 08:15:03 UTC``, for people of any language."""
    text = iso(instant)
    return f"{text[:10]} {text[11:19]} UTC"


def parse_iso(text: str) -> int:
    """The inverse of `iso`; a time without a zone is taken as UTC. Raises ``ValueError``."""
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


class ClockState(msgspec.Struct, frozen=True):
    """What it takes to go on after a restart: at wall time ``wall`` the clock showed ``shown``."""

    wall: int
    shown: int
    rate: float


class Clock:
    """Reads as `now`; moves by `freeze`, `resume`, `run_at` and `jump`."""

    def __init__(
        self,
        read_wall: Callable[[], int] = wall,
        state: ClockState | None = None,
    ) -> None:
        self._read_wall = read_wall
        at = read_wall()
        self._state = state or ClockState(wall=at, shown=at, rate=1.0)
        self._latest = self._state.shown
        self._on_change: list[Callable[[], None]] = []

    def now(self) -> int:
        """Milliseconds since 1970 UTC; never less than an answer given before."""
        state = self._state
        passed = self._read_wall() - state.wall
        shown = state.shown + (passed if state.rate == 1.0 else int(passed * state.rate))
        if shown <= self._latest:
            return self._latest
        self._latest = shown
        return shown

    @property
    def rate(self) -> float:
        """Clock seconds per real second; 0 when frozen."""
        return self._state.rate

    @property
    def frozen(self) -> bool:
        return self._state.rate == 0.0

    @property
    def shifted(self) -> bool:
        """Whether the clock differs from the machine's own time."""
        return self._state.rate != 1.0 or abs(self.now() - self._read_wall()) > SECOND

    @property
    def state(self) -> ClockState:
        return ClockState(wall=self._read_wall(), shown=self.now(), rate=self._state.rate)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Calls ``listener`` after each freeze, resume, change of rate or jump."""
        self._on_change.append(listener)

    def freeze(self) -> None:
        self.run_at(0.0)

    def resume(self) -> None:
        self.run_at(1.0)

    def run_at(self, rate: float) -> None:
        """Sets the rate, 0 … 100,000 clock seconds per real second."""
        if not 0.0 <= rate <= 100_000.0:
            raise ValueError("the rate is a number from 0 to 100000")
        self._set(self.now(), rate)

    def jump(self, to: int) -> None:
        """Moves forward to ``to``. Raises ``ValueError`` for an instant in the past."""
        if to < self.now():
            raise ValueError("a clock only moves forward")
        self._set(to, self._state.rate)

    def real_delay(self, until: int) -> float | None:
        """Real seconds until the clock shows ``until``; ``None`` while it is frozen before it."""
        left = until - self.now()
        if left <= 0:
            return 0.0
        return None if self.frozen else left / 1000 / self._state.rate

    def _set(self, shown: int, rate: float) -> None:
        self._state = ClockState(wall=self._read_wall(), shown=shown, rate=rate)
        self._latest = max(self._latest, shown)
        for listener in self._on_change:
            listener()

"""A gateway's end of the stream: numbered reports, kept until the cloud has stored them. Pure.

Readings that nobody could be told are kept up to `KEPT`, the oldest are given up first.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from .protocol import RESEND_SECONDS, WINDOW, Report, Said

KEPT = 5_000
BATCH = 25
"""Readings of one report, at most."""


@dataclass(slots=True)
class _Sent:
    said: list[Said]
    at: float | None = None


@dataclass(slots=True)
class Buffer:
    """``seconds`` are those of a monotonic clock."""

    session: int = 0
    seq: int = 0
    _ready: bool = False
    _sent: "OrderedDict[int, _Sent]" = field(default_factory=OrderedDict)
    _unsent: deque[Said] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, said: Iterable[Said]) -> None:
        self._unsent.extend(said)

    def greeted(self, session: int, seq: int) -> None:
        """Goes on after ``seq``; in a new session, begins anew with what was not stored."""
        if session != self.session:
            kept = [one.said for one in self._sent.values()]
            self._sent = OrderedDict((seq + n, _Sent(said)) for n, said in enumerate(kept, 1))
            self.session, self.seq = session, seq + len(kept)
        else:
            self.acked(session, seq)
            for one in self._sent.values():
                one.at = None
        self._ready = True

    def acked(self, session: int, seq: int) -> None:
        if session != self.session:
            return
        for number in [number for number in self._sent if number <= seq]:
            del self._sent[number]

    def lost(self) -> None:
        """The connection has ended."""
        self._ready = False

    def due(self, seconds: float) -> list[Report]:
        """What is to be sent now: what is new, and what was not acknowledged for too long."""
        if not self._ready:
            return []
        while self._unsent and len(self._sent) < WINDOW:
            self._number([self._unsent.popleft() for _ in range(min(BATCH, len(self._unsent)))])
        due = []
        for seq, one in self._sent.items():
            if one.at is None or seconds - one.at >= RESEND_SECONDS:
                one.at = seconds
                due.append(Report(self.session, seq, one.said))
        return due

    def answer(self, said: list[Said], seconds: float) -> Report | None:
        """The next report, to go out with an answer; ``None``: it goes out later, by itself."""
        if not self._ready or self._unsent or len(self._sent) >= WINDOW:
            self.add(said)
            return None
        self._number(said)
        self._sent[self.seq].at = seconds
        return Report(self.session, self.seq, said)

    @property
    def waiting(self) -> int:
        """Readings that are not stored yet."""
        return len(self._unsent) + sum(len(one.said) for one in self._sent.values())

    def _number(self, said: list[Said]) -> None:
        self.seq += 1
        self._sent[self.seq] = _Sent(said)

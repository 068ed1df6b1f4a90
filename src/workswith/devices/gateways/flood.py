"""How much each gateway sends: too much within a minute is a flood. Memory of one process."""

from collections import Counter


class Flood:
    """``now`` are seconds of a monotonic clock: sockets know no test clock."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._counts: Counter[str] = Counter()
        self._out: dict[str, float] = {}

    def is_out(self, gateway_id: str, now: float) -> bool:
        """Whether it is kept out."""
        until = self._out.get(gateway_id)
        if until is not None and until <= now:
            del self._out[gateway_id]
            until = None
        return until is not None

    def count(self, gateway_id: str, now: float, weight: int = 1) -> bool:
        """Counts a message as ``weight``; whether it is the first that is too many."""
        if int(now // 60) != self._minute:
            self._minute = int(now // 60)
            self._counts.clear()
        self._counts[gateway_id] += weight
        return 0 < self._counts[gateway_id] - self._per_minute <= weight

    def keep_out(self, gateway_id: str, until: float) -> None:
        self._out[gateway_id] = until

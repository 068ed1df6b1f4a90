"""Where today's calls lead to: the pace so far, carried on to the end of the quota's day. [PRD-5]"""

from dataclasses import dataclass

from workswith.kernel.clock import DAY, HOUR

SHORTEST = HOUR
"""A pace is not told from less than this: the first call of a day says nothing."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """``by_end`` is how many calls there will be; ``spent_at`` (ms) when the quota is, if at all."""

    used: int
    limit: int
    by_end: int
    spent_at: int | None

    @property
    def tone(self) -> str:
        """``good``, ``warn`` where the quota will not last, ``bad`` where it is spent."""
        if self.used >= self.limit:
            return "bad"
        return "good" if self.spent_at is None else "warn"


def forecast(calls: int, limit: int, now: int, ends_at: int) -> Forecast:
    """``calls`` since the day began, which ends at ``ends_at`` (ms); refused ones are asked as well,
    so that they are a part of the pace, but not of what is used.
    """
    begun = ends_at - DAY
    passed = max(now - begun, SHORTEST)
    by_end = round(calls + calls * max(0, ends_at - now) / passed)
    if calls >= limit:
        return Forecast(limit, limit, by_end, now)
    spent_at = now + round((limit - calls) * passed / calls) if calls else None
    if spent_at is not None and spent_at >= ends_at:
        spent_at = None
    return Forecast(calls, limit, by_end, spent_at)

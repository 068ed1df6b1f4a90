"""What a way of polling costs a day, before anybody tries it. [platform.md I6]"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Poll:
    """``times`` calls every so many ``seconds``: one for each thermostat, say."""

    what: str
    seconds: float
    times: int = 1

    @property
    def calls(self) -> int:
        """In a day."""
        return ceil(DAY / self.seconds) * self.times


@dataclass(frozen=True, slots=True)
class Cost:
    """``slowdown`` is what to multiply every interval by so that it fits; 1 where it does."""

    calls: int
    budget: int
    lines: tuple[tuple[str, int], ...]

    @property
    def fits(self) -> bool:
        return self.calls <= self.budget

    @property
    def slowdown(self) -> float:
        return max(1.0, self.calls / self.budget)

    def __str__(self) -> str:
        lines = [f"{calls:>6}  {what}" for what, calls in self.lines]
        verdict = "fits" if self.fits else f"too much: make intervals {self.slowdown:.2f} as long"
        return "\n".join([*lines, f"{self.calls:>6}  of {self.budget}: {verdict}"])


def cost(polls: Iterable[Poll], budget: int = 480) -> Cost:
    """By default of what the Starter Kit leaves when 20 calls are kept for commands.

    >>> print(cost([Poll("status", 300, times=2), Poll("plants", 7200)]))
       576  status
        12  plants
       588  of 480: too much: make intervals 1.23 as long
    """
    lines = tuple((one.what, one.calls) for one in polls)
    return Cost(sum(calls for _, calls in lines), budget, lines)

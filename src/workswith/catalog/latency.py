"""How long calls took, in a small fixed histogram, of which percentiles are read.

The edges lie so close that a percentile is within half of its true value, and the buckets of many
hours add up exactly, which percentiles themselves do not.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

EDGES_US = (
    *(50, 70),
    *(100, 150, 200, 300, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000),
    *(10_000, 15_000, 20_000, 30_000, 50_000, 70_000),
    *(100_000, 150_000, 200_000, 300_000, 500_000, 700_000),
    *(1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000, 7_000_000, 10_000_000),
)
"""The longest that each bucket holds, in microseconds; one more bucket holds all beyond."""
BUCKETS = len(EDGES_US) + 1


def bucket(took_us: int) -> int:
    """The bucket that a call of so many microseconds belongs to."""
    return bisect_left(EDGES_US, took_us)


def percentiles(counts: Mapping[int, int], shares: Sequence[float]) -> list[float]:
    """In microseconds, for each of ``shares`` (0.95: as long as 95 of 100 calls took at most).

    ``counts`` are calls by bucket; within a bucket they are taken to be spread evenly. Without any
    call all are 0; what is beyond the last edge counts as that edge.
    """
    total = sum(counts.values())
    return [_at(counts, share * total) for share in shares]


def _at(counts: Mapping[int, int], rank: float) -> float:
    before = 0
    for index in sorted(counts):
        here = counts[index]
        if here and before + here >= rank:
            low = EDGES_US[index - 1] if index else 0
            high = EDGES_US[min(index, len(EDGES_US) - 1)]
            return low + (high - low) * (rank - before) / here if high > low else high
        before += here
    return 0.0

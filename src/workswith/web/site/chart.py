"""Where things stand on a chart: pure arithmetic, no words. Units are those of the ``viewBox``."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 38, 396, 10, 196
_STEPS = (1, 2, 2.5, 5, 10)
_NEAR = 1e-4
_LINES = 5
"""About how many lines a scale has."""


@dataclass(frozen=True, slots=True)
class Chart:
    """``lines`` and ``bands`` are points of polylines and polygons, ``bars`` are x, y, width and
    height, ``over`` those drawn over them; ``scale`` is pairs of y and value, ``times`` of x and
    instant.
    """

    lines: tuple[str, ...]
    second: tuple[str, ...]
    bands: tuple[str, ...]
    bars: tuple[tuple[float, float, float, float], ...]
    scale: tuple[tuple[float, float], ...]
    times: tuple[tuple[float, int], ...]
    over: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A value over ``[at, at + span)`` ms, and its extremes."""

    at: int
    mean: float
    low: float
    high: float


def curve(
    points: Sequence[Point],
    second: Sequence[Point],
    *,
    since: int,
    until: int,
    span: int,
    times: Sequence[int],
    from_zero: bool = False,
) -> Chart:
    """Lines through the means, with a band between the extremes; gaps stay gaps."""
    every = [*points, *second]
    low = 0.0 if from_zero else min((one.low for one in every), default=0.0)
    high = max((one.high for one in every), default=1.0)
    scale = ticks(low, high)
    frame = _Frame(since, until, scale[0], scale[-1])
    return Chart(
        tuple(_line(frame, run, span) for run in _runs(points, span)),
        tuple(_line(frame, run, span) for run in _runs(second, span)),
        tuple(_band(frame, run, span) for run in _runs(points, span)),
        (),
        tuple((frame.y(value), value) for value in scale),
        tuple((frame.x(at), at) for at in times),
    )


def columns(
    points: Sequence[Point],
    over: Sequence[Point] = (),
    *,
    since: int,
    until: int,
    span: int,
    times: Sequence[int],
    least: float = 1.0,
) -> Chart:
    """A bar for each value, from zero; ``over`` are parts of them. The scale has ``least`` at least
    where there is nothing, or what is counted has no fractions.
    """
    top = max((one.mean for one in points), default=0.0)
    scale = ticks(0.0, max(top, least) if least > 1 else top or least)
    frame = _Frame(since, until, scale[0], scale[-1])
    return Chart(
        (),
        (),
        (),
        tuple(_bar(frame, one, since, span) for one in points),
        tuple((frame.y(value), value) for value in scale),
        tuple((frame.x(at), at) for at in times),
        tuple(_bar(frame, one, since, span) for one in over),
    )


def ticks(low: float, high: float) -> list[float]:
    """Round values from at most ``low`` to at least ``high``; nearer than `_NEAR` they are one."""
    if high - low < _NEAR:
        low, high = low - 1, high + 1
    rough = (high - low) / _LINES
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in _STEPS if one * power >= rough - 1e-12)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(turn * step, 6) for turn in range(first, last + 1)]


class _Frame:
    """From instants and values to the plot."""

    def __init__(self, since: int, until: int, low: float, high: float) -> None:
        self._since, self._low = since, low
        self._wide = (RIGHT - LEFT) / max(1, until - since)
        self._tall = (BOTTOM - TOP) / ((high - low) or 1)

    def x(self, at: float) -> float:
        return round(LEFT + (at - self._since) * self._wide, 2)

    def y(self, value: float) -> float:
        return round(BOTTOM - (value - self._low) * self._tall, 2)


def _bar(frame: _Frame, one: Point, since: int, span: int) -> tuple[float, float, float, float]:
    whole = frame.x(since + span) - frame.x(since)
    return (
        round(frame.x(one.at) + whole * 0.1, 2),
        frame.y(one.mean),
        round(whole * 0.8, 2),
        round(frame.y(0.0) - frame.y(one.mean), 2),
    )


def _runs(points: Sequence[Point], span: int) -> list[list[Point]]:
    """Stretches without a gap; a day with a change of clocks is no gap."""
    runs: list[list[Point]] = []
    for one in points:
        if runs and one.at - runs[-1][-1].at <= span * 1.1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _line(frame: _Frame, run: Sequence[Point], span: int) -> str:
    middle = [(one.at + span / 2, one.mean) for one in run]
    if len(run) == 1:
        middle = [(run[0].at, run[0].mean), (run[0].at + span, run[0].mean)]
    return " ".join(f"{frame.x(at)},{frame.y(value)}" for at, value in middle)


def _band(frame: _Frame, run: Sequence[Point], span: int) -> str:
    there = [(one.at + span / 2, one.high) for one in run]
    back = [(one.at + span / 2, one.low) for one in reversed(run)]
    return " ".join(f"{frame.x(at)},{frame.y(value)}" for at, value in (*there, *back))

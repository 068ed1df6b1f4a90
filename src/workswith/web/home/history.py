"""What a device has measured: charts, a table beside them, and a file. [END-1 DEV-1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.history import Sample, Span, samples_of
from workswith.devices.kinds import KINDS
from workswith.devices.plants import Module, Plant, module_of, plant_of
from workswith.devices.thermostat import DEVICE as THERMOSTAT
from workswith.kernel.clock import DAY, HOUR, iso
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.chart import Chart, Point, columns, curve
from workswith.web.site.language import lazy
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit


@dataclass(frozen=True, slots=True)
class Figure:
    """How a measure is shown: a sample's mean times ``factor`` in ``unit``.

    One that is ``summed`` is shown as bars of mean times hours, and has a larger unit for days.
    """

    name: str
    unit: str
    factor: float
    digits: int
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """So much of the past, in samples of one span."""

    label: str
    days: int
    span: Span

    @property
    def step(self) -> int:
        return HOUR if self.span is Span.HOUR else DAY


FIGURES: Mapping[str, Figure] = {
    "temperature": Figure(lazy("Temperature"), "°C", 0.1, 1),
    "humidity": Figure(lazy("Humidity"), "%", 0.1, 0),
    "power": Figure(lazy("Energy"), "Wh", 1.0, 0, summed=True),
}
"""By the name of a measure; the set-point stands in the chart of the temperature."""
SET_POINT = "set_point"
RANGES: Mapping[str, Range] = {
    "day": Range(lazy("Day"), 1, Span.HOUR),
    "week": Range(lazy("Week"), 7, Span.HOUR),
    "month": Range(lazy("Month"), 31, Span.DAY),
    "year": Range(lazy("Year"), 366, Span.DAY),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor wants to see of which module, and the samples of it."""

    plant: Plant
    module: Module
    measure: str
    range: str
    since: int
    until: int
    samples: Sequence[Sample]
    set_points: Sequence[Sample]


async def show(visit: Visit) -> Response:
    """A chart and its table."""
    asked = await _asked(visit)
    figure, range_ = FIGURES[asked.measure], RANGES[asked.range]
    measures = [one.name for one in KINDS[asked.module.device].measures if one.name in FIGURES]
    page = "thermostats" if asked.module.device == THERMOSTAT else "devices"
    values = [_value(one, figure) for one in asked.samples]
    return visit.render(
        "home/history.html",
        asked=asked,
        figure=figure,
        figures=FIGURES,
        measures=measures,
        ranges=RANGES,
        hourly=range_.span is Span.HOUR,
        chart=_chart(asked, figure, range_),
        values=values,
        total=sum(values) if figure.summed else None,
        wanted={one.at: one.mean * figure.factor for one in asked.set_points},
        device=f"/home/{asked.plant.id}/{page}/{asked.module.id}",
    )


async def download(visit: Visit) -> Response:
    """The same as CSV (RFC 4180): instants in UTC, decimal points, one line for each span."""
    asked = await _asked(visit)
    figure = FIGURES[asked.measure]
    unit = "Wh" if figure.summed else figure.unit
    lines = [f"from,measured_seconds,{asked.measure} ({unit}),lowest,highest"]
    lines += [
        f"{iso(one.at)},{one.span // 1000},{_value(one, figure):.3f},"
        f"{one.low * figure.factor:.1f},{one.high * figure.factor:.1f}"
        for one in asked.samples
    ]
    name = f"{asked.measure}-{asked.range}.csv"
    return Response(
        "\r\n".join(lines) + "\r\n",
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _asked(visit: Visit) -> Asked:
    """Raises `Kind.UNKNOWN` for what is not the visitor's, or is not measured or kept."""
    reads, owner = visit.services.database, visit.account.id
    plant = await plant_of(reads, owner, visit.parameter("plant"))
    module = await module_of(reads, owner, plant.id, visit.parameter("module"))
    kept = [one.name for one in KINDS[module.device].measures]
    shown = [name for name in kept if name in FIGURES]
    measure = visit.asked("measure", shown[0] if shown else "")
    range_ = visit.asked("range", "day")
    if measure not in shown or range_ not in RANGES:
        raise Problem(Kind.UNKNOWN, "history_unknown", "No such history is kept.")
    since, until = window(RANGES[range_], plant.time_zone, visit.now)

    async def samples(name: str) -> list[Sample]:
        return await samples_of(
            reads,
            owner,
            plant.id,
            module.id,
            name,
            since=since,
            until=until,
            span=RANGES[range_].span,
        )

    both = measure == "temperature" and SET_POINT in kept
    return Asked(
        plant,
        module,
        measure,
        range_,
        since,
        until,
        await samples(measure),
        await samples(SET_POINT) if both else (),
    )


def window(range_: Range, time_zone: str, now: int) -> tuple[int, int]:
    """Up to the end of the hour or local day that is running."""
    if range_.span is Span.HOUR:
        until = (now // HOUR + 1) * HOUR
        return until - range_.days * DAY, until
    zone = ZoneInfo(time_zone)
    today = datetime.fromtimestamp(now / 1000, zone).date()
    first = datetime.combine(today - timedelta(range_.days - 1), time(), zone)
    after = datetime.combine(today + timedelta(1), time(), zone)
    return round(first.timestamp() * 1000), round(after.timestamp() * 1000)


def _value(sample: Sample, figure: Figure) -> float:
    """Energy is what was drawn over the time that is known, in Wh."""
    return sample.total / HOUR if figure.summed else sample.mean * figure.factor


def _chart(asked: Asked, figure: Figure, range_: Range) -> Chart:
    times = _times(range_, asked.plant.time_zone, asked.since, asked.until)
    since, until, span = asked.since, asked.until, range_.step
    points = [_point(one, figure.factor) for one in asked.samples]
    if figure.summed:
        drawn = [
            type(point)(point.at, _value(sample, figure), 0.0, 0.0)
            for point, sample in zip(points, asked.samples, strict=True)
        ]
        return columns(drawn, since=since, until=until, span=span, times=times)
    second = [_point(one, figure.factor) for one in asked.set_points]
    return curve(points, second, since=since, until=until, span=span, times=times)


def _point(sample: Sample, factor: float) -> Point:
    return Point(sample.at, sample.mean * factor, sample.low * factor, sample.high * factor)


def _times(range_: Range, time_zone: str, since: int, until: int) -> list[int]:
    """The instants that are named below the chart: full hours or midnights of the plant's clocks."""
    zone = ZoneInfo(time_zone)
    begin = datetime.fromtimestamp(since / 1000, zone)
    if range_.days == 1:
        hours = (begin.replace(minute=0, second=0) + timedelta(hours=turn) for turn in range(26))
        moments = [one for one in hours if one.hour % 6 == 0]
    else:
        every = {7: 1, 31: 7, 366: 61}[range_.days]
        days = (
            datetime.combine(begin.date() + timedelta(turn), time(), zone)
            for turn in range(range_.days + 2)
        )
        moments = [one for turn, one in enumerate(days) if turn % every == 0]
    instants = [round(one.timestamp() * 1000) for one in moments]
    return [one for one in instants if since <= one < until]


ROUTES = [
    Route("/home/{plant}/history/{module}", account(show)),
    Route("/home/{plant}/history/{module}/csv", account(download)),
]

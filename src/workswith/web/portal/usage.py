"""How a developer's keys are used: charts, tables that say the same, and a file. [PRD-5 GTW-3]"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from workswith.catalog import usage_reports as reports
from workswith.catalog.latency import percentiles
from workswith.catalog.subscription import Subscription
from workswith.catalog.usage_reports import Calls, Line, Period
from workswith.catalog.window import window
from workswith.kernel.clock import DAY, HOUR, iso
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.chart import Chart, Point, columns, curve
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit

from .forecast import forecast

SHARES = (0.5, 0.95, 0.99)
END_USERS = 20
"""So many end-users stand on a page."""


@dataclass(frozen=True, slots=True)
class Range:
    """So much of the past in spans of ``step`` ms; every ``named``-th stands below the chart."""

    label: str
    days: int
    step: int
    named: int


RANGES: Mapping[str, Range] = {
    "day": Range(lazy("24 hours"), 1, HOUR, 6),
    "week": Range(lazy("7 days"), 7, DAY, 1),
    "month": Range(lazy("31 days"), 31, DAY, 7),
    "quarter": Range(lazy("92 days"), 92, DAY, 21),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the visitor wants to see; ``mine`` are the subscriptions that can be chosen."""

    range: str
    calls: Calls
    mine: Sequence[Subscription]

    @property
    def subscription(self) -> str:
        """The id of the chosen one; empty for all."""
        return self.calls.subscription_id

    @property
    def product(self) -> str:
        """That of the chosen subscription."""
        return next((one.product_id for one in self.mine if one.id == self.subscription), "")

    @property
    def query(self) -> dict[str, str]:
        """As addresses say it."""
        chosen = {"subscription": self.subscription} if self.subscription else {}
        return {"range": self.range, **chosen}


@dataclass(frozen=True, slots=True)
class Sum:
    """Calls of one name, and how many of them were refused."""

    name: str
    calls: int
    refused: int


async def show(visit: Visit) -> Response:
    asked = await _asked(visit)
    reads, calls, step = visit.services.database, asked.calls, RANGES[asked.range].step
    by_time = await reports.periods(reads, calls, span=step)
    took = await reports.latency_periods(reads, calls, span=step)
    operations = await reports.lines(reads, calls, "operation")
    applications = await reports.lines(reads, calls, "application")
    end_users = await reports.lines(reads, calls, "end_user")
    durations = await reports.latencies(reads, calls)
    return visit.render(
        "portal/usage.html",
        asked=asked,
        ranges=RANGES,
        hourly=step == HOUR,
        periods=by_time,
        total=sum(one.calls for one in by_time),
        refused=sum(one.refused for one in by_time),
        chart=_calls_chart(asked, by_time),
        times_chart=_times_chart(asked, took),
        times=_told(took),
        overall=percentiles(_joined(took.values()), SHARES),
        operations=_summed(operations),
        durations={name: percentiles(counts, SHARES) for name, counts in durations.items()},
        applications=_summed(applications),
        documented=_documented(visit),
        names=await _names(visit),
        end_users=[one for one in _summed(end_users) if one.name][:END_USERS],
        statuses=_statuses(operations),
        today=await _today(visit, asked),
        query=urlencode(asked.query),
    )


async def download(visit: Visit) -> Response:
    """Every row that is kept, as CSV (RFC 4180): hours in UTC, means in milliseconds."""
    asked = await _asked(visit)
    rows = await reports.export(visit.services.database, asked.calls)
    lines = ["hour,subscription,application,end_user,api,operation,status,calls,checks_ms,api_ms"]
    lines += [
        f"{iso(one.hour)},{one.subscription_id},{one.client_id},{one.end_user_id},{one.api},"
        f"{one.operation},{one.status},{one.calls},"
        f"{one.checks_us / one.calls / 1000:.3f},{one.handling_us / one.calls / 1000:.3f}"
        for one in rows
    ]
    return Response(
        "\r\n".join(lines) + "\r\n",
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="usage-{asked.range}.csv"'},
    )


async def _asked(visit: Visit) -> Asked:
    """Raises UNKNOWN for a range that there is none, and for somebody else's subscription."""
    range_, chosen = visit.asked("range", "week"), visit.asked("subscription")
    mine = await visit.services.subscriptions.of_account(visit.account.id)
    if range_ not in RANGES or (chosen and chosen not in {one.id for one in mine}):
        raise Problem(Kind.UNKNOWN, "usage_unknown", "No such usage is kept.")
    step = RANGES[range_].step
    until = (visit.now // step + 1) * step
    since = until - RANGES[range_].days * DAY
    return Asked(range_, Calls(visit.account.id, since, until, chosen), mine)


def _calls_chart(asked: Asked, found: Sequence[Period]) -> Chart:
    return columns(
        [Point(one.at, one.calls, 0, 0) for one in found],
        [Point(one.at, one.refused, 0, 0) for one in found if one.refused],
        since=asked.calls.since,
        until=asked.calls.until,
        span=RANGES[asked.range].step,
        times=_instants(asked),
        least=5,
    )


def _times_chart(asked: Asked, took: Mapping[int, Mapping[int, int]]) -> Chart:
    """Half of the calls below the line, 99 of 100 below the band, 95 below the dashes; in ms."""
    told = [(at, [us / 1000 for us in values]) for at, values in _told(took)]
    return curve(
        [Point(at, half, half, most) for at, (half, _nearly, most) in told],
        [Point(at, nearly, nearly, nearly) for at, (_half, nearly, _most) in told],
        since=asked.calls.since,
        until=asked.calls.until,
        span=RANGES[asked.range].step,
        times=_instants(asked),
        from_zero=True,
    )


def _told(took: Mapping[int, Mapping[int, int]]) -> list[tuple[int, list[float]]]:
    return [(at, percentiles(counts, SHARES)) for at, counts in sorted(took.items())]


def _instants(asked: Asked) -> list[int]:
    range_ = RANGES[asked.range]
    spans = range((asked.calls.until - asked.calls.since) // range_.step)
    return [asked.calls.since + turn * range_.step for turn in spans if turn % range_.named == 0]


def _joined(every: Iterable[Mapping[int, int]]) -> dict[int, int]:
    joined: dict[int, int] = {}
    for counts in every:
        for index, calls in counts.items():
            joined[index] = joined.get(index, 0) + calls
    return joined


def _summed(lines: Sequence[Line]) -> list[Sum]:
    """One for each name, the most frequent first."""
    sums: dict[str, Sum] = {}
    for one in lines:
        before = sums.get(one.name, Sum(one.name, 0, 0))
        refused = one.calls if one.status >= 400 else 0
        sums[one.name] = Sum(one.name, before.calls + one.calls, before.refused + refused)
    return sorted(sums.values(), key=lambda one: (-one.calls, one.name))


def _statuses(lines: Sequence[Line]) -> list[tuple[int, int]]:
    counts: dict[int, int] = {}
    for one in lines:
        counts[one.status] = counts.get(one.status, 0) + one.calls
    return sorted(counts.items())


def _documented(visit: Visit) -> dict[str, tuple[str, str]]:
    """What documents call an operation and its API, by what is counted."""
    documents = [api.document for api in visit.services.apis]
    return {
        f"{one.slug}/{each.id}": (each.name, f"{one.title} {one.version}")
        for one in documents
        for each in one.operations
    }


async def _names(visit: Visit) -> dict[str, str]:
    """The reader's own applications; what else calls with the reader's keys has an id only."""
    own = await visit.services.applications.of_owner(visit.account.id)
    names = {one.client_id: one.name for one in own}
    console = visit.services.console
    if console is not None:
        names[console.client_id] = _("Try it")
    return names


async def _today(visit: Visit, asked: Asked) -> dict[str, object]:
    """The quota of each end-user, a page at a time."""
    now = window(visit.now, visit.services.quota_anchor_minutes)
    search = partial(
        reports.spent,
        visit.services.database,
        visit.account.id,
        since=(now.ends_at - DAY) // HOUR * HOUR,
        until=visit.now + 1,
        product_id=asked.product,
    )
    page = await paging.read(visit, "/usage", search, size=END_USERS, **asked.query)
    return {
        "rows": [
            (one, forecast(one.calls, one.daily_quota, visit.now, now.ends_at)) for one in page
        ],
        "ends_at": now.ends_at,
        "page": page,
    }


ROUTES = [
    Route("/usage", developer(show), methods=["GET"]),
    Route("/usage/csv", developer(download), methods=["GET"]),
]

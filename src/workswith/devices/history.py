"""What was measured, hour by hour and day by day. [DEV-1, contract/homecontrol.md 2.11]

The hour that is running is summed up beside the module's state and costs no statement of its own;
with the first report after it, it becomes a row, and is added to the row of its day, in the
transaction of that report. Days are those of the plant's clocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from workswith.events.retention import Sweep, sweep
from workswith.kernel.database import Database, Query, Reads, Statement, Tx, query, statement

from .plants import module_of
from .settings import Settings
from .tally import NOTHING, Hours, Sums, Tally, merge

OLD_HOURS = statement(
    "DELETE FROM module_hours WHERE (module_id, measure, at) IN (SELECT module_id, measure, at "
    "FROM module_hours WHERE at < :before ORDER BY at LIMIT :limit)"
)
OLD_DAYS = statement(
    "DELETE FROM module_days WHERE (module_id, measure, at) IN (SELECT module_id, measure, at "
    "FROM module_days WHERE at < :before ORDER BY at LIMIT :limit)"
)


__all__ = [
    "Hours",
    "Sample",
    "Span",
    "keep_all_hours",
    "keep_hours",
    "samples_of",
    "sweeps",
    "tally_of",
    "text_of",
]


class Span(StrEnum):
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Sample:
    """A measure over an hour or a day that began at ``at``.

    ``span`` milliseconds of it are known; ``total`` is value · milliseconds over them, which for
    power in watts is millijoules; ``low`` and ``high`` are the extremes that were reported.
    """

    at: int
    span: int
    total: int
    low: int
    high: int

    @property
    def mean(self) -> float:
        """Over the time that is known; 0 when none is."""
        return self.total / self.span if self.span else 0.0


def _select(table: str) -> Query[Sample]:
    return query(
        Sample,
        f"SELECT t.at, t.span, t.total, t.low, t.high FROM {table} t "
        "JOIN modules m ON m.id = t.module_id "
        "JOIN plant_members me ON me.plant_id = m.plant_id AND me.account_id = :account_id "
        "WHERE m.plant_id = :plant_id AND t.module_id = :module_id AND t.measure = :measure "
        "AND t.at >= :since AND t.at < :until ORDER BY t.at",
    )


def _add(table: str) -> Statement:
    return statement(
        f"INSERT INTO {table} (module_id, measure, at, span, total, low, high) "
        "VALUES (:module_id, :measure, :at, :span, :total, :low, :high) "
        "ON CONFLICT (module_id, measure, at) DO UPDATE SET "
        f"span = {table}.span + excluded.span, total = {table}.total + excluded.total, "
        f"low = CASE WHEN excluded.low < {table}.low THEN excluded.low ELSE {table}.low END, "
        f"high = CASE WHEN excluded.high > {table}.high THEN excluded.high ELSE {table}.high END"
    )


_SELECT = {Span.HOUR: _select("module_hours"), Span.DAY: _select("module_days")}
_ADD = {Span.HOUR: _add("module_hours"), Span.DAY: _add("module_days")}
_RUNNING = query(
    lambda tally, time_zone: (tally, time_zone),
    "SELECT s.tally, p.time_zone FROM module_states s JOIN modules m ON m.id = s.module_id "
    "JOIN plants p ON p.id = m.plant_id "
    "JOIN plant_members me ON me.plant_id = p.id AND me.account_id = :account_id "
    "WHERE p.id = :plant_id AND m.id = :module_id",
)


async def samples_of(
    reads: Reads,
    account_id: str,
    plant_id: str,
    module_id: str,
    measure: str,
    *,
    since: int,
    until: int,
    span: Span = Span.HOUR,
) -> list[Sample]:
    """The samples that begin in that time, the running one included; hours without any are left out.

    Raises `Kind.UNKNOWN` for a module that the account does not see.
    """
    await module_of(reads, account_id, plant_id, module_id)
    asked = {"account_id": account_id, "plant_id": plant_id, "module_id": module_id}
    found = await reads.all(_SELECT[span], **asked, measure=measure, since=since, until=until)
    running = await reads.one(_RUNNING, **asked)
    if running is None or not running[0]:
        return found
    tally = tally_of(running[0])
    sums = tally.sums.get(measure)
    at = tally.hour if span is Span.HOUR else day_of(running[1], tally.hour)
    if sums is None or not since <= at < until:
        return found
    known = {one.at: one for one in found}
    before = known.get(at)
    earlier = Sums(before.span, before.total, before.low, before.high) if before else None
    known[at] = Sample(at, *merge(earlier, sums))
    return [known[each] for each in sorted(known)]


async def keep_hours(tx: Tx, module_id: str, time_zone: str, hours: Hours) -> None:
    """Writes hours that are over, and adds them to their days."""
    await keep_all_hours(tx, [(module_id, time_zone, hours)])


async def keep_all_hours(tx: Tx, over: Iterable[tuple[str, str, Hours]]) -> None:
    """`keep_hours` of many modules: the id of each, the zone of its plant's clocks, its hours."""
    hours, days = [], []
    for module_id, time_zone, each in over:
        for hour, measures in each.items():
            day = day_of(time_zone, hour)
            for measure, (span, total, low, high) in measures.items():
                row = {
                    "module_id": module_id,
                    "measure": measure,
                    "at": hour,
                    "span": span,
                    "total": total,
                    "low": low,
                    "high": high,
                }
                hours.append(row)
                days.append(row | {"at": day})
    await tx.run_many(_ADD[Span.HOUR], hours)
    await tx.run_many(_ADD[Span.DAY], days)


_tallies = msgspec.json.Decoder(Tally)
_encode = msgspec.json.Encoder().encode


def tally_of(text: str) -> Tally:
    return _tallies.decode(text) if text else NOTHING


def text_of(tally: Tally) -> str:
    return _encode(tally).decode() if tally.sums else ""


@lru_cache(maxsize=4_096)
def day_of(time_zone: str, hour: int) -> int:
    """The instant at which the local day began that the hour began in."""
    zone = ZoneInfo(time_zone)
    date = datetime.fromtimestamp(hour / 1000, zone).date()
    return round(datetime.combine(date, time(), zone).timestamp() * 1000)


def sweeps(database: Database, settings: Settings) -> list[Sweep]:
    """What `events.retention.Retention` deletes of history."""
    return [
        sweep(database, OLD_HOURS, settings.hours_kept_days),
        sweep(database, OLD_DAYS, settings.days_kept_days),
    ]

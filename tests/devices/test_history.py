"""What was measured can be asked for by hour and by day, by who sees the module, for as long as set."""

import pytest

from tests.devices.conftest import House, said_of
from workswith.devices import light, plug
from workswith.devices.history import (
    OLD_DAYS,
    OLD_HOURS,
    Sample,
    Span,
    samples_of,
    sweeps,
)
from workswith.devices.settings import Settings
from workswith.kernel.clock import DAY, HOUR, MINUTE
from workswith.kernel.problem import Kind, Problem

WH = 3_600_000


async def samples(
    house: House,
    name: str,
    measure: str = "power",
    *,
    since: int = 0,
    until: int | None = None,
    span: Span = Span.HOUR,
) -> list[Sample]:
    """Without ``until`` all of them."""
    module = house.home.module(name)
    end = house.clock.now() + 1 if until is None else until
    return await samples_of(
        house.database,
        "anna",
        house.plant_id,
        module.id,
        measure,
        since=since,
        until=end,
        span=span,
    )


async def test_hours_and_days_add_up_to_the_counter(every: House) -> None:
    """Two days of a fridge: every hour once, the running one too, and nothing lost."""
    start = every.clock.now()
    await every.supervisor.advance(start + 2 * DAY + 10 * MINUTE)
    module = every.home.module("Frigorifero")
    said = await said_of(every.park, module.id, plug.Reading)
    hours = await samples(every, "Frigorifero")
    days = await samples(every, "Frigorifero", span=Span.DAY)
    for found in (hours, days):
        assert sum(one.total for one in found) == said.energy
        assert sum(one.span for one in found) == said.at - start
        assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(one.span == HOUR for one in hours[:-1])
    assert {one.at % HOUR for one in hours} == {0}
    # Local midnight in winter is 23:00 UTC.
    assert [(one.at - start) / HOUR for one in days] == [-13, 11, 35]
    assert 20 <= days[1].mean <= 45
    assert (days[1].low, days[1].high) == (2, 190)


async def test_temperature_and_humidity_have_a_history_too(house: House) -> None:
    await house.supervisor.advance(house.clock.now() + 6 * HOUR)
    for measure, least, most in (("temperature", 170, 220), ("humidity", 100, 700)):
        found = await samples_of(
            house.database, *house.first, measure, since=0, until=house.clock.now() + 1
        )
        assert len(found) >= 6
        assert all(least <= one.low <= one.mean <= one.high <= most for one in found)


async def test_a_switch_off_is_seen_in_its_hour_at_once(every: House) -> None:
    module = every.home.module("Luce cucina")
    start = every.clock.now()
    who = ("anna", every.plant_id, module.id)
    await every.twin.command(*who, light.Command(on=True))
    await every.supervisor.advance(start + 20 * MINUTE)
    await every.twin.command(*who, light.Command(on=False))
    (hour,) = await samples(every, "Luce cucina")
    assert hour == Sample(start, 20 * MINUTE, 12 * 20 * MINUTE, 0, 12)
    assert hour.total / WH == 4


async def test_only_the_time_that_is_asked_for(every: House) -> None:
    start = every.clock.now()
    await every.supervisor.advance(start + 5 * HOUR)
    found = await samples(every, "Frigorifero", since=start + HOUR, until=start + 3 * HOUR)
    assert [one.at - start for one in found] == [HOUR, 2 * HOUR]
    assert await samples(every, "Frigorifero", "warmth") == []
    assert await samples(every, "Tapparella camera") == []


async def test_of_somebody_elses_module_there_is_no_history(every: House) -> None:
    module = every.home.module("Frigorifero")
    for who, plant in (("bruno", every.plant_id), ("anna", "x")):
        with pytest.raises(Problem) as refused:
            await samples_of(every.database, who, plant, module.id, "power", since=0, until=1)
        assert refused.value.kind is Kind.UNKNOWN


async def test_what_is_old_goes_and_what_is_not_stays(every: House) -> None:
    await every.supervisor.advance(every.clock.now() + 4 * DAY)
    hours, days = (
        len(await samples(every, "Bollitore")),
        await samples(every, "Bollitore", span=Span.DAY),
    )
    kept = Settings(hours_kept_days=2, days_kept_days=1_000)
    for sweep in sweeps(every.database, kept):
        while await sweep(every.clock.now()):
            pass
    assert 48 <= len(await samples(every, "Bollitore")) <= 49 < hours
    assert await samples(every, "Bollitore", span=Span.DAY) == days
    assert OLD_HOURS.names == OLD_DAYS.names == ("before", "limit")


async def test_an_unplugged_plug_draws_nothing(every: House) -> None:
    module = every.home.module("Frigorifero")
    who = ("anna", every.plant_id, module.id)
    await every.twin.command(*who, plug.Command(on=False))
    start = every.clock.now()
    await every.supervisor.advance(start + 3 * HOUR)
    assert [one.total for one in await samples(every, "Frigorifero")][1:] == [0, 0, 0]

"""A connection that drops by itself: seeded, rare, and nobody's but its own. [DEV-2]"""

import msgspec
import pytest

from tests.conftest import NOON
from tests.devices.conftest import SETTINGS, House
from workswith.devices.outages import LONGEST, MOST, SHORTEST, Outages, outage_of
from workswith.devices.plants import gateways_of
from workswith.devices.settings import Settings
from workswith.events import outbox
from workswith.kernel.clock import DAY, MINUTE
from workswith.kernel.problem import Kind, Problem


def work(house: House, settings: Settings = SETTINGS) -> Outages:
    made = Outages(house.database, house.clock, house.bells, house.park, settings)
    house.supervisor.add(made)
    return made


async def reach(house: House) -> tuple[str, str]:
    (gateway,) = await gateways_of(house.database, "anna", house.plant_id)
    return gateway.id, gateway.reach


def test_how_often_and_how_long() -> None:
    """About as often as asked, in the minutes that were promised, each within its day."""
    days = range(20_000, 20_600)
    for a_month in (0, 1, 10, MOST):
        had = [o for day in days if (o := outage_of("gateway", day, a_month))]
        assert abs(len(had) - len(days) * a_month / 30) <= 45
        for one in had:
            assert SHORTEST * MINUTE <= one.until - one.since <= LONGEST * MINUTE
            assert one.since // DAY == one.until // DAY


async def test_it_drops_and_comes_back_and_reports(house: House) -> None:
    outages = work(house)
    await outages.choose(house.plant_id, MOST)
    gateway_id, _ = await reach(house)
    first = outage_of(gateway_id, NOON // DAY + 1, MOST)
    assert first is not None
    await house.supervisor.advance(first.since - 1)
    assert (await reach(house))[1] == "online"
    await house.supervisor.advance(first.since)
    assert (await reach(house))[1] == "offline"
    with pytest.raises(Problem) as refused:
        await house.twin.read(*house.first)
    assert refused.value.kind is Kind.UNREACHABLE
    known = await house.twin.read(*house.first, last_known=True)
    assert known.reading.at < first.since, "what it told last is known"
    told = len(await outbox.of_plant(house.database, house.plant_id, limit=10_000))
    await house.supervisor.advance(first.until - 1)
    assert len(await outbox.of_plant(house.database, house.plant_id, limit=10_000)) == told
    await house.supervisor.advance(first.until)
    assert (await reach(house))[1] == "online"
    assert (await house.twin.read(*house.first)).reading.at == first.until


async def test_none_unless_asked_for(house: House) -> None:
    outages = work(house)
    for day in range(60):
        assert await outages.turn(NOON + day * DAY) is None
    (gateway,) = await gateways_of(house.database, "anna", house.plant_id)
    assert (gateway.reach, gateway.reach_since) == ("online", NOON)


async def test_a_setting_lets_every_home_drop_but_those_that_shall_not(house: House) -> None:
    outages = work(house, msgspec.structs.replace(SETTINGS, outages_a_month=MOST))
    assert await outages.chosen(house.plant_id) == MOST
    gateway_id, _ = await reach(house)
    for days in (1, 2):
        one = outage_of(gateway_id, NOON // DAY + days, MOST)
        assert one is not None
        await house.supervisor.advance(one.since)
        assert (await reach(house))[1] == "offline"
        await house.supervisor.advance(one.until)
        assert (await reach(house))[1] == "online"
    await outages.choose(house.plant_id, 0)
    third = outage_of(gateway_id, NOON // DAY + 3, MOST)
    assert third is not None
    await house.supervisor.advance(third.since + 1)
    assert (await reach(house))[1] == "online"


async def test_a_hand_counts_for_more(house: House) -> None:
    """What was unplugged stays so; what was plugged in stays in; what shall not drop is mended."""
    outages = work(house)
    await outages.choose(house.plant_id, MOST)
    gateway_id, _ = await reach(house)
    days = (outage_of(gateway_id, NOON // DAY + number, MOST) for number in (1, 2, 3))
    first, second, third = (one for one in days if one)
    await house.park.set_online(gateway_id, online=False)
    await house.supervisor.advance(first.until + MINUTE)
    assert (await reach(house))[1] == "offline"
    await house.park.set_online(gateway_id, online=True)
    await house.supervisor.advance(second.since)
    assert (await reach(house))[1] == "offline"
    await house.supervisor.advance(second.since + MINUTE)
    await house.park.set_online(gateway_id, online=True)
    await house.supervisor.advance(second.until - 1)
    assert (await reach(house))[1] == "online"
    await house.supervisor.advance(third.since)
    await outages.choose(house.plant_id, 0)
    await house.supervisor.settle()
    assert (await reach(house))[1] == "online"


async def test_a_process_that_was_away_mends_what_dropped_before(house: House) -> None:
    outages = work(house)
    await outages.choose(house.plant_id, MOST)
    gateway_id, _ = await reach(house)
    first = outage_of(gateway_id, NOON // DAY + 1, MOST)
    assert first is not None
    await house.supervisor.advance(first.since)
    house.clock.jump(first.until + 5 * DAY)  # nobody turned meanwhile
    await Outages(house.database, house.clock, house.bells, house.park, SETTINGS).turn(
        first.until + 5 * DAY
    )
    today = outage_of(gateway_id, (first.until + 5 * DAY) // DAY, MOST)
    out = today is not None and today.since <= first.until + 5 * DAY < today.until
    assert (await reach(house))[1] == ("offline" if out else "online")

"""Protects applications from what a real gateway chatters: measures have a step and an interval."""

import random
from functools import partial
from itertools import pairwise

import msgspec
import pytest

from tests.conftest import NOON
from tests.devices.gateways.conftest import OWNER, Site
from workswith.devices.gateways.coalescing import (
    Pace,
    Verdict,
    judge,
    next_due,
    paces,
    tell_due,
)
from workswith.devices.gateways.protocol import Hello, Report, Said
from workswith.devices.gateways.stream import Taken, take
from workswith.devices.gateways.topology import greet
from workswith.devices.settings import Settings
from workswith.events.outbox import Event, of_plant
from workswith.kernel.clock import MINUTE, SECOND

PACES = {"consumptions": Pace(5, MINUTE)}
CONNECTION = "connection-number-1"


def test_the_settings_are_those_of_simulated_devices() -> None:
    assert paces(Settings()) == {
        "temperature": (1, 15 * MINUTE),
        "humidity": (10, 15 * MINUTE),
        "consumptions": (5, MINUTE),
    }


@pytest.mark.parametrize(
    ("value", "at", "due", "hushed", "tell_at"),
    [
        (104, MINUTE, False, True, None),  # too small a change, whenever
        (105, MINUTE - 1, False, True, MINUTE),  # large enough, too early
        (95, MINUTE, True, False, None),
        (105, 0, False, True, MINUTE),
    ],
)
def test_a_verdict(value: int, at: int, due: bool, hushed: bool, tell_at: int | None) -> None:
    word = frozenset({"consumptions"})
    expected = Verdict(word if due else frozenset(), word if hushed else frozenset(), tell_at)
    assert judge(PACES, {"consumptions": (100, 0)}, {"consumptions": value}, at) == expected
    assert judge(PACES, {}, {"consumptions": value}, at) == (frozenset(), frozenset(), None)


class Lamp:
    """A real lamp, on at 100 W; `says` what it reports, `events` what was made of it."""

    def __init__(self, site: Site, gateway_id: str) -> None:
        self.site, self.gateway_id, self.seq = site, gateway_id, 0

    async def says(self, power: int, *, on: bool = True) -> None:
        self.seq += 1
        said = Said("L1", {"on": on, "level": None, "power": power, "energy": 0})
        progress = await self.site.database.write(
            partial(take, paces=PACES),
            self.gateway_id,
            1,
            Report(1, self.seq, [said]),
            self.site.clock.now(),
        )
        assert progress.taken is Taken.APPLIED

    async def events(self) -> list[Event]:
        return await of_plant(self.site.database, self.site.plant.id)

    async def powers(self) -> list[int]:
        return [one.state["power"] for one in await self.events()]

    async def passes(self, milliseconds: int) -> None:
        """Time, and whatever falls due in it."""
        site = self.site
        end = site.clock.now() + milliseconds
        while (due := await next_due(site.database)) is not None and due <= end:
            site.clock.jump(max(due, site.clock.now()))
            await site.database.write(tell_due, site.clock.now(), PACES)
        site.clock.jump(end)

    async def power(self) -> int:
        (module,) = await self.site.modules()
        read = await self.site.twin.read(OWNER, self.site.plant.id, module.id, last_known=True)
        return int(read.reading.power)


@pytest.fixture
async def lamp(site: Site) -> Lamp:
    await site.supervisor.stop()  # what falls due is done by the test
    credentials = await site.add()
    reading = {"on": True, "level": None, "power": 100, "energy": 0}
    described = {"module": "L1", "device": "light", "name": "Lamp", "reading": reading}
    hello = msgspec.convert({"connection": CONNECTION, "modules": [described]}, Hello)
    await site.database.write(
        greet, credentials.gateway_id, 1, hello, site.ident, most=10, now=site.clock.now()
    )
    made = Lamp(site, credentials.gateway_id)
    await made.says(100)
    return made


async def test_a_chattering_lamp_is_told_of_once_a_minute(lamp: Lamp) -> None:
    """Every reading is known at once; what was held back last is told though nothing follows."""
    for second in range(1, 151):
        await lamp.passes(SECOND)
        await lamp.says(100 + second)
        assert await lamp.power() == 100 + second
    assert len(await lamp.powers()) == 2
    await lamp.passes(5 * MINUTE)
    powers = await lamp.powers()
    assert len(powers) == 3
    assert powers[-1] == 250
    assert await next_due(lamp.site.database) is None


async def test_a_small_change_is_never_told_a_drift_is(lamp: Lamp) -> None:
    for power in (101, 104, 96, 104, 100):
        await lamp.passes(2 * MINUTE)
        await lamp.says(power)
    assert await lamp.powers() == []
    for power in (101, 102, 103, 104, 105):
        await lamp.passes(2 * MINUTE)
        await lamp.says(power)
    assert await lamp.powers() == [105]


async def test_what_went_and_came_back_is_not_told(lamp: Lamp) -> None:
    await lamp.passes(SECOND)
    await lamp.says(180)
    await lamp.says(102)
    await lamp.passes(5 * MINUTE)
    assert await lamp.powers() == []


async def test_all_else_is_told_at_once_and_takes_the_measures_with_it(lamp: Lamp) -> None:
    await lamp.passes(SECOND)
    await lamp.says(0, on=False)
    (event,) = await lamp.events()
    assert set(event.changed) >= {"status"}
    assert event.state["power"] == 0
    await lamp.says(2, on=False)
    await lamp.passes(5 * MINUTE)
    assert len(await lamp.events()) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_it_says_steps_and_intervals_hold_and_the_end_is_told(
    lamp: Lamp, seed: int
) -> None:
    dice = random.Random(seed)
    power, told_at = 100, [NOON]
    for _ in range(120):
        before = len(await lamp.events())
        await lamp.passes(dice.choice((SECOND, 20 * SECOND, MINUTE, 3 * MINUTE)))
        power = max(0, power + dice.choice((-40, -3, 0, 0, 2, 4, 30)))
        await lamp.says(power)
        if len(await lamp.events()) > before:
            told_at.append(lamp.site.clock.now())
    await lamp.passes(5 * MINUTE)
    powers = [100, *await lamp.powers()]
    assert all(abs(a - b) >= 5 for a, b in pairwise(powers))
    assert abs(powers[-1] - power) < 5
    spent = lamp.site.clock.now() - NOON
    assert 10 < len(powers) <= spent // MINUTE + 2

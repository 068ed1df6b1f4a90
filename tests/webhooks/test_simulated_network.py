"""Properties (f) and (h) of the whole dispatcher, with its real sender, on a simulated network and in
virtual time: the same story each time.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import NOON
from tests.webhooks import properties
from tests.webhooks.chain import CLIENT, Chain, Ground
from tests.webhooks.memory import MemoryDatabase
from tests.webhooks.virtual import Names, VirtualLoop, run
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.reading import endpoints_of
from workswith.webhooks.sender import Sender
from workswith.webhooks.settings import Rules, Settings

FOREVER = Rules(failures_per_set=1_000_000)
"""No bans: who hangs goes on hanging."""
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
AWAY = (
    b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/\r\ncontent-length: 0\r\n\r\n"
)
PLANTS, EACH = 5, 20
"""A hundred endpoints; every tenth may hang."""

PUBLIC = ("93.184.216.34", "151.101.1.69", "2606:2800:220:1:248:1893:25c8:1946")
REFUSED = (
    "127.0.0.1", "127.8.4.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.1", "198.18.0.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
)  # fmt: skip
"""Written down here, not asked of what is tested."""


class World:
    """A chain on the loop's time, in memory."""

    def __init__(self, loop: VirtualLoop, template: Path, settings: Settings, names: Names) -> None:
        assert loop.network is not None
        self.loop, self.network = loop, loop.network
        self.clock = Clock(read_wall=lambda: NOON + round(loop.time() * 1000))
        self.database = MemoryDatabase(template)
        ground = Ground(
            self.database,
            self.clock,
            Ident.seeded(1),
            Bells(),
            Cipher(bytes(32)),
        )
        self.settings = settings
        self.chain = Chain(ground, settings, Sender(settings, names))


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    log.configure("CRITICAL")
    yield
    log.configure()


def waits(hanging: int, template: Path) -> list[float]:
    """Milliseconds from each event to its request at each healthy endpoint."""

    async def story(loop: VirtualLoop) -> list[float]:
        names = Names(lambda host: [f"93.184.{host.split('-')[1].removesuffix('.example')}"])
        settings = Settings(reach="public", allow_http=True, rules=FOREVER)
        world = World(loop, template, settings, names)
        found: list[float] = []

        def healthy(request: bytes) -> tuple[float, bytes]:
            (event,) = msgspec.json.decode(request.partition(b"\r\n\r\n")[2])
            found.append(NOON + loop.time() * 1000 - event["at"])
            return 0.003, OK

        for plant in range(PLANTS):
            for number in range(EACH):
                host = f"host-{plant}.{number}.example"
                hangs = (plant * EACH + number) % 10 < hanging
                world.network.endpoints[f"93.184.{plant}.{number}"] = (
                    (lambda _request: None) if hangs else healthy
                )
                await world.chain.subscribe(f"http://{host}/", f"plant-{plant}")
        world.chain.supervisor.start()
        dice = random.Random(1)
        for _ in range(300):
            await world.chain.change(f"plant-{dice.randrange(PLANTS)}")
            world.chain.ground.bells.ring("relay")
            await asyncio.sleep(dice.choice((0.002, 0.01, 0.02)))
        await asyncio.sleep(5)
        await world.chain.supervisor.stop()
        await world.chain.close()
        return found

    return run(story)


def test_healthy_endpoints_do_not_feel_hanging_ones(sqlite_template: Path) -> None:
    """(f) with every tenth hanging, and with none; the story is the same."""
    undisturbed, beside = waits(0, sqlite_template), waits(1, sqlite_template)
    assert len(undisturbed) == 300 * EACH
    assert len(beside) == 300 * EACH * 9 // 10, "nobody healthy has missed one"
    properties.hanging_ones_are_not_felt(undisturbed, beside)
    assert waits(1, sqlite_template) == beside, "deterministic"


@pytest.mark.parametrize("seed", range(12))
def test_no_packet_to_a_refused_address(seed: int, sqlite_template: Path) -> None:
    """(h) whatever names answer, how often they change their mind, and where answers lead to."""
    dice, happened = random.Random(seed), Counter[str]()

    def answer(host: str) -> list[str]:
        pool = dice.choice((PUBLIC, PUBLIC, REFUSED, (*PUBLIC, *REFUSED)))
        found = dice.sample(pool, dice.randrange(4) if len(pool) > 3 else 1)
        bad = any(address in REFUSED for address in found)
        happened["bad" if bad else "good" if found else "none"] += 1
        happened["mixed"] += bad and any(address in PUBLIC for address in found)
        return found

    async def story(loop: VirtualLoop) -> None:
        names = Names(answer)
        rules = Rules(failures_per_set=1_000_000)
        settings = Settings(reach="public", allow_http=True, rules=rules, warm_connections=1)
        world = World(loop, sqlite_template, settings, names)

        def receives(_request: bytes) -> tuple[float, bytes] | None:
            return dice.choice(((0.003, OK), (0.003, AWAY), None))

        # Also where nobody may dial somebody would answer: a packet would arrive.
        world.network.endpoints = dict.fromkeys((*PUBLIC[:2], *REFUSED), receives)
        for number in range(10):
            await world.chain.subscribe(f"http://flips-{number}.example/")
        world.chain.supervisor.start()
        for _ in range(20):
            await world.chain.change()
            world.chain.ground.bells.ring("relay")
            await asyncio.sleep(dice.choice((1, 20, 100)))
        await asyncio.sleep(2_000)
        await world.chain.supervisor.stop()
        properties.no_packet_to_a_refused_address(
            world.network.dialled, names.answers, frozenset(REFUSED)
        )
        found = await endpoints_of(
            world.database,
            [CLIENT],
            rules,
            world.clock.now(),
        )
        happened["blocked"] += sum(one.last_error == "blocked" for one in found)
        deliveries = await world.chain.deliveries()
        happened["delivered"] += sum(one.state == "delivered" for one in deliveries)
        happened["dialled"] += len(world.network.dialled)
        await world.chain.close()

    run(story)
    assert all(happened[each] for each in ("good", "bad", "none", "mixed", "delivered", "dialled"))

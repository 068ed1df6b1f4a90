"""Names whose servers are silent hold up neither other names nor the end of the program."""

import asyncio
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.patience import eventually
from workswith.webhooks.resolving import PROMPT, TARDY, SystemResolver


class Servers:
    """Names under ``.silent`` are answered once somebody speaks."""

    def __init__(self) -> None:
        self.speak = threading.Event()
        self.asked: Counter[str] = Counter()

    def __call__(self, host: str) -> list[str]:
        self.asked[host] += 1
        if host.endswith(".silent"):
            self.speak.wait()
        if host.endswith(".nowhere"):
            raise OSError("no address")
        return ["192.0.2.1"]


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    made = Servers()
    yield made
    made.speak.set()


async def test_names_that_never_answer_leave_places_to_the_others(servers: Servers) -> None:
    resolver = SystemResolver(servers, tardy_seconds=0.01)
    many = [f"{n}.silent" for n in range(TARDY + PROMPT - 1)]
    silent = [asyncio.create_task(resolver(name, 443)) for name in many]
    assert await resolver("well.example", 443) == ["192.0.2.1"]
    await eventually(lambda: len(servers.asked) == len(many) + 1)
    for each in silent:  # whoever waited has given up, as after the time to connect
        each.cancel()
    await asyncio.gather(*silent, return_exceptions=True)
    again = [asyncio.create_task(resolver(name, 443)) for name in many]
    assert await resolver("well.example", 443) == ["192.0.2.1"]
    assert {servers.asked[name] for name in many} == {1}, "each is asked for once at a time"
    servers.speak.set()
    assert await asyncio.gather(*again) == [["192.0.2.1"]] * len(many)
    resolver.close()


async def test_what_goes_wrong_is_told_to_everybody_who_waits(servers: Servers) -> None:
    resolver = SystemResolver(servers)
    both = await asyncio.gather(
        resolver("a.nowhere", 1), resolver("a.nowhere", 1), return_exceptions=True
    )
    assert [str(one) for one in both] == ["no address"] * 2
    assert await resolver("::1", 1) == ["::1"], "is what it resolves to"
    assert servers.asked == {"a.nowhere": 1}
    resolver.close()


async def test_the_systems_own_answer_has_each_address_once() -> None:
    resolver = SystemResolver()
    found = await resolver("localhost", 443)
    assert found
    assert len(found) == len(set(found))
    with pytest.raises(OSError, match=r"\S"):
        await resolver("name.invalid", 443)
    resolver.close()


_PROGRAM = """
import asyncio, threading
from workswith.webhooks.resolving import SystemResolver
async def main():
    resolver = SystemResolver(lambda host: threading.Event().wait())
    asking = asyncio.create_task(resolver("a.silent", 1))
    await asyncio.sleep(0)
    resolver.close()
    await asyncio.wait([asking])
asyncio.run(main())
"""


def test_a_program_that_ends_waits_for_no_name_server() -> None:
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], timeout=60, check=False)
    assert ended.returncode == 0

"""Words and rings reach other processes, where nobody polls, also after a lost connection."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.patience import eventually
from workswith.adapters.postgres_broadcast import PAYLOAD_BYTES, PostgresBroadcast, _payloads
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.tasks import Bells

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

OTHER = """
import asyncio, sys
from workswith.adapters.postgres_broadcast import PostgresBroadcast
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.tasks import Bells

async def main():
    broadcast, bells = Broadcast(), Bells()
    heard = asyncio.Event()
    broadcast.on("subscription", lambda word: (print("heard", word, flush=True), heard.set()))
    carrier = PostgresBroadcast(sys.argv[1], broadcast, bells)
    await carrier.open()
    print("ready", flush=True)
    await heard.wait()
    await bells.of("relay").wait()
    print("rung", flush=True)
    broadcast.send("consent", "answer")
    await asyncio.to_thread(sys.stdin.read)
    await carrier.close()

asyncio.run(main())
"""


class Party:
    """A process's broadcast and bells, and what was heard."""

    def __init__(self, url: str) -> None:
        self.broadcast, self.bells = Broadcast(), Bells()
        self.heard: list[str] = []
        self.broadcast.on("consent", self.heard.append)
        self.carrier = PostgresBroadcast(url, self.broadcast, self.bells)

    async def hears(self, word: str) -> None:
        await eventually(lambda: word in self.heard, word)


@pytest.fixture
async def parties(database_url: str) -> AsyncIterator[tuple[Party, Party]]:
    both = Party(database_url), Party(database_url)
    for party in both:
        await party.carrier.open()
    yield both
    for party in both:
        await party.carrier.close()


async def test_two_processes(database_url: str) -> None:
    here = Party(database_url)
    await here.carrier.open()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER, database_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    here.broadcast.send("subscription", "s-1")
    assert await process.stdout.readline() == b"heard s-1\n"
    here.bells.ring("relay")
    assert await process.stdout.readline() == b"rung\n"
    await here.hears("answer")
    process.stdin.close()
    assert await process.wait() == 0
    await here.carrier.close()


async def test_nobody_hears_himself_twice(parties: tuple[Party, Party]) -> None:
    one, other = parties
    one.broadcast.send("consent", "a")
    other.broadcast.send("consent", "b")
    await one.hears("b")
    await other.hears("a")
    assert (one.heard, other.heard) == (["a", "b"], ["b", "a"])


async def test_many_words_arrive(parties: tuple[Party, Party]) -> None:
    one, other = parties
    words = {f"w-{n}" for n in range(2_000)}
    for word in words:
        one.broadcast.send("consent", word)
    await eventually(lambda: set(other.heard) == words, lambda: f"all of {len(other.heard)}")


async def test_a_lost_connection_is_made_again(
    parties: tuple[Party, Party], database_url: str
) -> None:
    one, other = parties
    admin = await asyncpg.connect(database_url)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await admin.close()

    def heard() -> list[str]:
        one.broadcast.send("consent", "again")
        return other.heard

    await eventually(heard)


def test_no_payload_is_too_long(database_url: str) -> None:
    words = [("subscription", "x" * 50)] * 1_000
    payloads = _payloads("me", words)
    assert all(len(payload) < PAYLOAD_BYTES + 100 for payload in payloads)
    assert sum(len(json.loads(payload)) - 1 for payload in payloads) == len(words)

"""A refresh never logs an innocent user out: not by races, lost answers, crashes or rollbacks.

Real processes and sockets; on SQLite with one process, on PostgreSQL with three on one database.
[OID-4 OID-5, RFC 9700 section 4.14]
"""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import asyncpg
import pytest

from tests.fault_proxy import losing
from tests.patience import WITHIN, eventually

LINKS = 64
CLIENTS = 16
COPIES = 64
REFRESHES = int(os.environ.get("WORKSWITH_TEST_REFRESHES", "2000"))
LOST = 0.05
TRIES = 40
KILLS = 3
THROWN = 40

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("refresh"),
]


class Process:
    """One process of the login service."""

    def __init__(self, url: str, links: int = 0) -> None:
        command = [sys.executable, "-m", "tests.login_process", url, str(links)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.document: dict[str, Any] = {}

    def ready(self) -> Self:
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            self.document = json.loads(printed.readline())
        return self

    @property
    def port(self) -> int:
        return int(self.document["port"])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(WITHIN)


@dataclass
class Login:
    """The processes of one service; `links` hands out refresh tokens that nobody has used."""

    url: str
    processes: list[Process]
    made: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.processes[0].ready()
        self.made = self.processes[0].document

    def links(self, count: int) -> list[str]:
        return [self.made["tokens"].pop() for _ in range(count)]

    @property
    def ports(self) -> list[int]:
        return [process.port for process in self.processes]

    def request(self, token: str) -> bytes:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.made["client_id"],
            "client_secret": self.made["client_secret"],
        }
        body = urlencode(form).encode()
        return (
            b"POST /token HTTP/1.1\r\nhost: login\r\n"
            b"content-type: application/x-www-form-urlencoded\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(body), body)
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def login(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Login]:
    if request.param == "sqlite":
        url, others = f"sqlite:///{tmp_path_factory.mktemp('login') / 'login.db'}", 0
    else:
        url, others = asyncio.run(new_database(request.getfixturevalue("postgres_url"))), 2
    login = Login(url, [Process(url, LINKS)])
    more = [Process(url) for _ in range(others)]
    login.processes += [process.ready() for process in more]
    yield login
    for process in login.processes:
        process.kill()


async def new_database(server: str) -> str:
    admin = await asyncpg.connect(server.format(name="postgres"))
    await admin.execute("CREATE DATABASE refreshes")
    await admin.close()
    return server.format(name="refreshes")


class Line:
    """A client's keep-alive connection; opened again where it broke."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, dict[str, Any]]:
        """Raises ``OSError`` or ``EOFError`` where no answer comes."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port())
            reader, writer = self._streams
            writer.write(request)
            return await read(reader)
        except (OSError, EOFError):
            self.close()
            raise

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def read(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head[9:12]), json.loads(await reader.readexactly(length))


@dataclass
class Client:
    """What a program does: it refreshes, keeps what it gets, and tries again without an answer."""

    login: Login
    line: Line
    token: str
    refreshed: int = 0
    retried: int = 0

    async def refresh(self) -> None:
        for _ in range(TRIES):
            try:
                status, body = await self.line.ask(self.login.request(self.token))
            except (OSError, EOFError):
                self.retried += 1
                await asyncio.sleep(0)
                continue
            if status >= 500:  # says by itself that it is no end
                self.retried += 1
                self.line.close()
                await asyncio.sleep(0.02)
                continue
            assert status == 200, f"logged out after {self.refreshed} refreshes: {body}"
            self.token = body["refresh_token"]
            self.refreshed += 1
            return
        raise AssertionError("no answer at all")


async def at_once(login: Login, token: str, copies: int) -> list[tuple[int, dict[str, Any]]]:
    """The same request on many sockets: all but its last byte first, then all last bytes."""
    request = login.request(token)
    ports = login.ports
    lines = [
        await asyncio.open_connection("127.0.0.1", ports[at % len(ports)]) for at in range(copies)
    ]
    for _, writer in lines:
        writer.write(request[:-1])
        await writer.drain()
    for _, writer in lines:
        writer.write(request[-1:])
    answers = await asyncio.gather(*(read(reader) for reader, _ in lines))
    for _, writer in lines:
        writer.close()
    return list(answers)


async def test_sixty_four_at_once_get_one_successor(login: Login) -> None:
    for token in login.links(4):
        answers = await at_once(login, token, COPIES)
        assert [status for status, _ in answers] == [200] * COPIES
        assert len({body["refresh_token"] for _, body in answers}) == 1
        assert len({body["access_token"] for _, body in answers}) == COPIES


async def test_a_replay_after_the_successors_use_ends_the_family(login: Login) -> None:
    first, other = login.links(2)
    answers = await at_once(login, first, COPIES)
    second = answers[0][1]["refresh_token"]
    third = (await at_once(login, second, COPIES))[0][1]["refresh_token"]
    replayed = await at_once(login, first, 4)
    assert {(status, body["error"]) for status, body in replayed} == {(400, "invalid_grant")}
    for token in (second, third):
        status, body = (await at_once(login, token, 1))[0]
        assert (status, body["error"]) == (400, "invalid_grant")
    assert (await at_once(login, other, 1))[0][0] == 200, "other links live on"


async def test_lost_answers_force_nobody_to_sign_in_again(login: Login) -> None:
    """One answer of twenty never arrives; every client just asks again."""
    async with losing(login.ports, LOST) as proxy:
        clients = [Client(login, Line(lambda: proxy.port), token) for token in login.links(CLIENTS)]

        async def go_on(client: Client) -> None:
            for _ in range(REFRESHES // CLIENTS):
                await client.refresh()
            client.line.close()

        await asyncio.gather(*(go_on(client) for client in clients))
    assert sum(client.refreshed for client in clients) == REFRESHES // CLIENTS * CLIENTS
    assert REFRESHES * LOST * 0.8 < proxy.dropped < REFRESHES * LOST * 1.3
    assert sum(client.retried for client in clients) >= proxy.dropped


async def test_a_kill_in_the_middle_consumes_nothing(login: Login) -> None:
    """SIGKILL among refreshes, many times; whoever had a token goes on with it."""
    chance = random.Random(20261121)
    clients = [
        Client(login, Line(lambda: chance.choice(login.ports)), token)
        for token in login.links(CLIENTS)
    ]
    stop = asyncio.Event()

    async def go_on(client: Client) -> None:
        while not stop.is_set():
            try:
                await client.refresh()
            except AssertionError as error:
                if "no answer" not in str(error):
                    raise
                await asyncio.sleep(0.05)
        client.line.close()

    tasks = [asyncio.create_task(go_on(client)) for client in clients]
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.2, 0.5))
        at = chance.randrange(len(login.processes))
        login.processes[at].kill()
        login.processes[at] = await asyncio.to_thread(Process(login.url).ready)

    async def all_went_on() -> bool:
        return all(client.refreshed for client in clients) or any(task.done() for task in tasks)

    await eventually(all_went_on)
    stop.set()
    await asyncio.gather(*tasks)
    assert all(client.refreshed for client in clients)
    assert sum(client.retried for client in clients) > 0
    for client in clients:
        await client.refresh()
        client.line.close()


def line_to(login: Login, at: int) -> Line:
    """To one of the processes, in turn."""
    return Line(lambda: login.ports[at % len(login.ports)])


@pytest.mark.parametrize("login", ["postgresql"], indirect=True)
async def test_a_rollback_in_the_middle_consumes_nothing(login: Login) -> None:
    """The database throws out its clients among refreshes: whatever was open is rolled back."""
    clients = [
        Client(login, line_to(login, at), token) for at, token in enumerate(login.links(CLIENTS))
    ]
    done = asyncio.Event()

    async def throw_out() -> int:
        admin = await asyncpg.connect(login.url)
        thrown = 0
        while not done.is_set() and thrown < THROWN:
            thrown += await admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND xact_start IS NOT NULL LIMIT 1) AS one"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), 0.02)
        await admin.close()
        return int(thrown)

    async def go_on(client: Client) -> None:
        for _ in range(40):
            await client.refresh()
        client.line.close()

    throwing = asyncio.create_task(throw_out())
    await asyncio.gather(*(go_on(client) for client in clients))
    done.set()
    assert await throwing > 5, "transactions were open when the database threw them out"
    assert sum(client.retried for client in clients) > 0

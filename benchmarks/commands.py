"""What setting the status of a thermostat costs: one call, one state, one event, on the disk.

    .venv/bin/python -m benchmarks commands                 # SQLite, then a throw-away PostgreSQL
    .venv/bin/python -m benchmarks commands --only sqlite --homes 64 --calls 2000

CPU time is that of the cloud's process, per answered call, from the first call until nothing is left
to do: with subscriptions that includes every notification, delivered. At the end each thermostat is
asked for its set-point and the events are counted; if anything is missing or too much, there are no
figures. ``server`` is PostgreSQL's CPU per call; ``constant`` that of plain uvicorn for a GET of a
constant in the same rounds, which tells how busy the machine was. What a wait for the disk costs
here stands below the table.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import patience

from benchmarks import gateway, load

if TYPE_CHECKING:
    from workswith.kernel.database import Query

CONCURRENCY = (1, 16, 64)
FLUSHES = 200
LONGEST_SECONDS = 600
"""Notifications that are not delivered by then end the measurement."""


class Books:
    """What the database says, read beside the cloud."""

    def __init__(self, url: str) -> None:
        from workswith.kernel.database import query

        self._url = url
        self._caused = query(int, "SELECT count(*) FROM event WHERE flow <> ''")
        self._left = query(
            int,
            "SELECT (SELECT count(*) FROM event_queue) "
            "+ (SELECT count(*) FROM webhook_delivery WHERE due_at IS NOT NULL)",
        )
        self._delivered = query(
            int, "SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'"
        )

    def events(self) -> int:
        """That were caused by a call."""
        return asyncio.run(self._ask(self._caused))

    def left(self) -> int:
        """Events and notifications that still have to go somewhere."""
        return asyncio.run(self._ask(self._left))

    async def _ask(self, asked: "Query[int]") -> int:
        from workswith.kernel.database import open_database

        database = await open_database(self._url)
        found = await database.one(asked)
        await database.close()
        return found or 0


class _Ok(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data.endswith((b"}", b"]")):
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@contextmanager
def receiver() -> Iterator[str]:
    """Takes every notification; its address."""
    ready: list[int] = []
    loop = asyncio.new_event_loop()
    begun = threading.Event()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(loop.create_server(_Ok, "127.0.0.1", 0))
        ready.append(server.sockets[0].getsockname()[1])
        begun.set()
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    begun.wait()
    yield f"http://localhost:{ready[0]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def ask(ours: gateway.Cloud, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {
        "Ocp-Apim-Subscription-Key": ours.key,
        "Authorization": f"Bearer {ours.token}",
        "Content-Type": "application/json",
    }
    with urlopen(Request(ours.origin + path, data, headers, method=method)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def check(ours: gateway.Cloud, events: int, expected: int) -> None:
    """Every thermostat stands where the last call to it set it, and each call has its event."""
    if events != expected:
        raise SystemExit(f"{expected} commands were answered, but there are {events} events")
    for number, (plant, module) in enumerate(ours.plants):
        status = ask(ours, "GET", gateway.STATUS.format(plant=plant, module=module))
        said = float(status["chronothermostats"][0]["setPoint"]["value"])
        if said != 15 + number * 7 % 20 / 2:
            raise SystemExit(f"{module} was set to another set-point than {said}")


def measure(
    url: str, args: argparse.Namespace, *, heard: bool, servers: Callable[[], float]
) -> None:
    os.environ |= {
        "WORKSWITH_WEBHOOKS_ALLOW_HTTP": "true",
        "WORKSWITH_DEVICES_MEASURE_MINUTES": "60",
    }
    with ExitStack() as running:
        ours = running.enter_context(gateway.cloud(args.homes, url))
        books = Books(url)
        if heard:
            address = running.enter_context(receiver())
            for number, (plant, _) in enumerate(ours.plants):
                path = f"/smarther/v2.0/plants/{plant}/subscription"
                ask(ours, "POST", path, {"EndPointUrl": f"{address}/{number}"})
        yard, yard_port = running.enter_context(
            gateway.constant(500, gateway.YARDSTICKS[gateway.STOCK])
        )
        pool = running.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        requests, port = ours.posts(), urlsplit(ours.origin).port or 80
        calls = -(-args.calls // len(requests)) * len(requests)
        answered = books.events()

        def run(connections: int) -> load.Load:
            done = pool.submit(load.run, "127.0.0.1", port, requests, calls, connections).result()
            if done.wrong:
                raise SystemExit(f"{done.wrong} of {calls} answers were not 200")
            patience.until(
                lambda: not books.left(), "the last notification", within=LONGEST_SECONDS
            )
            return done

        run(64)
        answered += calls
        for connections in CONCURRENCY:
            costs, theirs, bare, p50s, p99s = [], [], [], [], []
            for _ in range(args.rounds):
                before, server = cpu(ours.pid), servers()
                done = run(connections)
                answered += calls
                costs.append((cpu(ours.pid) - before) / calls * 1e6)
                theirs.append((servers() - server) / calls * 1e6)
                before = cpu(yard)
                pool.submit(
                    load.run, "127.0.0.1", yard_port, [ours.get()], calls, connections
                ).result()
                bare.append((cpu(yard) - before) / calls * 1e6)
                p50s.append(done.p50)
                p99s.append(done.p99)
            cost, best = statistics.median(costs), min(costs)
            dialect = url.partition(":")[0]
            print(
                f"{dialect:<12}{'webhook' if heard else '-':<9}{connections:>4}{cost:>9.0f}{best:>7.0f}"
                f"{1e6 / cost:>11,.0f}{statistics.median(theirs):>9.0f}{statistics.median(bare):>10.0f}"
                f"{statistics.median(p50s):>9.1f}{statistics.median(p99s):>9.1f}",
                flush=True,
            )
        check(ours, books.events(), answered)


def cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def flush_ms(folder: str) -> float:
    """A page written and flushed to the disk."""
    times = []
    with (Path(folder) / "flush").open("wb") as file:
        for _ in range(FLUSHES):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def cpu_of(folder: str) -> float:
    """Seconds of CPU of the PostgreSQL server whose data lie below a folder."""
    total = 0.0
    for one in psutil.process_iter(["name", "cmdline"]):
        if one.info["name"] == "postgres" and folder in " ".join(one.info["cmdline"] or ()):
            for process in (one, *one.children(recursive=True)):
                total += sum(process.cpu_times()[:2])
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--homes", type=int, default=256, help="so many thermostats at least")
    parser.add_argument("--calls", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(
        f"{'':<12}{'':<9}{'at a':>4}{'CPU µs':>9}{'best':>7}{'per CPU-s':>11}{'server':>9}{'constant':>10}"
        f"{'p50 ms':>9}{'p99 ms':>9}"
    )
    for heard in (False, True):
        if args.only != "postgresql":
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite:///{folder}/commands.db"
                measure(url, args, heard=heard, servers=lambda: 0.0)
        if args.only != "sqlite":
            from tests import postgres

            with postgres.running(durable=True) as server:
                url, folder = server.url.format(name="postgres"), str(server.folder)
                measure(url, args, heard=heard, servers=partial(cpu_of, folder))
    with tempfile.TemporaryDirectory() as folder:
        print(f"a page flushed to this disk: {flush_ms(folder):.2f} ms")


if __name__ == "__main__":
    main()

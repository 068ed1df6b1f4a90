"""What a delivery costs: CPU of this process for each, with signed 700-byte bodies over warm HTTPS.

Beside it, in alternation in the same run, a bare client that has nothing of ours (`epoll.py`), and
our own sender in a loop without rules or records; on PostgreSQL also what the server spends, and pg-boss with undici (npm), if installed in
``.tools``. Then: healthy endpoints while a tenth hangs, recovery with many pending, and a simulated
day. The receiver is a process of its own. Without an address it is measured on SQLite and then on a
server of PostgreSQL of its own.

    python -m benchmarks.webhooks [postgresql://… | sqlite]
    ONLY="cost isolation recovery day" PENDING=100000 say what, and how much
"""

import asyncio
import contextlib
import gc
import os
import resource
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from benchmarks.epoll import Epoll
from workswith.events.outbox import Draft, append, append_all
from workswith.events.relay import Relay
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import DAY, Clock, ClockState, wall
from workswith.kernel.database import Database, Tx, migrate, open_database, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.slices import SLICES
from workswith.kernel.tasks import Bells, Supervisor
from workswith.sandbox.authority import Authority
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.sender import Sender
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings
from workswith.webhooks.signing import Signer, new_secret, seal
from workswith.webhooks.subscriptions import Subscriptions
from workswith.webhooks.worker import Posts, Worker

BODY = b'[{"data":"' + b"x" * 680 + b'"}]'
LANES = 64
ROUNDS, EVENTS = 4, 60
PENDING = int(os.environ.get("PENDING", "100000"))

RECEIVER = """
import asyncio, ssl, sys
seen = []
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"
class Serve(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen, self.hang = transport, b"", False
    def data_received(self, data):
        self.seen += data
        while (end := self.seen.find(b"\\r\\n\\r\\n")) >= 0:
            head = self.seen[:end]
            at = head.lower().find(b"content-length: ")
            whole = end + 4 + int(head[at + 16 : head.find(b"\\r\\n", at) if head.find(b"\\r\\n", at) > 0 else None])
            if len(self.seen) < whole:
                return
            self.seen = self.seen[whole:]
            if head.startswith(b"POST /told"):
                told = b"%d %d" % (len(seen), len(set(seen)))
                seen.clear()
                self.transport.write(ANSWER.replace(b": 0", b": %d" % len(told)) + told)
                continue
            at = head.find(b"webhook-id: ") + 12
            seen.append(head[at : head.find(b"\\r\\n", at)])
            if not head.startswith(b"POST /hang"):
                self.transport.write(ANSWER)
async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.get_running_loop().create_server(Serve, "127.0.0.1", 0, ssl=tls, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
import uvloop
uvloop.run(main())
"""


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Engine:
    """The dispatcher as the program wires it."""

    def __init__(self, database: Database, settings: Settings, sender: Posts, clock: Clock) -> None:
        self.database, self.clock, self.settings = database, clock, settings
        self.bells, self.ident = Bells(), Ident()
        self.cipher = Cipher(bytes(32))
        self.worker = Worker(
            database,
            clock,
            self.bells,
            signer=Signer(self.cipher),
            sender=sender,
            settings=settings,
        )
        self.relay = Relay(
            database,
            self.bells,
            FanOut({"bench": lambda *_: BODY}, settings.rules),
        )
        self.subscriptions = Subscriptions(database, clock, self.ident, self.cipher, settings)

    async def subscribe(self, url: str, plant: str) -> None:
        await self.subscriptions.subscribe("account", "client", plant, "bench", url)

    async def change(self, plants: Sequence[str], times: int) -> None:
        at = self.clock.now()
        drafts = [
            Draft(plant, "m", "status", ("mode",), "{}", at, "")
            for _ in range(times)
            for plant in plants
        ]
        await self.database.write(append_all, drafts)
        await self.relay.turn(at)

    async def drain(self) -> None:
        bell = self.bells.of("webhooks")
        while await self.waiting():
            bell.clear()
            await self.worker.turn(self.clock.now())
            while self.worker._flights or self.worker._unwritten:
                await bell.wait()
                bell.clear()
                await self.worker.turn(self.clock.now())

    async def waiting(self) -> int:
        sql = "SELECT count(*) FROM webhook_delivery WHERE due_at IS NOT NULL"
        return await self.database.one(query(int, sql)) or 0


class Counting:
    """A sender that takes a moment and is always well."""

    def __init__(self) -> None:
        self.posts = 0
        self.ids: set[str] = set()

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        self.posts += 1
        self.ids.add(headers[0][1])
        await asyncio.sleep(0)
        return Sent(200)


async def alone(sender: Sender, urls: Sequence[str], count: int) -> None:
    """The same requests by our sender, without lanes, rules or a database."""
    cipher, ident = Cipher(bytes(32)), Ident()
    secret = seal(cipher, "e", new_secret(ident))
    signer = Signer(cipher)

    async def loop(url: str) -> None:
        for number in range(count):
            now = wall()
            headers = signer.headers("e", secret, f"msg_{number}_{url[-3:]}", now, BODY)
            sent = await sender.post(url, url, headers, BODY)
            assert sent.status == 200, sent

    await asyncio.gather(*(loop(url) for url in urls))


async def told(sender: Sender, url: str) -> list[int]:
    """How many requests came since the last question, and of how many deliveries."""
    sent = await sender.post("told", f"{url}/told", [], b"")
    return [int(each) for each in sent.answer.split()]


async def cost(engine: Engine, sender: Sender, url: str, beside: "Beside", authority: Path) -> None:
    urls = [f"{url}/lane/{n:03}" for n in range(LANES)]
    plants = [f"plant-{n}" for n in range(LANES)]
    for address, plant in zip(urls, plants, strict=True):
        await engine.subscribe(address, plant)
    bare = Epoll(urls, ssl.create_default_context(cafile=authority), wall)
    figures: dict[str, list[float]] = {}
    rates: list[float] = []
    count = LANES * EVENTS
    for number in range(ROUNDS + 1):
        await told(sender, url)
        begun = cpu()
        bare.run(EVENTS, BODY)
        least = (cpu() - begun) / count * 1e6
        assert await told(sender, url) == [count, count]
        begun = cpu()
        await alone(sender, urls, EVENTS)
        plain = (cpu() - begun) / count * 1e6
        assert await told(sender, url) == [count, count]
        await engine.change(plants, EVENTS)
        begun, at, spent = cpu(), time.perf_counter(), beside.server_cpu()
        await engine.drain()
        full = (cpu() - begun) / count * 1e6
        took, server = time.perf_counter() - at, (beside.server_cpu() - spent) / count * 1e6
        assert await told(sender, url) == [count, count], "each once"
        rival = await beside.ask(f"cost {LANES} {EVENTS}")
        if number:  # the first round warms up
            figures.setdefault("bare client", []).append(least)
            figures.setdefault("our sender", []).append(plain)
            figures.setdefault("dispatcher", []).append(full)
            if server:
                figures.setdefault("its server", []).append(server)
            if rival:
                figures.setdefault("pg-boss, undici", []).append(rival["micros"])
            rates.append(count / took)
    bare.close()
    for name, each in figures.items():
        print(f"{name:<16} {min(each):6.1f} µs best, {statistics.median(each):6.1f} median")
    ratio = statistics.median(figures["bare client"]) / statistics.median(figures["dispatcher"])
    best = min(figures["bare client"]) / min(figures["dispatcher"])
    print(f"ratio to bare {best:.2f} best, {ratio:.2f} median; each delivery arrived once")
    print(f"{max(rates):.0f} deliveries/s best, wall clock")


class Timed:
    """A sender that notes when each delivery was answered well."""

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self.sender, self.clock = sender, clock
        self.answered: dict[str, int] = {}
        self.ids: set[str] = set()
        self.posts = 0

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        sent = await self.sender.post(endpoint_id, url, headers, body)
        if sent.status == 200:
            self.posts += 1
            self.ids.add(headers[0][1])
            self.answered[headers[0][1]] = self.clock.now()
        return sent


async def isolation(
    database: Database, settings: Settings, url: str, beside: "Beside", *, hanging: bool
) -> None:
    """From the change to the answer, for the 90 healthy of 100 endpoints."""
    sender = Sender(settings)
    timed = Timed(sender, Clock())
    engine = Engine(database, settings, timed, timed.clock)
    for number in range(100):
        kind = "hang" if hanging and number % 10 == 0 else "well"
        await engine.subscribe(f"{url}/{kind}/{number}", f"home-{number}")
    supervisor = Supervisor(engine.clock, engine.bells)
    supervisor.add(engine.relay, engine.worker)
    supervisor.start()
    try:
        for number in range(600):
            await engine.database.write(
                append,
                plant_id=f"home-{number * 7 % 100}",
                module_id="m",
                kind="status",
                changed=("mode",),
                state={},
                at=engine.clock.now(),
                flow="",
            )
            engine.bells.ring("relay")
            await asyncio.sleep(0.005)
        await asyncio.sleep(1)
    finally:
        await supervisor.stop()
        sender.close()
    twice = timed.posts - len(timed.ids)
    rows = query(
        lambda id_, at: (id_, at),
        "SELECT delivery_id, event_at FROM webhook_delivery WHERE plant_id NOT LIKE 'home-%0'",
    )
    took = [
        timed.answered[id_] - at
        for id_, at in sorted(await engine.database.all(rows), key=lambda row: row[1])
        if id_ in timed.answered
    ]
    # Of the first to each endpoint most is TLS, and statements that a connection has not seen yet.
    (p50, p99), (_, warm) = _percentiles(took), _percentiles(took[90:])
    share = "10 %" if hanging else "none"
    print(
        f"{share} of 100 hang: {len(took)} healthy deliveries, p50 {p50} ms, p99 {p99} ms, "
        f"{warm} ms after the first to each; {twice} sent twice"
    )
    if hanging and (rival := await beside.ask("isolation")):
        print(
            f"  pg-boss with 64 workers, undici: {rival['count']} healthy deliveries, "
            f"p50 {rival['p50']} ms, p99 {rival['p99']} ms"
        )


def _percentiles(took: Sequence[int]) -> tuple[int, int]:
    ordered = sorted(took)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


async def recovery(database: Database, settings: Settings, clock: Clock) -> None:
    """A new process finds so many pending: until it delivers, and until all are delivered."""
    engine = Engine(database, settings, Counting(), clock)
    plants = [f"much-{n}" for n in range(100)]
    for number, plant in enumerate(plants):
        await engine.subscribe(f"https://recover-{number}.example/", plant)
    for _ in range(PENDING // 5_000):
        await engine.change(plants, 50)
    sender = Counting()
    fresh = Engine(database, settings, sender, clock)
    begun, used = time.perf_counter(), cpu()
    await fresh.worker.turn(clock.now())
    await asyncio.sleep(0)
    first = time.perf_counter() - begun
    await fresh.drain()
    whole, used = time.perf_counter() - begun, cpu() - used
    assert len(sender.ids) == sender.posts == PENDING // 5_000 * 5_000, "each once"
    print(
        f"{sender.posts} pending: the first under way after {first * 1000:.0f} ms, all delivered "
        f"after {whole:.1f} s ({used / sender.posts * 1e6:.1f} µs each, without sockets)"
    )


async def day(database: Database, settings: Settings) -> None:
    """24 simulated hours of 200 endpoints, one of ten failing, an event each quarter hour."""
    now = wall()
    clock = Clock(state=ClockState(wall=now, shown=now, rate=0.0))

    class Sometimes(Counting):
        async def post(
            self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
        ) -> Sent:
            self.posts += 1
            return Sent(503 if url.endswith("0/") else 200)

    sender = Sometimes()
    engine = Engine(database, settings, sender, clock)
    plants = [f"day-{n}" for n in range(200)]
    for number, plant in enumerate(plants):
        await engine.subscribe(f"https://day-{number}/".replace("-", ".example.x-"), plant)
    supervisor = Supervisor(clock, engine.bells)
    supervisor.add(engine.relay, engine.worker)
    begun, used = time.perf_counter(), cpu()
    for _ in range(96):
        await engine.change(plants, 1)
        await supervisor.advance(clock.now() + DAY // 96)
    print(
        f"24 h of 200 endpoints: {time.perf_counter() - begun:.1f} s ({cpu() - used:.1f} s CPU) "
        f"for {sender.posts} attempts"
    )


_CLEAR = (
    "webhook_delivery", "webhook_lost", "webhook_subscription", "webhook_endpoint",
    "webhook_shard", "event_queue",
    *(f"{table}_{number}" for table in ("webhook_body", "event") for number in range(SLICES)),
)  # fmt: skip


async def clear(database: Database) -> None:
    async def run(tx: Tx) -> None:
        for table in _CLEAR:
            await tx.run(statement(f"DELETE FROM {table}"))

    await database.write(run)


class Beside:
    """What stands beside the dispatcher: the processes of PostgreSQL, and the rival."""

    def __init__(self, url: str, origin: str, authority: Path, postmaster: int) -> None:
        self.postmaster = postmaster
        self.rival: subprocess.Popen[str] | None = None
        script, tools = Path(__file__).with_name("webhooks_rival.mjs"), Path(".tools/node_modules")
        if url.startswith("postgres") and shutil.which("node") and (tools / "pg-boss").exists():
            self.rival = subprocess.Popen(
                ["node", str(script), url, origin, str(authority)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self.rival.stdout is not None
            if self.rival.stdout.readline() != "ready\n":
                self.rival = None

    def server_cpu(self) -> float:
        """Seconds of all processes of the server; 0 when it is not ours to look at."""
        total = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat") if self.postmaster else ():
            with contextlib.suppress(OSError):
                parts = stat.read_text().rpartition(") ")[2].split()
                if int(parts[1]) == self.postmaster:
                    total += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
        return total

    async def ask(self, line: str) -> dict[str, float]:
        if self.rival is None or self.rival.stdin is None or self.rival.stdout is None:
            return {}
        self.rival.stdin.write(line + "\n")
        self.rival.stdin.flush()
        line = await asyncio.to_thread(self.rival.stdout.readline)
        return msgspec.json.decode(line, type=dict[str, float])

    def end(self) -> None:
        if self.rival is not None:
            self.rival.kill()
            self.rival.wait()


async def main(url: str, folder: Path, postmaster: int = 0) -> None:
    log.configure("CRITICAL")
    certificate = Authority(folder).issue("receiver", "localhost", "127.0.0.1")
    receiver = subprocess.Popen(  # noqa: ASYNC220  before anything else runs
        [sys.executable, "-c", RECEIVER, str(certificate.chain), str(certificate.key)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert receiver.stdout is not None
    at = f"https://localhost:{int(receiver.stdout.readline())}"
    settings = Settings(reach="loopback", authorities=(str(folder / "authority.pem"),))
    database = await open_database(url)
    await migrate(database, url)
    beside = Beside(url, at, folder / "authority.pem", postmaster)
    gc.freeze()  # as `workswith serve` does when it is ready
    only = os.environ.get("ONLY", "cost isolation recovery day").split()
    try:
        if "cost" in only:
            # A loaded machine must not fail deliveries here: what is measured is their cost.
            patient = msgspec.structs.replace(
                settings, rules=msgspec.structs.replace(settings.rules, answer_ms=10_000)
            )
            patiently = Sender(patient)
            engine = Engine(database, patient, patiently, Clock())
            await cost(engine, patiently, at, beside, folder / "authority.pem")
            patiently.close()
            await clear(database)
        if "isolation" in only:
            for hanging in (False, True):
                await isolation(database, settings, at, beside, hanging=hanging)
                await clear(database)
        if "recovery" in only:
            await recovery(database, settings, Clock())
            await clear(database)
        if "day" in only:
            await day(database, settings)
    finally:
        await database.close()
        beside.end()
        receiver.terminate()
        receiver.wait()


def measure(url: str, postmaster: int = 0) -> None:
    print("PostgreSQL" if url.startswith("postgres") else "SQLite, synchronous=FULL", flush=True)
    with tempfile.TemporaryDirectory() as made:
        where = url if url != "sqlite" else f"sqlite:///{made}/bench.db"
        uvloop.run(main(where, Path(made), postmaster))


def measure_on_a_server_of_our_own() -> None:
    from tests import postgres

    if postgres.binaries() is None:
        print("PostgreSQL is not installed")
        return
    with postgres.running() as server:
        admin = server.url.format(name="postgres")
        subprocess.run(["psql", admin, "-qc", "CREATE DATABASE bench"], check=True)
        postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        measure(server.url.format(name="bench"), postmaster)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        measure("sqlite")
        measure_on_a_server_of_our_own()

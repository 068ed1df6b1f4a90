"""What a delivery costs: CPU of this process for each, with signed 700-byte bodies over warm HTTPS.

Beside it, in alternation in the same run, a bare loop over the same client without rules or
records. Then: healthy endpoints while a tenth hangs, recovery with many pending, and a simulated
day. The receiver is a process of its own.

    python -m benchmarks.webhooks [postgresql://…]
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from workswith.events.outbox import append
from workswith.events.relay import Relay
from workswith.kernel import log
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import DAY, Clock, ClockState, wall
from workswith.kernel.database import Database, migrate, open_database, statement
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells, Supervisor
from workswith.sandbox.authority import Authority
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.sender import Sender, Sent
from workswith.webhooks.settings import Settings
from workswith.webhooks.signing import Signer, new_secret, seal
from workswith.webhooks.subscriptions import Subscriptions
from workswith.webhooks.worker import Worker

BODY = b'[{"data":"' + b"x" * 680 + b'"}]'
LANES = 64
ROUNDS, EVENTS = 4, 60
PENDING = int(os.environ.get("PENDING", "100000"))

RECEIVER = """
import asyncio, ssl, sys
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"
class Serve(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen, self.hang = transport, b"", False
    def data_received(self, data):
        self.seen += data
        while (end := self.seen.find(b"\\r\\n\\r\\n")) >= 0:
            head = self.seen[:end]
            at = head.find(b"Content-Length: ")
            whole = end + 4 + int(head[at + 16 : head.find(b"\\r\\n", at) if head.find(b"\\r\\n", at) > 0 else None])
            if len(self.seen) < whole:
                return
            self.seen = self.seen[whole:]
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

    def __init__(self, database: Database, settings: Settings, sender, clock: Clock) -> None:
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
            FanOut({"bench": lambda *_: BODY}, settings.rules, database.dialect),
        )
        self.subscriptions = Subscriptions(database, clock, self.ident, self.cipher, settings)

    async def subscribe(self, url: str, plant: str) -> None:
        await self.subscriptions.subscribe("account", "client", plant, "bench", url)

    async def change(self, plants: Sequence[str], times: int) -> None:
        async def append_all(tx) -> None:
            for _ in range(times):
                for plant in plants:
                    await append(
                        tx,
                        plant_id=plant,
                        module_id="m",
                        kind="status",
                        changed=("mode",),
                        state={},
                        at=self.clock.now(),
                        flow="",
                    )

        await self.database.write(append_all)
        await self.relay.turn(self.clock.now())

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
        from workswith.kernel.database import query

        sql = "SELECT count(*) FROM webhook_delivery WHERE due_at IS NOT NULL"
        return await self.database.one(query(int, sql)) or 0


class Counting:
    """A sender that takes a moment and is always well."""

    def __init__(self) -> None:
        self.posts = 0

    async def post(self, endpoint_id, url, headers, body) -> Sent:
        self.posts += 1
        await asyncio.sleep(0)
        return Sent(200)


async def bare(sender: Sender, urls: Sequence[str], count: int) -> None:
    """The same requests without lanes, rules or a database."""
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


async def cost(engine: Engine, sender: Sender, url: str) -> None:
    urls = [f"{url}/lane/{n:03}" for n in range(LANES)]
    plants = [f"plant-{n}" for n in range(LANES)]
    for address, plant in zip(urls, plants, strict=True):
        await engine.subscribe(address, plant)
    figures: dict[str, list[float]] = {"bare client": [], "dispatcher": []}
    rates: list[float] = []
    for number in range(ROUNDS + 1):
        begun = cpu()
        await bare(sender, urls, EVENTS)
        plain = (cpu() - begun) / (LANES * EVENTS) * 1e6
        await engine.change(plants, EVENTS)
        begun, at = cpu(), time.perf_counter()
        await engine.drain()
        full = (cpu() - begun) / (LANES * EVENTS) * 1e6
        if number:  # the first round warms up
            figures["bare client"].append(plain)
            figures["dispatcher"].append(full)
            rates.append(LANES * EVENTS / (time.perf_counter() - at))
    for name, each in figures.items():
        print(f"{name:<12} {min(each):6.1f} µs best, {statistics.median(each):6.1f} median")
    ratio = statistics.median(figures["bare client"]) / statistics.median(figures["dispatcher"])
    print(f"ratio to bare {ratio:.2f} (median); {max(rates):.0f} deliveries/s best, wall clock")


async def isolation(engine: Engine, url: str) -> None:
    """From the change to the answer, for 90 healthy of 100 endpoints."""
    from workswith.kernel.database import query

    for number in range(100):
        kind = "hang" if number % 10 == 0 else "well"
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
    took = await engine.database.all(
        query(
            int,
            "SELECT a.at + CAST(a.connect_ms + a.answer_ms AS BIGINT) - d.event_at "
            "FROM webhook_attempt a JOIN webhook_delivery d ON d.delivery_id = a.delivery_id "
            "WHERE d.plant_id LIKE 'home-%' AND a.status = 200",
        )
    )
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"10 % of 100 hang: {len(took)} healthy deliveries, p50 {p50} ms, p99 {p99} ms")


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
    print(
        f"{sender.posts} pending: the first under way after {first * 1000:.0f} ms, all delivered "
        f"after {whole:.1f} s ({used / sender.posts * 1e6:.1f} µs each, without sockets)"
    )


async def day(database: Database, settings: Settings) -> None:
    """24 simulated hours of 200 endpoints, one of ten failing, an event each quarter hour."""
    now = wall()
    clock = Clock(state=ClockState(wall=now, shown=now, rate=0.0))

    class Sometimes(Counting):
        async def post(self, endpoint_id, url, headers, body) -> Sent:
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
    "webhook_body", "webhook_delivery", "webhook_lost", "webhook_subscription",
    "webhook_endpoint", "webhook_shard", "event",
)  # fmt: skip


async def clear(database: Database) -> None:
    async def run(tx) -> None:
        for table in _CLEAR:
            await tx.run(statement(f"DELETE FROM {table}"))

    await database.write(run)


async def main(url: str, folder: Path) -> None:
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
    sender = Sender(settings)
    only = os.environ.get("ONLY", "cost isolation recovery day").split()
    try:
        if "cost" in only:
            # A loaded machine must not fail deliveries here: what is measured is their cost.
            patient = msgspec.structs.replace(
                settings, rules=msgspec.structs.replace(settings.rules, answer_ms=10_000)
            )
            patiently = Sender(patient)
            await cost(Engine(database, patient, patiently, Clock()), patiently, at)
            patiently.close()
            await clear(database)
        if "isolation" in only:
            await isolation(Engine(database, settings, sender, Clock()), at)
            await clear(database)
        if "recovery" in only:
            await recovery(database, settings, Clock())
            await clear(database)
        if "day" in only:
            await day(database, settings)
    finally:
        sender.close()
        await database.close()
        receiver.terminate()
        receiver.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        where = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{made}/bench.db"
        print("PostgreSQL" if where.startswith("postgres") else "SQLite, synchronous=FULL")
        uvloop.run(main(where, Path(made)))

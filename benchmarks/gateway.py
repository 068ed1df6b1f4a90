"""What a call through the whole gateway costs, beside servers that do less or the same.

Starts each, in turns asks each for the same number of calls over keep-alive connections from another
process, and prints medians and the best of the CPU time per call of the server's process. CPU time
is the figure to trust; times and calls per second depend on what else the machine does.

    .venv/bin/python benchmarks/gateway.py                    # SQLite
    .venv/bin/python benchmarks/gateway.py --postgresql       # a throw-away server
    .venv/bin/python benchmarks/gateway.py --homes 256        # also POST, to so many thermostats
    .venv/bin/python benchmarks/gateway.py --profile          # where GET's time goes, by lines

``GET`` is a thermostat's status: key, token, scope, quota, ownership, live state. ``POST`` sets it:
done when state and event are on the disk.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import load
import rivals
import sampler

STATUS = (
    "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
    "/plants/{plant}/modules/parameter/id/value/{module}"
)
COMMAND = (
    '{{"function":"heating","mode":"manual","setPoint":{{"value":"{value}","unit":"C"}},'
    '"programs":[{{"number":0}}]}}'
)


@dataclass
class Target:
    """A server under measurement; ``costs`` in µs of CPU per call, one for each round."""

    name: str
    process: psutil.Process
    port: int
    requests: list[bytes]
    calls: int
    connections: int = 16
    costs: list[float] = field(default_factory=list)
    runs: list[load.Load] = field(default_factory=list)

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


@dataclass(frozen=True)
class Cloud:
    pid: int
    origin: str
    key: str
    token: str
    plants: list[tuple[str, str]]

    def get(self, prefix: str = "") -> bytes:
        return self._request("GET", self._status(0).removeprefix(prefix), "")

    def posts(self) -> list[bytes]:
        """So that each thermostat hears another value each time."""
        return [
            self._request(
                "POST", self._status(n), COMMAND.format(value=15 + (n * 7 + turn) % 20 / 2)
            )
            for turn in range(7)
            for n in range(len(self.plants))
        ]

    def _status(self, n: int) -> str:
        plant, module = self.plants[n]
        return STATUS.format(plant=plant, module=module)

    def _request(self, method: str, path: str, body: str) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {urlsplit(self.origin).netloc}",
            "Accept: application/json",
            "User-Agent: benchmark",
            f"Ocp-Apim-Subscription-Key: {self.key}",
            f"Authorization: Bearer {self.token}",
        ]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", body]).encode()


@contextmanager
def cloud(homes: int, database: str, profile: Path | None = None) -> Iterator[Cloud]:
    """Starts the whole cloud in a new folder, with so many homes more; sampled into ``profile``."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "WORKSWITH_CATALOG_STARTER_KIT_QUOTA": "1000000000"}
        if database:
            environ["WORKSWITH_DATABASE_URL"] = database
        command = [sys.executable, "-m", "workswith", "up", "--data", folder, "--port", "0"]
        if homes:
            first, seed = _start(command, environ)
            first.kill()
            first.wait()
            url = database or f"sqlite:///{folder}/workswith.db"
            asyncio.run(_furnish(url, homes, seed["plants"][0]["id"]))
        if profile is not None:
            place = Path(__file__).with_name("sampler.py")
            command[1:3] = [str(place), str(profile), "-m", "workswith"]
        process, seed = _start(command, environ)
        try:
            yield Cloud(
                process.pid,
                seed["origins"]["api"],
                seed["subscription"]["primary_key"],
                seed["tokens"]["access_token"],
                _thermostats(seed),
            )
        finally:
            process.terminate()
            process.wait(15)


def _start(command: list[str], environ: dict[str, str]) -> tuple[subprocess.Popen[str], dict]:
    process = subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, env=environ, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("the cloud ended before it was ready")
    return process, json.loads(line)


async def _furnish(url: str, homes: int, plant_id: str) -> None:
    """More homes for the owner of a plant."""
    from workswith.devices.homes import furnish
    from workswith.kernel.clock import wall
    from workswith.kernel.database import Tx, open_database, query
    from workswith.kernel.ident import Ident

    owner = query(str, "SELECT owner_id FROM plants WHERE id = :plant_id")

    async def body(tx: Tx) -> None:
        owner_id = await tx.one(owner, plant_id=plant_id) or ""
        for _ in range(homes):
            await furnish(tx, owner_id, Ident(), "flat", wall())

    database = await open_database(url)
    await database.write(body)
    await database.close()


def _thermostats(seed: dict) -> list[tuple[str, str]]:
    """Of the end-user, as the API itself tells."""
    from urllib.request import Request, urlopen

    headers = {
        "Ocp-Apim-Subscription-Key": seed["subscription"]["primary_key"],
        "Authorization": f"Bearer {seed['tokens']['access_token']}",
    }
    api = f"{seed['origins']['api']}/smarther/v2.0/plants"

    def ask(url: str) -> dict:
        with urlopen(Request(url, headers=headers)) as answer:
            return json.loads(answer.read())

    return [
        (plant["id"], module["id"])
        for plant in ask(api)["plants"]
        for module in ask(f"{api}/{plant['id']}/topology")["plant"]["modules"]
    ]


@contextmanager
def constant(body_bytes: int, *kind: str) -> Iterator[tuple[int, int]]:
    """Starts the yardstick; its process and port."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("constant.py")), *kind],
        stdout=subprocess.PIPE,
        env={**os.environ, "BODY_BYTES": str(body_bytes)},
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(15)


def measure(pool: ProcessPoolExecutor, target: Target, *, keep: bool) -> None:
    before = target.cpu()
    arguments = target.port, target.requests, target.calls, target.connections
    result = pool.submit(load.run, "127.0.0.1", *arguments).result()
    if result.wrong:
        raise SystemExit(f"{target.name}: {result.wrong} of {target.calls} answers were not 200")
    if keep:
        target.costs.append((target.cpu() - before) / target.calls * 1e6)
        target.runs.append(result)


def idle_cost(target: Target, seconds: float = 2.0) -> float:
    """CPU time of the process without calls, in ms per second: what its background works cost."""
    before = target.cpu()
    time.sleep(seconds)
    return (target.cpu() - before) / seconds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--homes", type=int, default=0, help="so many thermostats to POST to")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--profile", action="store_true", help="sample the cloud, and nothing else")
    args = parser.parse_args()
    if args.profile:
        _profile(args.homes, args.calls)
        return
    with ExitStack() as running:
        database = ""
        if args.postgresql:
            from tests import postgres

            database = running.enter_context(postgres.server()).format(name="postgres")
        ours = running.enter_context(cloud(args.homes, database))
        pool = running.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        targets = _targets(running, ours, args.calls, posts=bool(args.homes))
        _pin(targets, pool)
        for keep in (False, *[True] * args.rounds):
            for target in targets:
                measure(pool, target, keep=keep)
        report(targets, idle_cost(targets[0]), as_json=args.json)


def _profile(homes: int, calls: int) -> None:
    """Of POST where there are homes to tell, else of GET."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "samples"
        with cloud(homes, "", file) as ours:
            requests, connections = (ours.posts(), 64) if homes else ([ours.get()], 16)
            port = urlsplit(ours.origin).port or 80
            load.run("127.0.0.1", port, requests, calls // 4, connections)
            os.kill(ours.pid, signal.SIGUSR1)  # only what follows
            load.run("127.0.0.1", port, requests, calls, connections)
        print(sampler.report(file))


def _targets(running: ExitStack, ours: Cloud, calls: int, *, posts: bool) -> list[Target]:
    """The cloud first, then the yardstick, then what else is installed."""
    get = [ours.get()]
    port = urlsplit(ours.origin).port or 80
    probe = load.run("127.0.0.1", port, get, 50, 1)
    if probe.wrong:
        raise SystemExit("the cloud did not answer 200")
    size = probe.bytes_per_answer - 135
    found = [("gateway, GET", ours.pid, port, get, calls, 16)]
    if posts:
        found.append(("gateway, POST", ours.pid, port, ours.posts(), calls // 5, 64))
    found.append(("constant", *running.enter_context(constant(size)), get, calls, 16))
    for kind in ("ours", "whole"):
        place = running.enter_context(constant(size, kind))
        found.append((f"constant, {kind}", *place, get, calls, 16))
    if rivals.has_nginx():
        place = running.enter_context(rivals.nginx("x" * size))
        found.append(("nginx", *place, get, calls, 16))
    if rivals.has_lua():
        place = running.enter_context(rivals.nginx("x" * size, lua=(ours.key, ours.token)))
        found.append(("nginx with Lua", *place, get, calls, 16))
    if program := rivals.prism():
        from workswith.apis import documents
        from workswith.contracts.renderings import openapi

        smarther = documents()["smarther"]
        document = openapi.export(smarther, ours.origin, ours.origin)
        place = running.enter_context(rivals.prism_of(program, document))
        get = [ours.get(prefix=smarther.base_path)]
        found.append(("Prism", *place, get, max(calls // 20, 100), 16))
    return [Target(name, psutil.Process(pid), *rest) for name, pid, *rest in found]


def _pin(targets: list[Target], pool: ProcessPoolExecutor) -> None:
    """Servers on one core, load on another, where there are two."""
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        return
    for target in targets:
        target.process.cpu_affinity([cores[0]])
    pool.submit(os.sched_setaffinity, 0, {cores[1]}).result()


def report(targets: list[Target], idle: float, *, as_json: bool) -> None:
    yard = next(target for target in targets if target.name == "constant")
    rows = []
    for target in targets:
        ratios = [bare / cost for bare, cost in zip(yard.costs, target.costs, strict=True)]
        rows.append({
            "name": target.name,
            "cpu_us": round(statistics.median(target.costs), 1),
            "best_cpu_us": round(min(target.costs), 1),
            "constant_over_this": round(statistics.median(ratios), 2),
            "per_cpu_second": round(1e6 / statistics.median(target.costs)),
            "p50_ms": round(statistics.median(run.p50 for run in target.runs), 2),
            "p99_ms": round(statistics.median(run.p99 for run in target.runs), 2),
        })  # fmt: skip
    memory = round(targets[0].process.memory_info().rss / 2**20, 1)
    if as_json:
        print(json.dumps({"rows": rows, "idle_ms_per_second": idle, "rss_mib": memory}))
        return
    print(
        f"{'':<16}{'CPU µs':>9}{'best':>8}{'ratio':>7}{'per CPU-s':>11}{'p50 ms':>9}{'p99 ms':>9}"
    )
    for row in rows:
        name, cpu, best, ratio, rate, p50, p99 = row.values()
        print(f"{name:<16}{cpu:>9}{best:>8}{ratio:>7}{rate:>11,}{p50:>9}{p99:>9}")
    print(
        f"ratio: the constant's CPU over this one's; medians of {len(yard.costs)} rounds in turns"
    )
    print(f"idle: {idle:.2f} ms CPU per second; memory {memory} MiB")


if __name__ == "__main__":
    main()

"""Refreshes per CPU-second: the whole cloud on SQLite, against node oidc-provider in memory.

Both sign twice with RS256 for each refresh. Ours stores the rotation durably before it answers;
theirs keeps a Map. In turns, on the same core, from a load generator on another: every connection
refreshes with the token of the answer before. CPU time of the server's process is the figure to
trust; calls per second and latencies depend on what else the machine does.

Then once more with sign-ins going on at the same time, since each hashes a password with Argon2.

    .venv/bin/python -m benchmarks.refresh [--node /path/to/node] [--json]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

import httpx2
import psutil
import uvloop

ROOT = Path(__file__).parents[1]
MODULES = ROOT / ".tools/node_modules"
SIGNING_IN = 4
"""People who sign in again and again in the variant."""


class Load(NamedTuple):
    """``seconds`` is wall time, ``times`` are ms of each call, ``tokens`` the newest ones."""

    seconds: float
    times: list[float]
    tokens: list[str]


@dataclass
class Target:
    name: str
    process: psutil.Process
    port: int
    client: dict[str, str]
    tokens: list[str]
    costs: list[float] = field(default_factory=list)
    """ms of CPU for each refresh, one figure a round."""
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def report(self) -> dict[str, float]:
        ordered = sorted(self.times)
        return {
            "per_cpu_second": round(1000 / statistics.median(self.costs)),
            "cpu_ms": round(statistics.median(self.costs), 3),
            "per_second": round(statistics.median(self.rates)),
            "p50_ms": round(ordered[len(ordered) // 2], 1),
            "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
            "rss_mib": round(self.process.memory_info().rss / 2**20),
        }


def load(port: int, client: dict[str, str], tokens: list[str], calls: int) -> Load:
    """``calls`` refreshes over one connection for each token."""
    return uvloop.run(_load(port, client, tokens, calls))


async def _load(port: int, client: dict[str, str], tokens: list[str], calls: int) -> Load:
    times: list[float] = []
    newest = list(tokens)

    async def go_on(at: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(calls // len(tokens)):
            form = {"grant_type": "refresh_token", "refresh_token": newest[at], **client}
            body = urlencode(form).encode()
            began = time.perf_counter()
            writer.write(
                b"POST /token HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                % (port, len(body), body)
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            answer = await reader.readexactly(length)
            times.append((time.perf_counter() - began) * 1000)
            if head[9:12] != b"200":
                raise SystemExit(f"not 200: {answer.decode()}")
            said = json.loads(answer)
            if "id_token" not in said or said["access_token"].count(".") != 2:
                raise SystemExit("not the same work: two signed tokens are wanted")
            newest[at] = said["refresh_token"]
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(go_on(at) for at in range(len(tokens))))
    return Load(time.perf_counter() - began, times, newest)


@contextmanager
def ours(connections: int, where: str | None) -> Iterator[tuple[Target, dict[str, Any]]]:
    """``workswith up`` in a new folder, with its SQLite file and all its works."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "workswith", "up", "--data", folder, "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            document = json.loads(process.stdout.readline())
            control = document["sandbox"]
            header = {"authorization": f"Bearer {control['token']}"}
            with httpx2.Client(headers=header) as http:
                tokens = [
                    http.post(f"{control['url']}/tokens").json()["refresh_token"]
                    for _ in range(connections)
                ]
            client = {k: document["application"][k] for k in ("client_id", "client_secret")}
            port = int(document["origins"]["login"].rpartition(":")[2])
            yield Target("workswith", psutil.Process(process.pid), port, client, tokens), document
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def theirs(node: str, connections: int) -> Iterator[Target]:
    """node oidc-provider."""
    script = str(Path(__file__).with_name("oidc_provider.mjs"))
    process = subprocess.Popen(
        [node, script, str(MODULES), str(connections)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NODE_ENV": "production"},
        text=True,
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        client = {k: said[k] for k in ("client_id", "client_secret")}
        yield Target(
            "oidc-provider", psutil.Process(process.pid), said["port"], client, said["tokens"]
        )
    finally:
        process.terminate()
        process.wait(20)


def measure(pool: ProcessPoolExecutor, target: Target, calls: int, *, keep: bool = True) -> None:
    before = target.cpu()
    done = pool.submit(load, target.port, target.client, target.tokens, calls).result()
    spent = target.cpu() - before
    target.tokens = done.tokens
    if keep:
        target.costs.append(spent / len(done.times) * 1000)
        target.rates.append(len(done.times) / done.seconds)
        target.times += done.times


class SigningIn:
    """People at the sign-in page, as many at a time as there are threads."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._origin = document["origins"]["login"]
        self._who = document["end_user"]
        self._stop = threading.Event()
        self.done = 0

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._go_on) for _ in range(SIGNING_IN)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self) -> None:
        while not self._stop.is_set():
            with httpx2.Client(timeout=60) as http:
                page = http.get(f"{self._origin}/signin?return_to=/home")
                csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                answer = http.post(
                    f"{self._origin}/signin",
                    data={
                        "csrf": csrf,
                        "return_to": "/home",
                        "logonIdentifier": self._who["email"],
                        "password": self._who["password"],
                    },
                )
                if answer.status_code != 303:
                    raise SystemExit(f"the sign-in was answered {answer.status_code}")
                self.done += 1


def pin(pool: ProcessPoolExecutor, *targets: Target) -> None:
    """Servers on one core, load on another, where there are two."""
    cores = psutil.Process().cpu_affinity() or []
    if len(cores) < 2:
        return
    for target in targets:
        for thread in target.process.threads():
            os.sched_setaffinity(thread.id, {cores[0]})
    pool.submit(os.sched_setaffinity, 0, {cores[1]}).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--node", default="node", help="the Node that runs oidc-provider")
    parser.add_argument("--folder", help="where the SQLite file lies; default: the system's")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        mine, document = stack.enter_context(ours(args.connections, args.folder))
        other = stack.enter_context(theirs(args.node, args.connections))
        pin(pool, mine, other)
        for target in (mine, other):
            measure(pool, target, args.calls, keep=False)
        for _ in range(args.rounds):
            for target in (mine, other):
                measure(pool, target, args.calls)
        report = {"workswith": mine.report(), "oidc-provider": other.report()}
        mine.costs, mine.rates, mine.times = [], [], []
        with SigningIn(document) as people:
            began = time.perf_counter()
            for _ in range(2):
                measure(pool, mine, args.calls)
            people_rate = people.done / (time.perf_counter() - began)
        busy = mine.report()
        busy.pop("per_cpu_second")  # the CPU time is that of the sign-ins as well
        busy.pop("cpu_ms")
    report["workswith while people sign in"] = busy | {"sign_ins_per_second": round(people_rate, 1)}
    if args.json:
        print(json.dumps(report))
        return
    for name, figures in report.items():
        print(f"{name:32}", "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()

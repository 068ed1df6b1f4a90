"""What a call through the whole gateway costs, against the same HTTP server with a constant.

Starts both, in turns asks each for the same number of calls over keep-alive connections from
another process, and prints the medians of the CPU time per call of the server's process. CPU time
is the figure to trust; calls per second depend on what else the machine does.

    .venv/bin/python benchmarks/gateway.py
    .venv/bin/python benchmarks/gateway.py --url http://127.0.0.1:8080/smarther/v2.0/plants \\
        --pid 1234 --key … --token …      # a cloud that runs already
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).parent))
import load

STATUS = (
    "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
    "/plants/{plant}/modules/parameter/id/value/{module}"
)


@dataclass
class Target:
    """A server under measurement; ``costs`` in µs of CPU per call, one for each round."""

    name: str
    process: psutil.Process
    host: str
    port: int
    request: bytes
    costs: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


def request_for(url: str, key: str, token: str) -> bytes:
    parts = urlsplit(url)
    lines = [
        f"GET {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Accept: application/json",
        "User-Agent: benchmark",
        f"Ocp-Apim-Subscription-Key: {key}",
        f"Authorization: Bearer {token}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def cloud(command: list[str]) -> Iterator[tuple[int, str, str, str]]:
    """Starts the whole cloud in a new folder; its process, the URL of a status, key and token."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "WORKSWITH_CATALOG_STARTER_KIT_QUOTA": "1000000000"}
        process = subprocess.Popen(
            [*command, "--data", folder, "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
        )
        try:
            seed = read_json(process)
            plant = next(plant for plant in seed["plants"] if plant["api"] == "smarther")
            path = STATUS.format(plant=plant["id"], module=plant["modules"][0]["id"])
            url = seed["origins"]["api"] + path
            key, token = seed["subscription"]["primary_key"], seed["tokens"]["access_token"]
            yield process.pid, url, key, token
        finally:
            process.terminate()
            process.wait(15)


def read_json(process: subprocess.Popen[str]) -> dict:
    """The first JSON document of its output, on one line or on many."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        try:
            return json.loads(text)
        except ValueError:
            continue
    raise SystemExit(f"the cloud ended before it was ready:\n{text}")


@contextmanager
def constant(body_bytes: int) -> Iterator[tuple[int, int]]:
    """Starts the yardstick; its process and port."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("constant.py"))],
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


def measure(pool: ProcessPoolExecutor, target: Target, calls: int, connections: int) -> None:
    before = target.cpu()
    result = pool.submit(
        load.run, target.host, target.port, target.request, calls, connections
    ).result()
    if result.wrong:
        raise SystemExit(f"{target.name}: {result.wrong} of {calls} answers were not 200")
    target.costs.append((target.cpu() - before) / calls * 1e6)
    target.rates.append(calls / result.seconds)


def idle_cost(target: Target, seconds: float = 2.0) -> float:
    """CPU time of the process without calls, in ms per second: what its background works cost."""
    before = target.cpu()
    time.sleep(seconds)
    return (target.cpu() - before) / seconds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="a GET of a cloud that runs already")
    parser.add_argument("--pid", type=int, help="its process")
    parser.add_argument("--key", default="")
    parser.add_argument("--token", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    if args.url:
        compare(args, args.pid, args.url, args.key, args.token)
        return
    with cloud([sys.executable, "-m", "workswith", "up"]) as (pid, url, key, token):
        compare(args, pid, url, key, token)


def compare(args: argparse.Namespace, pid: int, url: str, key: str, token: str) -> None:
    parts = urlsplit(url)
    request = request_for(url, key, token)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        probe = pool.submit(load.run, host, port, request, 100, 1).result()
        if probe.wrong:
            raise SystemExit(f"the cloud did not answer 200 to GET {parts.path}")
        with constant(max(0, probe.bytes_per_answer - 180)) as (constant_pid, constant_port):
            full = Target("gateway", psutil.Process(pid), host, port, request)
            bare = Target(
                "constant", psutil.Process(constant_pid), "127.0.0.1", constant_port, request
            )
            pin(bare, full, pool)
            for target in (bare, full):  # warm up
                measure(pool, target, args.calls // 4, args.connections)
                target.costs.clear()
                target.rates.clear()
            for _ in range(args.rounds):
                for target in (bare, full):
                    measure(pool, target, args.calls, args.connections)
            report(bare, full, idle_cost(full), as_json=args.json)


def pin(bare: Target, full: Target, pool: ProcessPoolExecutor) -> None:
    """Servers on one core, load on another, where there are two."""
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        return
    for target in (bare, full):
        target.process.cpu_affinity([cores[0]])
    pool.submit(os.sched_setaffinity, 0, {cores[1]}).result()


def report(bare: Target, full: Target, idle: float, *, as_json: bool) -> None:
    low, high = statistics.median(bare.costs), statistics.median(full.costs)
    figures = {
        "constant_us": round(low, 1),
        "gateway_us": round(high, 1),
        "added_us": round(high - low, 1),
        "ratio": round(low / high, 3),
        "constant_per_second": round(statistics.median(bare.rates)),
        "gateway_per_second": round(statistics.median(full.rates)),
        "idle_ms_per_second": round(idle, 2),
        "gateway_rss_mib": round(full.process.memory_info().rss / 2**20, 1),
    }
    if as_json:
        print(json.dumps(figures))
        return
    print(f"constant {low:6.1f} µs CPU per call   rounds: {[round(c, 1) for c in bare.costs]}")
    print(f"gateway  {high:6.1f} µs CPU per call   rounds: {[round(c, 1) for c in full.costs]}")
    print(f"the gateway adds {high - low:.1f} µs; the constant costs {low / high:.2f} of it")
    print(f"calls per second: {figures['constant_per_second']} / {figures['gateway_per_second']}")
    print(f"idle: {idle:.2f} ms CPU per second; memory {figures['gateway_rss_mib']} MiB")


if __name__ == "__main__":
    main()

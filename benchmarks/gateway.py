"""What a call through the whole gateway costs, beside servers that do less or the same.

Starts each, in turns asks each for the same number of calls over keep-alive connections from another
process, and prints medians and the best of the CPU time per call of the server's process. CPU time
is the figure to trust; times and calls per second depend on what else the machine does.

    .venv/bin/python -m benchmarks gateway                   # everything, some minutes
    .venv/bin/python -m benchmarks gateway --homes 0         # no POST
    .venv/bin/python -m benchmarks gateway --only sqlite     # or postgresql
    .venv/bin/python -m benchmarks gateway --profile         # where a POST's time goes, by lines
    .venv/bin/python -m benchmarks gateway --profile --homes 0      # and a GET's

``GET`` is a thermostat's status: key, token, scope, quota, ownership, live state. ``POST`` sets it:
done when state and event are on the disk. What a PostgreSQL server spends is not counted.

nginx with Lua needs Debian's ``nginx`` and ``libnginx-mod-http-lua``; Prism, of 74 MB and no test's
concern, needs ``npm install --prefix .tools --no-save --ignore-scripts @stoplight/prism-cli@5.16.0``,
or a ``PRISM`` in the environment that names the program. What is absent is named below the table.

``of uvicorn``: what uvicorn as it comes spends on a constant of the same size, over what this one
spends. ``of ours``: the same with our own protocol class in the way in which the gateway uses it,
which is the harder measure.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import load, rivals, sampler

STATUS = (
    "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
    "/plants/{plant}/modules/parameter/id/value/{module}"
)
COMMAND = (
    '{{"function":"heating","mode":"manual","setPoint":{{"value":"{value}","unit":"C"}},'
    '"programs":[{{"number":0}}]}}'
)


STOCK, OURS = "constant, uvicorn", "constant, ours"
YARDSTICKS = {
    STOCK: "",
    OURS: "at-once",
    "constant, ours, in a task": "whole",
    "constant, ours, by messages": "ours",
}
"""Names of rows, and the kind of ``constant.py``."""


@dataclass
class Target:
    """A server under measurement; ``costs`` in µs of CPU per call, one for each round."""

    name: str
    process: psutil.Process
    port: int
    requests: list[bytes]
    calls: int
    connections: int = 16
    apart: bool = False
    """Whether each connection has requests of its own (`load.run`)."""
    costs: list[float] = field(default_factory=list)
    runs: list[load.Load] = field(default_factory=list)

    @classmethod
    def at(
        cls,
        place: tuple[int, int],
        name: str,
        requests: list[bytes],
        calls: int,
        connections: int = 16,
    ) -> Self:
        """``place``: the process and the port."""
        pid, port = place
        return cls(name, psutil.Process(pid), port, requests, calls, connections)

    def cpu(self) -> float:
        """Seconds of all threads; to the nanosecond where the system tells."""
        with suppress(OSError):
            each = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
            return sum(int(file.read_text().split()[0]) for file in each) / 1e9
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True)
class Cloud:
    pid: int
    origin: str
    key: str
    token: str
    plants: list[tuple[str, str]]

    def get(self, prefix: str = "") -> bytes:
        return self.request("GET", self._status(0).removeprefix(prefix))

    def posts(self) -> list[bytes]:
        """So that each thermostat hears another value each time."""
        return [
            self.request(
                "POST", self._status(n), COMMAND.format(value=15 + (n * 7 + turn) % 20 / 2)
            )
            for turn in range(7)
            for n in range(len(self.plants))
        ]

    def _status(self, n: int) -> str:
        plant, module = self.plants[n]
        return STATUS.format(plant=plant, module=module)

    def request(self, method: str, path: str, body: str = "") -> bytes:
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
def cloud(
    homes: int,
    database: str,
    profile: Path | None = None,
    *,
    source: Path | None = None,
    templates: Sequence[str] = ("flat",),
) -> Iterator[Cloud]:
    """Starts the whole cloud in a new folder; sampled into ``profile``.

    With so many homes more of each of ``templates``. ``source`` is the folder ``src`` of another
    checkout, for its program in place of this one.
    """
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "WORKSWITH_CATALOG_STARTER_KIT_QUOTA": "1000000000"}
        if database:
            environ["WORKSWITH_DATABASE_URL"] = database
        if source is not None:
            environ["PYTHONPATH"] = str(source)
        command = [sys.executable, "-m", "workswith", "up", "--data", folder, "--port", "0"]
        if homes:
            first, seed = _start(command, environ)
            first.kill()
            first.wait()
            url = database or f"sqlite:///{folder}/workswith.db"
            asyncio.run(_furnish(url, [*templates] * homes, seed["plants"][0]["id"]))
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


def _start(
    command: list[str], environ: dict[str, str]
) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    process = subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, env=environ, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("the cloud ended before it was ready")
    return process, json.loads(line)


async def _furnish(url: str, templates: Iterable[str], plant_id: str) -> None:
    """More homes for the owner of a plant."""
    from workswith.devices.homes import furnish
    from workswith.kernel.clock import wall
    from workswith.kernel.database import Tx, open_database, query
    from workswith.kernel.ident import Ident

    owner = query(str, "SELECT owner_id FROM plants WHERE id = :plant_id")

    async def body(tx: Tx) -> None:
        owner_id = await tx.one(owner, plant_id=plant_id) or ""
        for template in templates:
            await furnish(tx, owner_id, Ident(), template, wall())

    database = await open_database(url)
    await database.write(body)
    await database.close()


def _thermostats(seed: dict[str, Any]) -> list[tuple[str, str]]:
    """Of the end-user, as the API itself tells."""
    from urllib.request import Request, urlopen

    headers = {
        "Ocp-Apim-Subscription-Key": seed["subscription"]["primary_key"],
        "Authorization": f"Bearer {seed['tokens']['access_token']}",
    }
    api = f"{seed['origins']['api']}/smarther/v2.0/plants"

    def ask(url: str) -> Any:
        with urlopen(Request(url, headers=headers)) as answer:
            return json.loads(answer.read())

    return [
        (plant["id"], module["id"])
        for plant in ask(api)["plants"]
        for module in ask(f"{api}/{plant['id']}/topology")["plant"]["modules"]
    ]


@contextmanager
def constant(body_bytes: int, kind: str) -> Iterator[tuple[int, int]]:
    """Starts the yardstick; its process and port."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("constant.py")), kind],
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
    run = partial(load.run, "127.0.0.1", target.port, target.requests, target.calls)
    result = pool.submit(run, target.connections, apart=target.apart).result()
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
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument(
        "--homes", type=int, default=256, help="so many more thermostats to POST to"
    )
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--profile", action="store_true", help="sample the cloud, and nothing else")
    args = parser.parse_args()
    if args.profile:
        _profile(args.homes, args.calls)
        return
    with ExitStack() as running:
        clouds: list[tuple[str, Cloud]] = []
        absent: list[str] = []
        for name, database in _databases(running, args.only, absent):
            clouds.append((f"GET, {name}", running.enter_context(cloud(0, database("reads")))))
            if args.homes:
                more = running.enter_context(cloud(args.homes, database("writes")))
                clouds.append((f"POST, {name}", more))
        if not clouds:
            raise SystemExit("there is no PostgreSQL on this machine")
        pool = running.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        targets = _targets(running, clouds, args.calls, absent)
        _pin(targets, pool)
        for keep in (False, *[True] * args.rounds):
            for target in targets:
                measure(pool, target, keep=keep)
        report(targets, absent, idle_cost(targets[0]), as_json=args.json)


def _databases(
    running: ExitStack, only: str | None, absent: list[str]
) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Each with what gives the URL of a new database; those of SQLite are in the clouds' folders."""
    if only != "postgresql":
        yield "SQLite", lambda _name: ""
    if only == "sqlite":
        return
    from tests import postgres

    if postgres.binaries() is None:
        absent.append("PostgreSQL")
        return
    url = running.enter_context(postgres.server())

    def made(name: str) -> str:
        command = ["psql", "-q", "-d", url.format(name="postgres"), "-c", f"CREATE DATABASE {name}"]
        subprocess.run(command, check=True)
        return url.format(name=name)

    yield "PostgreSQL", made


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


def _targets(
    running: ExitStack, clouds: list[tuple[str, Cloud]], calls: int, absent: list[str]
) -> list[Target]:
    """The clouds first, then the yardsticks, then what else is installed; adds to ``absent``."""
    found = []
    for name, one in clouds:
        place = one.pid, urlsplit(one.origin).port or 80
        if name.startswith("POST"):
            found.append(Target.at(place, name, one.posts(), calls // 5, connections=64))
        else:
            found.append(Target.at(place, name, [one.get()], calls))
    ours = clouds[0][1]
    get = [ours.get()]
    probe = load.run("127.0.0.1", urlsplit(ours.origin).port or 80, get, 50, 1)
    if probe.wrong:
        raise SystemExit("the cloud did not answer 200")
    size = probe.bytes_per_answer - 135
    for name, kind in YARDSTICKS.items():
        place = running.enter_context(constant(size, kind))
        found.append(Target.at(place, name, get, calls))
    return found + _rivals(running, ours, size, calls, absent)


def _rivals(
    running: ExitStack, ours: Cloud, size: int, calls: int, absent: list[str]
) -> list[Target]:
    found, get = [], [ours.get()]
    if rivals.has_nginx():
        place = running.enter_context(rivals.nginx("x" * size))
        found.append(Target.at(place, "nginx", get, calls))
    else:
        absent.append("nginx")
    if rivals.has_lua():
        place = running.enter_context(rivals.nginx("x" * size, lua=(ours.key, ours.token)))
        found.append(Target.at(place, "nginx with Lua", get, calls))
    else:
        absent.append("nginx with Lua (libnginx-mod-http-lua)")
    if program := rivals.prism():
        from workswith.apis import documents
        from workswith.contracts.renderings import openapi

        smarther = documents()["smarther"]
        document = openapi.export(smarther, ours.origin, ours.origin)
        try:
            place = running.enter_context(rivals.prism_of(program, document))
        except rivals.NotStarted:
            absent.append("Prism (it did not start)")
        else:
            get = [ours.get(prefix=smarther.base_path)]
            found.append(Target.at(place, "Prism", get, max(calls // 20, 100)))
    else:
        absent.append("Prism (see the head of benchmarks/gateway.py)")
    return found


def _pin(targets: list[Target], pool: ProcessPoolExecutor) -> None:
    """Servers on one core, load on another, where there are two."""
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        return
    for target in targets:
        target.process.cpu_affinity([cores[0]])
    pool.submit(os.sched_setaffinity, 0, {cores[1]}).result()


def report(targets: list[Target], absent: list[str], idle: float, *, as_json: bool) -> None:
    named = {target.name: target.costs for target in targets}
    rows = [
        {
            "name": target.name,
            "cpu_us": round(statistics.median(target.costs), 1),
            "best_cpu_us": round(min(target.costs), 1),
            "of_uvicorn": _ratio(named[STOCK], target.costs),
            "of_ours": _ratio(named[OURS], target.costs),
            "per_cpu_second": round(1e6 / statistics.median(target.costs)),
            "p50_ms": round(statistics.median(run.p50 for run in target.runs), 2),
            "p99_ms": round(statistics.median(run.p99 for run in target.runs), 2),
        }
        for target in targets
    ]
    memory = round(targets[0].process.memory_info().rss / 2**20, 1)
    if as_json:
        print(
            json.dumps(
                {"rows": rows, "absent": absent, "idle_ms_per_second": idle, "rss_mib": memory}
            )
        )
        return
    print(
        f"{'':<28}{'CPU µs':>9}{'best':>8}{'of uvicorn':>12}{'of ours':>9}"
        f"{'per CPU-s':>11}{'p50 ms':>9}{'p99 ms':>9}"
    )
    for row in rows:
        name, cpu, best, stock, ours, rate, p50, p99 = row.values()
        print(f"{name:<28}{cpu:>9}{best:>8}{stock:>12}{ours:>9}{rate:>11,}{p50:>9}{p99:>9}")
    print(
        f"CPU of the server's process for each call; medians of {len(targets[0].costs)} rounds in turns.\n"
        "of uvicorn, of ours: the CPU of that constant over this one's, see the head of this file"
    )
    if absent:
        print(f"not on this machine, so not measured: {'; '.join(absent)}")
    if "Prism" in named and (first := targets[0]):
        print(f"{first.name}: {_ratio(named['Prism'], first.costs)} times Prism per CPU-second")
    print(f"idle: {idle:.2f} ms CPU per second; memory {memory} MiB")


def _ratio(yard: list[float], costs: list[float]) -> float:
    """The median of the rounds, so that what else the machine does weighs on both."""
    return round(statistics.median(one / cost for one, cost in zip(yard, costs, strict=True)), 2)


if __name__ == "__main__":
    main()

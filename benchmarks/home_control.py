"""What commands and questions of Home + Control cost, beside Smarther's, in turns in one run.

    .venv/bin/python -m benchmarks home_control                       # SQLite; about a minute
    .venv/bin/python -m benchmarks home_control --beside ../before/src      # and another checkout
    .venv/bin/python -m benchmarks home_control --profile light             # where one kind's time goes

CPU time of the cloud's process per answered call, 64 calls at a time, medians of rounds in turns: the
kinds take turns, and so do the checkouts. ``of Smarther``: what a kind costs over a thermostat's
command (or over reading a thermostat's status) in the same round. Each home is furnished with one of
each, and a meter stands before all that draw power. At the end the events are counted: each module that was
told something else has one, and each run of a scene; if not, there are no figures.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from benchmarks import beside, commands, gateway, load, sampler

BASE = "/hc/api/v1.0"
TURNS = 4
"""So many commands each home hears in a round, from the last to the first: the first leave all that
a row has touched switched off or closed, so that the next row moves whatever it names."""
STATUS, COMMAND = "Smarther, status", "Smarther"
"""The rows that the others are compared with."""
_RAN = "SELECT count(*) FROM event WHERE flow <> '' AND kind = 'scene'"
_TOLD = (
    "SELECT count(*) FROM event WHERE flow <> '' AND kind <> 'scene' "
    "AND flow NOT IN (SELECT flow FROM event WHERE kind = 'scene')"
)

Home = dict[str, Any]
"""The ids of a plant, its ambients and its modules by name, and of its scenes."""


_Way = Callable[[Home, int], str]
"""The path of a call to a home in a turn."""


@dataclass(frozen=True)
class Row:
    """A kind of call: one request for each home and turn, and how many modules it moves."""

    name: str
    method: str
    path: _Way
    body: Callable[[int, Home], dict[str, Any]] | None = None
    moves: int = 0
    runs: int = 0
    """Of scenes: what they move depends on the scene before."""

    def requests(self, cloud: gateway.Cloud, homes: Sequence[Home]) -> list[bytes]:
        turns = range(TURNS if self.method == "POST" else 1)
        return [
            cloud.request(
                self.method,
                BASE + self.path(home, turn),
                json.dumps(self.body(turn, home), separators=(",", ":")) if self.body else "",
            )
            for turn in turns
            for home in homes
        ]


def _one(family: str, name: str) -> _Way:
    return lambda home, _turn: (
        f"/{family}/addressLocation/plants/{home['plant']}/modules/parameter/id/value/{home[name]}"
    )


def _all(family: str) -> _Way:
    return lambda home, _turn: f"/{family}/addressLocation/plants/{home['plant']}"


def _ambient(family: str, name: str) -> _Way:
    return lambda home, _turn: (
        f"/{family}/addressLocation/plants/{home['plant']}/ambients/parameter/id/value/{home[name]}"
    )


def _switch(turn: int, _home: Home) -> dict[str, Any]:
    return {"status": ("off", "on")[turn % 2]}


def _switches(*names: str) -> Callable[[int, Home], dict[str, Any]]:
    return lambda turn, home: {**_switch(turn, home), "ids": [home[name] for name in names]}


def _scene(home: Home, turn: int) -> str:
    return _one("scene/comfort", ("away", "home")[turn % 2])(home, turn)


PLUGS = ("Frigorifero", "Bollitore", "Lavatrice", "Televisione")
ROWS = (
    Row("light", "POST", _one("light/lighting", "Luce cucina"), _switch, 1),
    Row(
        "dimmer",
        "POST",
        _one("light/lighting", "Luce soggiorno"),
        lambda turn, _: {"level": 30 * turn},
        1,
    ),
    Row("plug", "POST", _one("plug/energy", "Televisione"), _switch, 1),
    Row(
        "automation",
        "POST",
        _one("automation/automation", "Tenda soggiorno"),
        lambda turn, _: {"level": (0, 100)[turn % 2]},
        1,
    ),
    Row(
        "heater",
        "POST",
        _one("heater/comfort", "Radiatore camera"),
        lambda turn, _: {"mode": ("comfort", "away", "comfort", "frost_guard")[turn]},
        1,
    ),
    Row(
        "2 lights by ids",
        "POST",
        _all("light/lighting"),
        _switches("Luce cucina", "Luce soggiorno"),
        2,
    ),
    Row("4 plugs by ids", "POST", _all("plug/energy"), _switches(*PLUGS), 4),
    Row("ambient of 3 plugs", "POST", _ambient("plug/energy", "Cucina"), _switch, 3),
    Row("scenes of 6 and 4", "POST", _scene, lambda *_: {"enable": True}, runs=1),
    Row("status of a light", "GET", _one("light/lighting", "Luce cucina")),
    Row("status of a heater", "GET", _one("heater/comfort", "Radiatore camera")),
    Row("status of the plant", "GET", lambda home, _turn: f"/plants/{home['plant']}"),
    Row("topology", "GET", lambda home, _turn: f"/plants/{home['plant']}/topology"),
    Row("plants", "GET", lambda *_: "/plants"),
)


class Checkout:
    """A whole cloud with its homes, one target for each row, and what was asked of it."""

    def __init__(
        self, running: ExitStack, source: Path, rows: Sequence[Row], args: argparse.Namespace
    ) -> None:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        self._url = f"sqlite:///{folder}/home_control.db"
        self._cloud = running.enter_context(
            gateway.cloud(
                args.homes - 1, self._url, source=source, templates=("flat", "one_of_each")
            )
        )
        homes = homes_of(self._cloud)
        place = self._cloud.pid, urlsplit(self._cloud.origin).port or 80
        posts = [("POST", COMMAND, self._cloud.posts()), ("GET", STATUS, [self._cloud.get()])]
        posts += [(row.method, row.name, row.requests(self._cloud, homes)) for row in rows]
        self.targets = [
            gateway.Target.at(place, name, requests, _whole(args.calls, requests), args.at_once)
            for _, name, requests in posts
        ]
        for one in self.targets[2:]:
            one.apart = True  # so that no home hears two commands in another order
        self._moves = {COMMAND: 1, **{row.name: row.moves for row in rows}}
        self._runs = {row.name: row.runs for row in rows}

    def counted(self) -> tuple[int, int]:
        """The events of modules that were told something by a call, and those of scenes."""
        return asyncio.run(_count(self._url))

    def expected(self, rounds: int) -> tuple[int, int]:
        """What that grows by: every call has its events, and no more."""
        moved, ran = (
            rounds * sum(one.calls * each.get(one.name, 0) for one in self.targets)
            for each in (self._moves, self._runs)
        )
        return moved, ran


def homes_of(cloud: gateway.Cloud) -> list[Home]:
    """As the API tells."""
    found = []
    for plant in commands.ask(cloud, "GET", f"{BASE}/plants")["plants"]:
        tree = commands.ask(cloud, "GET", f"{BASE}/plants/{plant['id']}/topology")["plant"]
        scenes = commands.ask(cloud, "GET", BASE + _all("scene/comfort")({"plant": plant["id"]}, 0))
        home = {"plant": plant["id"]}
        for one in (*tree["ambients"], *tree["modules"]):
            home[one["name"]] = one["id"]
            home |= {each["name"]: each["id"] for each in one.get("modules", ())}
        for one in scenes["scenes"]:
            home[one["name"]] = one["sender"]["plant"]["module"]["id"]
        found.append(home)
    return found


def _whole(calls: int, requests: Sequence[bytes]) -> int:
    """So that the next round begins where this one did, and each call moves what it names."""
    return -(-calls // len(requests)) * len(requests)


async def _count(url: str) -> tuple[int, int]:
    from workswith.kernel.database import open_database, query

    database = await open_database(url)
    told, ran = [await database.one(query(int, asked)) or 0 for asked in (_TOLD, _RAN)]
    await database.close()
    return told, ran


def profile(row: Row, args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "samples"
        templates = ("flat", "one_of_each")
        with gateway.cloud(args.homes - 1, "", file, templates=templates) as ours:
            requests, port = row.requests(ours, homes_of(ours)), urlsplit(ours.origin).port or 80
            load.run("127.0.0.1", port, requests, args.calls * 2, args.at_once)
            os.kill(ours.pid, signal.SIGUSR1)  # only what follows
            load.run("127.0.0.1", port, requests, args.calls * 10, args.at_once)
        print(sampler.report(file))


def _quartiles(mine: gateway.Target, other: gateway.Target) -> str:
    """Of the costs of one over those of the other, round by round."""
    ratios = [a / b for a, b in zip(mine.costs, other.costs, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:>8.2f} ({low:.2f} … {high:.2f})"


def report(here: Checkout, there: Checkout | None) -> None:
    named = {one.name: one for one in here.targets}
    head = f"{'':<22}{'CPU µs':>8}{'best':>7}{'per CPU-s':>11}{'of Smarther':>13}"
    print(head + (f"{'before':>9}{'best':>7}  here over before" if there else ""))
    for place, one in enumerate(here.targets):
        cost = statistics.median(one.costs)
        yard = named[COMMAND if one.requests[0].startswith(b"POST") else STATUS]
        share = statistics.median(a / b for a, b in zip(one.costs, yard.costs, strict=True))
        line = f"{one.name:<22}{cost:>8.0f}{min(one.costs):>7.0f}{1e6 / cost:>11,.0f}{share:>13.2f}"
        if there:
            other = there.targets[place]
            line += f"{statistics.median(other.costs):>9.0f}{min(other.costs):>7.0f}"
            line += _quartiles(one, other)
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--homes", type=int, default=64, help="a multiple of --at-once")
    parser.add_argument("--calls", type=int, default=380, help="in each round, at least")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--only", nargs="*", default=[], help="rows by their names")
    parser.add_argument("--beside", type=Path, help="the folder src of another checkout")
    parser.add_argument("--profile", choices=[row.name for row in ROWS], help="sample one row")
    args = parser.parse_args()
    if args.homes % args.at_once:
        parser.error("--homes has to be a multiple of --at-once")
    if args.profile:
        profile(next(row for row in ROWS if row.name == args.profile), args)
        return
    rows = [row for row in ROWS if row.name in args.only or not args.only]
    # Devices speak by themselves as rarely as they may, so that calls are compared and nothing else.
    os.environ |= {"WORKSWITH_DEVICES_MEASURE_MINUTES": "60"}
    with ExitStack() as running:
        sources = [beside.HERE, *([beside.checked(args.beside)] if args.beside else [])]
        checkouts = [Checkout(running, source, rows, args) for source in sources]
        pool = running.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        events: list[tuple[int, int]] = []
        for number in range(args.rounds + 1):
            for place in range(len(checkouts[0].targets)):
                for one in checkouts[:: 1 if number % 2 else -1]:
                    gateway.measure(pool, one.targets[place], keep=number > 0)
            events = events or [one.counted() for one in checkouts]
        for one, (told, ran) in zip(checkouts, events, strict=True):
            now, expected = one.counted(), one.expected(args.rounds)
            if (now[0] - told, now[1] - ran) != expected:
                raise SystemExit(f"from {told, ran} events to {now}, and not by {expected}")
        report(checkouts[0], checkouts[1] if args.beside else None)
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

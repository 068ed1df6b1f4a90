"""What a command or a status costs beside another checkout of the program, round by round in turns.

    git worktree add ../before 19ae851
    .venv/bin/python -m benchmarks beside ../before/src
    .venv/bin/python -m benchmarks beside ../before/src --status --rounds 40

Both are whole clouds on SQLite, asked by the same callers for the same. Rounds are short and many: what
else the machine does changes within seconds, so only neighbours are compared. The figures to trust are
the ratio of their CPU time per call, and the best round of each.
"""

import argparse
import statistics
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import psutil

import workswith
from benchmarks import gateway

HERE = Path(workswith.__file__).parents[1]


def checked(source: Path) -> Path:
    """The folder ``src`` of another checkout; ends the program if it is none."""
    if not (source / "workswith" / "__init__.py").is_file():
        raise SystemExit(f"{source} holds no package workswith: it would be compared with itself")
    return source.absolute()


def target(running: ExitStack, source: Path, args: argparse.Namespace) -> gateway.Target:
    homes = 0 if args.status else args.homes
    cloud = running.enter_context(gateway.cloud(homes, "", source=source))
    requests = [cloud.get()] if args.status else cloud.posts()
    port = urlsplit(cloud.origin).port or 80
    process = psutil.Process(cloud.pid)
    return gateway.Target(str(source), process, port, requests, args.calls, args.at_once)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="the folder src of the other checkout")
    parser.add_argument("--status", action="store_true", help="GET the status, in place of POST")
    parser.add_argument("--homes", type=int, default=256)
    parser.add_argument("--calls", type=int, default=1_799, help="in each round")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--at-once", type=int, default=64)
    args = parser.parse_args()
    source = checked(args.source)
    with ExitStack() as running:
        here = target(running, HERE, args)
        there = target(running, source, args)
        pool = running.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        for number in range(args.rounds + 1):
            for one in (here, there) if number % 2 else (there, here):
                gateway.measure(pool, one, keep=number > 0)
    print(f"{'CPU µs':>9}{'best':>7}{'per CPU-s':>11}{'best':>8}{'p50 ms':>9}{'p99 ms':>9}")
    for one in (here, there):
        cost, best = statistics.median(one.costs), min(one.costs)
        p50, p99 = (
            statistics.median(getattr(run, name) for run in one.runs) for name in ("p50", "p99")
        )
        print(
            f"{cost:>9.0f}{best:>7.0f}{1e6 / cost:>11,.0f}{1e6 / best:>8,.0f}{p50:>9.1f}{p99:>9.1f}  "
            f"{one.name}"
        )
    ratios = [mine / other for mine, other in zip(here.costs, there.costs, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"here over there: {middle:.2f} (half of the rounds from {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()

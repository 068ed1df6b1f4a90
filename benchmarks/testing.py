"""What a cloud inside a test costs: importing it, the first ever, the next ones, a reset, a day.

Each number as wall and as CPU time: on a busy machine the second is the one to compare.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

ROUNDS = 10
SCRIPT = """
import time
wall, cpu = time.perf_counter(), time.process_time()
import workswith.testing.launch
print(time.perf_counter() - wall, time.process_time() - cpu)
wall, cpu = time.perf_counter(), time.process_time()
with workswith.testing.cloud() as cloud:
    print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def process(shelf: str) -> list[tuple[float, float]]:
    """(import, first cloud) of a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "XDG_CACHE_HOME": shelf},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    return [(float(wall), float(cpu)) for wall, cpu in lines]


def timed(doing: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    doing()
    return time.perf_counter() - wall, time.process_time() - cpu


def show(title: str, runs: list[tuple[float, float]]) -> None:
    wall, cpu = (statistics.median(column) * 1000 for column in zip(*runs, strict=True))
    print(f"{title:<34} {wall:7.0f} ms   CPU {cpu:7.0f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as shelf:
        cold = process(shelf)
        warm = [process(shelf) for _ in range(5)]
    show("import", [run[0] for run in warm])
    show("first cloud ever (to be prepared)", [cold[1]])
    show("first cloud of a process", [run[1] for run in warm])

    import workswith.testing

    def whole() -> None:
        with workswith.testing.cloud():
            pass

    whole()
    show("each further cloud, with its end", [timed(whole) for _ in range(ROUNDS)])
    with workswith.testing.cloud() as cloud:
        show("reset", [timed(cloud.reset) for _ in range(ROUNDS)])
        show("save", [timed(lambda: cloud.save("a")) for _ in range(ROUNDS)])
        show("restore", [timed(lambda: cloud.restore("a")) for _ in range(ROUNDS)])
        call = [timed(lambda: cloud.call("GET", "/smarther/v2.0/plants")) for _ in range(ROUNDS)]
        show("call without a socket", call)
        show("a day of every seeded home", [timed(lambda: cloud.clock.advance("1d"))])
    with workswith.testing.cloud(homes=["flat"]) as cloud:
        show("a day of a flat", [timed(lambda: cloud.clock.advance("1d")) for _ in range(3)])


if __name__ == "__main__":
    main()

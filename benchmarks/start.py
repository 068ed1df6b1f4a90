"""How long a start takes and what it weighs: ``--help``, a first start, a second one, idle memory."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROUNDS = 5


def help_seconds() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "workswith", "--help"], check=True, capture_output=True)
    return time.perf_counter() - began


def start(data: Path) -> tuple[float, float, float]:
    """(seconds until ready, CPU seconds until then, resident MB)."""
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "workswith",
        "up",
        "--json",
        "--port",
        "0",
        "--data",
        str(data),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ready = time.perf_counter() - began
        watched = psutil.Process(process.pid)
        times = watched.cpu_times()
        memory = watched.memory_info().rss / 1e6
        process.terminate()
    return ready, times.user + times.system, memory


def main() -> None:
    helps = [help_seconds() for _ in range(ROUNDS)]
    firsts, seconds = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            firsts.append(start(Path(name) / "data"))
            seconds.append(start(Path(name) / "data"))
    print(f"--help             {statistics.median(helps) * 1000:7.0f} ms")
    for title, runs in (("first start", firsts), ("second start", seconds)):
        ready, cpu, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{title:<18} {ready * 1000:7.0f} ms   CPU {cpu * 1000:5.0f} ms   {memory:5.0f} MB")


if __name__ == "__main__":
    main()

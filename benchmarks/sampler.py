"""Runs a module as a program and writes down where its CPU time goes.

    python benchmarks/sampler.py FILE -m workswith up …

A timer of the process's own CPU time rings up to 1,000 times a second, and the line that is running gets
the time; what runs in C counts for the line that called it. FILE can be read by `report`, and a
SIGUSR1 begins anew, so that a start is left out.
"""

import json
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY_SECONDS = 0.001
DEEPEST = 60
_HERE = ("/src/", "/site-packages/", "/lib/")

lines: Counter[str] = Counter()
functions: Counter[str] = Counter()


def sample(_number: int, frame: FrameType | None) -> None:
    if frame is None:
        return
    lines[f"{_name(frame)}:{frame.f_lineno}"] += 1
    seen = set()
    for _ in range(DEEPEST):
        if frame is None:
            break
        seen.add(_name(frame))
        frame = frame.f_back
    functions.update(seen)


def _name(frame: FrameType) -> str:
    path = frame.f_code.co_filename
    for part in _HERE:
        path = path.rpartition(part)[2]
    return f"{path} {frame.f_code.co_qualname}"


def again(_number: int, _frame: FrameType | None) -> None:
    lines.clear()
    functions.clear()


def main() -> None:
    file, _, module = sys.argv[1:4]
    sys.argv = [module, *sys.argv[4:]]
    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR1, again)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(file).write_text(json.dumps([lines, functions]))


def report(file: Path, most: int = 45) -> str:
    """The costliest lines, and the functions below which most time was spent, in per cent."""
    of_lines, of_functions = json.loads(file.read_text())
    whole = sum(of_lines.values()) or 1
    text = [f"{whole} samples of CPU time"]
    for title, counts in (("in the line itself", of_lines), ("in or below", of_functions)):
        text.append(f"\n{title}")
        ordered = sorted(counts.items(), key=lambda pair: -pair[1])[:most]
        text += [f"{100 * count / whole:6.1f} %  {name}" for name, count in ordered]
    return "\n".join(text)


if __name__ == "__main__":
    main()

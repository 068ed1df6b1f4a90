"""Runs every benchmark, one after the other, or the one that is named, with its options."""

import subprocess
import sys

if sys.argv[1:]:
    name, *options = sys.argv[1:]
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    sys.exit(subprocess.run(command, check=False).returncode)
for name in (
    "start",
    "testing",
    "database",
    "park",
    "commands",
    "home_control",
    "gateway",
    "pages",
    "client",
    "refresh",
    "webhooks",
    "trips",
    "retention",
    "mqtt",
):
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)

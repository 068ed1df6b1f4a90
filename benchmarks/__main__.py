"""Runs every benchmark, one after the other."""

import subprocess
import sys

for name in ("start", "database", "park", "gateway", "refresh", "webhooks"):
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)

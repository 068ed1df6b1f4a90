"""The command; see the package. The exit code is 0 without failures and warnings, 1 otherwise."""

import argparse
import json
from pathlib import Path

from click import echo

from .configuration import Configuration
from .plans import run_plans


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.oidc")
    parser.add_argument("configuration", type=Path, help="the JSON configuration")
    parser.add_argument("--plan", default="", help="only plans whose name contains this")
    parser.add_argument("--module", default="", help="only this module")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--warnings", action="store_true", help="let warnings pass")
    args = parser.parse_args()
    found = []
    shown = ""
    for plan, run in run_plans(Configuration.read(args.configuration), args.plan, args.module):
        if not args.json:
            if plan != shown:
                echo(f"\n{plan}")
                shown = plan
            echo(f"  {run.result:8} {run.name}{f'  ({run.skipped})' if run.skipped else ''}")
            for level, sentence in run.findings:
                if level != "INFO":
                    echo(f"           {level.lower()}: {sentence}")
        found.append((plan, run))
    results = [run.result for _, run in found]
    if args.json:
        echo(json.dumps([
            {
                "plan": plan, "module": run.name, "result": run.result, "skipped": run.skipped,
                "findings": [{"level": level, "text": text} for level, text in run.findings],
            }
            for plan, run in found
        ], indent=2))  # fmt: skip
    else:
        counts = {name: results.count(name) for name in ("PASSED", "SKIPPED", "WARNING", "FAILED")}
        echo("\n" + ", ".join(f"{count} {name.lower()}" for name, count in counts.items()))
    bad = {"FAILED"} if args.warnings else {"FAILED", "WARNING"}
    return 1 if bad & set(results) or not found else 0


if __name__ == "__main__":
    raise SystemExit(main())

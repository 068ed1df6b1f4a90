"""What a page costs the server: processor time of each page of the site, in ms, by `tests.pages`.

    python -m benchmarks pages [--times 20] [--most 50]

Counted is what the process of the cloud spent, so that other work on the machine does not show; the
first page after a start, which makes the site and compiles its templates, stands on a line of its own.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import psutil
from tests import pages
from tests.cloud import Cloud
from tests.pages import NOBODY, PLACES
from tests.person import Person


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--most", type=float, default=50.0, help="ms; a page above fails the run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "data") as cloud:
        portal, process = cloud.origin("portal"), psutil.Process(cloud.pid)
        before = spent(process)
        with cloud.http() as http:
            http.get(portal).raise_for_status()
        print(f"{'first page after the start':42}{spent(process) - before:8.1f} ms")
        cloud.control("POST", "/clock/freeze")  # nothing happens by itself meanwhile
        people, names = everybody(cloud), pages.prepare(cloud)
        costs = {}
        for place in PLACES:
            url, http = portal + place.path.format(**names), people[place.who].http
            http.get(url)
            before = spent(process)
            for _ in range(options.times):
                http.get(url)
            costs[place.name] = (spent(process) - before) / options.times
    for name, cost in sorted(costs.items(), key=lambda pair: -pair[1]):
        print(f"{name:42}{cost:8.1f} ms")
    ordered = sorted(costs.values())
    print(f"{'median of ' + str(len(ordered)):42}{ordered[len(ordered) // 2]:8.1f} ms")
    return int(ordered[-1] > options.most)


def spent(process: psutil.Process) -> float:
    """Processor time in ms."""
    times = process.cpu_times()
    return float(times.user + times.system) * 1000


def everybody(cloud: Cloud) -> dict[str, Person]:
    """Signed in."""
    people = {NOBODY: Person(cloud.verify)}
    for who in pages.BEGINS:
        person = people[who] = Person(cloud.verify)
        person.open(f"{cloud.origin('portal')}/signin?return_to=/account")
        known = cloud.document[who]
        form = person.form_with("logonIdentifier")
        person.submit(form, logonIdentifier=known["email"], password=known["password"])
    return people


if __name__ == "__main__":
    sys.exit(main())

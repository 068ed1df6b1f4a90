"""A cloud under the original's host names, and how programs of others are run against it.

What a program is told is what ``workswith env`` and ``workswith hosts`` print, and nothing else.
"""

import contextlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.cloud import Cloud
from tests.patience import WITHIN
from tests.person import signed_in
from workswith.kernel.clock import SECOND
from workswith.sandbox.duration import parse_duration
from workswith.sandbox.original_hosts import PORT

PROGRAMS = Path(__file__).parent / "programs"
INSTALLED = Path(__file__).parents[1] / ".tools/programs"
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_LAST = itertools.count(10)


class OriginalCloud(Cloud):
    """A sandbox on an address of its own, since programs know one port only."""

    shifted_ms = 0

    def origin(self, name: str) -> str:
        """Its address on this machine: our own tests know no other name for it."""
        return str(self.document["sandbox"]["url"]).removesuffix("/sandbox")

    @property
    def programs_clock(self) -> Path:
        """What libfaketime reads in programs that were run with ``on_its_clock``."""
        return self.data / "programs-clock"

    def pass_time(self, by: str) -> None:
        """So much later it is, for the cloud and then for the programs on its clock."""
        self.advance(by)
        self.shifted_ms += parse_duration(by)
        self.programs_clock.write_text(f"+{self.shifted_ms // SECOND}")

    def met(self) -> set[str]:
        """Names of the errors that programs have met so far."""
        return {
            each["name"] for each in self.control("GET", "/coverage")["errors"] if each["times"]
        }

    def device(self, name: str) -> dict[str, Any]:
        """What the cloud tells of a device of the Home + Control home, by a call of our own."""
        plant, module = self._ids(name)
        told = json.loads(printed(self, "call", "GET", f"/hc/api/v1.0/plants/{plant}"))
        found: dict[str, Any] = next(
            each
            for kind in told["modules"].values()
            for each in kind
            if each["sender"]["plant"]["module"]["id"] == module
        )
        return found

    def turn_light(self, name: str, to: str) -> None:
        """Another program does it."""
        plant, module = self._ids(name)
        path = f"plants/{plant}/modules/parameter/id/value/{module}"
        body = json.dumps({"status": to})
        light = f"/hc/api/v1.0/light/lighting/addressLocation/{path}"
        printed(self, "call", "POST", light, "--body", body)

    def revoke(self) -> None:
        """The home owner ends the access of the sandbox's application, if it has any."""
        person = signed_in(self, "end_user", "/account/third-party-access")
        client_id = self.document["application"]["client_id"]
        if given := [form for form in person.forms if client_id in form.action]:
            person.submit(given[0])

    def _ids(self, name: str) -> tuple[str, str]:
        home = next(plant for plant in self.document["plants"] if plant["api"] == "home_control")
        return home["id"], next(each["id"] for each in home["modules"] if each["name"] == name)


def original_cloud(data: Path, **environ: str) -> OriginalCloud:
    host = f"127.44.{_WORKER}.{next(_LAST)}"
    return OriginalCloud(data, "--original-hosts", "--host", host, port=PORT, **environ)


def printed(cloud: Cloud, *command: str) -> str:
    """What a command of ours prints about this cloud."""
    return subprocess.run(
        [sys.executable, "-m", "workswith", *command, "--data", str(cloud.data)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def environ(cloud: Cloud) -> dict[str, str]:
    """The environment of one program that finds and trusts this cloud under the original's names."""
    hosts = cloud.data / "hosts"
    hosts.write_text(printed(cloud, "hosts", "--lines"))
    told: dict[str, str] = json.loads(printed(cloud, "env", "--format", "json"))
    return {
        **os.environ,
        **told,
        "LD_PRELOAD": "libnss_wrapper.so",
        "NSS_WRAPPER_HOSTS": str(hosts),
    }


def on_its_clock(cloud: OriginalCloud) -> dict[str, str]:
    """`environ` for a program that shall live at the cloud's time: it compares with its machine's."""
    cloud.programs_clock.write_text(f"+{cloud.shifted_ms // SECOND}")
    own = environ(cloud)
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return own | {
        "LD_PRELOAD": f"{own['LD_PRELOAD']} {library}",
        "FAKETIME_TIMESTAMP_FILE": str(cloud.programs_clock),
        "FAKETIME_NO_CACHE": "1",
    }


def run(cloud: Cloud, *command: str, **more: str) -> str:
    """Runs a program of others; returns what it printed."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=2 * WITHIN,
        env={**environ(cloud), **more},
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def sign_in(cloud: Cloud, url: str, reply_url: str, *then: str, **more: str) -> str:
    """The home owner's sign-in and consent, by a script that knows the names of elements only."""
    owner = cloud.document["end_user"]
    script = str(PROGRAMS / "sign_in.py")
    asked = (sys.executable, script, url, owner["email"], owner["password"], reply_url, *then)
    return run(cloud, *asked, **more).strip()


class Talk:
    """A program that obeys lines: a JSON list in, a JSON value out."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, *command: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the program ended"
        return json.loads(line)


@contextlib.contextmanager
def talking(cloud: OriginalCloud, program: str, script: str, *arguments: str) -> Iterator[Talk]:
    """``script`` of `PROGRAMS` in the environment of an installed program, at the cloud's time."""
    python = INSTALLED / program / "bin/python"
    with subprocess.Popen(
        [str(python), str(PROGRAMS / script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(cloud.data / f"{program}.log").open("ab"),
        env=on_its_clock(cloud),
        text=True,
    ) as process:
        try:
            yield Talk(process)
        finally:
            process.kill()

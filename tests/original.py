"""A cloud under the original's host names, and how a program of others is run against it.

What the program is told is what ``workswith env`` and ``workswith hosts`` print, and nothing else.
"""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cloud import Cloud
from workswith.sandbox.original_hosts import PORT

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_LAST = itertools.count(10)


def original_cloud(data: Path, **environ: str) -> Cloud:
    """A sandbox on an address of its own, since programs know one port only."""
    host = f"127.44.{_WORKER}.{next(_LAST)}"
    return Cloud(data, "--original-hosts", "--host", host, port=PORT, **environ)


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


def run(cloud: Cloud, *command: str, **more: str) -> str:
    """Runs a program of others; returns what it printed."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**environ(cloud), **more},
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout

"""A production installation: many processes on one PostgreSQL, killed and ended. [H]"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import psutil
import pytest

from tests.patience import WITHIN, until
from tests.ports import held_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PORTAL = "https://developer.example"


class Installation:
    def __init__(self, folder: Path, url: str, *options: str) -> None:
        self.port = held_port()
        self.folder = folder
        self.environ = {
            **os.environ,
            "WORKSWITH_DATABASE_URL": url,
            "WORKSWITH_SERVICE_PORTAL": PORTAL,
            "WORKSWITH_DATA": str(folder / "data"),
        }
        self.log = (folder / "serve.log").open("ab")
        self.process = self.run("serve", "--port", str(self.port), *options)

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "workswith", *words]
        return subprocess.Popen(command, env=self.environ, stderr=self.log, stdin=subprocess.PIPE)

    def get(self, path: str) -> int:
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            return httpx2.get(
                url, headers={"Host": "developer.example"}, timeout=WITHIN
            ).status_code
        except httpx2.HTTPError:
            return 0

    def ready(self) -> bool:
        if self.process.poll() is not None:
            self.log.flush()
            raise AssertionError((self.folder / "serve.log").read_text()[-3000:])
        return self.get("/readyz") == 200

    @property
    def members(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return found


@pytest.fixture
async def database(postgres_url: str) -> str:
    admin = await asyncpg.connect(postgres_url.format(name="postgres"))
    await admin.execute("DROP DATABASE IF EXISTS served WITH (FORCE)")
    await admin.execute("CREATE DATABASE served")
    await admin.close()
    return postgres_url.format(name="served")


@pytest.fixture
def installation(tmp_path: Path, database: str) -> Iterator[Installation]:
    one = Installation(tmp_path, database, "--processes", "2", "--workers", "1")
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(WITHIN)
        assert one.process.stdin is not None
        one.process.stdin.close()
        one.log.close()


@pytest.mark.xdist_group("serve")
def test_a_family_answers_heals_and_ends(installation: Installation) -> None:
    until(installation.ready)
    assert installation.get("/healthz") == 200
    assert installation.get("/.well-known/openid-configuration") in (200, 404)
    assert installation.get("/smarther/v2.0/plants") == 401, "no key"
    assert installation.get("/sandbox") == 404, "no control interface"
    assert installation.get("/signin") == 200
    assert len(installation.members) == 3

    adding = installation.run(
        "operator", "add", "olga@maker.example", "--first-name", "Olga", "--surname", "Operator",
        "--password-stdin",
    )  # fmt: skip
    adding.communicate(b"seven lamps over the bridge\n", timeout=WITHIN)
    assert adding.returncode == 0

    for victim in installation.members:
        victim.kill()
    until(lambda: len(installation.members) == 3 and installation.ready())

    members = installation.members
    installation.process.send_signal(signal.SIGTERM)
    assert installation.process.wait(WITHIN) == 0
    assert not any(member.is_running() for member in members)
    assert installation.get("/healthz") == 0


@pytest.mark.xdist_group("serve")
def test_nobody_outlives_a_killed_parent(installation: Installation) -> None:
    until(installation.ready)
    members = installation.members
    installation.process.kill()
    installation.process.wait(WITHIN)
    until(lambda: not any(member.is_running() for member in members))


def start(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workswith", "serve", *words],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
    )


def test_what_it_needs_is_said(tmp_path: Path) -> None:
    nothing = start({}, "--data", str(tmp_path))
    assert (nothing.returncode, "service.portal" in nothing.stderr) == (1, True)
    known = {"WORKSWITH_SERVICE_PORTAL": PORTAL}
    many = start(known, "--data", str(tmp_path), "--processes", "2")
    assert (many.returncode, "PostgreSQL" in many.stderr) == (1, True)
    away = {**known, "WORKSWITH_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    refused = start(away, "--data", str(tmp_path), "--processes", "2")
    assert (refused.returncode, "does not answer" in refused.stderr) == (1, True)

"""A real gateway, as its maker and its owner meet it: three programs, a broker, TLS, a cable.

``workswith up``, ``workswith gateway run`` and Mosquitto are processes of their own; what they have
in common is what the documents say. [DEV-1 DEV-5]
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests import receiver
from tests.broker import Broker, Cable, cable_in_thread, mosquitto
from tests.cloud import Cloud
from tests.patience import WITHIN, until
from tests.receiver import Receiver

ANSWER_MS = "5000"

pytestmark = pytest.mark.xdist_group("real gateways")


class Home:
    """The owner's application, and the gateway that was added to the flat."""

    def __init__(self, cloud: Cloud, broker: Broker, cable: Cable) -> None:
        self.cloud, self.broker, self.cable = cloud, broker, cable
        self.plant = cloud.thermostat(1)[0]
        self.old = cloud.thermostat(1)[1]
        self.credentials = cloud.data.parent / "gateway.json"
        self.http = cloud.http()
        self.program: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "workswith", "gateway", *words, "--json",
             "--data", str(self.cloud.data)],
            capture_output=True, text=True, timeout=WITHIN, check=False,
            env={**os.environ, **self.broker.environ},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def plug_in(self) -> None:
        log = (self.cloud.data.parent / "gateway.log").open("ab")
        with log:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "workswith", "gateway", "run", str(self.credentials),
                 "--broker", f"mqtts://localhost:{self.cable.port}",
                 "--authority", str(self.broker.authority), "--template", "flat"],
                stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def module(self) -> str:
        """The thermostat that the gateway has announced."""
        answer = self.get(f"/plants/{self.plant}/topology")
        modules = answer.json()["plant"]["modules"]
        return next((one["id"] for one in modules if one["id"] != self.old), "")

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(self._url(path), headers=self.cloud.api_headers())

    @property
    def status_path(self) -> str:
        return (
            f"/chronothermostat/thermoregulation/addressLocation/plants/{self.plant}"
            f"/modules/parameter/id/value/{self.module}"
        )

    def status(self) -> httpx2.Response:
        return self.get(self.status_path)

    def turn(self, set_point: float) -> httpx2.Response:
        return self.http.post(
            self._url(self.status_path),
            headers=self.cloud.api_headers(),
            json={
                "function": "heating", "mode": "manual",
                "setPoint": {"value": set_point, "unit": "C"},
            },
        )  # fmt: skip

    def set_point(self) -> float:
        (state,) = self.status().json()["chronothermostats"]
        return float(state["setPoint"]["value"])

    def open_commands(self) -> int:
        """Whose outcome is not known."""
        with closing(sqlite3.connect(self.cloud.data / "workswith.db")) as connection:
            (count,) = connection.execute("SELECT count(*) FROM gateway_commands").fetchone()
        return int(count)

    def _url(self, path: str) -> str:
        return f"{self.cloud.origin('api')}/smarther/v2.0{path}"


class UnderFire(Thread):
    """Turns the thermostat up, a tenth at a time, until the cloud is gone."""

    def __init__(self, home: Home, start: float) -> None:
        super().__init__(daemon=True)
        self.home, self.attempted = home, start
        self.acknowledged: list[float] = []

    def outlasted(self, commands: int) -> bool:
        """Whether more than so many were acknowledged."""
        return len(self.acknowledged) > commands

    def run(self) -> None:
        while True:
            self.attempted = round(self.attempted + 0.1, 1)
            try:
                answer = self.home.turn(self.attempted)
            except (httpx2.HTTPError, StopIteration, KeyError):
                return
            if answer.status_code == 200:
                self.acknowledged.append(self.attempted)


@contextmanager
def at_home(folder: Path, **environ: str) -> Iterator[Home]:
    data = folder / "data"
    with mosquitto(data, folder / "mosquitto") as broker:
        limits = {
            "WORKSWITH_DEVICES_ANSWER_TIMEOUT_MS": ANSWER_MS,
            "WORKSWITH_CATALOG_STARTER_KIT_QUOTA": "100000",
        }
        with (
            Cloud(data, port=0, **broker.environ, **limits, **environ) as cloud,
            cable_in_thread(broker.gateway_port) as cable,
        ):
            home = Home(cloud, broker, cable)
            home.command("add", "--plant", home.plant, "--out", str(home.credentials))
            home.plug_in()
            try:
                until(lambda: home.module)
                yield home
            finally:
                assert home.program is not None
                home.program.kill()
                home.program.wait(WITHIN)
                home.http.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with at_home(tmp_path_factory.mktemp("gateway")) as made:
        yield made


@pytest.fixture
def endpoint(home: Home) -> Iterator[Receiver]:
    with receiver.in_thread(receiver.tls_of(home.cloud.data / "tls")) as running:
        yield running


def test_it_is_commanded_and_its_owner_s_application_hears_of_it(
    home: Home, endpoint: Receiver
) -> None:
    answer = home.http.post(
        f"{home.cloud.origin('api')}/smarther/v2.0/plants/{home.plant}/subscription",
        json={"EndPointUrl": endpoint.url("/c2c")},
        headers=home.cloud.api_headers(),
    )
    assert answer.status_code == 201, answer.text
    assert home.status().status_code == 200
    answer = home.turn(23.5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert home.set_point() == 23.5

    def told() -> bool:
        return any(b"23.5" in one.body and home.module.encode() in one.body
                   for one in endpoint.received)  # fmt: skip

    assert until(told)


def test_without_its_cable_it_is_off_line_and_comes_back_by_itself(home: Home) -> None:
    home.turn(18.5)
    home.cable.pull()
    until(lambda: home.status().status_code == 404)
    body = home.status().json()
    assert "Gateway Offline" in json.dumps(body)
    assert home.turn(20.0).status_code == 404
    (listed,) = home.command("list")
    assert (listed["reach"], listed["modules"]) == ("offline", 1)
    home.cable.mend()
    until(lambda: home.status().status_code == 200)
    assert home.set_point() == 18.5
    assert home.turn(19.0).status_code == 200
    assert home.set_point() == 19.0


def test_stopped_it_does_not_answer_in_time_and_then_it_does(home: Home) -> None:
    """SIGSTOP: the connection stands, and nobody is there."""
    assert home.program is not None
    home.turn(21.5)
    home.program.send_signal(signal.SIGSTOP)
    try:
        assert home.turn(24.5).status_code == 408
        assert home.set_point() == 21.5
    finally:
        home.program.send_signal(signal.SIGCONT)
    until(lambda: home.turn(22.0).status_code == 200)
    assert home.set_point() == 22.0


def test_killed_it_leaves_a_will_and_starts_again(home: Home) -> None:
    assert home.program is not None
    home.turn(21.0)
    module = home.module
    home.program.kill()
    home.program.wait(WITHIN)
    until(lambda: home.status().status_code == 404)
    home.plug_in()
    until(lambda: home.status().status_code == 200)
    assert home.module == module, "the same device has the same id"
    until(lambda: home.turn(22.5).status_code == 200)


def test_the_cloud_is_killed_in_the_middle_and_nothing_has_to_be_repaired(home: Home) -> None:
    """SIGKILL while commands are under way: what was acknowledged is there afterwards, and what was
    under way is either there or not; the device, the cloud and its table of commands agree.
    """
    for attempt in range(4):
        under_fire = UnderFire(home, 5 + attempt * 8)
        under_fire.start()
        until(partial(under_fire.outlasted, 4 + attempt * 4))
        home.cloud.kill()
        under_fire.join(WITHIN)
        home.cloud.start()
        until(lambda: home.status().status_code == 200)
        last = under_fire.acknowledged[-1]
        assert home.set_point() in (last, under_fire.attempted)
        until(lambda: home.turn(15.0).status_code == 200)
        assert home.set_point() == 15.0
    until(lambda: home.open_commands() == 0)


def test_the_broker_is_started_again_and_all_come_back(home: Home) -> None:
    home.turn(20.0)
    home.broker.stop()
    until(lambda: home.turn(25.0).status_code in (404, 408))
    home.broker.start()
    until(lambda: home.turn(19.5).status_code == 200)
    assert home.set_point() == 19.5


def test_revoked_its_program_ends(home: Home) -> None:
    assert home.program is not None
    (listed,) = home.command("list")
    home.command("revoke", listed["id"])
    assert home.program.wait(WITHIN) == 1
    assert home.status().status_code == 404
    (listed,) = home.command("list")
    assert (listed["state"], listed["reach"]) == ("revoked", "offline")
    home.command("renew", listed["id"], "--out", str(home.credentials))
    home.broker.read_again()
    home.plug_in()
    until(lambda: home.status().status_code == 200)

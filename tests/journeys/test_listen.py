"""``workswith webhooks listen``: programs of developers on this machine, as they come and go. [SBX-5]"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.journeys.test_notifications import Home
from tests.patience import WITHIN, until

COMMAND = (sys.executable, "-m", "workswith", "webhooks")
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def cloud(still_cloud: Cloud) -> Cloud:
    """Nothing happens in its homes but what these tests do."""
    return still_cloud


@pytest.fixture
def home(cloud: Cloud) -> Iterator[Home]:
    with cloud.http() as http:
        yield Home(cloud, http)


def words(cloud: Cloud, *more: str) -> list[str]:
    return [*COMMAND, *more, "--data", str(cloud.data)]


def run(cloud: Cloud, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words(cloud, *more), check=False, capture_output=True, text=True, timeout=WITHIN
    )


def subscribed(cloud: Cloud) -> list[dict[str, Any]]:
    every = json.loads(run(cloud, "endpoints", "--json").stdout)
    return [one for one in every if one["subscriptions"]]


@contextmanager
def listening(cloud: Cloud, *more: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        words(cloud, "listen", *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def begun(process: "subprocess.Popen[str]") -> None:
    assert process.stderr is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line


def test_a_test_event_goes_to_all_that_can_have_one(cloud: Cloud, home: Home) -> None:
    """The first here: one of them is of a plant where nothing has happened yet."""
    inspector = cloud.document["inspector"]
    flat = Home(cloud, home.http, 1)
    home.unsubscribe(home.subscribe(f"{inspector}left"))
    stays, quiet = home.subscribe(f"{inspector}stays"), flat.subscribe(f"{inspector}quiet")
    home.turn(23.5)
    until(lambda: cloud.control("GET", "/inspect/stays/arrivals")["count"])
    done = run(cloud, "trigger")
    assert (done.returncode, done.stdout.count(" to https://")) == (0, 1), done.stderr
    assert "stays" in done.stdout
    assert "quiet: 409: Nothing has happened yet" in done.stderr
    assert "left" not in done.stdout + done.stderr
    home.unsubscribe(stays)
    flat.unsubscribe(quiet)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_whoever_listens_is_unsubscribed_however_it_ends(cloud: Cloud, sign: int) -> None:
    """Two at once, an hour and more: longer than a token lives."""
    with listening(cloud) as one, listening(cloud, "--plant", "Casa Verde") as other:
        begun(one)
        begun(other)
        assert len(subscribed(cloud)) == 3
        cloud.advance("2h")
        for process, homes in ((one, 2), (other, 1)):
            process.send_signal(sign)
            _, said = process.communicate(timeout=WITHIN)
            assert process.returncode == 0, said
            assert said.count("Unsubscribed from") == homes
    assert subscribed(cloud) == []


def test_a_program_that_is_down_is_named(cloud: Cloud, home: Home) -> None:
    with listening(cloud, "--plant", "casa al lago", "--forward-to", NOBODY) as process:
        begun(process)
        (endpoint,) = subscribed(cloud)
        home.turn(21.5)
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "answered 502" in line
        assert "127.0.0.1:9 does not answer (Connection refused)" in line
        until(lambda: subscribed(cloud)[0]["failures"])
        listed = run(cloud, "deliveries", "--endpoint", endpoint["id"][:8], "--limit", "1")
        assert "waiting" in listed.stdout
        delivery = listed.stdout.split()[-1]
        assert "does not answer" in run(cloud, "show", delivery).stdout
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("listen", "--port", "99999"), "not in the range"),
        (("listen", "--forward-to", "http://localhost:99999"), "Port out of range"),
        (("listen", "--forward-to", "https://elsewhere.example"), "takes an http:// address"),
        (("listen", "--plant", "Nowhere"), "No plant with notifications is called 'Nowhere'"),
        (("deliveries", "--state", "bogus"), "'bogus' is not one of"),
        (("deliveries", "--endpoint", "zz"), "There is no such endpoint"),
        (("events", "--since", "yesterday"), "an instant looks like"),
        (("events", "--limit", "0"), "not in the range"),
        (("replay", "zz", "--since", "2026-01-01"), "No endpoint's id begins with 'zz'"),
        (("trigger",), "Nothing was sent"),
        (("show", "a b"), "There is no such delivery"),
        (("show", "../../clock"), "404"),
        (("replay", "a b?x"), "There is no such delivery"),
    ],
)
def test_what_cannot_be_is_said_in_the_last_line(
    cloud: Cloud, asked: tuple[str, ...], told: str
) -> None:
    done = run(cloud, *asked)
    assert done.returncode in (1, 2)
    assert told in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(cloud: Cloud) -> None:
    done = run(cloud, "listen", "--port", str(cloud.port))
    assert done.returncode == 1
    assert f"Port {cloud.port} cannot be had: Address already in use" in done.stderr


def test_a_list_says_that_there_is_more(cloud: Cloud, home: Home) -> None:
    home.subscribe(f"{cloud.document['inspector']}more")
    for number in range(3):
        home.turn(18 + number)
    until(lambda: len(json.loads(run(cloud, "events", "--json").stdout)) >= 3)
    few = run(cloud, "events", "--json", "--limit", "2")
    assert len(json.loads(few.stdout)) == 2
    assert "These are 2; later ones: --limit, or --since" in few.stderr
    assert run(cloud, "events", "--limit", "1000").stderr == ""

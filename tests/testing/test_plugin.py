"""The pytest plugin, in the test runs of somebody else's project. [SBX-6]"""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

CONFTEST = '''
import asyncio
import threading

import pytest
import pytest_socket


def pytest_runtest_setup():
    """As Home Assistant's test plugin has it."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def verify_cleanup(request):
    """No thread, no task and no timer of a test may stay."""
    before = set(threading.enumerate())
    policy = type(asyncio.get_event_loop_policy())
    yield
    assert set(threading.enumerate()) - before == set()
    assert type(asyncio.get_event_loop_policy()) is policy
'''
CLIENTS = '''
import aiohttp
import httpx
import requests

PLANTS = "/smarther/v2.0/plants"


def headers(cloud):
    return {"Ocp-Apim-Subscription-Key": cloud.key, **cloud.token().header}


def test_requests(workswith, socket_enabled):
    answer = requests.get(workswith.origin + PLANTS, headers=headers(workswith), timeout=60)
    assert answer.json()["plants"][0]["id"] == workswith.homes[0].id


def test_httpx(workswith, socket_enabled):
    with httpx.Client(base_url=workswith.origin, timeout=60) as client:
        assert client.get(PLANTS, headers=headers(workswith)).status_code == 200


async def test_aiohttp(workswith, socket_enabled):
    async with (
        aiohttp.ClientSession(workswith.origin) as session,
        session.get(PLANTS, headers=headers(workswith)) as answer,
    ):
        assert answer.status == 200


def test_without_any_socket(workswith):
    """The cloud's own sockets are not Python's, and `call` needs none."""
    assert workswith.call("GET", PLANTS).status == 200
    workswith.webhooks.subscribe()
    workswith.device(workswith.thermostat[1]).touch(22)
    assert len(workswith.webhooks.received(1)) == 1
'''
FIXTURES = """
import pytest

SEEN = []


@pytest.mark.parametrize("turn", range(3))
def test_each_begins_as_the_first(workswith, workswith_clock, workswith_webhooks, turn):
    state = (workswith_clock.now(), workswith.homes, workswith.keys, workswith.token())
    SEEN.append(state)
    assert SEEN.count(state) == len(SEEN)
    assert workswith_webhooks.received() == []
    assert [state.name for state in workswith.states()] == ["seeded"]
    workswith.fork("elsewhere")
    workswith.device(workswith.thermostat[1]).touch(19 + turn)
    workswith_clock.advance("3h")
    assert workswith_webhooks.received(1)


def test_a_home_of_ones_own(workswith, workswith_home):
    plants = workswith.call("GET", "/smarther/v2.0/plants").json()["plants"]
    assert workswith_home.id in [plant["id"] for plant in plants]
"""
OPTIONS = """
import pytest


@pytest.fixture(scope="session")
def workswith_options():
    return {"homes": ["flat"], "settings": {"catalog": {"starter_kit_quota": 3}}}
"""
QUOTA = """
def test_quota(workswith):
    statuses = [workswith.call("GET", "/echo/resource").status for _ in range(4)]
    assert statuses == [200, 200, 200, 403]


def test_it_is_there_again(workswith):
    assert workswith.call("GET", "/echo/resource").status == 200
"""


ANYIO = """
import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_under_anyio(workswith):
    async with httpx.AsyncClient(base_url=workswith.origin, timeout=60) as client:
        assert (await client.get("/signin")).status_code == 200
"""


def run(folder: Path, *options: str, **files: str) -> tuple[dict[str, int], str]:
    """Counts by outcome, and all that was printed."""
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    counts = {
        words[1]: int(words[0])
        for part in last.strip("= ").split(" in ")[0].split(", ")
        if len(words := part.split()) == 2 and words[0].isdigit()
    }
    return counts, done.stdout + done.stderr


def test_every_client_beside_the_plugins_that_block_sockets(tmp_path: Path) -> None:
    counts, said = run(tmp_path, conftest=CONFTEST, test_clients=CLIENTS)
    assert counts == {"passed": 4}, said


def test_beside_anyio_and_without_pytest_asyncio(tmp_path: Path) -> None:
    counts, said = run(tmp_path, "-p", "no:asyncio", "-c", "/dev/null", test_anyio=ANYIO)
    assert counts == {"passed": 1}, said


def test_each_test_begins_as_the_first(tmp_path: Path) -> None:
    counts, said = run(tmp_path, test_fixtures=FIXTURES)
    assert counts == {"passed": 4}, said


@pytest.mark.parametrize("workers", ["0", "2"])
def test_options_and_parallel_runs(tmp_path: Path, workers: str) -> None:
    counts, said = run(tmp_path, "-n", workers, conftest=OPTIONS, test_a=QUOTA, test_b=QUOTA)
    assert counts == {"passed": 4}, said


def test_it_costs_nothing_where_nobody_asks(tmp_path: Path) -> None:
    unused = """
        import sys

        def test_nothing_is_imported():
            ours = [name for name in sys.modules if name.split(".")[0] == "workswith"]
            assert sorted(ours) == ["workswith", "workswith.testing", "workswith.testing.plugin"]
            assert "starlette" not in sys.modules
    """
    counts, said = run(tmp_path, test_unused=unused)
    assert counts == {"passed": 1}, said

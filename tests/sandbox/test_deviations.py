"""Switches that are turned while it runs: felt at once, by the wire. [SBX-3; smarther.md §14]"""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud
from tests.sandbox.faults.conftest import Bench


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Cloud(tmp_path_factory.mktemp("deviations") / "data") as cloud:
        yield Bench(cloud)


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    yield running
    assert running.ask("DELETE", "/deviations").status_code == 200
    running.ask("DELETE", "/faults")


def turn(bench: Bench, **switches: str) -> None:
    wanted = {name.replace("_", "-"): way for name, way in switches.items()}
    assert bench.ask("POST", "/deviations", json=wanted).status_code == 200


def test_the_quota_as_403_or_429(bench: Bench) -> None:
    bench.cause("403-exhausted")
    assert bench.call().status_code == 403
    turn(bench, quota_status="429")
    answer = bench.call()
    assert answer.status_code == 429
    assert answer.json()["message"].startswith("Rate limit is exceeded.")


def test_two_shapes_of_token_errors(bench: Bench) -> None:
    missing = {"Authorization": ""}
    assert set(bench.call(headers=missing).json()) == {"statusCode", "message"}
    turn(bench, token_error="2")
    other = bench.call(headers=missing)
    assert (other.status_code, other.json()["code"]) == (401, 10)


@pytest.mark.parametrize(("way", "kind"), [("string", str), ("number", int)])
def test_numbers_of_a_token(bench: Bench, way: str, kind: type[str] | type[int]) -> None:
    turn(bench, token_numbers=way)
    members = bench.refresh().json()
    assert isinstance(members["expires_in"], kind)
    assert int(members["expires_in"]) == 3600


def test_a_token_without_numbers(bench: Bench) -> None:
    turn(bench, token_numbers="absent")
    assert {name for name in bench.refresh().json() if "expires" in name} == set()


def test_an_answer_that_is_kept_follows_the_switch(bench: Bench) -> None:
    usual = bench.call().content
    turn(bench, enum_case="lower", program_number="string", times="z")
    other = bench.call().json()["chronothermostats"][0]
    assert other["function"] == "heating"
    assert isinstance(other["programs"][0]["number"], str)
    assert other["time"].endswith("Z")
    assert bench.ask("DELETE", "/deviations").json()[0]["is"] == "upper"
    assert bench.call().content == usual


def test_the_list_tells_how_each_stands(bench: Bench) -> None:
    turn(bench, empty_status="always")
    listed = {one["name"]: one for one in bench.ask("GET", "/deviations").json()}
    assert listed["empty-status"]["is"] == "always"
    assert all(one["is"] in one["choices"] for one in listed.values())
    assert bench.call().json() == {"chronothermostats": []}

"""The control interface of faults: what it takes, what it refuses, and whom. [SBX-3]"""

import pytest

from tests.sandbox.faults.conftest import Bench


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "kind"),
        ({"kind": "gremlins"}, "there is no fault `gremlins`"),
        ({"kind": "404"}, "404-unknown, 404-unreachable"),
        ({"kind": "408", "module": "nobody"}, "there is no module `nobody`"),
        ({"kind": "408", "plant": "x"}, "there is no plant"),
        ({"kind": "408", "account": "x@y.example"}, "there is no account"),
        ({"kind": "408", "application": "x"}, "there is no application"),
        ({"kind": "408", "operation": "Plant"}, "there is no operation `Plant`"),
        ({"kind": "token-error", "operation": "Plants"}, "there is no operation `Plants` there"),
        ({"kind": "408", "operation": "token"}, "there is no operation `token` there"),
        ({"kind": "408", "endpoint": "https://x.example/"}, "cannot be narrowed by endpoint"),
        ({"kind": "endpoint-fails", "plant": "x"}, "only application, endpoint"),
        ({"kind": "endpoint-fails", "error": "gremlins"}, "an error is one of"),
        ({"kind": "408", "ms": 5}, "does not take `ms`"),
        ({"kind": "latency", "ms": 999_999_999}, "ms"),
        ({"kind": "latency", "ms": "long"}, "ms"),
        ({"kind": "408", "times": 0}, "times"),
        ({"kind": "408", "probability": 1.5}, "probability"),
        ({"kind": "408", "until": "tomorrow"}, "`until` is an instant like"),
        ({"kind": "408", "until": "2001-01-01T00:00:00Z"}, "over before it begins"),
        ({"kind": "408", "for": "1h", "until": "2099-01-01T00:00:00Z"}, "not both"),
        ({"kind": "408", "for": "soon"}, "a span of time"),
        ({"kind": "gateway-offline", "times": 1}, "is a state"),
        ({"kind": "408", "gremlins": True}, "gremlins"),
    ],
)
def test_mistakes_are_told(bench: Bench, asked: dict[str, object], said: str) -> None:
    answer = bench.ask("POST", "/faults", json=asked)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert bench.ask("GET", "/faults").json() == []


def test_what_is_not_there(bench: Bench) -> None:
    assert bench.ask("DELETE", "/faults/999").status_code == 404
    assert bench.ask("DELETE", "/faults?kind=408").status_code == 404
    assert bench.ask("POST", "/faults/packs/gremlins").status_code == 404
    assert bench.ask("POST", "/deviations", json={"gremlins": "1"}).status_code == 400
    assert bench.ask("POST", "/deviations", json={"quota-status": "500"}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
def test_strangers_are_refused(bench: Bench, headers: dict[str, str], status: int) -> None:
    for method, path in (
        ("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"), ("GET", "/faults/kinds"),
        ("GET", "/faults/packs"), ("POST", "/faults/packs/day-91"), ("GET", "/deviations"),
        ("POST", "/deviations"), ("DELETE", "/deviations"), ("GET", "/coverage"),
        ("DELETE", "/coverage"),
    ):  # fmt: skip
        assert bench.ask(method, path, headers=headers).status_code == status, (method, path)


def test_clearing_by_kind(bench: Bench) -> None:
    bench.cause("408")
    bench.cause("408", times=3)
    kept = bench.cause("500-internal")
    assert bench.ask("DELETE", "/faults?kind=408").json() == {"cleared": 2}
    assert [one["id"] for one in bench.ask("GET", "/faults").json()] == [kept["id"]]


def test_faults_and_switches_outlive_a_restart(bench: Bench) -> None:
    """Counts included: what was struck once of two times strikes once more."""
    cloud = bench.cloud
    fault = bench.cause("500-internal", times=2)
    bench.ask("POST", "/deviations", json={"token-numbers": "string"})
    assert bench.call().status_code == 500
    cloud.stop()
    cloud.start()
    bench.mint()
    assert bench.struck(fault["id"]) == (1, 1)
    assert bench.call().status_code == 500
    assert bench.call().status_code == 200
    assert bench.refresh().json()["expires_in"] == "3600"


def test_a_reset_sandbox_is_well(bench: Bench) -> None:
    bench.cause("500-internal")
    assert bench.ask("POST", "/reset").status_code < 300
    bench.mint()
    assert bench.call().status_code == 200
    assert bench.ask("GET", "/faults").json() == []

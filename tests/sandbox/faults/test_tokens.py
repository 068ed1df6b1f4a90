"""What a program meets at /token. [SBX-3; smarther.md §10.3]"""

import time
from pathlib import Path

import httpx2
import pytest

from tests.cloud import Cloud
from tests.sandbox.faults.conftest import Bench


@pytest.mark.parametrize(
    ("kind", "status", "begins"),
    [
        ("token-refused", 400, '{"error":"invalid_grant","error_description":"The refresh_token'),
        ("token-expired-grant", 400, '{"error":"invalid_grant","error_description":"AADB2C90080:'),
        ("token-expired-secret", 400, '{"error":"invalid_grant","error_description":"AADB2C90085:'),
        ("token-unknown-client", 401, '{"error":"invalid_client"'),
        ("token-throttled", 429, '{\n "message": "Rate limit is exceeded. Try again in 57 sec'),
        ("token-error", 500, '{"error":"server_error"'),
        ("token-facade", 500, '{"message":"Internal error","code":1}'),
        ("token-unavailable", 503, '{"error":"temporarily_unavailable"'),
    ],
)
def test_every_error_of_token_requests(bench: Bench, kind: str, status: int, begins: str) -> None:
    """And the link goes on: nothing was used up."""
    bench.cause(kind, times=1)
    answer = bench.refresh()
    assert (answer.status_code, answer.text[: len(begins)]) == (status, begins)
    assert answer.headers["cache-control"] == "no-store"
    assert bench.refresh().status_code == 200


def test_a_refusal_of_refreshes_leaves_other_grants_alone(bench: Bench) -> None:
    fault = bench.cause("token-refused")
    bench.mint()
    assert bench.refresh().status_code == 400
    assert bench.struck(fault["id"]) == (1, 1)


def test_faults_of_another_application(bench: Bench) -> None:
    for one in bench.ask("GET", "/coverage").json()["applications"]:
        assert one == bench.cloud.document["application"]["client_id"]
    mine = bench.cloud.document["application"]["client_id"]
    bench.cause("token-unavailable", application=mine, times=1)
    assert bench.refresh().status_code == 503


@pytest.mark.parametrize("kind", ["token-reset", "token-cut-body"])
def test_an_answer_that_gets_lost_after_the_rotation(bench: Bench, kind: str) -> None:
    """The same token, tried again, brings the successor that was lost."""
    assert bench.refresh().status_code == 200
    bench.cause(kind, times=1, **({"after": True} if kind == "token-reset" else {}))
    with pytest.raises(httpx2.TransportError):
        bench.refresh()
    assert bench.refresh().status_code == 200


def test_a_slow_token(bench: Bench) -> None:
    for kind in ("token-latency", "token-slow-body"):
        bench.cause(kind, ms=200, times=1)
        began = time.monotonic()
        assert bench.refresh().status_code == 200
        assert time.monotonic() - began >= 0.2


def test_large_and_broken_forms_go_their_way(bench: Bench) -> None:
    """The door reads the form to know who asks, and hands it on as it came."""
    bench.cause("token-unavailable", application=bench.cloud.document["application"]["client_id"])
    with bench.cloud.http() as http:
        url = f"{bench.cloud.origin('login')}/token"
        for body in (b"", b"x" * 200_000, b"grant_type=\xff", b"a=b&a=c"):
            answer = http.post(
                url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
            )
            assert answer.json()["error"] == "invalid_request", answer.text


def test_broken_connections_over_tls(tmp_path: Path) -> None:
    with Cloud(tmp_path / "data", "--tls") as cloud:
        bench = Bench(cloud)
        for kind in ("token-reset", "token-cut-body"):
            bench.cause(kind, times=1)
            with pytest.raises(httpx2.TransportError):
                bench.refresh()
            bench.cause(kind.removeprefix("token-"), times=1)
            with pytest.raises(httpx2.TransportError):
                bench.call()
        assert bench.refresh().status_code == 200
        assert bench.call().status_code == 200
        assert "Traceback" not in cloud.log.read_text()

"""What a program meets at the APIs: every kind of fault by a real call over a real socket. [SBX-3]"""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.patience import WITHIN
from tests.sandbox.faults.conftest import Bench
from workswith.gateway.statuses import TABLE, Row, refusal
from workswith.kernel.problem import Problem
from workswith.sandbox.faults.kinds import name_of

QUICK = 0.3
"""Real seconds, short enough for a test and long enough to be seen."""
SLOW = 4.0
"""Of which a beginning can be told from an end, also where a machine is busy."""
SET_STATUS = {408, 430, 469, 470, 486}


def _call_that_documents(bench: Bench, row: Row) -> httpx2.Response:
    """By the row of the error table: a call of an operation whose document lists its status."""
    if row.status == 409:
        plant, _ = bench.cloud.thermostat()
        body = {"EndPointUrl": "https://localhost:1/hook"}
        return bench.call("POST", f"/plants/{plant}/subscription", json=body)
    return bench.turn("20") if row.status in SET_STATUS else bench.call()


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_every_row_of_the_error_table_to_the_byte(bench: Bench, row: Row) -> None:
    """The answer has the very bytes of the natural error; only a header tells that it was made."""
    fault = bench.cause(name_of(row), times=1)
    answer = _call_that_documents(bench, row)
    retry_after = answer.headers.get("retry-after")
    natural = Problem(
        row.kind, row.code, row.meaning, retry_after=int(retry_after) if retry_after else None
    )
    status, body = refusal(natural)
    if row.status == 409:
        body = b'{"statusCode":409,"message":"Subscription already exists"}'
    assert (answer.status_code, answer.content) == (status, body)
    assert f"fault {fault['id']} of this sandbox" in answer.headers["x-error-hint"]
    assert bench.struck(fault["id"]) == (1, 1)
    assert _call_that_documents(bench, row).status_code in {200, 201, 409}, "once is once"


def test_an_error_meets_only_operations_that_document_it(bench: Bench) -> None:
    fault = bench.cause("486-busy")
    assert bench.call().status_code == 200
    assert bench.call(path="/plants").status_code == 200
    assert bench.struck(fault["id"]) == (0, 0)
    assert bench.turn("20").status_code == 486


def test_an_api_with_errors_of_its_own_keeps_their_shape(bench: Bench) -> None:
    bench.cause("500-internal", times=1)
    with bench.cloud.http() as http:
        url = f"{bench.cloud.origin('api')}/hc/api/v1.0/plants"
        answer = http.get(url, headers=bench.cloud.api_headers(bench._access_token))
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["code"] == 500


def test_a_spent_quota_says_when_the_day_ends(bench: Bench) -> None:
    bench.cause("403-exhausted", times=1)
    answer = bench.call()
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert b"Quota will be replenished in " in answer.content


def test_latency_takes_real_time(bench: Bench) -> None:
    """A frozen clock does not make it shorter: a client's own time-out runs by the wall."""
    bench.ask("POST", "/clock/freeze")
    bench.cause("latency", ms=int(QUICK * 1000), times=1)
    began = time.monotonic()
    assert bench.call().status_code == 200
    assert time.monotonic() - began >= QUICK
    bench.ask("POST", "/clock/resume")


def test_a_hanging_call_keeps_nobody_else_waiting(bench: Bench) -> None:
    bench.cause("hang", operation="Plants", times=1)
    with pytest.raises(httpx2.ReadTimeout):
        bench.call(path="/plants", timeout=httpx2.Timeout(WITHIN, read=QUICK))
    assert bench.call().status_code == 200


def test_a_slow_body_begins_at_once(bench: Bench) -> None:
    bench.cause("slow-body", ms=int(SLOW * 1000), times=1)
    began = time.monotonic()
    headers = bench.cloud.api_headers(bench._access_token)
    with (
        bench.cloud.http() as http,
        http.stream("GET", bench.cloud.status_url(), headers=headers) as answer,
    ):
        head = time.monotonic() - began
        body = b"".join(answer.iter_raw())
    assert head < SLOW <= time.monotonic() - began
    assert body == bench.call().content


def test_a_cut_body_ends_in_the_middle(bench: Bench) -> None:
    bench.cause("cut-body", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        bench.call()
    assert bench.call().status_code == 200


def test_a_reset_is_a_reset(bench: Bench) -> None:
    """TCP RST, which a client's system tells apart from an end."""
    bench.cause("reset", times=1)
    address = urlsplit(bench.cloud.status_url())
    headers = "".join(f"{n}: {v}\r\n" for n, v in bench.cloud.api_headers().items())
    with socket.create_connection((address.hostname, address.port), 5) as connection:
        connection.sendall(f"GET {address.path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(4096)


def test_a_reset_before_and_after_the_command(bench: Bench) -> None:
    """Before: nothing was done. After: it was, and nobody heard of it."""
    assert bench.turn("18").status_code == 200
    bench.cause("reset", times=1)
    with pytest.raises(httpx2.TransportError):
        bench.turn("19")
    assert bench.set_point() == "18.00000"
    bench.cause("reset", times=1, after=True, operation="Set-Chronothermostat-Status")
    with pytest.raises(httpx2.TransportError):
        bench.turn("19")
    assert bench.set_point() == "19.00000"


def test_a_time_out_after_the_command_was_obeyed(bench: Bench) -> None:
    assert bench.turn("18").status_code == 200
    bench.cause("408", times=1, after=True)
    assert bench.turn("21").status_code == 408
    assert bench.set_point() == "21.00000"


def test_another_answer_stands_in(bench: Bench) -> None:
    bench.cause("answer", times=1)
    page = bench.call()
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    bench.cause("answer", status=200, body='{"chronothermostats":[]}', times=1)
    empty = bench.call()
    assert (empty.status_code, empty.json()) == (200, {"chronothermostats": []})


def test_what_narrows_a_fault(bench: Bench) -> None:
    """It strikes where all that it was narrowed to is the case."""
    plant, module = bench.cloud.thermostat()
    other_plant, other_module = bench.cloud.thermostat(1)
    owner = bench.cloud.document["end_user"]["email"]
    mine = bench.cloud.document["application"]["client_id"]
    for narrowed, strikes in (
        ({"module": module}, True),
        ({"module": other_module}, False),
        ({"plant": plant}, True),
        ({"plant": other_plant}, False),
        ({"operation": "Get-Chronothermostat-Status"}, True),
        ({"operation": "Topology"}, False),
        ({"account": owner}, True),
        ({"account": bench.cloud.document["developer"]["email"]}, False),
        ({"application": mine}, True),
        ({"application": mine, "plant": plant, "module": other_module}, False),
        ({"application": mine, "plant": plant, "module": module, "account": owner}, True),
    ):
        bench.cause("500-internal", **narrowed)
        assert (bench.call().status_code == 500) is strikes, narrowed
        bench.clear()


def test_a_window_of_the_clock(bench: Bench) -> None:
    bench.ask("POST", "/clock/freeze")
    now = bench.ask("GET", "/clock").json()["epoch_ms"]
    begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now / 1000 + 3600))
    fault = bench.cause("408", begin=begin, **{"for": "30m"})
    assert (fault["fate"], bench.call().status_code) == ("waiting", 200)
    bench.cloud.advance("61m")
    bench.mint()
    assert bench.call().status_code == 408
    bench.cloud.advance("30m")
    assert bench.call().status_code == 200
    assert [one["fate"] for one in bench.ask("GET", "/faults").json()] == ["over"]
    bench.ask("POST", "/clock/resume")


def test_counts_are_exact_however_many_call_at_once(bench: Bench) -> None:
    fault = bench.cause("500-internal", times=7)
    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(lambda _: bench.call().status_code, range(40)))
    assert sorted(statuses) == [200] * 33 + [500] * 7
    assert bench.struck(fault["id"]) == (7, 7)


def test_faults_of_different_slots_strike_together(bench: Bench) -> None:
    bench.cause("latency", ms=int(QUICK * 1000), times=1)
    bench.cause("500-internal", times=1)
    later = bench.cause("408", times=1)
    began = time.monotonic()
    assert bench.call().status_code == 500
    assert time.monotonic() - began >= QUICK
    assert bench.struck(later["id"]) == (0, 0), "one answer at a time"
    assert bench.call().status_code == 408


@pytest.mark.parametrize(
    ("kind", "status"),
    [("gateway-offline", 404), ("device-silent", 408), ("password-expired", 469),
     ("terms-expired", 470)],
)  # fmt: skip
def test_states_begin_and_end(bench: Bench, kind: str, status: int) -> None:
    """The world itself is so: reads and commands meet it, and it ends as it began."""
    before = bench.call().status_code
    fault = bench.cause(kind)
    assert (before, bench.call().status_code) == (200, status)
    bench.ask("DELETE", f"/faults/{fault['id']}")
    assert bench.call().status_code == 200


def test_a_state_of_one_home_ends_by_the_clock(bench: Bench) -> None:
    plant, _ = bench.cloud.thermostat()
    bench.cause("gateway-offline", plant=plant, **{"for": "2h"})
    bench.cause("gateway-offline", plant=plant, **{"for": "1h"})
    with bench.cloud.http() as http:
        elsewhere = http.get(
            bench.cloud.status_url(1), headers=bench.cloud.api_headers(bench._access_token)
        )
    assert (bench.call().status_code, elsewhere.status_code) == (404, 200)
    bench.cloud.advance("61m")
    bench.mint()
    assert bench.call().status_code == 404, "the longer one of two goes on"
    bench.cloud.advance("60m")
    bench.mint()
    assert bench.call().status_code == 200

"""What goes wrong with notifications: nothing is sent, endpoints fail, answers are late. [SBX-3]"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.faults.conftest import Bench


@pytest.fixture
def inbox(bench: Bench) -> Iterator[str]:
    """An endpoint of the sandbox's own inspector, subscribed to the first plant, where nothing
    happens by itself.
    """
    bench.ask("POST", "/clock/freeze")
    plant, _ = bench.cloud.thermostat()
    bench.mint()
    url = f"{bench.cloud.document['inspector']}faults"
    answer = bench.call("POST", f"/plants/{plant}/subscription", json={"EndPointUrl": url})
    assert answer.status_code in (201, 409), answer.text
    bench.cloud.advance("1s")
    yield url
    bench.ask("POST", "/clock/resume")


def arrived(bench: Bench) -> int:
    count: int = bench.ask("GET", "/inspect/faults/arrivals").json()["count"]
    return count


def turned(bench: Bench, degrees: str) -> None:
    assert bench.turn(degrees).status_code == 200
    bench.cloud.advance("0s")


def endpoint(bench: Bench) -> dict[str, Any]:
    found: list[dict[str, Any]] = bench.ask("GET", "/webhooks/endpoints").json()
    return next(one for one in found if one["url"].endswith("faults"))


def test_an_outage_is_silence(bench: Bench, inbox: str) -> None:
    """What happens meanwhile is never sent, and counts as nobody's failure."""
    bench.cause("c2c-outage", endpoint=inbox)
    before = arrived(bench)
    turned(bench, "23")
    assert arrived(bench) == before
    bench.clear()
    assert endpoint(bench)["failures"] == 0
    turned(bench, "24")
    assert arrived(bench) == before + 1


def test_an_outage_of_another_plant(bench: Bench, inbox: str) -> None:
    other, _ = bench.cloud.thermostat(1)
    bench.cause("c2c-outage", plant=other)
    before = arrived(bench)
    turned(bench, "25")
    assert arrived(bench) > before


def test_an_endpoint_that_fails_is_tried_again(bench: Bench, inbox: str) -> None:
    """It counts as the endpoint's failure; the endpoint itself hears nothing of it."""
    fault = bench.cause("endpoint-fails", endpoint=inbox, times=1)
    before, failures = arrived(bench), endpoint(bench)["failures"]
    turned(bench, "26")
    assert (arrived(bench), bench.struck(fault["id"])[0]) == (before, 1)
    assert endpoint(bench)["failures"] == failures + 1
    assert endpoint(bench)["last_status"] == 500
    bench.cloud.advance("15s")
    assert arrived(bench) > before


def test_a_late_answer_brings_the_same_twice(bench: Bench, inbox: str) -> None:
    bench.cause("endpoint-late", endpoint=inbox, times=1)
    before = arrived(bench)
    turned(bench, "27")
    assert arrived(bench) == before + 1
    bench.cloud.advance("15s")
    arrivals = bench.ask("GET", "/inspect/faults/arrivals").json()["arrivals"]
    bodies = [one["body"] for one in arrivals]
    assert any(bodies.count(body) == 2 for body in bodies)


def test_attempts_are_covered(bench: Bench, inbox: str) -> None:
    bench.cause("endpoint-fails", endpoint=inbox, error="tls", times=1)
    turned(bench, "28")
    bench.cloud.advance("15s")
    report = bench.ask("GET", "/coverage").json()
    met = {one["name"] for one in report["notifications"] if one["times"]}
    assert {"delivered", "unreached"} <= met

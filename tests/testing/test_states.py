"""A whole cloud that goes back, forks and comes back: nothing survives that was not saved. [SBX-2]"""

import gc
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import workswith.testing
from tests.patience import PATIENT
from workswith.kernel.clock import DAY, HOUR
from workswith.testing import Cloud, Refused

PLANTS = "/smarther/v2.0/plants"
OF_THE_MACHINE = {"clock", "webhook_shard"}
"""When the machine's clock was looked at, and which process delivers: new at every start."""


@pytest.fixture(scope="module")
def module_cloud() -> Iterator[Cloud]:
    with workswith.testing.cloud(
        homes=["flat"], settings={"catalog": {"starter_kit_quota": 30}, **PATIENT}
    ) as cloud:
        yield cloud


@pytest.fixture
def cloud(module_cloud: Cloud) -> Cloud:
    module_cloud.reset()
    return module_cloud


def status_path(cloud: Cloud) -> str:
    plant, module = cloud.thermostat
    return (
        "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
        f"/plants/{plant}/modules/parameter/id/value/{module}"
    )


def set_point(cloud: Cloud) -> float:
    answer = cloud.call("GET", status_path(cloud)).json()
    return float(answer["chronothermostats"][0]["setPoint"]["value"])


def turn(cloud: Cloud, degrees: str) -> None:
    body = {
        "function": "heating",
        "mode": "manual",
        "setPoint": {"value": degrees, "unit": "C"},
    }
    assert cloud.call("POST", status_path(cloud), body).status == 200


def rows(cloud: Cloud) -> dict[str, list[Any]]:
    """Everything in the database that is the sandbox's, not the machine's."""
    path = cloud._running.cloud._place.file
    assert path is not None
    with closing(sqlite3.connect(path)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr)
            for table in tables
            if table not in OF_THE_MACHINE
        }


def disturb(cloud: Cloud) -> None:
    """Something for every cache and every work: keys, tokens, quota, devices, webhooks, faults."""
    cloud.webhooks.subscribe()
    turn(cloud, "25")
    assert cloud.webhooks.received(1)
    cloud.webhooks.answer("fail")
    cloud.faults.add("500-crashed", times=1)
    assert cloud.call("GET", "/echo/resource").status == 500
    cloud.home("house")
    cloud.device(cloud.thermostat[1]).touch(26)
    cloud.device(cloud.thermostat[1]).silent()
    cloud.control("POST", "/app-account/expire-password")
    cloud.clock.advance("1d")
    assert [cloud.call("GET", "/echo/resource").status for _ in range(31)][-1] == 403
    cloud.clock.scale(60)


def test_after_a_reset_everything_is_as_after_the_start(cloud: Cloud) -> None:
    cloud.settle()
    before, plants, now = rows(cloud), cloud.call("GET", PLANTS), cloud.clock.now()
    point = set_point(cloud)
    disturb(cloud)
    cloud.reset()
    cloud.settle()
    assert rows(cloud) == before
    assert cloud.clock.now() == now
    assert cloud.call("GET", PLANTS) == plants, "ids, ETags and flow ids too"
    assert set_point(cloud) == point
    assert cloud.webhooks.received() == []
    assert cloud.faults.list() == []
    turn(cloud, "24")
    cloud.settle()
    assert cloud.webhooks.received() == [], "nobody is subscribed any more"


def test_a_credential_of_a_time_that_never_was_is_unknown(cloud: Cloud) -> None:
    """Caches of the gateway would still know the token, the key and the quota of before."""
    cloud.save("before")
    cloud.clock.advance("5m")
    tokens = cloud.token()
    assert cloud.call("GET", PLANTS, token=tokens).status == 200
    cloud.restore("before")
    cloud.clock.advance("10m")
    refused = cloud.call(
        "POST",
        "/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            "client_id": cloud.application.client_id,
            "client_secret": cloud.application.client_secret,
        },
    )
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")
    assert cloud.call("GET", PLANTS, token=tokens).status == 401


def test_nothing_of_the_earlier_generation_is_kept_in_memory(cloud: Cloud) -> None:
    """Whatever an area caches goes with it: the whole graph of objects is garbage."""
    disturb(cloud)
    inner = cloud._running.cloud
    old = [weakref.ref(each) for each in (inner.areas, inner.areas.gateway, inner.supervisor)]
    cloud.reset()
    gc.collect()
    assert [each() for each in old] == [None, None, None]


def test_a_saved_state_comes_back_with_its_clock(cloud: Cloud) -> None:
    turn(cloud, "21.5")
    cloud.clock.advance("3h")
    saved_at, point = cloud.clock.now(), set_point(cloud)
    cloud.save("evening")
    cloud.clock.advance("2d")
    turn(cloud, "18")
    cloud.restore("evening")
    assert (cloud.clock.now(), set_point(cloud)) == (saved_at, point)
    cloud.clock.advance("1h")
    assert cloud.clock.now() == saved_at + HOUR


def test_two_futures_of_one_home(cloud: Cloud) -> None:
    turn(cloud, "20")
    cloud.fork("warm")
    turn(cloud, "25")
    cloud.fork("cold", "main")
    assert set_point(cloud) == 20
    turn(cloud, "15")
    cloud.clock.advance("1d")
    cloud.restore("warm")
    assert set_point(cloud) == 25
    states = cloud.control("GET", "/snapshots")
    assert states["present"]["name"] == "warm"
    kept = {state["name"]: (state["from"], state["fork"]) for state in states["snapshots"]}
    assert kept["warm"] == ("main", True)
    with pytest.raises(Refused, match="already"):
        cloud.fork("warm")


def test_what_cannot_be_is_said(cloud: Cloud) -> None:
    for method, path, body, words in [
        ("POST", "/snapshots/nobody/restore", None, "no state called"),
        ("POST", "/snapshots", {"name": "../up"}, "1 to 64"),
        ("POST", "/snapshots", {"name": 3}, "name is a text"),
        ("POST", "/snapshots", {"name": "seeded"}, "stays as it is"),
        ("DELETE", "/snapshots/seeded", None, "goes back to"),
        ("POST", "/fork", {"name": "main"}, "already"),
    ]:
        with pytest.raises(Refused, match=words):
            cloud.control(method, path, body)
    with pytest.raises(Refused):
        cloud.restore("nobody")
    assert cloud.call("GET", PLANTS).status == 200, "it goes on as it was"


def test_only_the_holder_of_the_token_changes_the_state(cloud: Cloud) -> None:
    for headers, status in [
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {cloud.control_token}", "Origin": "https://evil.example"}, 403),
        ({"Authorization": f"Bearer {cloud.control_token}", "Host": "evil.example"}, 421),
    ]:
        for path in ("/sandbox/reset", "/sandbox/snapshots", "/sandbox/fork"):
            assert cloud.call("POST", path, {}, headers=headers).status == status


def test_the_same_calls_give_the_same_bytes(cloud: Cloud) -> None:
    """Same seed, clock and calls: ids, tokens, programs, physics, notifications."""

    def day() -> list[Any]:
        cloud.webhooks.subscribe()
        told: list[Any] = [cloud.token(), cloud.call("GET", PLANTS)]
        turn(cloud, "22")
        cloud.clock.advance("6h")
        told += [cloud.call("GET", status_path(cloud)), cloud.home("house"), cloud.clock.now()]
        told += [
            (one.number, one.at, one.body, one.headers.get("webhook-id"))
            for one in cloud.webhooks.received(1)
        ]
        return told

    first = day()
    cloud.reset()
    assert day() == first
    with workswith.testing.cloud(
        homes=["flat"], settings={"catalog": {"starter_kit_quota": 30}, **PATIENT}
    ) as twin:
        assert twin.homes == cloud.homes
        assert twin.application == cloud.application
        assert twin.keys == cloud.keys
    with workswith.testing.cloud(homes=["flat"], seed=2) as other:
        assert other.homes != cloud.homes


def test_a_month_is_many_instants_and_one_call(cloud: Cloud) -> None:
    start = cloud.clock.now()
    cloud.clock.advance("2d")
    assert cloud.clock.now() == start + 2 * DAY

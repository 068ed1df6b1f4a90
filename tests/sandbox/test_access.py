"""Tokens, keys and quota through the control interface, and the events that pass. [SBX-3]"""

from collections.abc import Iterator

import pytest

import workswith.testing
from workswith.testing import Cloud, Refused

ECHO = "/echo/resource"


@pytest.fixture(scope="module")
def running() -> Iterator[Cloud]:
    with workswith.testing.cloud(homes=["flat"]) as cloud:
        yield cloud


@pytest.fixture
def cloud(running: Cloud) -> Cloud:
    running.reset()
    return running


def test_the_quota_is_what_it_is_set_to(cloud: Cloud) -> None:
    limit = cloud.control("GET", "/quota")["limit"]
    cloud.call("GET", ECHO)
    assert cloud.control("GET", "/quota")["used"] == 1
    assert cloud.control("POST", "/quota", {"left": 2})["used"] == limit - 2
    assert [cloud.call("GET", ECHO).status for _ in range(3)] == [200, 200, 403]
    assert cloud.control("POST", "/quota", {"used": 0})["left"] == limit
    assert cloud.call("GET", ECHO).status == 200
    cloud.control("POST", "/quota", {"used": limit})
    assert cloud.call("GET", ECHO).status == 403
    cloud.clock.advance("1d")
    assert cloud.call("GET", ECHO).status == 200, "another day"


def test_another_user_has_another_day(cloud: Cloud) -> None:
    cloud.control("POST", "/quota", {"left": 0, "user": "developer"})
    assert cloud.call("GET", ECHO).status == 200
    assert cloud.call("GET", ECHO, token=cloud.token("developer")).status == 403


def test_a_rolled_key_replaces_its_own_kind_only(cloud: Cloud) -> None:
    old, secondary = cloud.keys
    new = cloud.control("POST", "/keys/primary/roll")["key"]
    assert cloud.keys == (new, secondary), "the document tells the new one"
    for key, status in [(old, 401), (new, 200), (secondary, 200)]:
        headers = {"Ocp-Apim-Subscription-Key": key}
        assert cloud.call("GET", ECHO, headers=headers).status == status
    with pytest.raises(Refused, match="primary or secondary"):
        cloud.control("POST", "/keys/third/roll")


def test_tokens_for_whom_and_for_what(cloud: Cloud) -> None:
    narrow = cloud.control("POST", "/tokens", {"scope": "comfort.read"})
    assert narrow["access_token"]
    for body, words in [({"user": "nobody"}, "There is: developer"), ({"scope": 3}, "a text")]:
        with pytest.raises(Refused, match=words):
            cloud.control("POST", "/tokens", body)


def test_events_pass_in_their_order(cloud: Cloud) -> None:
    for degrees in (20, 21):
        cloud.device(cloud.thermostat[1]).touch(degrees)
    cloud.settle()
    latest = cloud.control("GET", "/events?limit=2")
    assert [one["number"] for one in latest] == sorted(one["number"] for one in latest)
    assert cloud.control("GET", f"/events?after={latest[-1]['number']}") == []
    cloud.device(cloud.thermostat[1]).touch(22)
    (fresh,) = cloud.control("GET", f"/events?after={latest[-1]['number']}")
    assert fresh["module_id"] == cloud.thermostat[1]


@pytest.mark.parametrize(
    "body", [{}, {"used": 1, "left": 1}, {"used": -1}, {"used": "3"}, {"left": 10**9}]
)
def test_what_is_no_quota_is_refused(cloud: Cloud, body: object) -> None:
    with pytest.raises(Refused):
        cloud.control("POST", "/quota", body)

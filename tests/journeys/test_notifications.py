"""Notifications over real TLS sockets, and a day of retries and bans on the moved clock.

[C2C-1 C2C-2 C2C-3 C2C-4]
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import receiver
from tests.cloud import Cloud
from tests.patience import until
from tests.receiver import Receiver


@pytest.fixture(scope="module")
def cloud(still_cloud: Cloud) -> Cloud:
    return still_cloud


class Home:
    """The home owner's application: subscribes an endpoint and turns the thermostat."""

    def __init__(self, cloud: Cloud, http: httpx2.Client, which: int = 0) -> None:
        self.cloud, self.http, self.which = cloud, http, which
        self.plant, self.module = cloud.thermostat(which)
        # A frozen clock does not let tokens expire, a day that passes does.
        self.headers = cloud.api_headers(cloud.control("POST", "/tokens")["access_token"])

    def url(self, path: str) -> str:
        return f"{self.cloud.origin('api')}/smarther/v2.0{path}"

    def subscribe(self, address: str) -> str:
        answer = self.http.post(
            self.url(f"/plants/{self.plant}/subscription"),
            json={"EndPointUrl": address},
            headers=self.headers,
        )
        assert answer.status_code == 201, answer.text
        assert list(answer.json()) == ["subscriptionId"]
        return str(answer.json()["subscriptionId"])

    def unsubscribe(self, subscription: str) -> None:
        self.headers = self.cloud.api_headers(self.cloud.control("POST", "/tokens")["access_token"])
        answer = self.http.delete(
            self.url(f"/plants/{self.plant}/subscription/{subscription}"), headers=self.headers
        )
        assert (answer.status_code, answer.content) == (200, b"")

    def turn(self, set_point: float) -> None:
        answer = self.http.post(
            self.cloud.status_url(self.which),
            json={
                "function": "heating", "mode": "manual",
                "setPoint": {"value": set_point, "unit": "C"},
            },
            headers=self.headers,
        )  # fmt: skip
        assert (answer.status_code, answer.content) == (200, b"")

    def seen(self, address: str) -> Any:
        """An endpoint as its developer sees it."""
        every = self.cloud.control("GET", "/webhooks/endpoints")
        return next(one for one in every if one["url"] == address)

    def of_endpoint(self, path: str) -> set[str]:
        """Ids of the events that a list of an endpoint is about."""
        return {one["event_id"] for one in self.cloud.control("GET", path)}


@pytest.fixture
def flat(cloud: Cloud) -> Iterator[Home]:
    """A home with one thermostat, where nothing else happens in twenty minutes."""
    with cloud.http() as http:
        yield Home(cloud, http, 1)


@pytest.fixture
def home(cloud: Cloud) -> Iterator[Home]:
    with cloud.http() as http:
        yield Home(cloud, http)


def arrived(endpoint: Receiver, count: int) -> None:
    """Waits for so many requests, in real time."""
    until(lambda: len(endpoint.received) >= count, lambda: f"{len(endpoint.received)} of {count}")


def set_points(endpoint: Receiver) -> list[str]:
    return [
        event["data"]["chronothermostats"][0]["setPoint"]["value"]
        for request in endpoint.received
        for event in request.json
    ]


def test_a_turn_of_the_knob_arrives_at_once(home: Home, endpoint: Receiver) -> None:
    subscription = home.subscribe(endpoint.url("/a"))
    again = home.http.post(
        home.url(f"/plants/{home.plant}/subscription"),
        json={"EndPointUrl": endpoint.url("/a")},
        headers=home.headers,
    )
    assert again.status_code == 409
    assert again.json() == {"statusCode": 409, "message": "Subscription already exists"}
    listed = home.http.get(home.url("/subscription"), headers=home.headers).json()
    assert {
        "plantId": home.plant,
        "subscriptionId": subscription,
        "EndPointUrl": endpoint.url("/a"),
    } in listed

    home.turn(23.5)
    arrived(endpoint, 1)
    got = endpoint.received[0]
    assert got.method == "POST"
    assert got.headers["content-type"].startswith("application/json")
    assert got.headers["webhook-signature"].startswith("v1,")
    (event,) = got.json
    assert event["eventType"] == "DeviceToCloud"
    assert event["subject"] == f"///bs_cloud_{home.plant}//"
    thermostat = event["data"]["chronothermostats"][0]
    assert thermostat["mode"] == "MANUAL"
    assert thermostat["setPoint"] == {"value": "23.50000", "unit": "C"}
    assert thermostat["sender"]["addressType"] == "AddressLocation"
    assert thermostat["programs"][0]["number"] == str(int(thermostat["programs"][0]["number"]))

    home.unsubscribe(subscription)
    home.turn(19)
    home.cloud.advance("1s")
    assert len(set_points(endpoint)) == 1


def test_only_https_is_taken(home: Home) -> None:
    answer = home.http.post(
        home.url(f"/plants/{home.plant}/subscription"),
        json={"EndPointUrl": "http://localhost:1/"},
        headers=home.headers,
    )
    assert answer.status_code == 400


def test_the_published_schedule_second_by_second(flat: Home, endpoint: Receiver) -> None:
    """No 2xx: again after 10 s, 30 s, 1, 5 and 10 minutes, always the same bytes."""
    endpoint.behave = receiver.failing(503)
    subscription = flat.subscribe(endpoint.url("/schedule"))
    flat.turn(24.5)
    flat.cloud.advance("20m")
    mine = [r for r in endpoint.received if b'"24.50000"' in r.body and b'"ACTIVE"' in r.body]
    first = [r for r in mine if r.headers["webhook-id"] == mine[0].headers["webhook-id"]]
    at = [int(r.headers["webhook-timestamp"]) for r in first]
    assert [later - at[0] for later in at] == [0, 10, 40, 100, 400, 1000]
    assert len({r.body for r in first}) == 1
    flat.unsubscribe(subscription)


def test_a_dead_endpoint_gets_what_it_missed_when_it_is_back(
    home: Home, endpoint: Receiver
) -> None:
    subscription = home.subscribe(endpoint.url("/dead"))
    endpoint.do(endpoint.stop())
    home.turn(25.5)
    home.cloud.advance("45s")
    endpoint.do(endpoint.start())
    home.cloud.advance("1m")
    assert "25.50000" in set_points(endpoint)
    home.unsubscribe(subscription)


@pytest.fixture
def strict_home(tmp_path: Path) -> Iterator[Home]:
    """Of a cloud that waits for an answer as long as the original."""
    data = tmp_path / "data"
    with Cloud(data, WORKSWITH_WEBHOOKS_RULES_ANSWER_MS="750") as cloud, cloud.http() as http:
        cloud.control("POST", "/clock/freeze")
        yield Home(cloud, http)


def test_too_slow_twenty_times_is_a_ban_and_what_happens_in_it_is_lost(strict_home: Home) -> None:
    with receiver.in_thread(receiver.tls_of(strict_home.cloud.data / "tls")) as endpoint:
        too_slow_is_a_ban(strict_home, endpoint)


def too_slow_is_a_ban(home: Home, endpoint: Receiver) -> None:
    endpoint.behave = receiver.slow(1000)
    subscription = home.subscribe(endpoint.url("/slow"))
    for step in range(4):  # each event is tried six times within 17 minutes
        home.turn(20 + step / 2)
    # Not what was received: where a machine is busy some do not even connect in time.
    while (seen := home.seen(endpoint.url("/slow")))["failures"] < 20:
        home.cloud.advance("10s")
    assert 0 < seen["ban_left_ms"] <= 60_000
    endpoint.behave = receiver.well()
    during = len(endpoint.received)
    home.turn(30.5)
    home.cloud.advance("30s")
    assert len(endpoint.received) == during, "nothing is sent during a ban"
    home.cloud.advance("3m")
    home.turn(31.5)
    home.cloud.advance("1s")
    assert "31.50000" in set_points(endpoint)
    lost = home.of_endpoint(f"/webhooks/endpoints/{seen['id']}/losses")
    sent = home.of_endpoint(f"/webhooks/deliveries?endpoint={seen['id']}")
    assert lost, "what happened in the ban is lost"
    assert len(sent) >= 5, "and what happened before and after it is not"
    assert not lost & sent
    home.unsubscribe(subscription)


def test_a_day_in_seconds(home: Home, endpoint: Receiver) -> None:
    """A whole day with four thermostats, a well endpoint, a failing one and a dead one."""
    with receiver.in_thread(receiver.tls_of(home.cloud.data / "tls")) as failing:
        with receiver.in_thread(None) as gone:
            dead = f"https://localhost:{gone.port}/day"
        failing.behave = receiver.failing(500)
        subscriptions = [
            home.subscribe(address) for address in (endpoint.url("/day"), failing.url("/day"), dead)
        ]
        home.turn(21)
        home.cloud.advance("24h")
        times = [int(r.headers["webhook-timestamp"]) for r in endpoint.received]
        assert len(times) > 20
        assert times == sorted(times), "first attempts come in order"
        assert len({r.headers["webhook-id"] for r in endpoint.received}) == len(times)
        assert len(failing.received) >= 20
        for subscription in subscriptions:
            home.unsubscribe(subscription)

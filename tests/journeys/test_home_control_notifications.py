"""Home + Control's webhooks through the real API: proof first, then events; the end with the consent.

`contract/homecontrol.md` 3. [C2C-5 OID-9]
"""

import asyncio
import json
from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.cloud import Cloud
from tests.journeys.test_notifications import arrived
from tests.person import signed_in
from tests.receiver import Behaviour, Receiver

BASE = "/hc/api/v1.0"


@pytest.fixture(scope="module")
def cloud(still_cloud: Cloud) -> Cloud:
    return still_cloud


class House:
    """A home owner's application of Home + Control."""

    def __init__(self, cloud: Cloud, http: httpx2.Client) -> None:
        self.cloud, self.http = cloud, http
        self.plant = next(one for one in cloud.every_plant if one["api"] == "home_control")
        self.light = next(one["id"] for one in self.plant["modules"] if one["device"] == "light")
        self.headers = cloud.api_headers(cloud.control("POST", "/tokens")["access_token"])

    def call(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return self.http.request(
            method, f"{self.cloud.origin('api')}{BASE}{path}", json=body, headers=self.headers
        )

    def subscribe(self, url: str) -> str:
        body = {"plantid": self.plant["id"], "EndPointUrl": url}
        answer = self.call("POST", "/addsubscription", body)
        assert answer.status_code == 200, answer.text
        return next(one for one in self.subscriptions() if one["EndPointUrl"] == url)["id"]

    def subscriptions(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call("GET", "/subscriptions").json()["subscriptions"]
        return found

    def unsubscribe(self, subscription: str) -> None:
        path = f"/plants/{self.plant['id']}/subscriptions/{subscription}"
        assert self.call("DELETE", path).status_code == 200

    def switch(self, status: str) -> None:
        path = (
            "/light/lighting/addressLocation/plants/"
            f"{self.plant['id']}/modules/parameter/id/value/{self.light}"
        )
        answer = self.call("POST", path, {"status": status})
        assert answer.status_code == 200, answer.text

    def settle(self) -> None:
        self.cloud.advance("1s")


@pytest.fixture
def house(cloud: Cloud) -> Iterator[House]:
    with cloud.http() as http:
        yield House(cloud, http)


def proving(endpoint: Receiver, answer: Callable[[str], object]) -> Behaviour:
    """Answers a validation with ``answer`` of its code, and everything else well."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        data = endpoint.received[-1].json[0]["data"]
        said = answer(data["validationCode"]) if "validationCode" in data else {}
        body = json.dumps(said).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    return behave


@pytest.mark.parametrize("member", ["validationCode", "validationResponse"])
def test_an_endpoint_that_proves_itself_hears_of_its_house(
    house: House, endpoint: Receiver, member: str
) -> None:
    endpoint.behave = proving(endpoint, lambda code: {member: code})
    subscription = house.subscribe(endpoint.url(f"/{member}"))
    arrived(endpoint, 1)
    (asked,) = endpoint.received[0].json
    assert set(asked) == {"id", "data", "eventType", "eventTime"}
    assert asked["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent"
    house.settle()
    house.switch("on")
    house.switch("off")
    house.settle()
    told = [request.json[0] for request in endpoint.received[1:]]
    mine = [one for one in told if one["data"]["sender"]["plant"]["module"]["id"] == house.light]
    assert mine, told
    assert mine[-1]["subject"] == house.plant["id"]
    assert mine[-1]["eventType"] == "light.status"
    assert mine[-1]["data"]["status"] == "off"
    house.unsubscribe(subscription)


def test_an_endpoint_that_does_not_is_told_nothing_and_may_try_again(
    house: House, endpoint: Receiver
) -> None:
    endpoint.behave = proving(endpoint, lambda code: {"validationCode": code + "?"})
    house.subscribe(endpoint.url("/stranger"))
    arrived(endpoint, 1)
    house.switch("on")
    house.cloud.advance("20m")
    assert len(endpoint.received) == 6, "the handshake and its five retries, and nothing else"
    assert len({request.body for request in endpoint.received}) == 1
    assert {"Microsoft.EventGrid.SubscriptionValidationEvent"} == {
        request.json[0]["eventType"] for request in endpoint.received
    }
    house.headers = house.cloud.api_headers(house.cloud.control("POST", "/tokens")["access_token"])
    endpoint.behave = proving(endpoint, lambda code: {"validationResponse": code})
    subscription = house.subscribe(endpoint.url("/stranger"))
    arrived(endpoint, 7)
    house.settle()
    house.switch("off")
    house.settle()
    assert len(endpoint.received) > 7
    house.unsubscribe(subscription)


def test_what_was_subscribed_ends_with_the_consent(house: House, endpoint: Receiver) -> None:
    endpoint.behave = proving(endpoint, lambda code: {"validationCode": code})
    house.subscribe(endpoint.url("/ends"))
    house.settle()
    house.switch("on")
    house.settle()
    count = len(endpoint.received)
    assert count > 1

    withdraw(house.cloud)
    assert house.call("GET", "/subscriptions").status_code == 401
    listed = house.cloud.control("GET", "/webhooks/endpoints")
    mine = next(one for one in listed if one["url"] == endpoint.url("/ends"))
    assert mine["subscriptions"] == 0
    house.cloud.advance("2h")  # in which a fridge, a meter or a room has something to tell
    assert len(endpoint.received) == count


def withdraw(cloud: Cloud) -> None:
    """The home owner ends the access of the sandbox's application, in a browser."""
    person = signed_in(cloud, "end_user", "/account/third-party-access")
    client_id = cloud.document["application"]["client_id"]
    person.submit(person.form_to(client_id))

"""One running sandbox for the tests of a module, and calls of its control interface."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.cloud import Cloud


class Bench:
    """A cloud, with the words that tests of faults use."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._refresh_token = cloud.document["tokens"]["refresh_token"]
        self._access_token = cloud.document["tokens"]["access_token"]

    def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """The control interface, whatever it answers."""
        headers = {"Authorization": f"Bearer {self.cloud.document['sandbox']['token']}"}
        headers |= options.pop("headers", {})
        url = self.cloud.document["sandbox"]["url"] + path
        with self.cloud.http() as http:
            return http.request(method, url, headers=headers, timeout=300, **options)

    def cause(self, kind: str, **asked: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/faults", json={"kind": kind, **asked})
        assert answer.status_code == 201, answer.text
        fault: dict[str, Any] = answer.json()
        return fault

    def clear(self) -> None:
        assert self.ask("DELETE", "/faults").status_code == 200

    def struck(self, id_: int) -> tuple[int, int]:
        """(struck, met)"""
        one = next(each for each in self.ask("GET", "/faults").json() if each["id"] == id_)
        return one["struck"], one["met"]

    def call(self, method: str = "GET", path: str = "", **options: Any) -> httpx2.Response:
        """A thermostat's status, or another path of Smarther."""
        smarther = f"{self.cloud.origin('api')}/smarther/v2.0"
        url = f"{smarther}{path}" if path else self.cloud.status_url()
        headers = self.cloud.api_headers(self._access_token) | options.pop("headers", {})
        with self.cloud.http() as http:
            return http.request(method, url, headers=headers, **options)

    def turn(self, degrees: str) -> httpx2.Response:
        wanted = {
            "function": "heating", "mode": "manual", "setPoint": {"value": degrees, "unit": "C"},
        }  # fmt: skip
        return self.call("POST", json=wanted)

    def set_point(self) -> str:
        value: str = self.call().json()["chronothermostats"][0]["setPoint"]["value"]
        return value

    def refresh(self) -> httpx2.Response:
        """A refresh, with the newest token that has arrived."""
        application = self.cloud.document["application"]
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh_token,
            "client_id": application["client_id"],
            "client_secret": application["client_secret"],
        }
        with self.cloud.http() as http:
            answer = http.post(f"{self.cloud.origin('login')}/token", data=form)
        if answer.status_code == 200:
            self._refresh_token = answer.json()["refresh_token"]
            self._access_token = answer.json()["access_token"]
        return answer

    def mint(self) -> None:
        """Tokens as after a new sign-in."""
        tokens = self.ask("POST", "/tokens").json()
        self._refresh_token = tokens["refresh_token"]
        self._access_token = tokens["access_token"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Cloud(tmp_path_factory.mktemp("faults") / "data") as cloud:
        yield Bench(cloud)


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    """Well before and well after."""
    running.clear()
    yield running
    running.clear()
    running.ask("DELETE", "/deviations")

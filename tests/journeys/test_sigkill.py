"""Killed at any moment, many times: nothing that was acknowledged is ever lost.

Commands, token rotations and deliveries run at once while the process gets SIGKILL; then the same
folder starts again, and what had been promised is checked. [C2C-6]
"""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests import receiver
from tests.cloud import Cloud
from tests.patience import WITHIN, until
from tests.receiver import Receiver

ROUNDS = 12
SEED = 20261121


@dataclass
class Promises:
    """What the cloud has acknowledged."""

    set_points: list[float] = field(default_factory=list)
    attempted: float | None = None
    refresh_token: str = ""
    rotations: int = 0
    rounds: int = 0
    refused: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.set_points), self.rotations

    def beyond(self, before: tuple[int, int]) -> bool:
        """Whether both, commands and rotations, have gone on since."""
        return all(now > then for now, then in zip(self.counts, before, strict=True))


def turn_forever(cloud: Cloud, promises: Promises, stop: threading.Event, start: float) -> None:
    value = start
    with cloud.http() as http:
        while not stop.is_set():
            value = 5 + (value - 5 + 0.1) % 30
            promises.attempted = round(value, 1)
            try:
                answer = http.post(
                    cloud.status_url(),
                    headers=cloud.api_headers(),
                    json={
                        "function": "heating", "mode": "manual",
                        "setPoint": {"value": f"{value:.1f}", "unit": "C"},
                    },
                )  # fmt: skip
            except httpx2.HTTPError:
                return
            if answer.status_code != 200:
                promises.refused.append(answer.text)
                return
            promises.set_points.append(round(value, 1))


def refresh_forever(cloud: Cloud, promises: Promises, stop: threading.Event) -> None:
    with cloud.http() as http:
        while not stop.is_set():
            try:
                answer = refresh(cloud, http, promises.refresh_token)
            except httpx2.HTTPError:
                return
            if answer.status_code != 200:
                promises.refused.append(answer.text)
                return
            promises.refresh_token = answer.json()["refresh_token"]
            promises.rotations += 1


def refresh(cloud: Cloud, http: httpx2.Client, token: str) -> httpx2.Response:
    application = cloud.document["application"]
    return http.post(
        f"{cloud.origin('login')}/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": application["client_id"],
            "client_secret": application["client_secret"],
        },
    )


def live_until_killed(cloud: Cloud, promises: Promises, chance: random.Random) -> None:
    stop = threading.Event()
    start = promises.set_points[-1] if promises.set_points else 5.0
    threads = [
        threading.Thread(target=turn_forever, args=(cloud, promises, stop, start)),
        threading.Thread(target=refresh_forever, args=(cloud, promises, stop)),
    ]
    before = promises.counts
    for thread in threads:
        thread.start()
    # Every other time from the beginning, and else from where both are under way.
    if promises.rounds % 2 == 0:
        until(lambda: promises.refused or promises.beyond(before))
    promises.rounds += 1
    time.sleep(chance.uniform(0.05, 0.6))  # the moment of the kill is the point of this test
    cloud.kill()
    stop.set()
    for thread in threads:
        thread.join(WITHIN)


def set_point_now(cloud: Cloud, http: httpx2.Client) -> float:
    answer = http.get(cloud.status_url(), headers=cloud.api_headers())
    assert answer.status_code == 200, answer.text
    return float(answer.json()["chronothermostats"][0]["setPoint"]["value"])


def delivered(endpoint: Receiver) -> list[float]:
    return [
        float(event["data"]["chronothermostats"][0]["setPoint"]["value"])
        for request in endpoint.received
        for event in request.json
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    promises = Promises()
    cloud = Cloud(tmp_path / "data", WORKSWITH_CATALOG_STARTER_KIT_QUOTA="1000000")
    with cloud, receiver.in_thread(receiver.tls_of(tmp_path / "data" / "tls")) as endpoint:
        plant, _ = cloud.thermostat()
        with cloud.http() as http:
            subscribed = http.post(
                f"{cloud.origin('api')}/smarther/v2.0/plants/{plant}/subscription",
                headers=cloud.api_headers(),
                json={"EndPointUrl": endpoint.url()},
            )
            assert subscribed.status_code == 201
        promises.refresh_token = cloud.document["tokens"]["refresh_token"]
        for _ in range(ROUNDS):
            live_until_killed(cloud, promises, chance)
            cloud.start()
            with cloud.http() as http:
                # The last acknowledged command holds, or the one that was being answered.
                assert set_point_now(cloud, http) in (
                    promises.set_points[-1] if promises.set_points else None,
                    promises.attempted,
                )
                # The last token that was received still rotates, also when its answer got lost.
                again = refresh(cloud, http, promises.refresh_token)
                assert again.status_code == 200, again.text
                promises.refresh_token = again.json()["refresh_token"]
        assert not promises.refused
        assert len(promises.set_points) >= ROUNDS / 2
        assert promises.rotations >= ROUNDS / 2

        # Every acknowledged command was notified, at least once.
        def missing() -> set[float]:
            return set(promises.set_points) - set(delivered(endpoint))

        def all_notified() -> bool:
            cloud.advance("10s")
            return not missing()

        until(all_notified, lambda: f"notifications of {sorted(missing())[:10]}")
        once = {r.headers["webhook-id"]: r.body for r in endpoint.received}
        for request in endpoint.received:
            assert request.body == once[request.headers["webhook-id"]], "same id, same bytes"


@pytest.mark.slow
def test_a_first_start_that_is_killed_starts_over(tmp_path: Path) -> None:
    """Whatever moment of seeding it was, the next start has a complete sandbox."""
    for delay in (0.15, 0.35, 0.5, 0.65, 0.8):
        data = tmp_path / f"data-{delay}"
        first = Cloud(data)
        first.begin()
        time.sleep(delay + 0.2)
        first.kill()
        with Cloud(data) as cloud, cloud.http() as http:
            assert set_point_now(cloud, http)
            assert {p["api"] for p in cloud.document["plants"]} == {"smarther", "home_control"}


def test_a_stop_is_clean_and_the_next_start_goes_on(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "data")
    with cloud:
        before = dict(cloud.document)
        cloud.control("POST", "/clock/freeze")
        cloud.advance("3d")
        shown = cloud.control("GET", "/clock")["epoch_ms"]
        assert cloud.stop() == 0
        cloud.start()
        assert cloud.control("GET", "/clock")["epoch_ms"] == shown
        for member in ("developer", "end_user", "operator", "application", "plants", "sandbox"):
            assert cloud.document[member] == before[member]
        assert (tmp_path / "data" / "sandbox.json").stat().st_mode & 0o777 == 0o600


def test_two_do_not_share_a_folder(tmp_path: Path) -> None:
    with Cloud(tmp_path / "data") as cloud:
        second = Cloud(cloud.data)
        with pytest.raises(RuntimeError, match="Another"):
            second.start()

"""A developer's own programs look after notifications: with curl's means, and by the command line
against a cloud at an address. [C2C-6]
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.journeys.test_notifications import Home
from tests.patience import WITHIN, until


@pytest.fixture(scope="module")
def cloud(still_cloud: Cloud) -> Cloud:
    """No ban ends by itself, however long a command takes."""
    return still_cloud


def cli(cloud: Cloud, *words: str, fails: bool = False, **environ: str) -> str:
    """As in CI: no data folder, only an address, a key and a token."""
    known = {
        "WORKSWITH_SUBSCRIPTION_KEY": cloud.document["subscription"]["primary_key"],
        "WORKSWITH_NOTIFICATIONS_TOKEN": cloud.document["application"]["notifications_token"],
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "workswith",
            "webhooks",
            words[0],
            "--url",
            cloud.origin("api"),
            *words[1:],
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=cloud.data.parent,
        env={**os.environ, **known, **environ},
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done.stderr if fails else done.stdout


def ask(cloud: Cloud, method: str, path: str, body: object = None, **headers: str) -> Any:
    with cloud.http() as http:
        return http.request(
            method,
            f"{cloud.origin('api')}/notifications/v1.0{path}",
            json=body,
            headers={**cloud.own_headers(), **headers},
        )


@pytest.mark.timeout(600)
def test_a_ban_is_seen_lifted_and_made_up_for(cloud: Cloud) -> None:
    """Events of a ban are lost, listed, and sent after all; a second click changes nothing."""
    with cloud.http() as http:
        home = Home(cloud, http)
        home.subscribe(f"{cloud.document['inspector']}ci")
        home.turn(21)
        (endpoint,) = until(lambda: json.loads(cli(cloud, "endpoints", "--json")))
        id_ = endpoint["id"]
        until(lambda: ask(cloud, "GET", f"/endpoints/{id_}").json()["last_status"] == 200)

        cloud.control("POST", "/inspect/ci", {"behaviour": "fail"})

        def fail() -> bool:
            cli(cloud, "trigger", id_)
            return bool(ask(cloud, "GET", f"/endpoints/{id_}").json()["health"] == "banned")

        until(fail, within=3 * WITHIN)  # so many commands as make a ban
        home.turn(25)
        lost = until(lambda: ask(cloud, "GET", f"/endpoints/{id_}/losses").json()["losses"])
        assert {one["reason"] for one in lost} == {"banned"}
        assert cli(cloud, "lost", id_[:8]).splitlines()

        cloud.control("POST", "/inspect/ci", {"behaviour": "well"})
        assert "may be notified" in cli(cloud, "lift-ban", id_)
        assert ask(cloud, "GET", f"/endpoints/{id_}").json()["failures"] == 0
        until(lambda: ask(cloud, "GET", f"/endpoints/{id_}").json()["health"] == "well")
        mails = cloud.mails(cloud.document["developer"]["email"])
        assert any("Ban lifted" in mail["subject"] for mail in mails)

        first = cli(cloud, "replay", id_, "--once", "after the ban")
        assert first == cli(cloud, "replay", id_, "--once", "after the ban")
        until(
            lambda: all(
                one["outcome"] == "delivered"
                for one in json.loads(cli(cloud, "events", "--json"))
                if one["body"]
            )
        )
        newest, *_ = json.loads(cli(cloud, "deliveries", "--endpoint", id_, "--json"))
        assert newest["id"] in cli(cloud, "show", newest["id"], "--json")


def test_who_may_not(cloud: Cloud) -> None:
    """A user's token opens nothing here, and the application's opens nothing else."""
    user = f"Bearer {cloud.document['tokens']['access_token']}"
    assert ask(cloud, "GET", "/endpoints", authorization=user).status_code == 401
    with cloud.http() as http:
        for path in ("/echo/resource?param1=a", "/smarther/v2.0/plants"):
            url = f"{cloud.origin('api')}{path}"
            assert http.get(url, headers=cloud.api_headers()).status_code == 200
            assert http.get(url, headers=cloud.own_headers()).status_code == 401
    said = cli(cloud, "endpoints", fails=True, WORKSWITH_NOTIFICATIONS_TOKEN="wwn-none")
    assert "401: Invalid JWT" in said
    said = cli(cloud, "endpoints", fails=True, WORKSWITH_NOTIFICATIONS_TOKEN="")
    assert "WORKSWITH_NOTIFICATIONS_TOKEN is not set" in said
    assert "https" in cli(cloud, "endpoints", "--url", "http://api.example", fails=True)

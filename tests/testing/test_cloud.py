"""A whole cloud inside a test, waited for and awaited. [SBX-6]"""

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

import workswith.testing
from tests.patience import PATIENT, WITHIN
from tests.person import Person
from workswith.kernel.clock import DAY, HOUR, parse_iso
from workswith.testing import AsyncCloud, Cloud, Refused

PLANTS = "/smarther/v2.0/plants"


@pytest.fixture(scope="module")
def cloud() -> Any:
    with workswith.testing.cloud(homes=["flat"], settings=PATIENT) as running:
        yield running


def test_it_tells_everything_that_a_client_is_configured_with(cloud: Cloud) -> None:
    with httpx2.Client(timeout=WITHIN) as http:
        first = cloud.homes[0]
        answer = http.get(
            cloud.origin + PLANTS,
            headers={"Ocp-Apim-Subscription-Key": cloud.key, **cloud.token().header},
        )
        assert [plant["id"] for plant in answer.json()["plants"]] == [first.id]
        assert cloud.origin.startswith("http://127.0.0.1:")
        assert set(cloud.users) == {"developer", "end_user", "operator"}
        refreshed = http.post(
            f"{cloud.origin}/token",
            data={
                "grant_type": "refresh_token",
                "refresh_token": cloud.token().refresh_token,
                "client_id": cloud.application.client_id,
                "client_secret": cloud.application.client_secret,
            },
        )
        assert refreshed.status_code == 200


def sign_in_with_password(cloud: Cloud) -> str:
    """What the home owner's page says."""
    user, person = cloud.users["end_user"], Person(verify=True)
    person.open(f"{cloud.origin}/home")
    person.sign_in(user.email, user.password)
    return person.open(f"{cloud.origin}/home").text


def test_a_user_signs_in_with_the_password(cloud: Cloud) -> None:
    assert cloud.homes[0].name in sign_in_with_password(cloud)


def authorize_url(cloud: Cloud, **more: str) -> str:
    asked = {
        "client_id": cloud.application.client_id,
        "redirect_uri": cloud.application.redirect_uris[0],
        "response_type": "code",
        "state": "s1",
        **more,
    }
    return f"{cloud.origin}/authorize?{urlencode(asked)}"


def test_what_happens_in_the_browser_is_one_call(cloud: Cloud) -> None:
    """Also where a new sign-in and consent are asked for; a code comes back and is good."""
    for more in ({}, {"prompt": "consent"}, {"prompt": "login"}, {"prompt": "login consent"}):
        landed = cloud.sign_in(authorize_url(cloud, **more))
        assert landed.startswith(cloud.application.redirect_uris[0])
        answer = dict(parse_qsl(urlsplit(landed).query))
        assert answer["state"] == "s1"
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "client_id": cloud.application.client_id,
            "client_secret": cloud.application.client_secret,
        }
        assert cloud.call("POST", "/token", data=form).status == 200
    refused = cloud.sign_in(authorize_url(cloud, prompt="consent"), allow=False)
    assert "error=access_denied" in refused
    with pytest.raises(Refused):
        cloud.sign_in(authorize_url(cloud, redirect_uri="https://evil.example/"))
    with pytest.raises(Refused, match="end_user"):
        cloud.sign_in(authorize_url(cloud), "nobody")


def test_time_passes_as_it_is_told(cloud: Cloud) -> None:
    start = cloud.clock.now()
    assert cloud.clock.now() == start, "it stands still"
    assert cloud.clock.advance("90m") == start + 90 * 60_000
    assert cloud.clock.advance(timedelta(minutes=30)) == start + 2 * HOUR
    assert cloud.clock.advance(1.5) == start + 2 * HOUR + 1_500
    later = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert cloud.clock.set(later) == parse_iso("2026-03-03T07:00:00Z")
    assert cloud.clock.set("2026-03-03T10:00:00+02:00") == start + DAY + HOUR
    with pytest.raises(Exception, match="forward"):
        cloud.clock.set("2026-03-01T00:00:00Z")
    cloud.clock.scale(3600)
    cloud.clock.freeze()
    stands = cloud.clock.now()
    assert cloud.clock.now() == stands


def test_notifications_of_lights_and_plugs_are_caught_too(cloud: Cloud) -> None:
    """Home + Control tells no id when it subscribes, and asks the receiver for a proof."""
    cloud.reset()
    home = cloud.home("one_of_each")
    told = cloud.webhooks.subscribe(home)
    listed = cloud.call("GET", "/hc/api/v1.0/subscriptions").json()["subscriptions"]
    assert [one["id"] for one in listed] == [told]


def test_notifications_are_caught(cloud: Cloud) -> None:
    cloud.reset()
    cloud.webhooks.subscribe()
    cloud.device(cloud.thermostat[1]).touch(23.5)
    (told,) = cloud.webhooks.received(1)
    assert told.json()[0]["data"]["chronothermostats"][0]["setPoint"]["value"].startswith("23.5")
    cloud.webhooks.answer("fail")
    cloud.device(cloud.thermostat[1]).touch(19)
    assert len(cloud.webhooks.received(2)) == 2
    cloud.clock.advance("10s")
    assert len(cloud.webhooks.received(3)) == 3, "the first repetition comes after ten seconds"


def test_devices_and_faults(cloud: Cloud) -> None:
    cloud.reset()
    plant, module = cloud.thermostat
    path = (
        "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
        f"/plants/{plant}/modules/parameter/id/value/{module}"
    )
    cloud.device(module).offline()
    assert cloud.call("GET", path).status == 404
    cloud.device(module).online()
    cloud.clock.advance("10m")
    fault = cloud.faults.add("500-crashed")
    assert cloud.call("GET", path).status == 500
    assert [one["id"] for one in cloud.faults.list()] == [fault]
    cloud.faults.clear(fault)
    assert cloud.call("GET", path).status == 200
    assert cloud.faults.play("quota-spent")["pack"] == "quota-spent"
    assert cloud.call("GET", path).status == 403
    cloud.faults.clear()


def test_homes_for_everybody(cloud: Cloud) -> None:
    cloud.reset()
    house = cloud.home("house", name="Maison")
    found = cloud.call("GET", PLANTS).json()["plants"]
    assert {"Maison", cloud.homes[0].name} == {plant["name"] for plant in found}
    assert len(house.modules) > 1
    other = cloud.home("flat", user="developer")
    token = cloud.token("developer")
    own = cloud.call("GET", PLANTS, token=token).json()["plants"]
    assert [plant["id"] for plant in own] == [other.id]
    narrow = cloud.token(scope="comfort.read offline_access")
    assert cloud.call("GET", PLANTS, token=narrow).status == 200


def test_settings_are_the_program_s(cloud: Cloud) -> None:
    few = {"catalog": {"starter_kit_quota": 2}}
    with workswith.testing.cloud(homes=["empty"], settings=few) as other:
        assert [other.call("GET", PLANTS).status for _ in range(3)] == [200, 200, 403]
    with pytest.raises(ValueError, match="no_such"):
        workswith.testing.cloud(settings={"no_such": 1})
    with pytest.raises(ValueError):
        workswith.testing.cloud(now="yesterday")
    with pytest.raises(ValueError, match="of its own"):
        workswith.testing.cloud(settings={"database": {"url": "postgresql://x"}})


def test_it_serves_tls_on_a_clock_of_ones_own() -> None:
    import ssl

    with workswith.testing.cloud(
        homes=["empty"], tls=True, now="2030-05-29T12:00:00+02:00"
    ) as cloud:
        assert cloud.clock.now() == parse_iso("2030-05-29T10:00:00Z")
        trusted = ssl.create_default_context(cafile=cloud.ca_file)
        with httpx2.Client(verify=trusted, timeout=WITHIN) as http:
            assert http.get(f"{cloud.origin}/signin").status_code == 200


async def test_it_is_awaited_while_the_caller_s_loop_goes_on() -> None:
    """A receiver on the caller's own loop answers while the cloud delivers to it."""
    async with workswith.testing.cloud(homes=["flat"]) as cloud:
        assert isinstance(cloud, AsyncCloud)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        await cloud.webhooks.subscribe()
        await cloud.device(cloud.thermostat[1]).touch(22)
        assert len(await cloud.webhooks.received(1)) == 1
        assert await cloud.clock.advance("1h") == parse_iso("2026-03-02T08:00:00Z")
        await cloud.reset()
        assert (await cloud.call("GET", PLANTS)).status == 200
        ticking.cancel()
        assert ticks > 10
    assert len(asyncio.all_tasks()) == 1


def test_nothing_is_left_behind() -> None:
    before = threading.enumerate()
    with workswith.testing.cloud(homes=["empty"]) as cloud:
        cloud.call("GET", PLANTS)
        cloud.reset()
        sign_in_with_password(cloud)
        running = threading.enumerate()
        assert len(running) == len(before) + 1, "one thread, whatever it does"
        folder = cloud.ca_file
    assert threading.enumerate() == before
    with pytest.raises(FileNotFoundError):
        Path(folder).read_text()


def test_importing_the_names_costs_hardly_anything() -> None:
    """Users' conftests import it; the cloud comes when one is started."""
    seen = (
        "import sys, workswith.testing, workswith.testing.plugin;"
        "print([name for name in sys.modules if name.startswith('workswith.') or name in "
        "('starlette', 'cryptography', 'sqlalchemy', 'jinja2', 'asyncio.events')])"
    )
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert "starlette" not in done.stdout
    assert eval(done.stdout)[:1] == ["workswith.testing"]
    assert "workswith.app" not in done.stdout
    assert "workswith.kernel" not in done.stdout

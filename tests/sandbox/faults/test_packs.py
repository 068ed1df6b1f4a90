"""Incidents by name: what they cause, and when. [SBX-3]"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.cloud import Cloud
from tests.sandbox.faults.conftest import Bench
from tests.sandbox.faults.test_engine import faults_of
from workswith.kernel.clock import DAY, HOUR, Clock, iso, parse_iso
from workswith.kernel.database import Database
from workswith.kernel.problem import Problem
from workswith.sandbox.faults import packs
from workswith.sandbox.faults.engine import Faults
from workswith.sandbox.faults.packs import PACKS, find, next_change_of_time, play

WHEN = "2026-01-12T12:00:00Z"


class Scene:
    """A stage without a cloud: a clock that jumps, and a list of what people did."""

    def __init__(self, faults: Faults, clock: Clock) -> None:
        self.faults = faults
        self._clock = clock
        self.done: list[str] = []

    def now(self) -> int:
        return self._clock.now()

    def rate(self) -> float:
        return self._clock.rate

    async def pace(self, rate: float) -> None:
        self._clock.run_at(rate)

    async def advance(self, to: int) -> None:
        self._clock.jump(to)

    async def roll_key(self) -> None:
        self.done.append("key")

    async def change_scopes(self) -> None:
        self.done.append("scopes")


@pytest.fixture
def scene(database: Database, clock: Clock) -> Scene:
    return Scene(faults_of(database, clock), clock)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
async def test_every_pack_plays(scene: Scene, pack: packs.Pack) -> None:
    """None asks for a fault that there is not; the clock moves where it says so."""
    before = scene.now()
    await play(pack, scene)
    assert pack.what.endswith(".")
    assert all(step.text.endswith(".") for step in pack.steps)
    assert (scene.now() > before) is pack.moves


async def test_a_weekend_is_a_weekend(scene: Scene) -> None:
    await play(find("weekend-without-notifications"), scene)
    fault = scene.faults.listed()[0]
    begins = datetime.fromtimestamp(fault.begins_at / 1000, UTC)
    assert (begins.strftime("%A %H:%M"), fault.ends_at) == ("Saturday 00:00", scene.now())
    assert fault.fate(scene.now()) == "over"


@pytest.mark.parametrize(
    ("now", "change"),
    [
        (WHEN, "2026-03-29T01:00:00Z"),
        ("2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z"),
        ("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"),
        ("2026-10-25T00:30:30Z", "2026-10-25T01:00:00Z"),
    ],
)
def test_the_next_change_of_time(now: str, change: str) -> None:
    assert iso(next_change_of_time(parse_iso(now))) == change


async def test_the_night_goes_over_the_change(scene: Scene) -> None:
    change = next_change_of_time(scene.now())
    await play(find("daylight-saving-night"), scene)
    assert 0 < scene.now() - change < HOUR
    rome = ZoneInfo(packs.ZONE)
    offsets = {
        datetime.fromtimestamp(at / 1000, rome).utcoffset() for at in (change - 1, scene.now())
    }
    assert len(offsets) == 2


async def test_day_91(scene: Scene) -> None:
    before = scene.now()
    await play(find("day-91"), scene)
    assert scene.now() - before == 91 * DAY


def test_an_unknown_pack_names_those_that_there_are() -> None:
    with pytest.raises(Problem, match="burst-429"):
        find("gremlins")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Cloud(tmp_path_factory.mktemp("packs") / "data") as cloud:
        yield Bench(cloud)


def played_out(bench: Bench, name: str) -> None:
    answer = bench.ask("POST", f"/faults/packs/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["steps"]


def test_an_endpoint_is_banned_and_recovers(played: Bench) -> None:
    plant, _ = played.cloud.thermostat()
    played.mint()
    url = f"{played.cloud.document['inspector']}banned"
    played.call("POST", f"/plants/{plant}/subscription", json={"EndPointUrl": url})
    played_out(played, "webhook-ban")
    endpoint = played.ask("GET", "/webhooks/endpoints").json()[0]
    assert endpoint["failures"] >= 20, "so many make a ban"
    assert (endpoint["ban_until"], endpoint["last_status"]) == (None, 200)


def test_a_day_of_incidents_against_a_real_cloud(played: Bench) -> None:
    """Each as a program meets it, and well again after it."""
    played.mint()
    played_out(played, "burst-429")
    assert [played.call().status_code for _ in range(11)] == [429] * 10 + [200]

    key = {key["kid"] for key in jwks(played)}
    played_out(played, "key-roll")
    assert {key["kid"] for key in jwks(played)} - key
    assert played.refresh().status_code == 200
    assert played.call().status_code == 200

    played_out(played, "login-down")
    assert played.refresh().status_code == 503
    played_out(played, "all-well")
    assert played.refresh().status_code == 200

    played_out(played, "expired-password")
    assert played.call().status_code == 469
    played_out(played, "quota-spent")
    assert played.call().status_code == 403
    played_out(played, "all-well")
    assert played.call().status_code == 200

    played_out(played, "home-offline")
    played.mint()
    assert played.call().status_code == 404
    played.cloud.advance("61m")
    played.mint()
    assert played.call().status_code == 200

    played_out(played, "forced-reconsent")
    refused = played.refresh()
    assert refused.status_code == 400
    assert "consent" in refused.json()["error_description"]


def jwks(bench: Bench) -> list[dict[str, str]]:
    client_id = bench.cloud.document["application"]["client_id"]
    with bench.cloud.http() as http:
        url = f"{bench.cloud.origin('login')}/{client_id}/.well-known/jwks.json"
        keys: list[dict[str, str]] = http.get(url).json()["keys"]
    return keys

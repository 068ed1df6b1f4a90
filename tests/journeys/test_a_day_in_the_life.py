"""A day in the life of an integration, and the days that nobody can wait for, in one test. [SBX-6]

Onboarding, a day of polling and notifications, a quota that is spent, a key that is rolled, an endpoint
that is banned and recovers, an outage, and day 91: by `workswith.testing` alone, as any integrator
would write it. The integration speaks HTTP to the cloud's address and knows nothing else of it.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

import workswith.testing
from tests.patience import PATIENT, WITHIN
from workswith.kernel.clock import DAY
from workswith.testing import Cloud

POLLS_A_DAY = 48
AGAIN = {408, 429, 486, 500, 503}


@dataclass
class Integration:
    """A small one, with the manners that the original asks for."""

    origin: str
    key: str
    client_id: str
    client_secret: str
    redirect_uri: str
    http: httpx2.Client
    access_token: str = ""
    refresh_token: str = ""
    signed_out: bool = True
    seen: list[int] = field(default_factory=list)

    def authorize_url(self) -> str:
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "state": "life",
        }
        return f"{self.origin}/authorize?{urlencode(asked)}"

    def come_back(self, url: str) -> None:
        answer = parse_qs(urlsplit(url).query)
        assert answer["state"] == ["life"]
        assert self._token({"grant_type": "authorization_code", "code": answer["code"][0]})

    def refresh(self) -> bool:
        return self._token({"grant_type": "refresh_token", "refresh_token": self.refresh_token})

    def get(self, path: str) -> httpx2.Response:
        """With a fresh token where the old one is over."""
        answer = self._get(path)
        if answer.status_code == 401 and not self.signed_out and self.refresh():
            answer = self._get(path)
        self.seen.append(answer.status_code)
        return answer

    def subscribe(self, plant: str, url: str) -> int:
        return self.http.post(
            f"{self.origin}/smarther/v2.0/plants/{plant}/subscription",
            json={"EndPointUrl": url},
            headers=self._headers(),
        ).status_code

    def _get(self, path: str) -> httpx2.Response:
        return self.http.get(self.origin + path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "Ocp-Apim-Subscription-Key": self.key,
            "Authorization": f"Bearer {self.access_token}",
        }

    def _token(self, form: dict[str, str]) -> bool:
        known = {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = self.http.post(f"{self.origin}/token", data={**form, **known})
        body: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            self.signed_out = body.get("error") == "invalid_grant"
            return False
        self.access_token, self.refresh_token = body["access_token"], body["refresh_token"]
        self.signed_out = False
        return True


def endpoint(cloud: Cloud) -> dict[str, Any]:
    (one,) = cloud.control("GET", "/webhooks/endpoints")
    return dict(one)


@pytest.mark.slow
def test_a_day_in_the_life_of_an_integration() -> None:
    with (
        workswith.testing.cloud(homes=["flat"], settings=PATIENT) as cloud,
        httpx2.Client(timeout=WITHIN) as http,
    ):
        app = cloud.application
        integration = Integration(
            cloud.origin, cloud.key, app.client_id, app.client_secret, app.redirect_uris[0], http
        )
        plant, module = cloud.thermostat
        status = (
            "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
            f"/plants/{plant}/modules/parameter/id/value/{module}"
        )

        # Onboarding: the user signs in and consents, the integration finds the home.
        integration.come_back(cloud.sign_in(integration.authorize_url()))
        plants = integration.get("/smarther/v2.0/plants").json()["plants"]
        assert [one["id"] for one in plants] == [plant]
        assert integration.subscribe(plant, cloud.webhooks.url) == 201

        # A day: it asks every half hour, and is told of what the family does meanwhile.
        start = cloud.clock.now()
        for turn in range(POLLS_A_DAY):
            cloud.clock.advance("30m")
            if turn % 12 == 6:
                cloud.device(module).touch(18 + turn / 12)
                cloud.clock.advance("10m")
            assert integration.get(status).status_code == 200, "refreshed without anybody's help"
        assert cloud.clock.now() >= start + DAY
        told = cloud.webhooks.received(4)
        points = [
            one.json()[0]["data"]["chronothermostats"][0]["setPoint"]["value"] for one in told
        ]
        assert {float(point) for point in points} >= {18.5, 19.5, 20.5, 21.5}

        # Somebody asks too often: the day is spent, and the next one is another.
        cloud.control("POST", "/quota", {"left": 1})
        assert integration.get(status).status_code == 200
        refused = integration.get(status)
        assert refused.status_code == 403
        seconds = int(refused.headers["retry-after"])
        cloud.clock.advance(seconds)
        assert integration.get(status).status_code == 200

        # The developer rolls the key; the integration is given the new one.
        integration.key = cloud.control("POST", "/keys/primary/roll")["key"]
        assert integration.get(status).status_code == 200
        # The login service rolls its own, which nobody notices.
        cloud.faults.play("key-roll")
        assert integration.get(status).status_code == 200
        assert integration.refresh()

        # The integration's endpoint fails until it is banned, recovers, and hears again.
        cloud.webhooks.answer("fail")
        for degrees in range(40):
            cloud.device(module).touch(15 + degrees % 5)
            cloud.clock.advance("1m")
            if endpoint(cloud)["ban_left_ms"]:
                break
        assert endpoint(cloud)["ban_left_ms"] > 0
        cloud.webhooks.answer("well")
        cloud.clock.advance(endpoint(cloud)["ban_left_ms"] / 1000 + 1)
        before = len(cloud.webhooks.received())
        cloud.device(module).touch(25)
        cloud.webhooks.received(before + 1)
        assert endpoint(cloud)["ban_left_ms"] == 0
        assert endpoint(cloud)["failures"] >= 20, "remembered"
        cloud.clock.advance("25h")
        cloud.device(module).touch(24)
        cloud.settle()
        assert endpoint(cloud)["failures"] == 0, "until a day was clean"

        # An outage: most calls fail for a while; then all is well, and nobody is signed out.
        fault = cloud.faults.add("500-crashed", probability=0.7, seed=7)
        during = [integration.get(status).status_code for _ in range(20)]
        assert set(during) & AGAIN
        assert 401 not in during
        cloud.faults.clear(fault)
        assert integration.get(status).status_code == 200
        # The cable is out, the device is silent, somebody stands before it.
        for trouble, calm, expected in (
            (cloud.device(module).offline, cloud.device(module).online, 404),
            (cloud.device(module).silent, cloud.device(module).responsive, 408),
        ):
            trouble()
            assert integration.get(status).status_code == expected
            calm()
        assert integration.get(status).status_code == 200

        # The house is shut: ninety days without a call, and one more. Only the user can help.
        cloud.device(module).offline()
        cloud.save("before-the-silence")
        known = integration.refresh_token
        cloud.clock.advance("91d")
        cloud.device(module).online()
        assert integration.get(status).status_code == 401
        assert integration.signed_out
        integration.come_back(cloud.sign_in(integration.authorize_url()))
        assert integration.get(status).status_code == 200
        # Had it called now and then, nobody would have noticed.
        cloud.restore("before-the-silence")
        integration.refresh_token = known
        integration.signed_out = False
        cloud.clock.advance("80d")
        assert integration.get("/smarther/v2.0/plants").status_code == 200

"""What can be set for a sandbox so that programs written for the original feel at home. [SBX-4]"""

from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

import workswith.testing
from tests import receiver
from tests.patience import WITHIN
from tests.person import Person
from workswith.testing import Cloud

HERE = "http://localhost:8123/auth/external/callback"


def subscribe(cloud: Cloud, url: str) -> int:
    plant = cloud.homes[0].id
    path = f"/smarther/v2.0/plants/{plant}/subscription"
    return cloud.call("POST", path, {"EndPointUrl": url}).status


def test_the_sample_application_has_further_reply_urls() -> None:
    """Plain http on this machine too; sign-in leads there."""
    settings = {"sandbox": {"reply_urls": [HERE]}}
    with workswith.testing.cloud(homes=["flat"], settings=settings) as cloud:
        asked = {
            "client_id": cloud.application.client_id,
            "response_type": "code",
            "redirect_uri": HERE,
        }
        person, owner = Person(verify=True, stop_at=HERE), cloud.users["end_user"]
        person.open(f"{cloud.origin}/authorize?{urlencode(asked)}")
        person.sign_in(owner.email, owner.password)
        assert person.landed.startswith(f"{HERE}?")
        assert "code=" in person.landed


def test_plain_http_elsewhere_is_refused() -> None:
    settings = {"sandbox": {"reply_urls": ["http://program.example/callback"]}}
    with (
        pytest.raises(ValueError, match="https outside your own machine"),
        workswith.testing.cloud(homes=["flat"], settings=settings),
    ):
        pass


def test_endpoints_may_have_another_authority(tmp_path: Path) -> None:
    """Beside the sandbox's own; one that nobody named is not trusted."""
    stranger = receiver.tls_of(tmp_path / "stranger")
    known = receiver.tls_of(tmp_path / "known")
    settings = {"webhooks": {"authorities": [str(tmp_path / "known/authority.pem")]}}
    with (
        receiver.in_thread(known) as endpoint,
        receiver.in_thread(stranger) as unknown,
        workswith.testing.cloud(homes=["flat"], settings=settings) as cloud,
    ):
        assert [subscribe(cloud, each.url()) for each in (endpoint, unknown)] == [201, 201]
        cloud.device(cloud.thermostat[1]).touch(set_point=23)
        cloud.clock.advance("1h")
        assert endpoint.received
        assert not unknown.received


def test_endpoints_may_speak_plain_http_where_that_is_set() -> None:
    for allowed, status in ((False, 400), (True, 201)):
        settings = {"webhooks": {"allow_http": allowed}}
        with workswith.testing.cloud(homes=["flat"], settings=settings) as cloud:
            assert subscribe(cloud, "http://localhost:9/hook") == status


@pytest.mark.parametrize("seconds", [0, 300])
def test_a_used_refresh_token_may_be_sent_again_for_as_long_as_is_set(seconds: int) -> None:
    settings = {"identity": {"refresh_retry_seconds": seconds}}
    with (
        workswith.testing.cloud(homes=["flat"], settings=settings) as cloud,
        httpx2.Client(timeout=WITHIN) as http,
    ):
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": cloud.token().refresh_token,
            "client_id": cloud.application.client_id,
            "client_secret": cloud.application.client_secret,
        }
        answers = [http.post(f"{cloud.origin}/token", data=fields).status_code]
        cloud.clock.advance("4m")
        answers.append(http.post(f"{cloud.origin}/token", data=fields).status_code)
        assert answers == [200, 200 if seconds else 400]

"""PostgreSQL stops under a running cloud, and comes back: 503, no loss, nobody restarts anything."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests import postgres
from tests.cloud import Cloud
from workswith.kernel.database.postgresql import ANSWER_SECONDS

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    with postgres.running() as started:
        yield started


@pytest.fixture
def cloud(server: postgres.Server, tmp_path: Path) -> Iterator[Cloud]:
    url = server.url.format(name="postgres")
    with Cloud(tmp_path / "data", WORKSWITH_DATABASE_URL=url) as running:
        yield running


def calls(http: httpx2.Client, cloud: Cloud, token: str) -> dict[str, httpx2.Request]:
    """One of each kind."""
    login, document = cloud.origin("login"), cloud.document
    application = document["application"]
    bearer = {"Authorization": f"Bearer {document['tokens']['access_token']}"}
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": application["client_id"],
        "client_secret": application["client_secret"],
    }
    asked = {
        "client_id": application["client_id"],
        "redirect_uri": application["redirect_uris"][0],
        "response_type": "code",
        "state": "s",
    }
    return {
        "token": http.build_request("POST", f"{login}/token", data=refresh),
        "userinfo": http.build_request("GET", f"{login}/userinfo", headers=bearer),
        "authorize": http.build_request("GET", f"{login}/authorize", params=asked),
        "gateway": http.build_request("GET", cloud.status_url(), headers=cloud.api_headers()),
        "page": http.build_request("GET", f"{cloud.origin('portal')}/applications"),
    }


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_everything_says_503_and_goes_on_by_itself(
    cloud: Cloud, server: postgres.Server, how: str
) -> None:
    token = cloud.document["tokens"]["refresh_token"]
    with cloud.http() as http:

        def answers(token: str) -> dict[str, httpx2.Response]:
            return {name: http.send(one) for name, one in calls(http, cloud, token).items()}

        before = answers(token)
        assert [each.status_code for each in before.values()] == [200, 200, 200, 200, 303]
        token = before["token"].json()["refresh_token"]
        server.stop(how)
        away = answers(token) | {"again": answers(token)["token"]}
        server.start()
        after = answers(token)
    for name in ("token", "userinfo", "authorize", "again"):
        assert away[name].status_code == 503, name
        assert away[name].json()["error"] == "temporarily_unavailable", name
        assert int(away[name].headers["retry-after"]) > 0, name
        assert away[name].elapsed.total_seconds() < ANSWER_SECONDS, "nobody is left hanging"
    assert (away["gateway"].status_code, away["gateway"].headers["retry-after"]) == (503, "5")
    assert away["gateway"].json() == {"statusCode": 503, "message": "Service unavailable"}
    assert [each.status_code for each in after.values()] == [200, 200, 200, 200, 303]
    assert after["token"].json()["refresh_token"] != token

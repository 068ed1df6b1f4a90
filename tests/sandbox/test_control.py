"""The control interface: what it takes, and whom it refuses. [SBX-2 SBX-3]"""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.cloud import Cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("control") / "data") as running:
        yield running


def ask(cloud: Cloud, method: str, path: str, **options: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {cloud.document['sandbox']['token']}"}
    headers |= options.pop("headers", {})
    with cloud.http() as http:
        return http.request(
            method, cloud.document["sandbox"]["url"] + path, headers=headers, **options
        )


def test_the_document_is_what_was_printed(cloud: Cloud) -> None:
    assert ask(cloud, "GET", "").json() == cloud.document


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic x"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:80"}, 421),
    ],
)
def test_strangers_are_refused(cloud: Cloud, headers: dict[str, str], status: int) -> None:
    for method, path in (("GET", "/clock"), ("POST", "/clock/freeze"), ("GET", "/mail")):
        assert ask(cloud, method, path, headers=headers).status_code == status
    assert not ask(cloud, "GET", "/clock").json()["frozen"]


def test_a_cookie_opens_pages_but_not_for_other_sites(cloud: Cloud) -> None:
    url, token = cloud.document["sandbox"]["url"], cloud.document["sandbox"]["token"]
    with cloud.http(follow_redirects=True) as http:
        assert http.get(f"{url}/mailbox").status_code == 401
        page = http.get(f"{url}/mailbox?token={token}")
        assert page.status_code == 200
        assert token not in str(page.url), "the token does not stay in the address bar"
        assert http.get(f"{url}/mail").status_code == 200
        crossing = {"Sec-Fetch-Site": "cross-site"}
        assert http.post(f"{url}/clock/freeze", headers=crossing).status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock/advance", {}),
        ("/clock/advance", {"by": "soon"}),
        ("/clock/advance", {"by": "99999w"}),
        ("/clock/set", {"to": "2001-01-01T00:00:00Z"}),
        ("/clock/set", {"to": "tomorrow"}),
        ("/clock/set", {"to": 5}),
        ("/clock/scale", {"rate": "fast"}),
        ("/clock/scale", {"rate": -1}),
        ("/clock/scale", {"rate": True}),
    ],
)
def test_mistakes_are_told(cloud: Cloud, path: str, body: dict[str, object]) -> None:
    answer = ask(cloud, "POST", path, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b"[" * 100_000, b'"' + b"x" * 20_000])
def test_broken_bodies_are_told(cloud: Cloud, raw: bytes) -> None:
    assert ask(cloud, "POST", "/clock/advance", content=raw).status_code == 400


def test_unknown_modules_and_states(cloud: Cloud) -> None:
    assert ask(cloud, "POST", "/modules/nobody/touch").status_code == 404
    _, module = cloud.thermostat()
    assert ask(cloud, "POST", f"/modules/{module}/explode").status_code == 404


def test_freeze_advance_scale_resume(cloud: Cloud) -> None:
    frozen = ask(cloud, "POST", "/clock/freeze").json()
    assert frozen["frozen"]
    assert frozen["rate"] == 0
    later = ask(cloud, "POST", "/clock/advance", json={"by": "90m"}).json()
    assert later["epoch_ms"] - frozen["epoch_ms"] == 90 * 60 * 1000
    assert ask(cloud, "POST", "/clock/scale", json={"rate": 60}).json()["rate"] == 60
    assert ask(cloud, "POST", "/clock/resume").json()["rate"] == 1


@pytest.mark.parametrize(
    ("enter", "leave", "status", "message"),
    [
        ("/modules/{module}/offline", "/modules/{module}/online", 404, "Gateway Offline"),
        ("/modules/{module}/silent", "/modules/{module}/responsive", 408, "Request timeout"),
        ("/modules/{module}/touch", None, 486, "Busy visual user interface"),
        ("/app-account/expire-password", "/app-account/renew-password", 469, "Password used"),
        ("/app-account/expire-terms", "/app-account/accept-terms", 470, "Terms and conditions"),
    ],
)
def test_every_state_that_an_integrator_must_meet(
    cloud: Cloud, enter: str, leave: str | None, status: int, message: str
) -> None:
    """Each makes the documented error, and ends it. [DEV-1 DEV-2 DEV-3]"""
    _, module = cloud.thermostat()
    body = {
        "function": "heating",
        "mode": "manual",
        "setPoint": {"value": "20.0", "unit": "C"},
    }

    token = ask(cloud, "POST", "/tokens").json()["access_token"]

    def turn() -> httpx2.Response:
        with cloud.http() as http:
            return http.post(cloud.status_url(), json=body, headers=cloud.api_headers(token))

    assert turn().status_code == 200
    assert ask(cloud, "POST", enter.format(module=module)).status_code == 204
    refused = turn()
    assert refused.status_code == status
    assert refused.json()["message"].startswith(message)
    if leave is None:
        ask(cloud, "POST", "/clock/advance", json={"by": "11s"})
    else:
        assert ask(cloud, "POST", leave.format(module=module)).status_code == 204
    assert turn().status_code == 200

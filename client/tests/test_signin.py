"""A person signs in: by a browser on this machine, by hand, and against people with bad intentions."""

import threading
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from conftest import options
from workswith.testing import Cloud
from workswith_client import AsyncClient, Client, SignIn, errors, service
from workswith_client.loopback import Loopback
from workswith_client.signin import challenge, code_of

pytestmark = pytest.mark.xdist_group("port 8765")

LOOPBACK = "http://localhost:8765/callback"


@pytest.fixture
def fresh(workswith: Cloud, store: Path) -> Client:
    return Client(**options(workswith, store))


def browse(url: str) -> None:
    """A browser that goes where it is sent, in the background."""
    threading.Thread(target=lambda: urllib.request.urlopen(url).read()).start()


def test_with_a_browser_on_this_machine(fresh: Client, workswith: Cloud) -> None:
    shown: list[str] = []

    def person(url: str) -> None:
        shown.append(url)
        browse(workswith.sign_in(url))

    fresh.sign_in(LOOPBACK, show=person)
    assert fresh.signed_in()
    query = parse_qs(urlsplit(shown[0]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [LOOPBACK]
    assert fresh.smarther.plants()
    fresh.close()


async def test_in_a_program_on_asyncio(workswith: Cloud, store: Path) -> None:
    async with AsyncClient(**_async(workswith, store)) as client:
        assert not await client.signed_in()
        await client.sign_in(LOOPBACK, show=lambda url: browse(workswith.sign_in(url)))
        assert await client.signed_in()
        assert await client.smarther.plants()


def test_with_a_browser_on_another_machine(fresh: Client, workswith: Cloud) -> None:
    """The person pastes the address; the page there need not exist."""
    shown: list[str] = []
    fresh.sign_in(
        workswith.application.redirect_uris[0],
        show=shown.append,
        paste=lambda: f"  {workswith.sign_in(shown[0])}\n",
    )
    assert fresh.smarther.plants()
    fresh.close()


def test_a_person_who_refuses(fresh: Client, workswith: Cloud) -> None:
    with pytest.raises(errors.SignInRefused) as told:
        fresh.sign_in(
            LOOPBACK, show=lambda url: browse(workswith.sign_in(url, "developer", allow=False))
        )
    assert told.value.error == "access_denied"
    assert not fresh.signed_in()


def test_a_person_who_goes_away(fresh: Client) -> None:
    with pytest.raises(errors.SignInTimedOut):
        fresh.sign_in(LOOPBACK, show=lambda _: None, seconds=0.05)
    with Loopback(LOOPBACK):
        pass  # the port is free again


def test_a_stranger_at_the_loopback_changes_nothing(fresh: Client, workswith: Cloud) -> None:
    """Another state, another path: the right answer still counts when it comes."""

    def person(url: str) -> None:
        for wrong in ("?code=evil&state=guess", "?error=access_denied&state=x"):
            urllib.request.urlopen(LOOPBACK + wrong).read()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen("http://localhost:8765/other?code=x")
        browse(workswith.sign_in(url))

    fresh.sign_in(LOOPBACK, show=person)
    assert fresh.signed_in()
    fresh.close()


BEGUN = SignIn("https://login/authorize", "https://app/cb", "st4te", "v", "https://login/client")


@pytest.mark.parametrize(
    ("came_back", "error"),
    [
        ("https://app/cb?code=c&state=other&iss=https://login/client", errors.SignInForged),
        ("https://app/cb?code=c&iss=https://login/client", errors.SignInForged),
        ("https://app/cb?code=c&state=st4te", errors.SignInForged),
        ("https://app/cb?code=c&state=st4te&iss=https://evil/client", errors.SignInForged),
        ("https://app/cb?code=c&code=d&state=st4te&iss=https://login/client", errors.SignInForged),
        ("https://app/cb?state=st4te&iss=https://login/client", errors.SignInForged),
        ("https://app/cb?error=access_denied&state=st4te&iss=https://login/client", errors.SignInRefused),
        ("hello", errors.ConfigurationError),
        ("", errors.ConfigurationError),
    ],
)  # fmt: skip
def test_what_may_come_back(came_back: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        code_of(BEGUN, came_back)


def test_the_code() -> None:
    for came_back in (
        "https://app/cb?iss=https%3A%2F%2Flogin%2Fclient&code=c.o-d_e&state=st4te",
        "state=st4te&iss=https%3A%2F%2Flogin%2Fclient&code=c.o-d_e",
        "/cb?state=st4te&iss=https%3A%2F%2Flogin%2Fclient&code=c.o-d_e#x",
    ):
        assert code_of(BEGUN, came_back) == "c.o-d_e"
    assert "st4te" not in repr(BEGUN)


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


def test_where_a_cloud_is(tmp_path: Path) -> None:
    assert service.chosen(environ={}) is service.ORIGINAL
    assert service.ORIGINAL.api == "https://api.developer.legrand.com"
    local = service.chosen(environ={"WORKSWITH_URL": "http://127.0.0.1:8080/"})
    assert (local.api, local.login) == ("http://127.0.0.1:8080", "http://127.0.0.1:8080")
    two = service.chosen("https://api.example", "https://login.example", {"WORKSWITH_URL": "x"})
    assert (two.api, two.login) == ("https://api.example", "https://login.example")
    for wrong in ("http://example.org", "ftp://localhost", str(tmp_path / "none.json")):
        with pytest.raises(errors.ConfigurationError):
            service.chosen(environ={"WORKSWITH_URL": wrong})
    with pytest.raises(errors.ConfigurationError):
        service.chosen(login="https://login.example", environ={})


def test_the_file_of_a_sandbox(workswith: Cloud, tmp_path: Path, store: Path) -> None:
    import json

    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(workswith._running.cloud.document))
    found = service.sandbox(path)
    assert service.chosen(environ={"WORKSWITH_URL": str(path)}) == found.service
    assert found.subscription_keys == workswith.keys
    assert found.client_id == workswith.application.client_id
    assert workswith.key not in repr(found)


def _async(cloud: Cloud, store: Path) -> dict[str, Any]:
    made = options(cloud, store)
    del made["sleep"]
    return made

"""Codes and refresh tokens: of one client, for one use, with what proves who asked.

[RFC 9700 sections 2.1.1, 4.5, 4.8, 4.14; RFC 7636]
"""

from typing import Any

import pytest

from tests.cloud import Cloud
from tests.conformance.oidc.pkce import pair

from .conftest import CALLBACK, Browser, Client, query_of, refused

pytestmark = pytest.mark.xdist_group("attacks")


def test_a_stolen_code_is_worth_nothing_without_the_verifier(
    victim: Browser, client: Client
) -> None:
    """Code injection: the attacker's browser brings the victim's code to the honest client."""
    _, challenge = pair()
    code = victim.code(client, code_challenge=challenge, code_challenge_method="S256")
    attackers, _ = pair()
    refused(client.exchange(code, code_verifier=attackers))
    refused(client.exchange(code))
    refused(client.exchange(code, code_verifier=""))
    refused(client.exchange(code, code_verifier=challenge))


def test_a_failed_guess_does_not_burn_the_code(victim: Browser, client: Client) -> None:
    verifier, challenge = pair()
    code = victim.code(client, code_challenge=challenge, code_challenge_method="S256")
    refused(client.exchange(code, code_verifier=pair()[0]))
    assert client.exchange(code, code_verifier=verifier).status_code == 200


def test_pkce_cannot_be_taken_away(victim: Browser, client: Client) -> None:
    """Downgrade: the attacker strips the challenge, the client still sends its verifier."""
    code = victim.code(client)
    refused(client.exchange(code, code_verifier=pair()[0]))


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "a" * 43},
        {"code_challenge": "a" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "a" * 43, "code_challenge_method": "s256"},
        {"code_challenge": "a" * 20, "code_challenge_method": "S256"},
        {"code_challenge_method": "S256"},
    ],
    ids=str,
)
def test_pkce_cannot_be_weakened(cloud: Cloud, client: Client, changes: dict[str, str]) -> None:
    with cloud.http() as http:
        location = http.get(client.url(prompt="none", **changes)).headers["location"]
    assert query_of(location)["error"] == "invalid_request"


def test_a_code_is_of_one_client(victim: Browser, client: Client, other: Client) -> None:
    code = victim.code(client)
    refused(other.exchange(code))
    assert client.exchange(code).status_code == 200, "nobody else can use it up either"


def test_a_code_is_of_one_reply_url(victim: Browser, client: Client) -> None:
    code = victim.code(client)
    for wrong in ("https://evil.example/", f"{CALLBACK}/", CALLBACK.upper()):
        refused(client.exchange(code, redirect_uri=wrong))
    assert client.exchange(code, redirect_uri=CALLBACK).status_code == 200


def test_a_code_that_is_used_twice_ends_what_it_brought(
    cloud: Cloud, victim: Browser, client: Client
) -> None:
    code = victim.code(client)
    tokens = client.exchange(code).json()
    refused(client.exchange(code))
    refused(client.refresh(tokens["refresh_token"]))
    with cloud.http() as http:
        header = {"authorization": f"Bearer {tokens['access_token']}"}
        assert http.get(f"{cloud.origin('login')}/userinfo", headers=header).status_code == 401
        called = http.get(
            f"{cloud.origin('api')}/smarther/v2.0/plants",
            headers=cloud.api_headers(tokens["access_token"]),
        )
        assert called.status_code == 401


def test_a_code_is_over_after_a_minute(cloud: Cloud, victim: Browser, client: Client) -> None:
    code = victim.code(client)
    cloud.advance("61s")
    refused(client.exchange(code))


def test_a_refresh_token_is_of_one_client(
    client: Client, other: Client, tokens: dict[str, Any]
) -> None:
    refused(other.refresh(tokens["refresh_token"]))
    other.post("/revoke", token=tokens["refresh_token"])
    other.post("/revoke", token=tokens["access_token"])
    assert client.refresh(tokens["refresh_token"]).status_code == 200, "nor can others end it"


def test_a_stolen_refresh_token_ends_with_the_family(
    cloud: Cloud, client: Client, tokens: dict[str, Any]
) -> None:
    """Whoever comes second, thief or owner, ends it for both."""
    thiefs = client.refresh(tokens["refresh_token"]).json()
    used = client.refresh(thiefs["refresh_token"]).json()
    refused(client.refresh(tokens["refresh_token"]))
    refused(client.refresh(used["refresh_token"]))
    with cloud.http() as http:
        header = {"authorization": f"Bearer {used['access_token']}"}
        assert http.get(f"{cloud.origin('login')}/userinfo", headers=header).status_code == 401


def test_a_refresh_cannot_widen(client: Client, tokens: dict[str, Any]) -> None:
    for scope in ("openid email", "openid comfort.write", "openid unknown.scope"):
        refused(client.refresh(tokens["refresh_token"], scope=scope), "invalid_scope")
    assert client.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("change", ["", "A", "=", "\n", " "])
def test_refresh_tokens_cannot_be_varied(
    client: Client, tokens: dict[str, Any], change: str
) -> None:
    token = tokens["refresh_token"]
    varied = token + change if change else token[:-1]
    refused(client.refresh(varied))


def test_one_kind_of_token_is_not_another(
    victim: Browser, client: Client, tokens: dict[str, Any]
) -> None:
    """Token substitution at /token."""
    code = victim.code(client)
    for wrong in (tokens["access_token"], tokens["id_token"], code):
        refused(client.refresh(wrong))
    for wrong in (tokens["access_token"], tokens["id_token"], tokens["refresh_token"]):
        refused(client.exchange(wrong))


def test_secrets_are_not_taken_from_addresses(
    cloud: Cloud, client: Client, tokens: dict[str, Any]
) -> None:
    """They would stand in logs. [RFC 9700 4.3.2]"""
    login = cloud.origin("login")
    query = f"grant_type=refresh_token&refresh_token={tokens['refresh_token']}"
    query += f"&client_id={client.client_id}&client_secret={client.client_secret}"
    with cloud.http() as http:
        assert http.get(f"{login}/token?{query}").status_code == 405
        assert http.post(f"{login}/token?{query}", data={"x": "y"}).status_code in (400, 401)
        asked = http.get(f"{login}/userinfo?access_token={tokens['access_token']}")
        assert asked.status_code == 401


def test_a_client_says_once_who_it_is(client: Client, other: Client, victim: Browser) -> None:
    code = victim.code(client)
    for wrong in (None, "", "x", other.client_secret, client.client_secret + "x"):
        answer = client.exchange(code, client_secret=wrong)
        refused(answer, "invalid_client", 401)
    with client.cloud.http() as http:
        answer = http.post(
            f"{client.cloud.origin('login')}/token",
            auth=(other.client_id, other.client_secret),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": client.client_id,
                "client_secret": client.client_secret,
            },
        )
    assert answer.status_code in (400, 401)
    assert client.exchange(code).status_code == 200

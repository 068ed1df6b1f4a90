"""Redirects: byte for byte what is registered, or a page of our own.

[RFC 9700 sections 2.1, 4.1, 4.11]
"""

from urllib.parse import quote, urlsplit

import pytest

from tests.cloud import Cloud

from .conftest import CALLBACK, EVIL, Browser, Client, nothing_given, query_of

pytestmark = pytest.mark.xdist_group("attacks")

NEARLY = [
    "https://client.example/callback/",
    "https://client.example/callback?x=1",
    "https://client.example/callback#fragment",
    "https://client.example/callback/../steal",
    "https://client.example/callback/%2e%2e/steal",
    "https://client.example/Callback",
    "https://CLIENT.example/callback",
    "https://client.example:443/callback",
    "https://client.example./callback",
    "https://client.example%2eevil.example/callback",
    "https://client.example.evil.example/callback",
    "https://client.example@evil.example/callback",
    "https://client.example:x@evil.example/callback",
    "https://evil.example/https://client.example/callback",
    "https://evil.example#https://client.example/callback",
    "https://evil.example\\@client.example/callback",
    "https://client.example\\.evil.example/callback",
    "https:///client.example/callback",
    "http://client.example/callback",
    "//client.example/callback",
    "https://client.example/callback\t",
    " https://client.example/callback",
    "https://client.example/callback\r\nlocation: https://evil.example/",
    "https://client.example/callback\x00",
    "javascript:alert(1)//https://client.example/callback",
    "data:text/html,hello",
    "http://localhost:8765/callback",
    "http://client.example@127.0.0.1/callback",
    "",
]


@pytest.mark.parametrize("reply_url", NEARLY, ids=repr)
@pytest.mark.parametrize("prompt", ["none", "consent"])
def test_nearly_the_registered_reply_url_is_not_it(
    cloud: Cloud, client: Client, reply_url: str, prompt: str
) -> None:
    with cloud.http() as http:
        answer = http.get(client.url(redirect_uri=reply_url, prompt=prompt))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_two_reply_urls_are_none(cloud: Cloud, client: Client) -> None:
    for extra in (f"&redirect_uri={quote(EVIL)}", f"&client_id={client.client_id}"):
        with cloud.http() as http:
            answer = http.get(client.url() + extra)
        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_an_unknown_application_is_never_redirected(cloud: Cloud, client: Client) -> None:
    with cloud.http() as http:
        for client_id in ("00000000-0000-0000-0000-000000000000", "", "../x", "'--", "\x00"):
            answer = http.get(client.url(client_id=client_id, redirect_uri=EVIL))
            assert answer.status_code in (400, 401)
            assert "location" not in answer.headers


def test_an_applications_reply_url_is_not_another_ones(cloud: Cloud, client: Client) -> None:
    """The sample application's reply URL with this application's id."""
    sample = cloud.document["application"]["redirect_uris"][1]
    with cloud.http() as http:
        answer = http.get(client.url(redirect_uri=sample))
    assert answer.status_code == 400


def test_a_state_cannot_write_the_answer(cloud: Cloud, client: Client) -> None:
    """Parameter and header injection through what is sent back."""
    evil = "s&code=stolen&iss=https://evil.example#x\r\nset-cookie: a=b"
    with cloud.http() as http:
        for state in (evil, "é\u2028", "%26code=1", "+a b"):
            answer = http.get(client.url(state=state, prompt="none"))
            if answer.status_code == 400:
                assert "location" not in answer.headers
                continue
            said = query_of(answer.headers["location"])
            assert said["state"] == state
            assert said["error"] == "login_required"
            assert "code" not in said
            assert "set-cookie" not in answer.headers.get("set-cookie", "a=b")
            assert urlsplit(answer.headers["location"]).fragment == ""


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/%2f/evil.example",
        "/..//evil.example",
        "https://client.example@evil.example/",
    ],
)
def test_the_sign_in_page_is_no_open_redirect(victim: Browser, target: str) -> None:
    origin = victim.cloud.origin("login")
    victim.open(f"{origin}/signin?return_to={quote(target, safe='')}")
    form = victim.form_with("logonIdentifier", "password")
    answer = victim.raw(
        form,
        logonIdentifier=victim.who["email"],
        password=victim.who["password"],
        return_to=target,
    )
    location = answer.headers.get("location", "/")
    assert urlsplit(location).netloc in ("", urlsplit(origin).netloc), location
    assert location.startswith((origin, "/"))
    assert not location.startswith(("//", "/\\", "/\t"))
    nothing_given(answer)


def test_what_lies_behind_the_sign_in_is_checked_again(victim: Browser, client: Client) -> None:
    """A link to the sign-in page that leads on to a forged request. (Covert redirect.)"""
    inner = client.url(redirect_uri=EVIL).removeprefix(client.cloud.origin("login"))
    answer = victim.sign_in_at(quote(inner, safe=""))
    assert answer.status_code == 400
    assert "evil.example" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://client.example/callback",
        "https://user@client.example/callback",
        "https://user:password@localhost/callback",
        "http://localhost@evil.example/callback",
        "https://client.example/callback#x",
        "https://*.client.example/callback",
        "https://client.example\\@evil.example/",
        "//client.example/callback",
        "https://",
        "vbscript:x",
        "myapp:callback",
    ],
)
def test_such_a_reply_url_cannot_be_registered(cloud: Cloud, client: Client, url: str) -> None:
    owner = Browser(cloud, "developer")
    page = f"/applications/{client.client_id}/reply-urls"
    owner.sign_in_at(page)
    form = owner.form_with("reply_url")
    answer = owner.submit(form, ("go", "save"), reply_url=[CALLBACK, url])
    assert answer.status_code == 422
    with cloud.http() as http:
        assert http.get(client.url(redirect_uri=url)).status_code == 400


def test_every_answer_names_its_issuer(
    cloud: Cloud, victim: Browser, client: Client, other: Client
) -> None:
    """Mix-up: a client of several issuers can tell whose answer it has. [RFC 9207]"""
    with cloud.http() as http:
        for one in (client, other):
            refusal = http.get(one.url(prompt="none")).headers["location"]
            assert query_of(refusal)["iss"] == one.issuer
            bad = http.get(one.url(response_type="token")).headers["location"]
            assert query_of(bad)["iss"] == one.issuer
            metadata = http.get(f"{one.issuer}/.well-known/openid-configuration").json()
            assert metadata["issuer"] == one.issuer
            assert metadata["authorization_response_iss_parameter_supported"] is True
    assert victim.answer(client)["iss"] == client.issuer
    form = victim.consent_form(client.url(prompt="consent"))
    victim.submit(form, ("deny", "no"))
    assert query_of(victim.landed)["iss"] == client.issuer
    assert query_of(victim.landed)["error"] == "access_denied"


def test_the_host_header_writes_no_address(cloud: Cloud, client: Client) -> None:
    with cloud.http() as http:
        url = f"{client.issuer}/.well-known/openid-configuration"
        headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
        answer = http.get(url, headers=headers)
        assert "evil.example" not in answer.text
        page = http.get(client.url(), headers=headers | {"accept": "text/html"})
        assert "evil.example" not in page.text + str(page.headers)


def test_only_codes_are_given(cloud: Cloud, client: Client) -> None:
    """No implicit flow, no tokens in addresses. [RFC 9700 2.1.2]"""
    with cloud.http() as http:
        for kind in ("token", "id_token", "code token", "code id_token", "none", "CODE"):
            location = http.get(client.url(response_type=kind, prompt="none")).headers["location"]
            assert query_of(location)["error"] == "unsupported_response_type"
        for mode in ("fragment", "web_message"):
            location = http.get(client.url(response_mode=mode, prompt="none")).headers["location"]
            assert query_of(location)["error"] == "invalid_request"
    for grant in ("password", "client_credentials", "implicit"):
        refused = client.post(grant_type=grant, username="a", password="b")
        assert refused.json()["error"] in {"unsupported_grant_type", "unauthorized_client"}

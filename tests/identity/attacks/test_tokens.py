"""Forged and misplaced tokens at the APIs and at userinfo.

[RFC 8725, RFC 9068, RFC 9700 section 4.10; CVE-2026-27962, -28802, -32597, -48526]
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from tests.cloud import Cloud

from .conftest import Browser, Client

pytestmark = pytest.mark.xdist_group("attacks")
ATTACKER = rsa.generate_private_key(65537, 2048)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(value: object) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(unb64(header)), json.loads(unb64(claims))


def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """By the attacker's own RSA key."""
    body = f"{part(header)}.{part(claims)}"
    return f"{body}.{b64(ATTACKER.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def everywhere_refused(cloud: Cloud, token: str) -> None:
    header = {"authorization": f"Bearer {token}"}
    with cloud.http() as http:
        told = http.get(f"{cloud.origin('login')}/userinfo", headers=header)
        assert told.status_code == 401, told.text
        url = f"{cloud.origin('api')}/smarther/v2.0/plants"
        called = http.get(url, headers=cloud.api_headers(token))
        assert called.status_code == 401, called.text


def accepted(cloud: Cloud, token: str) -> None:
    header = {"authorization": f"Bearer {token}"}
    with cloud.http() as http:
        told = http.get(f"{cloud.origin('login')}/userinfo", headers=header)
        assert told.status_code == 200


def test_an_id_token_opens_nothing(cloud: Cloud, tokens: dict[str, Any]) -> None:
    accepted(cloud, tokens["access_token"])
    everywhere_refused(cloud, tokens["id_token"])
    everywhere_refused(cloud, tokens["refresh_token"])


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_alg_none(cloud: Cloud, tokens: dict[str, Any], alg: str) -> None:
    header, claims = opened(tokens["access_token"])
    signature = tokens["access_token"].rpartition(".")[2]
    for end in ("", signature):
        everywhere_refused(cloud, f"{part(header | {'alg': alg})}.{part(claims)}.{end}")


def test_the_public_key_is_no_secret(cloud: Cloud, client: Client, tokens: dict[str, Any]) -> None:
    """HS256 with what everybody can read as the key, in each form it might be taken."""
    header, claims = opened(tokens["access_token"])
    with cloud.http() as http:
        jwk = http.get(f"{client.issuer}/.well-known/jwks.json").json()["keys"][0]
    key = RSAAlgorithm.from_jwk(jwk)
    assert isinstance(key, rsa.RSAPublicKey)
    secrets = [
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk).encode(),
        jwk["n"].encode(),
        unb64(jwk["n"]),
        b"",
        client.client_secret.encode(),
    ]
    for secret in secrets:
        body = f"{part(header | {'alg': 'HS256'})}.{part(claims)}"
        mac = hmac.digest(secret, body.encode(), hashlib.sha256)
        everywhere_refused(cloud, f"{body}.{b64(mac)}")


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "kid", "crit", "nothing"])
def test_a_token_does_not_bring_its_own_key(
    cloud: Cloud, tokens: dict[str, Any], member: str
) -> None:
    header, claims = opened(tokens["access_token"])
    public = json.loads(RSAAlgorithm.to_jwk(ATTACKER.public_key()))
    headers: dict[str, dict[str, Any]] = {
        "jwk": {"jwk": {**public, "kid": header["kid"]}},
        "jku": {"jku": "https://evil.example/jwks.json"},
        "x5u": {"x5u": "https://evil.example/chain.pem"},
        "x5c": {"x5c": ["MIIB"]},
        "kid": {"kid": "../../../../dev/null"},
        "crit": {"crit": ["b64"], "b64": False},
        "nothing": {},
    }
    brought = headers[member]
    everywhere_refused(cloud, signed(header | brought, claims))
    genuine = tokens["access_token"].rpartition(".")[2]
    if brought:  # the right signature under another header
        everywhere_refused(cloud, f"{part(header | brought)}.{part(claims)}.{genuine}")


def test_other_algorithms_of_our_own_key(cloud: Cloud, tokens: dict[str, Any]) -> None:
    header, claims = opened(tokens["access_token"])
    genuine = tokens["access_token"].rpartition(".")[2]
    for alg in ("RS384", "RS512", "PS256", "ES256", "rs256", ["RS256"], None):
        everywhere_refused(cloud, f"{part(header | {'alg': alg})}.{part(claims)}.{genuine}")
    body = f"{part(header | {'alg': 'ES256'})}.{part(claims)}"
    key = ec.generate_private_key(ec.SECP256R1())
    everywhere_refused(cloud, f"{body}.{b64(key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sub", "somebody-else"), ("scope", "openid comfort.write"), ("exp", 4_102_444_800),
        ("client_id", "another"), ("fid", "another"), ("aud", "another"),
    ],
)  # fmt: skip
def test_nothing_in_a_token_can_be_changed(
    cloud: Cloud, tokens: dict[str, Any], name: str, value: object
) -> None:
    header, claims, signature = tokens["access_token"].split(".")
    changed = part({**json.loads(unb64(claims)), name: value})
    everywhere_refused(cloud, f"{header}.{changed}.{signature}")


def test_typ_cannot_be_changed(cloud: Cloud, tokens: dict[str, Any]) -> None:
    """The id_token's signature does not cover another header."""
    header, _ = opened(tokens["access_token"])
    _, claims, signature = tokens["id_token"].split(".")
    everywhere_refused(cloud, f"{part(header)}.{claims}.{signature}")
    everywhere_refused(cloud, f"{tokens['access_token'].split('.')[0]}.{claims}.{signature}")


def test_spellings_of_one_token(cloud: Cloud, tokens: dict[str, Any]) -> None:
    """Malleability: nothing but the very same characters."""
    token = tokens["access_token"]
    header, claims, signature = token.split(".")
    last = signature[-1]
    for wrong in (
        f"{token}.",
        f"{token}.x",
        f"{header}.{claims}",
        f"{header}..{signature}",
        f"{header}.{claims}.{signature}==",
        f"{header}=.{claims}.{signature}",
        f"{header}.{claims}.{signature[:-1]}",
        f"{header}.{claims}.{signature[:-1]}{'B' if last == 'A' else 'A'}",
        f"{header}.{claims}.{signature[:-1]}{chr(ord(last) + 1)}",
        "." * 2,
        "x" * 9000,
    ):
        everywhere_refused(cloud, wrong)


def test_a_token_is_for_these_apis_and_says_so(
    cloud: Cloud, client: Client, tokens: dict[str, Any]
) -> None:
    """Audience, type and issuer; a person's id is never a client's. [RFC 9068, 9700 4.15]"""
    header, claims = opened(tokens["access_token"])
    assert header["typ"] == "at+jwt"
    assert header["alg"] == "RS256"
    assert claims["iss"] == client.issuer
    assert claims["aud"] not in ("", client.client_id)
    assert claims["sub"] not in (client.client_id, cloud.document["application"]["client_id"])
    _, said = opened(tokens["id_token"])
    assert said["aud"] == client.client_id


def test_revoked_is_revoked_at_once(cloud: Cloud, client: Client, tokens: dict[str, Any]) -> None:
    accepted(cloud, tokens["access_token"])
    assert client.post("/revoke", token=tokens["refresh_token"]).status_code == 200
    everywhere_refused(cloud, tokens["access_token"])


def test_a_token_of_another_cloud_is_a_strangers(
    cloud: Cloud, victim: Browser, client: Client, tokens: dict[str, Any]
) -> None:
    """The same claims under a key that is not ours, with a kid that is not ours either."""
    header, claims = opened(tokens["access_token"])
    everywhere_refused(cloud, signed(header | {"kid": "theirs"}, claims))
    everywhere_refused(cloud, signed(header, claims | {"iss": "https://evil.example/x"}))

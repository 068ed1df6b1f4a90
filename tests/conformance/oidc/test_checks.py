"""The script finds what it looks for: each check fails for an answer that is wrong."""

import json
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from . import checks
from .configuration import Client, Configuration
from .flow import unsigned
from .run import Run, Stopped

KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "alg": "RS256", "use": "sig"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "one", "alg": "RS256", "use": "sig"})
ISSUER = "https://login.example/client"


@pytest.fixture
def run() -> Run:
    client = Client("client", "secret", f"{ISSUER}/.well-known/openid-configuration")
    return Run(Configuration(client, None, None, "", (), "https://rp.example/"), "a module")


def claims(run: Run, **changes: Any) -> dict[str, Any]:
    now = int(run.now())
    whole = {
        "iss": ISSUER, "aud": "client", "sub": "ada", "iat": now, "exp": now + 3600,
        "auth_time": now, "nonce": "n", **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def judged(run: Run, token: str) -> str:
    try:
        checks.id_token(
            run,
            token,
            key_set=KeySet([KEY]),
            issuer=ISSUER,
            client_id="client",
            nonce="n",
        )
    except Stopped:
        pass
    return run.result


def signed(said: dict[str, Any], key: RSAKey = KEY) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, said, key)


def test_a_good_id_token_passes(run: Run) -> None:
    assert judged(run, signed(claims(run))) == "PASSED"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": f"{ISSUER}/"}, {"iss": "https://login.example"}, {"aud": "other"}, {"aud": None},
        {"sub": None}, {"sub": "é"}, {"sub": "x" * 256}, {"sub": 7}, {"exp": 1}, {"exp": None},
        {"exp": 10**11}, {"iat": 1}, {"iat": None}, {"iat": 10**10}, {"auth_time": "now"},
        {"auth_time": 1}, {"nonce": None}, {"nonce": "other"}, {"acr": ""}, {"name": 7},
        {"email_verified": "true"}, {"updated_at": 1_700_000_000_000}, {"given_name": ""},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_bad_id_token_fails(run: Run, changes: dict[str, Any]) -> None:
    assert judged(run, signed(claims(run, **changes))) == "FAILED"


def test_a_foreign_or_missing_signature_fails(run: Run) -> None:
    assert judged(run, signed(claims(run), OTHER)) == "FAILED"
    run.findings.clear()
    assert judged(run, unsigned(claims(run))) == "FAILED"


@pytest.mark.parametrize(
    "change",
    [{"d": "AQAB"}, {"kty": "oct", "k": "c2VjcmV0"}, {"kid": None}],
    ids=json.dumps,
)
def test_a_bad_key_set_fails(run: Run, change: dict[str, Any]) -> None:
    key = {**KEY.as_dict(private=False), **change}
    document = {"keys": [{name: value for name, value in key.items() if value is not None}]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeySet, "import_key_set", lambda _document: KeySet([KEY]))
        checks.keys(run, document)
    assert run.result == "FAILED"


def test_two_keys_of_one_kid_fail(run: Run) -> None:
    checks.keys(run, {"keys": [KEY.as_dict(private=False), OTHER.as_dict(private=False)]})
    assert run.result == "FAILED"


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ({"error": "login_required", "state": "s", "iss": ISSUER}, "PASSED"),
        ({"error": "server_error", "state": "s"}, "FAILED"),
        ({"error": "login_required", "code": "c"}, "FAILED"),
        ({"error": "login_required", "hint": "x"}, "WARNING"),
        ({"error": "login_required", "error_description": 'a "word"'}, "FAILED"),
    ],
    ids=str,
)
def test_errors_at_the_callback(run: Run, said: dict[str, str], result: str) -> None:
    checks.error_answer(run, said, {"login_required"})
    assert run.result == result


@pytest.mark.parametrize(
    ("status", "error", "strict", "result"),
    [
        (400, "invalid_grant", True, "PASSED"),
        (401, "invalid_grant", True, "FAILED"),
        (400, "invalid_request", True, "FAILED"),
        (200, "", False, "WARNING"),
    ],
)
def test_refusals_of_codes(run: Run, status: int, error: str, strict: bool, result: str) -> None:
    checks.token_error(run, httpx2.Response(status, json={"error": error}), strict=strict)
    assert run.result == result


def test_weak_secrets_fail(run: Run) -> None:
    checks.random_enough(run, "a" * 64, "the code")
    assert run.result == "FAILED"


def test_claims_that_nobody_asked_for_are_warned_about(run: Run) -> None:
    checks.unasked(run, {"sub": "ada", "email": "a@b.c"}, "the id_token", asked=set())
    assert run.result == "WARNING"

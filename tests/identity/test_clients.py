"""How applications prove themselves, each in the one way that it has registered."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwk, jwt

from workswith.app.identity import Console
from workswith.identity.application import Application
from workswith.identity.client_assertions import TYPE
from workswith.identity.client_keys import readable
from workswith.identity.errors import OAuthError
from workswith.kernel.clock import HOUR
from workswith.kernel.problem import Problem

from .conftest import CALLBACK, FORM, ORIGIN, World, query_of, refusal

VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
KEYS: dict[str, jwk.RSAKey | jwk.ECKey] = {
    "RS256": jwk.RSAKey.generate_key(2048),
    "ES256": jwk.ECKey.generate_key("P-256"),
}


def key_set(key: Any) -> str:
    return json.dumps({"keys": [key.as_dict(private=False)]})


def assertion(world: World, client_id: str, alg: str, **changes: Any) -> str:
    now = world.clock.now() // 1000
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{ORIGIN}/{client_id}",
        "exp": now + 60,
        "iat": now,
        "jti": "one",
        **changes,
    }
    return jwt.encode({"alg": alg}, said, KEYS[alg], algorithms=[alg])


async def code_for(world: World, application: Application, **more: str) -> str:
    params = {"client_id": application.client_id, "redirect_uri": CALLBACK, **more}
    return query_of((await world.allow(**params)).url)["code"]


async def register(world: World, **changes: Any) -> Application:
    made, secret = await world.area.applications.create(
        world.developer.id, replace(FORM, **changes)
    )
    assert bool(secret) == (made.authentication == "secret")
    return made


async def test_a_public_client_needs_pkce_and_no_secret(world: World) -> None:
    app = await register(world, authentication="none")
    refused = query_of((await ask_error(world, app)).redirect_to)
    assert refused["error"] == "invalid_request"
    code = await code_for(world, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    form = {"client_id": app.client_id, "client_secret": None, "code_verifier": VERIFIER}
    answer = await world.exchange(code, **form)
    assert answer.status_code == 200, answer.text
    again = await world.post(
        grant_type="refresh_token", refresh_token=answer.json()["refresh_token"], **form
    )
    assert again.status_code == 200
    with_secret = await world.exchange("x", **{**form, "client_secret": "something"})
    assert refusal(with_secret) == (401, "invalid_client")
    look = await world.post("/introspect", token="x", **form)
    assert refusal(look) == (401, "invalid_client")


async def test_try_it_signs_in_as_a_public_client_in_production(world: World) -> None:
    """The portal's own application there has no secret that could be kept beside its settings."""
    app = await register(world, authentication="none")
    console = Console(world.area.tokens, app.client_id, "")
    code = await code_for(world, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert await console.exchange(code, VERIFIER, app.reply_urls[0])
    with pytest.raises(Problem, match="invalid_grant"):
        await console.exchange(code, VERIFIER, app.reply_urls[0])


async def ask_error(world: World, app: Application, **more: str) -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        await code_for(world, app, **more)
    return refused.value


async def test_new_applications_have_to_use_pkce(world: World) -> None:
    app = await register(world, pkce="required")
    assert "code_challenge" in (await ask_error(world, app)).description
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    assert "S256" in (await ask_error(world, app, **plain)).description


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
async def test_a_signed_assertion_is_taken_once(world: World, alg: str) -> None:
    app = await register(world, authentication="private_key_jwt", jwks=key_set(KEYS[alg]))
    form: dict[str, str | None] = {
        "client_id": None,
        "client_secret": None,
        "client_assertion_type": TYPE,
        "client_assertion": assertion(world, app.client_id, alg),
    }
    answer = await world.exchange(await code_for(world, app), **form)
    assert answer.status_code == 200, answer.text
    assert refusal(await world.exchange("x", **form)) == (401, "invalid_client"), "used"
    assert refusal(await world.exchange("x", client_id=app.client_id)) == (401, "invalid_client")


WRONG: list[dict[str, Any]] = [
    {"aud": "https://elsewhere.test"},
    {"iss": "somebody"},
    {"exp": 1},
    {"exp": "soon"},
    {"jti": ""},
    {"iat": 99_999_999_999},
]


async def test_every_claim_of_an_assertion_counts(world: World) -> None:
    app = await register(world, authentication="private_key_jwt", jwks=key_set(KEYS["RS256"]))
    far = {"exp": (world.clock.now() + 3 * HOUR) // 1000}
    made = [assertion(world, app.client_id, "RS256", **wrong) for wrong in [*WRONG, far]]
    made.append(assertion(world, app.client_id, "ES256"))
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    made.append(f"{none}.{made[0].split('.')[1]}.")
    for one in made:
        form = {"client_secret": None, "client_assertion_type": TYPE, "client_assertion": one}
        answer = await world.exchange("x", client_id=app.client_id, **form)
        assert refusal(answer) == (401, "invalid_client"), one


def test_key_sets_are_public_and_strong() -> None:
    assert readable(key_set(KEYS["RS256"]))
    private = KEYS["ES256"].as_dict(private=True)
    weak = jwk.OctKey.generate_key(256).as_dict(private=True)
    sets: list[dict[str, object]] = [{}, {"keys": []}, {"keys": [weak]}, {"keys": [private]}]
    for bad in sets:
        assert not readable(json.dumps(bad))
    assert not readable("")


async def test_what_an_owner_may_register(world: World) -> None:
    for wrong in (
        {"authentication": "private_key_jwt", "jwks": "{}"},
        {"rotation": "never"},
        {"retry_seconds": 301},
        {"logout_url": "http://partner.example.test/"},
        {"post_logout_urls": ("https://partner.example.test/#x",)},
    ):
        with pytest.raises(Problem):
            await register(world, **wrong)

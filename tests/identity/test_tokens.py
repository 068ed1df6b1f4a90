"""Access tokens at the door: ours are accepted by everybody, and only ours are accepted."""

import base64
import hmac
import json
import warnings
from typing import Any

import jwt as pyjwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, KeySetSerialization

from workswith.identity.jwt import Key
from workswith.identity.settings import Settings
from workswith.identity.tokens import Access
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import HOUR, SECOND
from workswith.kernel.problem import Problem

from .conftest import ORIGIN, SETTINGS, Build, World, put_key


async def verify(world: World, token: str) -> Access:
    return await world.area.access_tokens.verify(f"Bearer {token}", world.clock.now())


async def code_of(world: World, header: str | None) -> str:
    with pytest.raises(Problem) as caught:
        await world.area.access_tokens.verify(header, world.clock.now())
    return caught.value.code


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_an_access_token_says_who_calls(world: World) -> None:
    body = await world.tokens()
    access = await verify(world, body["access_token"])
    assert (access.account_id, access.client_id) == (world.user.id, world.application.client_id)
    assert {"comfort.read", "comfort.write"} <= access.scopes
    assert access.expires_at == world.clock.now() // 1000 * 1000 + HOUR
    header = f"Bearer {body['access_token']}"
    assert world.area.access_tokens.remembered(header, world.clock.now()) is access


async def test_what_is_refused_and_why(world: World) -> None:
    body = await world.tokens()
    access, ident = body["access_token"], body["id_token"]
    assert await code_of(world, None) == "token_missing"
    assert await code_of(world, "") == "token_missing"
    assert await code_of(world, f"Bearer {ident}") == "id_token"
    for header in (
        access, "Bearer", "Bearer ", f"Basic {access}", f"Bearer {access}x", "Bearer x.y.z",
        f"Bearer {access[:-1]}", f"Bearer {access[:-2]}AA", f"Bearer {access}=", "Bearer é.é.é",
        f"Bearer {body['refresh_token']}", f"Bearer {'x' * 100_000}", "Bearer \udcff.a.b",
        f"Bearer {access.replace('.', '..', 1)}", f"Bearer {ident.rpartition('.')[0]}.",
    ):  # fmt: skip
        assert await code_of(world, header) == "token_invalid", header
    world.clock.jump(world.clock.now() + HOUR)
    assert await code_of(world, f"Bearer {access}") == "token_expired"


async def test_algorithm_confusion(world: World, signing_key: Key) -> None:
    """alg none, HS256 with our public key, a key that the token brings itself, a stranger's key."""
    body = await world.tokens()
    access = body["access_token"]
    head, payload, signature = access.split(".")
    stranger = Key.generate()
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    header = {"typ": "at+jwt", "alg": "RS256", "kid": signing_key.kid}
    forged = [
        f"{b64({'typ': 'at+jwt', 'alg': 'none'})}.{payload}.",
        f"{b64({**header, 'alg': 'none'})}.{payload}.{signature}",
        f"{b64({**header, 'jwk': stranger.jwk})}.{payload}.{signature}",
        f"{b64({**header, 'crit': ['exp']})}.{payload}.{signature}",
        f"{b64(dict(reversed(header.items())))}.{payload}.{signature}",
        stranger.sign("at+jwt", claims),
        f"{head}.{stranger.sign('at+jwt', claims).partition('.')[2]}",
        f"{head}.{b64({**claims, 'scope': 'light.write'})}.{signature}",
        f"{signing_key.headers['JWT']}.{payload}.{signature}",
    ]
    for token in forged:
        assert await code_of(world, f"Bearer {token}") == "token_invalid", token
    for name in ("HS256", "RS256"):
        signed = f"{b64({**header, 'alg': name})}.{payload}"
        mac = hmac.digest(json.dumps(signing_key.jwk).encode(), signed.encode(), "sha256")
        assert await code_of(world, f"Bearer {signed}.{b64(mac)}") == "token_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"iss": "https://evil.test/x"},
        {"iss": f"{ORIGIN}/another-client"},
        {"client_id": "another"},
        {"nbf": 4_000_000_000},
        {"fid": "unknown"},
    ],
)
async def test_what_our_key_signed_for_something_else(
    world: World, signing_key: Key, changes: dict[str, Any]
) -> None:
    access = (await world.tokens())["access_token"]
    claims = signing_key.verify(access)
    assert claims
    token = signing_key.sign("at+jwt", {**claims, **changes})
    assert await code_of(world, f"Bearer {token}") == "token_invalid"


async def test_a_revoked_consent_is_felt_at_once(world: World) -> None:
    ended: list[tuple[str, str]] = []

    async def listen(tx: object, account_id: str, client_id: str, now: int) -> None:
        ended.append((account_id, client_id))

    world.area.consents.on_end(listen)
    body = await world.tokens()
    unused = await world.code()
    await verify(world, body["access_token"])
    given = await world.area.consents.of_account(world.user.id)
    assert [one.name for one in given] == ["Warm Home"]
    assert given[0].last_used_at == world.clock.now()
    await world.area.consents.revoke(world.user.id, world.application.client_id)
    assert await code_of(world, f"Bearer {body['access_token']}") == "token_invalid"
    assert (await world.refresh(body["refresh_token"])).status_code == 400
    assert (await world.exchange(unused)).status_code == 400
    assert ended == [(world.user.id, world.application.client_id)]
    assert await world.area.consents.of_account(world.user.id) == []
    again = await world.tokens()
    await verify(world, again["access_token"])
    assert await code_of(world, f"Bearer {body['access_token']}") == "token_invalid"


async def test_a_revocation_elsewhere_is_felt_within_a_second(world: World, build: Build) -> None:
    body = await world.tokens()
    header = f"Bearer {body['access_token']}"
    await verify(world, body["access_token"])
    other = build(world.database, SETTINGS, Broadcast())
    await other.consents.revoke(world.user.id, world.application.client_id)
    world.clock.jump(world.clock.now() + SECOND)
    assert await code_of(world, header) == "token_invalid"
    other.close()


async def test_memory_is_bounded(world: World, build: Build) -> None:
    few = build(world.database, Settings(max_verified_tokens=3), Broadcast())
    await few.start()
    for _ in range(6):
        header = f"Bearer {(await world.tokens())['access_token']}"
        await few.access_tokens.verify(header, world.clock.now())
    assert len(few.access_tokens._entries) == 3
    words = {word for access in few.access_tokens._entries.values() for word in (
        access.access.family_id, access.access.consent_id,
        access.access.client_id, access.access.account_id)}  # fmt: skip
    assert set(few.access_tokens._of_word) == words
    few.close()


async def jwks(world: World) -> KeySetSerialization:
    path = f"/{world.application.client_id}/.well-known/jwks.json"
    answer = await world.client.get(path)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    found: KeySetSerialization = answer.json()
    return found


async def test_three_libraries_by_others_accept_both_tokens(world: World) -> None:
    with warnings.catch_warnings():  # it announces its own end
        import authlib.deprecate  # noqa: F401  sets filters of its own, once

        warnings.simplefilter("ignore")
        from authlib.jose import JsonWebKey
        from authlib.jose import jwt as authlib_jwt

    body = await world.tokens()
    published = await jwks(world)
    for name, audience in (
        ("access_token", SETTINGS.resource),
        ("id_token", world.application.client_id),
    ):
        token = body[name]
        one = joserfc_jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"])
        kid = pyjwt.get_unverified_header(token)["kid"]
        key = next(key for key in published["keys"] if key["kid"] == kid)
        two = pyjwt.decode(
            token,
            pyjwt.PyJWK(key).key,
            algorithms=["RS256"],
            audience=audience,
            issuer=f"{ORIGIN}/{world.application.client_id}",
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        three = authlib_jwt.decode(token, JsonWebKey.import_key_set(published))
        assert one.claims == two == dict(three)
        assert two["sub"] == world.user.id


async def test_keys_rotate_without_an_outage(world: World) -> None:
    before = (await world.tokens())["access_token"]
    await world.area.keys.rotate()
    after = (await world.tokens())["access_token"]
    assert pyjwt.get_unverified_header(before)["kid"] != pyjwt.get_unverified_header(after)["kid"]
    await verify(world, before)
    await verify(world, after)
    published = {key["kid"] for key in (await jwks(world))["keys"]}
    assert len(published) == 3
    assert {pyjwt.get_unverified_header(token)["kid"] for token in (before, after)} < published
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set((await jwks(world))["keys"][0])


async def test_a_key_is_published_a_day_before_it_signs_and_until_its_tokens_are_over(
    world: World, build: Build
) -> None:
    yearly = build(world.database, Settings(key_days=1), Broadcast())
    await yearly.start()
    first = yearly.keys.current.kid
    await put_key(world.database, Key.generate(), world.clock.now(), "next")
    world.clock.jump(world.clock.now() + 24 * HOUR - SECOND)
    await yearly.keys.turn(world.clock.now())
    assert yearly.keys.current.kid == first
    world.clock.jump(world.clock.now() + SECOND)
    await yearly.keys.turn(world.clock.now())
    assert yearly.keys.current.kid != first
    assert first in {key["kid"] for key in yearly.keys.jwks["keys"]}
    world.clock.jump(world.clock.now() + 2 * HOUR + 61 * SECOND)
    await yearly.keys.turn(world.clock.now())
    assert first not in {key["kid"] for key in yearly.keys.jwks["keys"]}
    yearly.close()


async def test_another_process_learns_of_a_new_key(world: World, build: Build) -> None:
    other = build(world.database, SETTINGS, Broadcast())
    await other.start()
    await world.area.keys.rotate()
    token = (await world.tokens())["access_token"]
    world.clock.jump(world.clock.now() + SECOND)
    await other.access_tokens.verify(f"Bearer {token}", world.clock.now())
    other.close()


async def test_two_processes_that_start_at_once_share_one_key(world: World, build: Build) -> None:
    one, other = (build(world.database, SETTINGS, Broadcast()) for _ in range(2))
    await one.start()
    await other.start()
    assert one.keys.current.kid == other.keys.current.kid


async def test_after_a_theft_no_token_from_before_is_taken_and_refreshes_go_on(
    world: World,
) -> None:
    body = await world.tokens()
    await world.area.keys.replace_all()
    answer = await world.client.get(
        "/userinfo", headers={"Authorization": f"Bearer {body['access_token']}"}
    )
    assert answer.status_code == 401
    fresh = (await world.refresh(body["refresh_token"])).json()["access_token"]
    answer = await world.client.get("/userinfo", headers={"Authorization": f"Bearer {fresh}"})
    assert answer.status_code == 200
    assert [key.state for key in await world.area.keys.listed()] == ["current", "next"]

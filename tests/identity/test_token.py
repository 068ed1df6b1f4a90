"""/token: every grant, every member of its answer, every documented refusal."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY, HOUR, SECOND
from workswith.kernel.database import query

from .conftest import FORM, ORIGIN, SETTINGS, World, refusal

MEMBERS = [
    "access_token", "id_token", "token_type", "not_before", "expires_in", "expires_on",
    "resource", "id_token_expires_in", "profile_info", "scope", "refresh_token",
    "refresh_token_expires_in",
]  # fmt: skip


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


async def test_a_code_brings_every_member_in_order_and_numbers_are_numbers(world: World) -> None:
    answer = await world.exchange(await world.code())
    body = answer.json()
    now = world.clock.now() // 1000
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert list(body) == MEMBERS
    assert body["token_type"] == "Bearer"
    assert (body["not_before"], body["expires_on"]) == (now, now + 3600)
    assert (body["expires_in"], body["id_token_expires_in"]) == (3600, 3600)
    assert body["refresh_token_expires_in"] == 7_776_000
    assert body["resource"] == SETTINGS.resource
    assert body["scope"].split() == [
        "openid", "offline_access", "profile", "email", "comfort.read", "comfort.write",
    ]  # fmt: skip
    info = json.loads(base64.urlsafe_b64decode(body["profile_info"] + "=="))
    assert list(info) == ["ver", "tid", "sub", "name", "preferred_username", "idp"]
    assert info["sub"] == world.user.id


async def test_the_claims_of_both_tokens(world: World) -> None:
    body = await world.tokens(nonce="n-1")
    client_id = world.application.client_id
    access, ident = claims_of(body["access_token"]), claims_of(body["id_token"])
    for claims in (access, ident):
        assert claims["iss"] == f"{ORIGIN}/{client_id}"
        assert claims["sub"] == claims["oid"] == world.user.id
        assert claims["exp"] - claims["iat"] == 3600
        assert claims["auth_time"] == world.session.auth_time // 1000
    assert access["aud"] == SETTINGS.resource
    assert access["client_id"] == client_id
    assert access["scope"] == access["scp"] == body["scope"]
    assert "name" not in access
    assert ident["aud"] == client_id
    assert ident["nonce"] == "n-1"
    assert ident["name"] == "Ada Byron"
    assert ident["emails"] == ["ada@example.test"]


async def test_with_a_scope_the_id_token_tells_nothing_unasked(world: World) -> None:
    body = await world.tokens(scope="openid profile")
    ident = claims_of(body["id_token"])
    assert not {"name", "email", "emails", "given_name"} & set(ident)
    assert body["scope"].split() == ["openid", "profile", "comfort.read", "comfort.write"]


async def test_multipart_and_a_slash_at_the_end_are_taken(world: World) -> None:
    form = {
        "client_id": world.application.client_id,
        "client_secret": world.secret,
        "grant_type": "authorization_code",
        "code": await world.code(),
    }
    answer = await world.client.post(
        "/token/", files={name: (None, value) for name, value in form.items()}
    )
    assert answer.status_code == 200, answer.text


async def test_basic_authentication_is_taken(world: World) -> None:
    answer = await world.client.post(
        "/token",
        data={"grant_type": "authorization_code", "code": await world.code()},
        auth=(world.application.client_id, world.secret),
    )
    assert answer.status_code == 200


async def test_the_reply_url_may_be_sent_again_but_not_another(world: World) -> None:
    code = await world.code()
    other = await world.exchange(code, redirect_uri="https://partner.example.test/callback")
    assert refusal(other) == (400, "invalid_grant")
    again = await world.exchange(code, redirect_uri=world.params["redirect_uri"])
    assert again.status_code == 200


REFUSED: list[tuple[dict[str, str | None], tuple[int, str]]] = [
    ({"grant_type": None}, (400, "invalid_request")),
    ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ({"grant_type": "refresh_token", "code": None}, (400, "invalid_request")),
    ({"code": None}, (400, "invalid_request")),
    ({"code": "nonsense"}, (400, "invalid_grant")),
    ({"client_id": None}, (400, "invalid_request")),
    ({"client_id": "nobody"}, (401, "invalid_client")),
    ({"client_secret": None}, (401, "invalid_client")),
    ({"client_secret": "wrong"}, (401, "invalid_client")),
    ({"code": "with\0nul"}, (400, "invalid_request")),
    ({"client_id": "with\0nul"}, (400, "invalid_request")),
    ({"extra": "x" * 20_000}, (400, "invalid_request")),
    ({"extra": "x" * 70_000}, (400, "invalid_request")),
    ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, (400, "invalid_grant")),
    ({"grant_type": "refresh_token", "refresh_token": "é" * 91}, (400, "invalid_grant")),
]


async def test_documented_refusals(world: World) -> None:
    for form, expected in REFUSED:
        whole = {"grant_type": "authorization_code", "code": "nonsense", **form}
        assert refusal(await world.post(**whole)) == expected, form


UNREADABLE = [
    (b'{"grant_type":"refresh_token"}', "application/json"),
    (b"grant_type=refresh_token&client_id=a&client_id=b", "application/x-www-form-urlencoded"),
    (b"grant_type=refresh_token", "text/plain"),
    (b"grant_type=refresh_token", ""),
    (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
    (b"a=%ff&client_id=1", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
    (b"no boundary", "multipart/form-data"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nhi\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    (b"", "application/x-www-form-urlencoded"),
]


async def test_unreadable_bodies(world: World) -> None:
    for content, content_type in UNREADABLE:
        answer = await world.client.post(
            "/token", content=content, headers={"content-type": content_type}
        )
        assert refusal(answer) == (400, "invalid_request"), content


async def test_repeated_parameters_are_refused(world: World) -> None:
    body = f"grant_type=refresh_token&code=1&code=2&client_id={world.application.client_id}"
    answer = await world.client.post(
        "/token",
        content=body.encode(),
        headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    assert refusal(answer) == (400, "invalid_request")


async def test_the_published_sentence_for_an_unknown_client(world: World) -> None:
    answer = await world.post(client_id="nobody", grant_type="refresh_token", refresh_token="x")
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "The client_id doesn't exist",
    }
    assert "www-authenticate" not in answer.headers


async def test_a_wrong_basic_secret_names_the_scheme(world: World) -> None:
    answer = await world.client.post(
        "/token", data={"grant_type": "refresh_token"}, auth=(world.application.client_id, "wrong")
    )
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("header", ["Basic !!!", "Basic bm9jb2xvbg==", "Basic JUZGOiVGRg=="])
async def test_unreadable_basic_credentials(world: World, header: str) -> None:
    answer = await world.client.post(
        "/token", data={"grant_type": "refresh_token"}, headers={"authorization": header}
    )
    assert refusal(answer) == (400, "invalid_request")


async def test_two_client_authentications_are_refused(world: World) -> None:
    answer = await world.client.post(
        "/token",
        data={"grant_type": "refresh_token", "client_secret": world.secret},
        auth=(world.application.client_id, world.secret),
    )
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post(world: World, method: str) -> None:
    answer = await world.client.request(method, "/token")
    assert refusal(answer) == (405, "invalid_request")
    assert answer.headers["allow"] == "POST"


async def test_a_code_ends_after_a_minute_in_the_original_words(world: World) -> None:
    code = await world.code()
    issued = world.clock.now() // 1000
    world.clock.jump(world.clock.now() + 60 * SECOND)
    answer = await world.exchange(code)
    assert refusal(answer) == (400, "invalid_grant")
    assert answer.json()["error_description"].startswith(
        "AADB2C90080: The provided grant has expired. Please re-authenticate and try again. "
        f"Current time: {issued + 60}, Grant issued time: {issued}, "
        f"Grant expiration time: {issued + 60}\r\nCorrelation ID: "
    )
    assert answer.json()["error_description"].endswith("\r\nTimestamp: 2026-01-12 12:01:00Z\r\n")


async def test_a_code_works_once_and_its_second_use_ends_what_it_brought(world: World) -> None:
    code = await world.code()
    first = (await world.exchange(code)).json()
    assert refusal(await world.exchange(code)) == (400, "invalid_grant")
    assert refusal(await world.refresh(first["refresh_token"])) == (400, "invalid_grant")
    header = {"authorization": f"Bearer {first['access_token']}"}
    assert (await world.client.get("/userinfo", headers=header)).status_code == 401


async def test_one_code_many_times_at_once_brings_one_family_which_the_others_end(
    world: World,
) -> None:
    code = await world.code()
    answers = await asyncio.gather(*(world.exchange(code) for _ in range(8)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    families = query(int, "SELECT count(*) FROM token_family")
    assert await world.database.one(families) == 1
    assert refusal(await world.refresh(good[0].json()["refresh_token"])) == (400, "invalid_grant")


async def test_a_consent_that_ends_during_an_exchange_leaves_no_live_family(world: World) -> None:
    revoke = world.area.consents.revoke
    for _ in range(5):
        codes = [await world.code() for _ in range(4)]
        await asyncio.gather(
            *(world.exchange(code) for code in codes),
            revoke(world.user.id, world.application.client_id),
        )
        live = query(int, "SELECT count(*) FROM token_family WHERE revoked_at IS NULL")
        assert await world.database.one(live) == 0


async def test_a_code_of_another_client_is_refused_and_not_spent(world: World) -> None:
    code = await world.code()
    other, secret = await world.area.applications.create(world.developer.id, FORM)
    stolen = await world.exchange(code, client_id=other.client_id, client_secret=secret)
    assert refusal(stolen) == (400, "invalid_grant")
    assert (await world.exchange(code)).status_code == 200


async def test_a_refresh_token_of_another_client_is_refused_and_not_spent(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    other, secret = await world.area.applications.create(world.developer.id, FORM)
    stolen = await world.refresh(token, client_id=other.client_id, client_secret=secret)
    assert refusal(stolen) == (400, "invalid_grant")
    assert (await world.refresh(token)).status_code == 200


async def test_a_refresh_brings_a_new_refresh_token_and_the_original_auth_time(
    world: World,
) -> None:
    first = await world.tokens(nonce="n-1")
    world.clock.jump(world.clock.now() + HOUR)
    second = (await world.refresh(first["refresh_token"])).json()
    assert list(second) == MEMBERS
    assert second["refresh_token"] != first["refresh_token"]
    was, now = claims_of(first["id_token"]), claims_of(second["id_token"])
    assert (was["sub"], was["aud"], was["auth_time"]) == (
        now["sub"], now["aud"], now["auth_time"],
    )  # fmt: skip
    assert now["iat"] == was["iat"] + 3600
    assert "nonce" not in now


async def test_a_refresh_token_lives_ninety_days_from_its_last_use(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    for _ in range(3):
        world.clock.jump(world.clock.now() + 89 * DAY)
        token = (await world.refresh(token)).json()["refresh_token"]
    world.clock.jump(world.clock.now() + 90 * DAY)
    answer = await world.refresh(token)
    assert refusal(answer) == (400, "invalid_grant")
    assert answer.json()["error_description"].startswith("AADB2C90080: ")


@pytest.mark.parametrize(
    ("asked", "wanted", "status"),
    [
        (None, "comfort.read", 200),
        (None, "openid offline_access", 200),
        ("openid", "openid offline_access", 200),
        ("openid profile", "openid", 200),
        ("openid", "openid email", 400),
        (None, "light.write", 400),
        (None, "no.such.scope", 400),
    ],
)
async def test_a_refresh_may_name_scopes_that_were_asked_or_granted(
    world: World, asked: str | None, wanted: str, status: int
) -> None:
    token = (await world.tokens(**({"scope": asked} if asked else {})))["refresh_token"]
    answer = await world.refresh(token, scope=wanted)
    assert answer.status_code == status
    if status == 200:
        assert {"comfort.read", "comfort.write"} <= set(answer.json()["scope"].split())
    else:
        assert answer.json()["error"] == "invalid_scope"
        assert (await world.refresh(token)).status_code == 200, "a refusal consumes nothing"


async def test_changed_scopes_refuse_refreshes_until_there_is_consent_again(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    changed = replace(FORM, scopes=("comfort.read", "light.read"))
    await world.area.applications.update(world.developer.id, world.application.client_id, changed)
    answer = await world.refresh(token)
    assert refusal(answer) == (400, "invalid_grant")
    assert "consent again" in answer.json()["error_description"]
    await world.code()
    answer = await world.refresh(token)
    assert answer.status_code == 200
    assert answer.json()["scope"] == "openid offline_access comfort.read light.read"


async def test_other_edits_do_not_touch_refresh_tokens(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    changed = replace(FORM, name="Warmer Home", reply_urls=("https://elsewhere.example.test/",))
    await world.area.applications.update(world.developer.id, world.application.client_id, changed)
    assert (await world.refresh(token)).status_code == 200


async def test_an_expired_secret_is_refused_in_the_original_words(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    for _ in range(5):
        world.clock.jump(world.clock.now() + 80 * DAY)
        answer = await world.refresh(token)
        if answer.status_code != 200:
            break
        token = answer.json()["refresh_token"]
    assert refusal(answer) == (400, "invalid_grant")
    assert answer.json()["error_description"].startswith("AADB2C90085: ")


async def test_two_secrets_work_until_one_is_deleted(world: World) -> None:
    apps, owner, client_id = (
        world.area.applications,
        world.developer.id,
        world.application.client_id,
    )
    _, second = await apps.add_secret(owner, client_id, "next year")
    token = (await world.tokens())["refresh_token"]
    token = (await world.refresh(token, client_secret=second)).json()["refresh_token"]
    listed = await apps.secrets(owner, client_id)
    assert [secret.last_used_at for secret in listed] == [world.clock.now()] * 2
    first = next(secret.id for secret in listed if secret.label == "first")
    await apps.delete_secret(owner, client_id, first)
    assert refusal(await world.refresh(token)) == (401, "invalid_client")
    assert (await world.refresh(token, client_secret=second)).status_code == 200


async def test_an_application_that_is_not_approved_is_not_authorized(
    world: World, build: Any
) -> None:
    manual = build(world.database, Settings(approve_applications="manual"), Broadcast())
    waiting, secret = await manual.applications.create(world.developer.id, FORM)
    answer = await world.refresh("x", client_id=waiting.client_id, client_secret=secret)
    assert refusal(answer) == (400, "unauthorized_client")
    manual.close()


async def test_nothing_that_is_kept_is_a_token_or_a_secret(world: World) -> None:
    """Neither codes nor refresh tokens nor client secrets can be read back from the tables."""
    code = await world.code()
    body = (await world.exchange(code)).json()
    seen: list[str] = []
    for table in ("authorization_code", "token_family", "application_secret", "session", "audit"):
        rows = await world.database.all(query(lambda *row: row, f"SELECT * FROM {table}"))
        seen += [str(value) for row in rows for value in row]
    for secret in (code, body["refresh_token"], world.secret):
        assert not any(secret in value or secret[:20] in value for value in seen)

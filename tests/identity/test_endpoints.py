"""Discovery, userinfo and revocation, as relying parties read them."""

import pytest

from workswith.identity.errors import OAuthError

from .conftest import ORIGIN, World, refusal


async def test_the_issuer_is_what_stands_before_well_known(world: World) -> None:
    client_id = world.application.client_id
    path = f"/{client_id}/.well-known/openid-configuration"
    answer = await world.client.get(path)
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body["issuer"] + "/.well-known/openid-configuration" == f"{ORIGIN}{path}"
    assert body["token_endpoint"] == f"{ORIGIN}/token"
    assert body["authorization_response_iss_parameter_supported"] is True
    assert body["code_challenge_methods_supported"] == ["S256"]
    assert {"openid", "comfort.read"} <= set(body["scopes_supported"])
    other = await world.client.get(f"/.well-known/oauth-authorization-server/{client_id}")
    assert other.json() == body


async def test_addresses_never_come_from_the_host_header(world: World) -> None:
    path = f"/{world.application.client_id}/.well-known/openid-configuration"
    answer = await world.client.get(path, headers={"host": "evil.test"})
    assert "evil.test" not in answer.text


@pytest.mark.parametrize("client_id", ["nobody", "%00", "é", "x" * 3000])
async def test_an_unknown_client_has_no_issuer(world: World, client_id: str) -> None:
    for name in ("openid-configuration", "jwks.json"):
        answer = await world.client.get(f"/{client_id}/.well-known/{name}")
        assert answer.status_code == 404


async def test_userinfo_tells_what_was_asked(world: World) -> None:
    for scope, expected in [
        ("openid", {"sub"}),
        (
            "openid profile",
            {"sub", "name", "given_name", "family_name", "preferred_username", "updated_at"},
        ),
        ("openid email", {"sub", "email", "email_verified"}),
    ]:
        token = (await world.tokens(scope=scope))["access_token"]
        header = {"authorization": f"Bearer {token}"}
        answers = [
            await world.client.get("/userinfo", headers=header),
            await world.client.post("/userinfo", headers=header),
            await world.client.post("/userinfo", data={"access_token": token}),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert set(answer.json()) == expected, scope
            assert answer.json()["sub"] == world.user.id


async def test_userinfo_refuses_what_is_no_access_token(world: World) -> None:
    body = await world.tokens()
    assert (await world.client.get("/userinfo")).headers["www-authenticate"] == "Bearer"
    for token in ("x", body["id_token"], body["refresh_token"]):
        answer = await world.client.get("/userinfo", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
async def test_a_client_revokes_a_link(world: World, which: str) -> None:
    body = await world.tokens()
    answer = await world.post("/revoke", token=body[which])
    assert answer.status_code == 200
    assert refusal(await world.refresh(body["refresh_token"])) == (400, "invalid_grant")
    header = {"authorization": f"Bearer {body['access_token']}"}
    assert (await world.client.get("/userinfo", headers=header)).status_code == 401


async def test_revocation_is_silent_about_foreign_tokens_and_strict_about_clients(
    world: World,
) -> None:
    from .conftest import FORM

    token = (await world.tokens())["refresh_token"]
    other, secret = await world.area.applications.create(world.developer.id, FORM)
    answer = await world.post(
        "/revoke", token=token, client_id=other.client_id, client_secret=secret
    )
    assert answer.status_code == 200
    assert (await world.post("/revoke", token="nonsense")).status_code == 200
    assert refusal(await world.post("/revoke")) == (400, "invalid_request")
    assert refusal(await world.post("/revoke", token=token, client_secret="x")) == (
        401,
        "invalid_client",
    )
    assert (await world.refresh(token)).status_code == 200


async def test_what_nobody_foresaw_is_a_documented_500(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    token = (await world.tokens())["refresh_token"]
    monkeypatch.setitem(world.area.tokens._grants, "refresh_token", fail)
    assert refusal(await world.refresh(token)) == (500, "server_error")

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setitem(world.area.tokens._grants, "refresh_token", away)
    answer = await world.refresh(token)
    assert refusal(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "5"


def test_every_error_says_what_to_do() -> None:
    """In a sandbox, that is; no error of the table is without advice. [OID-7]"""
    for error in (
        "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type",
        "invalid_scope", "server_error", "temporarily_unavailable", "invalid_grant",
        "invalid_client",
    ):  # fmt: skip
        assert OAuthError(error, "").hint
    assert OAuthError("invalid_grant", "", hint="Of its own.").hint == "Of its own."

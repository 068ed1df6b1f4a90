"""The claims parameter, userinfo by scope, acr, hints about who it is, form_post."""

import json

import pytest

from workswith.identity import profile
from workswith.identity.errors import OAuthError
from workswith.identity.interaction import Interaction
from workswith.identity.profile import Profile

from .conftest import FORM, World, query_of
from .test_token import claims_of

FULL = Profile(
    middle_name="Augusta",
    nickname="ada",
    profile="https://ada.example.test/",
    picture="https://ada.example.test/me.png",
    website="https://ada.example.test/",
    gender="female",
    birthdate="1815-12-10",
    zoneinfo="Europe/London",
    locale="en-GB",
    phone_number="+44 20 7946 0000",
    address="12 St James's Square\nLondon",
)


async def userinfo(world: World, token: str) -> dict[str, object]:
    answer = await world.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_scope_brings_all_of_its_claims_and_no_other(world: World) -> None:
    await world.database.write(profile.keep, world.user.id, FULL, world.clock.now())
    for scope in ("profile", "email"):
        body = await world.tokens(scope=f"openid {scope}")
        said = await userinfo(world, body["access_token"])
        assert set(said) == {"sub", *profile.CLAIMS_OF[scope]}


async def test_claims_that_are_asked_for_one_by_one(world: World) -> None:
    wish = {"userinfo": {"name": {"essential": True}, "x": None}, "id_token": {"email": None}}
    body = await world.tokens(scope="openid", claims=json.dumps(wish))
    assert await userinfo(world, body["access_token"]) == {
        "sub": world.user.id,
        "name": "Ada Byron",
    }
    ident = claims_of(body["id_token"])
    assert ident["email"] == "ada@example.test"
    assert "name" not in ident
    refreshed = (await world.refresh(body["refresh_token"])).json()
    assert claims_of(refreshed["id_token"])["email"] == "ada@example.test"


async def test_what_the_application_has_not_registered_is_not_told(world: World) -> None:
    wish = json.dumps({"userinfo": {"phone_number": None}})
    body = await world.tokens(scope="openid", claims=wish)
    assert await userinfo(world, body["access_token"]) == {"sub": world.user.id}


async def test_the_consent_page_shows_what_single_claims_mean(world: World) -> None:
    wish = json.dumps({"userinfo": {"name": None}})
    params = {**world.params, "scope": "openid", "claims": wish}
    with pytest.raises(Interaction) as asked:
        await world.area.authorize.decide(params, world.session)
    assert "profile" in asked.value.scopes
    assert "email" not in asked.value.scopes


@pytest.mark.parametrize("bad", ["[]", "{", '{"userinfo": 1}', "{" + " " * 5000 + "}"])
async def test_claims_that_cannot_be_read_go_back(world: World, bad: str) -> None:
    with pytest.raises(OAuthError) as refused:
        await world.allow(claims=bad)
    assert query_of(refused.value.redirect_to)["error"] == "invalid_request"


async def test_acr_is_told_to_whoever_asks(world: World) -> None:
    asked = await world.tokens(acr_values="1 2")
    assert claims_of(asked["id_token"])["acr"] == "1"
    assert "acr" not in claims_of((await world.tokens())["id_token"])


async def test_a_hint_about_somebody_else_asks_to_sign_in(world: World) -> None:
    hint = (await world.tokens())["id_token"]
    assert "code" in query_of((await world.allow(id_token_hint=hint, prompt="none")).url)
    other = await world.sign_in(world.developer)
    with pytest.raises(OAuthError) as refused:
        await world.allow(other, id_token_hint=hint, prompt="none")
    assert query_of(refused.value.redirect_to)["error"] == "login_required"
    wish = json.dumps({"id_token": {"sub": {"value": world.user.id}}})
    with pytest.raises(Interaction) as asked:
        await world.allow(other, claims=wish)
    assert asked.value.kind == "login"
    access = (await world.tokens())["access_token"]
    for forged in ("x", access, hint[:-4] + "AAAA"):
        with pytest.raises(OAuthError) as refused:
            await world.allow(id_token_hint=forged)
        assert query_of(refused.value.redirect_to)["error"] == "invalid_request"


async def test_form_post_carries_the_same_in_the_same_order(world: World) -> None:
    done = await world.allow(response_mode="form_post")
    assert done.url == world.params["redirect_uri"]
    assert [name for name, _ in done.form] == ["iss", "code", "state"]
    with pytest.raises(OAuthError) as refused:
        await world.allow(response_mode="form_post", prompt="maybe")
    assert [name for name, _ in refused.value.form] == [
        "iss", "error", "error_description", "state",
    ]  # fmt: skip


async def test_introspection_tells_a_client_about_its_own_tokens_only(world: World) -> None:
    body = await world.tokens()
    for name in ("access_token", "refresh_token"):
        said = (await world.post("/introspect", token=body[name])).json()
        assert said["active"] is True
        assert said["sub"] == world.user.id
        assert said["client_id"] == world.application.client_id
    for inactive in ("junk", body["id_token"]):
        assert (await world.post("/introspect", token=inactive)).json() == {"active": False}
    other, secret = await world.area.applications.create(world.developer.id, FORM)
    mine = {"client_id": other.client_id, "client_secret": secret}
    for name in ("access_token", "refresh_token"):
        said = (await world.post("/introspect", token=body[name], **mine)).json()
        assert said == {"active": False}
    await world.area.consents.revoke(world.user.id, world.application.client_id)
    for name in ("access_token", "refresh_token"):
        said = (await world.post("/introspect", token=body[name])).json()
        assert said == {"active": False}

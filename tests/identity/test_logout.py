"""Logout that an application starts, and what the others hear of it."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from workswith.identity.backchannel import EVENT, BackChannel
from workswith.identity.errors import OAuthError
from workswith.identity.logout_notices import PAUSES
from workswith.kernel.ident import Ident

from .conftest import FORM, ORIGIN, World, without

AFTER = "https://partner.example.test/after?kept=1"
HEARS = "https://partner.example.test/logout"


@pytest.fixture
async def hint(world: World) -> str:
    form = replace(FORM, post_logout_urls=(AFTER,), logout_url=HEARS)
    owner, client_id = world.developer.id, world.application.client_id
    await world.area.applications.update(owner, client_id, form)
    return str((await world.tokens())["id_token"])


async def test_with_a_hint_the_browser_is_sent_on_with_its_state(world: World, hint: str) -> None:
    params = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER, "state": "a b&c"}
    goodbye = await world.area.logout.decide(params, world.session)
    assert goodbye.sure
    assert goodbye.onward == f"{AFTER}&state=a%20b%26c"
    bare = await world.area.logout.decide(without(params, "state"), world.session)
    assert bare.onward == AFTER


async def test_whoever_is_not_meant_is_asked_first(world: World, hint: str) -> None:
    other = await world.sign_in(world.developer)
    for params, who in (({}, world.session), ({"id_token_hint": hint}, other)):
        goodbye = await world.area.logout.decide(params, who)
        assert not goodbye.sure
        assert goodbye.onward == ""
    assert (await world.area.logout.decide({"state": "x"}, None)).sure, "nobody is signed in"


async def test_what_is_wrong_is_never_redirected(world: World, hint: str) -> None:
    none = "eyJhbGciOiJub25lIn0." + hint.split(".")[1] + "."
    access = (await world.tokens())["access_token"]
    good = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER}
    for wrong in (
        {**good, "post_logout_redirect_uri": AFTER + "&foo=bar"},
        {**good, "post_logout_redirect_uri": "https://evil.example/"},
        {**good, "id_token_hint": none},
        {**good, "id_token_hint": access},
        {**good, "id_token_hint": hint[:-6] + "AAAAAA"},
        {**good, "client_id": "somebody"},
        without(good, "id_token_hint"),
        {"post_logout_redirect_uri": AFTER, "client_id": world.application.client_id},
    ):
        with pytest.raises(OAuthError) as refused:
            await world.area.logout.decide(wrong, world.session)
        assert not refused.value.redirect_to


@dataclass
class Answer:
    status: int | None
    error: str = ""


@dataclass
class Receiver:
    """Stands for the world outside; answers as told."""

    answers: list[Answer] = field(default_factory=list)
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def post(self, _id: str, url: str, _headers: Any, body: bytes, media: str) -> Answer:
        assert media == "application/x-www-form-urlencoded"
        self.got.append((url, parse_qs(body.decode())))
        await asyncio.sleep(0)
        return self.answers.pop(0) if self.answers else Answer(200)


def back_channel(world: World, receiver: Receiver) -> BackChannel:
    return BackChannel(
        world.database,
        world.clock,
        Ident(),
        keys=world.area.keys,
        sender=receiver,
        login_origin=ORIGIN,
    )


async def end(world: World) -> None:
    await world.area.sessions.close_one(world.user.id, world.session.id)


async def test_the_others_get_a_logout_token(world: World, hint: str) -> None:
    receiver = Receiver()
    work = back_channel(world, receiver)
    assert await work.turn(world.clock.now()) is None
    await end(world)
    await work.turn(world.clock.now())
    await work.turn(world.clock.now())
    [(url, form)] = receiver.got
    assert url == HEARS
    keys = KeySet.import_key_set({"keys": [{**one} for one in world.area.keys.jwks["keys"]]})
    token = jwt.decode(form["logout_token"][0], keys)
    assert token.header["typ"] == "logout+jwt"
    said = token.claims
    assert said["iss"] == f"{ORIGIN}/{world.application.client_id}"
    assert said["aud"] == world.application.client_id
    assert (said["sub"], said["sid"]) == (world.user.id, world.session.id)
    assert said["events"] == {EVENT: {}}
    assert "nonce" not in said
    assert json.loads(json.dumps(said["exp"])) > said["iat"]


async def test_no_answer_is_tried_again_and_then_given_up(world: World, hint: str) -> None:
    receiver = Receiver([Answer(None, "timeout"), Answer(500), Answer(204)])
    work = back_channel(world, receiver)
    await end(world)
    for tried, pause in ((1, PAUSES[0]), (2, PAUSES[1]), (3, None)):
        due = await work.turn(world.clock.now())
        assert len(receiver.got) == tried
        assert due == (None if pause is None else world.clock.now() + pause)
        if due:
            world.clock.jump(due)
    assert len({form["logout_token"][0] for _, form in receiver.got}) == 3


async def test_two_processes_tell_each_application_once(world: World, hint: str) -> None:
    receiver = Receiver()
    one, other = back_channel(world, receiver), back_channel(world, receiver)
    await end(world)
    now = world.clock.now()
    await asyncio.gather(one.turn(now), other.turn(now))
    assert len(receiver.got) == 1


async def test_whoever_has_no_address_is_not_told(world: World) -> None:
    await world.tokens()
    receiver = Receiver()
    await end(world)
    await back_channel(world, receiver).turn(world.clock.now())
    assert receiver.got == []


async def test_a_logout_token_is_no_access_token(world: World, hint: str) -> None:
    receiver = Receiver()
    await end(world)
    await back_channel(world, receiver).turn(world.clock.now())
    token = receiver.got[0][1]["logout_token"][0]
    answer = await world.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    with pytest.raises(OAuthError):
        await world.area.logout.decide({"id_token_hint": token}, world.session)

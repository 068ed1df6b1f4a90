"""Pushed authorization requests (RFC 9126): kept, opened in time by their client, used once."""

import pytest

from workswith.identity.errors import OAuthError
from workswith.identity.interaction import Interaction
from workswith.kernel.clock import SECOND

from .conftest import CALLBACK, FORM, World, query_of, refusal, without


async def push(world: World, **changes: str) -> dict[str, str]:
    answer = await world.post("/par", **{**without(world.params, "client_id"), **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def named(world: World, pushed: dict[str, str]) -> dict[str, str]:
    return {"client_id": world.application.client_id, "request_uri": pushed["request_uri"]}


async def ask(world: World, params: dict[str, str]) -> str:
    decide = world.area.authorize.decide
    try:
        return (await decide(params, world.session)).url
    except Interaction as asked:
        carried = {name for name, _ in asked.params}
        if carried != {"client_id", "request_uri"}:
            raise
        done = await world.area.authorize.allow(asked.params, world.session, asked.ticket)
        return done.url


async def test_a_pushed_request_brings_one_code(world: World) -> None:
    params = named(world, await push(world, state="pushed"))
    answer = query_of(await ask(world, {**params, "state": "other", "redirect_uri": "https://x"}))
    assert answer["state"] == "pushed", "what stands beside the name is not believed"
    assert (await world.exchange(answer["code"])).status_code == 200
    with pytest.raises(OAuthError, match="used") as refused:
        await ask(world, params)
    assert not refused.value.redirect_to


async def test_it_is_opened_in_time_and_then_waits_for_the_person(world: World) -> None:
    late, opened = named(world, await push(world)), named(world, await push(world))
    with pytest.raises(Interaction) as asked:
        await world.area.authorize.decide(opened, world.session)
    world.clock.jump(world.clock.now() + 91 * SECOND)
    with pytest.raises(OAuthError):
        await world.area.authorize.decide(late, world.session)
    allow = world.area.authorize.allow
    done = await allow(asked.value.params, world.session, asked.value.ticket)
    assert "code" in query_of(done.url)


async def test_nobody_else_opens_it(world: World) -> None:
    other, _ = await world.area.applications.create(world.developer.id, FORM)
    params = named(world, await push(world)) | {"client_id": other.client_id}
    with pytest.raises(OAuthError):
        await world.area.authorize.decide(params, world.session)


async def test_a_bad_request_is_refused_when_it_is_pushed(world: World) -> None:
    bad = await world.post("/par", **world.params, prompt="maybe")
    assert refusal(bad) == (400, "invalid_request")
    foreign = {**world.params, "redirect_uri": CALLBACK + "x"}
    assert refusal(await world.post("/par", **foreign)) == (400, "invalid_request")
    nested = await world.post("/par", **world.params, request_uri="urn:x")
    assert refusal(nested) == (400, "invalid_request")
    wrong = {**world.params, "client_secret": "wrong"}
    assert refusal(await world.post("/par", **wrong)) == (401, "invalid_client")

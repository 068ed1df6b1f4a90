"""A limit per minute, and subscriptions that end: at the gateway, to the byte and the instant."""

from dataclasses import replace

import pytest

from tests.gateway.conftest import KEY, PLANTS, World

OVER = b'{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds." }'


async def test_a_limit_per_minute_answers_as_the_original_does(world: World) -> None:
    world.subscriptions.keys[KEY] = replace(world.subscriptions.keys[KEY], calls_per_minute=2)
    assert [(await world.call()).status for _ in range(2)] == [200, 200]
    reply = await world.call()
    assert (reply.status, reply.body) == (429, OVER)
    assert len(reply.body) == 84
    assert reply.header("retry-after") == "60"
    assert await world.counter.used("kit/user", world.clock.now() // 86_400_000) == 2
    assert (await world.call(token="other")).status == 200, "another end-user has a minute of his"


async def test_a_subscription_ends_at_its_instant_whatever_its_state_says(world: World) -> None:
    now = world.clock.now()
    for remembers in (False, True):
        world.subscriptions.remembers = remembers
        world.gateway.forget()
        world.subscriptions.keys[KEY] = replace(world.subscriptions.keys[KEY], ends_at=now + 1)
        assert (await world.call()).status == 200
        world.subscriptions.keys[KEY] = replace(world.subscriptions.keys[KEY], ends_at=now)
        world.gateway.forget()
        reply = await world.call()
        assert (reply.status, len(reply.body)) == (401, 143)


@pytest.mark.parametrize("remembers", [True, False])
async def test_what_is_remembered_is_answered_alike(world: World, remembers: bool) -> None:
    world.subscriptions.remembers = world.tokens.remembers = remembers
    assert (await world.call("GET", PLANTS)).status == 200
    assert (await world.call(key="0" * 32)).status == 401
    assert (await world.call(token="old")).status == 401
    assert world.records[0].account_id == "user"

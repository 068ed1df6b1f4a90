"""The device grant (RFC 8628): what a device may ask, how often, and what one answer brings."""

import asyncio
import re

import httpx2
import pytest

from workswith.identity import device_answers, device_codes
from workswith.identity.device_grant import NAME
from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem

from .conftest import World, refusal


async def begin(world: World, **form: str) -> dict[str, str]:
    answer = await world.post("/device_authorization", **form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def allow(world: World, user_code: str) -> None:
    now = world.clock.now()
    found = await device_answers.waiting(world.database, user_code, now)
    area = world.area
    await device_answers.allow(world.database, area.consents, found, world.session, now)


async def poll(world: World, begun: dict[str, str]) -> httpx2.Response:
    return await world.post(grant_type=NAME, device_code=begun["device_code"])


async def test_a_device_gets_its_tokens_once_the_user_has_allowed(world: World) -> None:
    begun = await begin(world)
    assert re.fullmatch(r"[B-Z]{4}-[B-Z]{4}", begun["user_code"])
    assert begun["verification_uri"].endswith("/device")
    assert refusal(await poll(world, begun)) == (400, "authorization_pending")
    await allow(world, begun["user_code"].lower().replace("-", " "))
    world.clock.jump(world.clock.now() + 5 * SECOND)
    answer = await poll(world, begun)
    assert answer.status_code == 200
    assert (await world.refresh(answer.json()["refresh_token"])).status_code == 200
    assert refusal(await poll(world, begun)) == (400, "invalid_grant")


async def test_whoever_asks_too_often_is_told_to_slow_down(world: World) -> None:
    begun = await begin(world)
    await poll(world, begun)
    assert refusal(await poll(world, begun)) == (400, "slow_down")
    world.clock.jump(world.clock.now() + 5 * SECOND)
    assert refusal(await poll(world, begun)) == (400, "slow_down"), "ten seconds by now"
    world.clock.jump(world.clock.now() + 15 * SECOND)
    assert refusal(await poll(world, begun)) == (400, "authorization_pending")


async def test_many_requests_at_once_bring_one_family(world: World) -> None:
    begun = await begin(world)
    await allow(world, begun["user_code"])
    answers = await asyncio.gather(*(poll(world, begun) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]


async def test_denied_and_expired_codes_bring_nothing(world: World) -> None:
    denied, late = await begin(world), await begin(world)
    now = world.clock.now()
    found = await device_answers.waiting(world.database, denied["user_code"], now)
    await device_answers.deny(world.database, found, now)
    assert refusal(await poll(world, denied)) == (400, "access_denied")
    world.clock.jump(now + 15 * MINUTE)
    assert refusal(await poll(world, late)) == (400, "expired_token")
    with pytest.raises(Problem, match="No device"):
        await device_answers.waiting(world.database, late["user_code"], world.clock.now())


async def test_a_scope_of_somebody_else_is_refused_at_once(world: World) -> None:
    answer = await world.post("/device_authorization", scope="openid light.write")
    assert refusal(answer) == (400, "invalid_scope")


def test_user_codes_have_letters_that_nobody_mistakes() -> None:
    codes = [device_codes.user_code(Ident()) for _ in range(200)]
    assert len(set(codes)) == 200
    assert set("".join(codes)) == {*device_codes.LETTERS, "-"}
    assert device_codes.plain(" bcdf ghjk ") == device_codes.plain("BCDF-GHJK") == "BCDFGHJK"

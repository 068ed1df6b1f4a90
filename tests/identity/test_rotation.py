"""What applications choose about refreshes, and what their owners and loops are told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from workswith.identity.settings import Settings
from workswith.kernel.clock import DAY, MINUTE, SECOND

from .conftest import FORM, SETTINGS, World, refusal


async def change(world: World, **changes: Any) -> None:
    owner, client_id = world.developer.id, world.application.client_id
    await world.area.applications.update(owner, client_id, replace(FORM, **changes))


class TestAsTheOriginal:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(argon2_memory_kib=8, argon2_rounds=1, original_rotation_allowed=True)

    async def test_earlier_tokens_stay_usable_until_their_own_end(self, world: World) -> None:
        await change(world, rotation="original")
        first = (await world.tokens())["refresh_token"]
        seen = {first}
        for _ in range(4):
            world.clock.jump(world.clock.now() + 20 * DAY)
            body = (await world.refresh(first)).json()
            assert body["refresh_token"] not in seen, "each use makes a new one"
            seen.add(body["refresh_token"])
        last = body["refresh_token"]
        world.clock.jump(world.clock.now() + 10 * DAY)
        late = await world.refresh(first)
        assert refusal(late) == (400, "invalid_grant")
        assert "AADB2C90080" in late.json()["error_description"]
        assert (await world.refresh(last)).status_code == 200

    async def test_at_once_each_gets_one_and_all_live(self, world: World) -> None:
        await change(world, rotation="original")
        first = (await world.tokens())["refresh_token"]
        answers = await asyncio.gather(*(world.refresh(first) for _ in range(8)))
        tokens = {answer.json()["refresh_token"] for answer in answers}
        assert len(tokens) == 8
        for token in tokens:
            assert (await world.refresh(token)).status_code == 200

    async def test_back_to_strict_only_the_newest_counts(self, world: World) -> None:
        await change(world, rotation="original")
        first = (await world.tokens())["refresh_token"]
        second = (await world.refresh(first)).json()["refresh_token"]
        third = (await world.refresh(second)).json()["refresh_token"]
        await change(world, rotation="strict")
        assert (await world.refresh(third)).status_code == 200
        assert refusal(await world.refresh(first)) == (400, "invalid_grant")

    async def test_the_end_of_consent_ends_every_token(self, world: World) -> None:
        await change(world, rotation="original")
        first = (await world.tokens())["refresh_token"]
        second = (await world.refresh(first)).json()["refresh_token"]
        await world.area.consents.revoke(world.user.id, world.application.client_id)
        for token in (first, second):
            assert refusal(await world.refresh(token)) == (400, "invalid_grant")


async def test_where_the_operator_does_not_allow_it_rotation_is_strict(world: World) -> None:
    await change(world, rotation="original")
    first = (await world.tokens())["refresh_token"]
    second = (await world.refresh(first)).json()["refresh_token"]
    await world.refresh(second)
    assert refusal(await world.refresh(first)) == (400, "invalid_grant")


@pytest.mark.parametrize(("seconds", "after", "status"), [(0, 0, 400), (300, 299, 200)])
async def test_each_application_has_its_own_retry_window(
    world: World, seconds: int, after: int, status: int
) -> None:
    await change(world, retry_seconds=seconds)
    first = (await world.tokens())["refresh_token"]
    second = (await world.refresh(first)).json()["refresh_token"]
    world.clock.jump(world.clock.now() + after * SECOND)
    again = await world.refresh(first)
    assert again.status_code == status
    if status == 200:
        assert again.json()["refresh_token"] == second


async def test_a_loop_of_refused_refreshes_is_answered_without_the_database(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    await world.post("/revoke", token=token)
    for _ in range(SETTINGS.refusals_per_minute):
        assert refusal(await world.refresh(token)) == (400, "invalid_grant")
    paused = await world.refresh(token)
    assert refusal(paused) == (429, "temporarily_unavailable")
    assert paused.headers["retry-after"] == "60"
    other = (await world.tokens())["refresh_token"]
    assert (await world.refresh(other)).status_code == 200, "nobody else is slowed down"
    world.clock.jump(world.clock.now() + MINUTE)
    assert refusal(await world.refresh(token)) == (400, "invalid_grant")


async def test_owners_see_what_was_refused_and_strangers_fill_no_table(world: World) -> None:
    refusals = world.area.tokens.refusals
    for code in ("a", "b"):
        await world.exchange(code)
    await world.exchange("c", client_secret="wrong")
    await world.post(grant_type="x", client_id="nobody")
    client_id = world.application.client_id
    seen = await refusals.of(client_id)
    assert [(one.error, one.times) for one in sorted(seen, key=lambda one: one.error)] == [
        ("invalid_client", 1),
        ("invalid_grant", 2),
    ]
    for name in ("x", "y", "z"):
        await world.post(grant_type=name)
    unknown = [one for one in await refusals.of(client_id) if one.asked_for == "other"]
    assert [(one.error, one.times) for one in unknown] == [("unsupported_grant_type", 3)]
    await world.exchange("d")
    again = await refusals.of(world.application.client_id)
    assert max(one.times for one in again) == 3, "counts add up"
    assert await refusals.of("nobody") == []


class TestHints:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(argon2_memory_kib=8, argon2_rounds=1, error_hints=True)

    async def test_a_hint_stands_in_a_header_and_the_body_stays(self, world: World) -> None:
        answer = await world.post(grant_type="password")
        assert refusal(answer) == (400, "unsupported_grant_type")
        assert "authorization_code" in answer.headers["x-error-hint"]


async def test_without_the_setting_there_are_no_hints(world: World) -> None:
    assert "x-error-hint" not in (await world.post(grant_type="password")).headers

"""Refresh rotation: one live leaf, whatever happens at once, is lost, or is tried again."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from workswith.identity import audit
from workswith.identity.families import Families, Refused, Rotated
from workswith.identity.family import revoke as revoke_family
from workswith.identity.refresh_tokens import Presented, write
from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import SECOND
from workswith.kernel.database import Tx, open_database, statement

from .conftest import Build, World, refusal

T = TypeVar("T")


@pytest.mark.parametrize("copies", [8, 64])
async def test_the_same_token_many_times_at_once_brings_one_successor(
    world: World, copies: int
) -> None:
    token = (await world.tokens())["refresh_token"]
    answers = await asyncio.gather(*(world.refresh(token) for _ in range(copies)))
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert (await world.refresh(successors.pop())).status_code == 200
    assert refusal(await world.refresh(token)) == (400, "invalid_grant")


async def test_two_processes_agree_on_the_successor(
    world: World, build: Build, database_url: str
) -> None:
    """Another process, with its own caches and connections, makes the very same token."""
    token = (await world.tokens())["refresh_token"]
    database = await open_database(database_url)
    other = build(database, Settings(argon2_memory_kib=8, argon2_rounds=1), Broadcast())
    await other.start()
    params = {"grant_type": "refresh_token", "refresh_token": token}
    first = (await world.refresh(token)).json()["refresh_token"]
    second = await other.tokens.answer(params, world.application.client_id, world.secret)
    assert first == second["refresh_token"]
    other.close()
    await database.close()


async def test_a_lost_answer_is_tried_again_within_a_minute(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    first = (await world.refresh(token)).json()
    world.clock.jump(world.clock.now() + 60 * SECOND)
    again = (await world.refresh(token)).json()
    assert again["refresh_token"] == first["refresh_token"]
    assert again["access_token"] != first["access_token"]


async def test_after_that_minute_the_family_is_over(world: World) -> None:
    body = await world.tokens()
    successor = (await world.refresh(body["refresh_token"])).json()
    world.clock.jump(world.clock.now() + 61 * SECOND)
    assert refusal(await world.refresh(body["refresh_token"])) == (400, "invalid_grant")
    assert refusal(await world.refresh(successor["refresh_token"])) == (400, "invalid_grant")
    notes = await audit.latest(world.database, client_id=world.application.client_id)
    assert notes[0].kind == "refresh_token_reused"
    for token in (body["access_token"], successor["access_token"]):
        header = {"authorization": f"Bearer {token}"}
        assert (await world.client.get("/userinfo", headers=header)).status_code == 401


async def test_use_of_the_successor_closes_the_window(world: World) -> None:
    first = (await world.tokens())["refresh_token"]
    second = (await world.refresh(first)).json()["refresh_token"]
    third = (await world.refresh(second)).json()["refresh_token"]
    assert refusal(await world.refresh(first)) == (400, "invalid_grant")
    assert refusal(await world.refresh(third)) == (400, "invalid_grant")


async def test_without_a_window_a_second_use_ends_the_family(world: World, build: Build) -> None:
    token = (await world.tokens())["refresh_token"]
    strict = build(world.database, Settings(refresh_retry_seconds=0), Broadcast())
    await strict.start()
    params = {"grant_type": "refresh_token", "refresh_token": token}
    who = (world.application.client_id, world.secret)
    successor = await strict.tokens.answer(params, *who)
    with pytest.raises(Exception, match="used before"):
        await strict.tokens.answer(params, *who)
    assert refusal(await world.refresh(successor["refresh_token"])) == (400, "invalid_grant")
    strict.close()


async def test_a_family_is_one_link_and_others_live_on(world: World) -> None:
    """Two installations of one application: the end of one is not the end of the other."""
    one, other = await world.tokens(), await world.tokens()
    await world.refresh((await world.refresh(one["refresh_token"])).json()["refresh_token"])
    assert refusal(await world.refresh(one["refresh_token"])) == (400, "invalid_grant")
    assert (await world.refresh(other["refresh_token"])).status_code == 200


async def test_a_rollback_consumes_nothing(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    families: Families = world.area.tokens._families
    presented = families.read(token)
    assert presented

    async def fail(tx: Tx) -> None:
        rotated = await families.rotate(
            tx, presented, world.application.client_id, world.clock.now()
        )
        assert isinstance(rotated, Rotated)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await world.database.write(fail)
    assert (await world.refresh(token)).status_code == 200


async def test_a_database_from_before_the_backup_does_not_lock_anybody_out(world: World) -> None:
    body = await world.tokens()
    second = (await world.refresh(body["refresh_token"])).json()["refresh_token"]
    third = (await world.refresh(second)).json()["refresh_token"]
    back = statement("UPDATE token_family SET generation = 0")

    async def restore(tx: Tx) -> None:
        await tx.run(back)

    await world.database.write(restore)
    answer = await world.refresh(third)
    assert answer.status_code == 200
    assert (await world.refresh(answer.json()["refresh_token"])).status_code == 200
    assert refusal(await world.refresh(second)) == (400, "invalid_grant")


def test_only_what_the_key_made_is_read() -> None:
    mine, other = Families(b"a" * 32, Settings()), Families(b"b" * 32, Settings())
    token = write(b"a" * 32, b"h" * 32, 7, 12_345)
    assert mine.read(token) == Presented(b"h" * 32, 7, 12_000)
    assert other.read(token) is None
    assert len(token) == 98
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert mine.read(changed) is None
    for junk in ("", "x", token[:-1], token + "A", token + "=", token + "\n", " " + token, "é"):
        assert mine.read(junk) is None


class FamilyMachine(RuleBasedStateMachine):
    """A model of one family beside the real one. It runs in a thread and asks the test's loop."""

    def __init__(self, world: World, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.world = world
        self.loop = loop
        self.families: Families = world.area.tokens._families
        self.client_id = world.application.client_id
        self.now = world.clock.now()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @initialize()
    def start(self) -> None:
        body = self.run(self.world.tokens())
        self.tokens = [body["refresh_token"]]
        self.rotated_at = self.now
        self.revoked = False

    @rule(generation=strategies.integers(0, 30), wait=strategies.sampled_from([0, 1, 59, 60, 61]))
    def present(self, generation: int, wait: int) -> None:
        self.now += wait * SECOND
        generation = min(generation, len(self.tokens) - 1)
        outcome = self.rotate(self.tokens[generation])
        last = len(self.tokens) - 1
        if self.revoked:
            assert isinstance(outcome, Refused), "revoked never revives"
        elif generation == last:
            assert isinstance(outcome, Rotated)
            self.tokens.append(outcome.refresh_token)
            self.rotated_at = self.now
        elif generation == last - 1 and self.now - self.rotated_at <= 60 * SECOND:
            assert isinstance(outcome, Rotated)
            assert outcome.refresh_token == self.tokens[-1], "a retry makes no second leaf"
        else:
            assert isinstance(outcome, Refused)
            assert outcome.fate == "reused"
            self.revoked = True

    @rule()
    def roll_back(self) -> None:
        presented = self.families.read(self.tokens[-1])

        async def fail(tx: Tx) -> None:
            assert presented
            await self.families.rotate(tx, presented, self.client_id, self.now)
            raise LookupError

        with pytest.raises(LookupError):
            self.run(self.world.database.write(fail))

    @rule()
    def revoke(self) -> None:
        presented = self.families.read(self.tokens[0])
        assert presented

        async def write(tx: Tx) -> None:
            await revoke_family(tx, presented.family_id, "test", self.now)

        self.run(self.world.database.write(write))
        self.revoked = True

    @invariant()
    def all_tokens_differ(self) -> None:
        tokens = getattr(self, "tokens", [])
        assert len(set(tokens)) == len(tokens)

    def rotate(self, token: str) -> Rotated | Refused:
        presented = self.families.read(token)

        async def write(tx: Tx) -> Rotated | Refused:
            assert presented
            return await self.families.rotate(tx, presented, self.client_id, self.now)

        return self.run(self.world.database.write(write))


async def test_at_most_one_live_leaf_and_revoked_never_revives(world: World) -> None:
    loop = asyncio.get_running_loop()

    class OfThisWorld(FamilyMachine):
        def __init__(self) -> None:
            super().__init__(world, loop)

    await asyncio.to_thread(
        run_state_machine_as_test,
        OfThisWorld,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None),
    )

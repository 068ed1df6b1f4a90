"""What is remembered of a call ends with the word, the second and the instant, and is bounded."""

from dataclasses import replace
from typing import TypedDict

import pytest

from tests.gateway.conftest import KEY, OTHER_KEY, PLANTS, STATUS, Access, World
from workswith.catalog.keys import ActiveKey
from workswith.gateway import recognising


@pytest.fixture
def elapsed(world: World) -> list[float]:
    seconds = [0.0]
    world.gateway._recognitions._elapsed = lambda: seconds[0]
    return seconds


async def test_a_like_call_is_known_without_a_look_up(world: World, elapsed: list[float]) -> None:
    assert (await world.call()).status == 200
    world.subscriptions.keys.clear()
    world.tokens.known.clear()
    assert (await world.call()).status == 200
    assert [request.account_id for request in world.seen] == ["user", "user"]
    assert world.seen[0].path is not world.seen[1].path


class Other(TypedDict, total=False):
    """What a call may differ in."""

    method: str
    target: str
    key: str
    token: str


@pytest.mark.parametrize(
    "other",
    [{"key": OTHER_KEY}, {"token": "other"}, {"method": "POST"}, {"target": STATUS}],
)
async def test_one_that_differs_is_looked_up(
    world: World, elapsed: list[float], other: Other
) -> None:
    await world.call("GET", PLANTS)
    world.subscriptions.keys.clear()
    assert (await world.call(**other)).status in {401, 404}


async def test_a_word_ends_it_at_once(world: World, elapsed: list[float]) -> None:
    await world.call()
    world.subscriptions.keys.clear()
    world.gateway.forget("s1")
    assert (await world.call()).status == 401


async def test_what_ends_while_it_is_looked_up_is_not_kept(
    world: World, elapsed: list[float]
) -> None:
    find = world.subscriptions.find

    async def find_late(key: str) -> ActiveKey | None:
        found = await find(key)
        world.subscriptions.keys.clear()
        world.gateway.forget()
        return found

    world.gateway._parts = world.gateway._parts._replace(find_key=find_late)
    assert (await world.call()).status == 200
    assert (await world.call()).status == 401


async def test_it_is_looked_up_again_within_a_second(world: World, elapsed: list[float]) -> None:
    await world.call()
    world.subscriptions.keys.clear()
    elapsed[0] += recognising.HELD_SECONDS
    assert (await world.call()).status == 401


async def test_nothing_outlives_its_instant_on_the_clock(
    world: World, elapsed: list[float]
) -> None:
    now = world.clock.now()
    world.tokens.known["Bearer good"] = Access(expires_at=now + 10)
    await world.call()
    world.tokens.known.clear()
    world.clock.jump(now + 9)
    assert (await world.call()).status == 200
    world.clock.jump(now + 10)
    assert (await world.call()).status == 401
    world.tokens.known["Bearer other"] = Access()
    world.subscriptions.keys[KEY] = replace(world.subscriptions.keys[KEY], ends_at=now + 20)
    assert (await world.call(token="other")).status == 200
    world.clock.jump(now + 20)
    assert (await world.call(token="other")).status == 401


async def test_refusals_are_not_remembered(world: World, elapsed: list[float]) -> None:
    key = world.subscriptions.keys.pop(KEY)
    assert (await world.call()).status == 401
    world.subscriptions.keys[KEY] = key
    assert (await world.call()).status == 200
    assert (await world.call("POST", STATUS, token="weak", body=b"{}")).status == 403


async def test_it_is_bounded(
    world: World, elapsed: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognising, "MOST", 2)
    known = world.gateway._recognitions._known
    for n in range(5):
        await world.call(target=STATUS.replace("a6e10b5e", f"a6e10b5{n}"))
    assert 0 < len(known) <= 2
    world.tokens.known[f"Bearer {'x' * 5000}"] = Access()
    before = len(known)
    assert (await world.call(token="x" * 5000)).status == 200
    assert len(known) == before


async def test_headers_are_counted_however_well_a_call_is_known(
    world: World, elapsed: list[float]
) -> None:
    many = {f"x-{number}": "1" for number in range(200)}
    assert (await world.call()).status == 200
    assert (await world.call(headers=many)).status == 400
    assert len(world.seen) == 1


async def test_who_was_found_unchanged_is_so_for_all_calls(
    world: World, elapsed: list[float]
) -> None:
    await world.call()
    await world.call(target=STATUS)
    elapsed[0] += recognising.HELD_SECONDS
    await world.call()
    world.subscriptions.keys.clear()
    assert (await world.call(target=STATUS)).status == 200
    elapsed[0] += recognising.HELD_SECONDS
    assert (await world.call(target=STATUS)).status == 401


async def test_who_was_found_changed_is_looked_up_for_each_call(
    world: World, elapsed: list[float]
) -> None:
    assert (await world.call("POST", STATUS, body=b"{}")).status != 403
    elapsed[0] += recognising.HELD_SECONDS
    world.tokens.known["Bearer good"] = Access(scopes=frozenset({"topology.read"}))
    assert (await world.call()).status == 200
    assert (await world.call("POST", STATUS, body=b"{}")).status == 403

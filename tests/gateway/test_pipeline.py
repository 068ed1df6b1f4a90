"""The order of the checks, and what counts."""

from functools import partial

import pytest

from tests.gateway.conftest import KEY, OTHER_KEY, PLANTS, STATUS, World
from workswith.catalog.quota import counted
from workswith.catalog.window import window
from workswith.gateway.pipeline import PIPELINE
from workswith.kernel.problem import Kind, Problem


async def used(world: World, account: str = "user") -> int:
    return await world.counter.used(counted("kit", account), window(world.clock.now()).day)


def test_the_order_is_the_published_one() -> None:
    assert [step.__name__ for step in PIPELINE] == [
        "require_a_short_head",
        "match_the_operation",
        "identify_the_subscription",
        "require_the_api_in_the_product",
        "verify_the_token",
        "require_the_scope",
        "slow_down",
        "spend_quota",
        "read_and_validate",
        "handle",
    ]


async def test_each_check_comes_before_the_next(world: World) -> None:
    """One call that is wrong in every way is put right step by step."""
    wrong = partial(world.call, "POST", token="bad", body=b"{")
    assert (await wrong("/smarther/v2.0/x", key=None)).status == 404
    reply = await wrong(STATUS, key=None)
    assert b"missing subscription key" in reply.body
    reply = await wrong(STATUS, key="x")
    assert b"invalid subscription key" in reply.body
    reply = await wrong(STATUS, key=KEY)
    assert b"JWT" in reply.body
    assert await used(world) == 0  # nobody known so far, nothing to count
    reply = await world.call("POST", STATUS, key=KEY, token="weak", body=b"{")
    assert reply.status == 403
    assert await used(world) == 1
    assert (await world.call("POST", STATUS, body=b"{")).status == 400
    assert await used(world) == 2
    assert (await world.call("POST", STATUS, body=b'{"mode":"x"}')).status in (400, 430)
    assert await used(world) == 3


@pytest.mark.parametrize("kind", [Kind.UNREACHABLE, Kind.TIMED_OUT, Kind.UNAUTHENTICATED])
async def test_a_call_counts_whatever_its_result(world: World, kind: Kind) -> None:
    world.answer = Problem(kind, "x", "x")
    await world.call()
    assert await used(world) == 1


async def test_an_end_user_is_counted_over_all_subscriptions_of_a_product(world: World) -> None:
    await world.call(key=KEY)
    await world.call(key=OTHER_KEY)
    assert await used(world) == 2


async def test_end_users_are_counted_apart(world: World) -> None:
    await world.call(token="good")
    await world.call(token="other")
    assert (await used(world), await used(world, "other")) == (1, 1)


async def test_a_call_without_the_scope_is_told_of_the_quota_once_it_is_spent(
    world: World,
) -> None:
    for _ in range(500):
        assert (await world.call(token="weak")).status == 403
    assert b"quota" in (await world.call(token="weak")).body


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        (KEY, "", 200),
        (None, f"?subscription-key={KEY}", 200),
        (None, f"?a=b&subscription-key={KEY}&a=c", 200),
        ("wrong", f"?subscription-key={KEY}", 401),
        ("", f"?subscription-key={KEY}", 401),
        (KEY, "?subscription-key=wrong", 200),
        (None, "?Subscription-Key=x", 401),
        (f" {KEY} ", "", 200),
    ],
)
async def test_the_query_is_looked_at_only_without_the_header(
    world: World, header: str | None, query: str, status: int
) -> None:
    assert (await world.call(target=PLANTS + query, key=header)).status == status


async def test_what_a_handler_receives(world: World) -> None:
    reply = await world.call(
        "GET",
        f"/echo/resource?param1=caf%C3%A9&param2=1&subscription-key={KEY}",
        headers={"X-Mine": "yes", "Cookie": "secret"},
    )
    (request,) = world.seen
    assert request.operation.id == "retrieve-resource"
    assert request.query == {"param1": "café", "param2": "1"}
    assert request.headers["x-mine"] == "yes"
    assert not {"authorization", "ocp-apim-subscription-key", "cookie"} & set(request.headers)
    assert request.headers.get("authorization") is None
    assert (request.account_id, request.client_id, request.subscription_id) == ("user", "app", "s1")
    assert request.now == world.clock.now()
    assert request.flow == reply.header("x-flow-id")


async def test_path_parameters(world: World) -> None:
    await world.call(target=STATUS)
    assert set(world.seen[0].path) == {"plantId", "moduleId"}


@pytest.mark.parametrize("query", ["?a=%00", "?" + "&".join(f"a{n}=1" for n in range(65))])
async def test_a_query_that_cannot_be_read(world: World, query: str) -> None:
    assert (await world.call(target=PLANTS + query)).status == 400


async def test_heads_that_are_too_long(world: World) -> None:
    assert (await world.call(target=f"{PLANTS}?a={'x' * 9000}")).status == 400
    many = {f"x-{n}": "1" for n in range(200)}
    assert (await world.call(headers=many)).status == 400


async def test_what_is_remembered_of_paths_is_bounded_and_not_shared(world: World) -> None:
    from workswith.gateway import steps

    matched = world.gateway._parts.matched
    await world.call(target=PLANTS)
    (match,) = matched.values()
    matched.clear()
    world.seen.clear()
    matched.update({("GET", b"%d" % n): match for n in range(steps.MATCHES)})
    await world.call(target=STATUS)
    await world.call(target=STATUS)
    assert list(matched) == [("GET", STATUS.encode())]
    first, second = world.seen
    assert first.path == second.path
    assert first.path is not second.path

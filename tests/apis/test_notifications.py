"""Notifications v1.0: what an application's own programs see and do, through its document."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.apis.caller import Caller
from tests.webhooks.chain import CLIENT, PLANT, Chain, Ground, render
from tests.webhooks.conftest import authority, cipher, ground, settings, tls  # noqa: F401  fixtures
from tests.webhooks.test_worker import Scripted
from workswith.apis import documents, notifications
from workswith.contracts.binding import bind
from workswith.kernel.clock import MINUTE, iso
from workswith.webhooks.desk import Desk
from workswith.webhooks.settings import Settings

URL = "https://one.example/"
GONE = "00000000-0000-4000-8000-000000000000"
UNKNOWN = {"statusCode": 404, "message": "Resource not found"}

Call = Callable[..., Any]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def chain(ground: Ground, settings: Settings, scripted: Scripted) -> Chain:  # noqa: F811
    return Chain(ground, settings, scripted)


@pytest.fixture
def call(ground: Ground, settings: Settings) -> Call:  # noqa: F811
    desk = Desk(
        ground.database,
        ground.clock,
        ground.ident,
        ground.cipher,
        settings,
        bells=ground.bells,
        renderers={"smarther-v2.0": render},
    )
    api = bind(
        documents()["notifications"],
        notifications.handlers(ground.database, desk),
        notifications.error_body,
    )
    caller = Caller(api, ground.clock)

    async def ask(method: str, target: str, body: Any = None, **more: Any) -> Any:
        more.setdefault("client_id", CLIENT)
        return await caller(method, target, body, **more)

    return ask


async def banned(chain: Chain, scripted: Scripted) -> str:
    """An endpoint with twenty failures; two events are lost in its ban."""
    await chain.subscribe(URL)
    scripted.ok = False
    await chain.change(times=20)
    await chain.settle()
    await chain.change(times=2)
    await chain.settle()
    scripted.ok = True
    return (await chain.endpoint()).id


async def test_a_ban_is_seen_and_lifted(chain: Chain, scripted: Scripted, call: Call) -> None:
    id_ = await banned(chain, scripted)
    status, listed = await call("GET", "/endpoints")
    assert (status, listed["next"]) == (200, None)
    (one,) = listed["endpoints"]
    assert (one["health"], one["failures"], one["ban_left_ms"]) == ("banned", 20, MINUTE)
    assert (one["lost"], one["waiting"]) == (2, 20)
    assert await call("GET", f"/endpoints/{id_}") == (200, one)
    assert await call("POST", f"/endpoints/{id_}/lift-ban") == (204, None)
    assert await call("POST", f"/endpoints/{id_}/lift-ban") == (204, None)
    await chain.advance(MINUTE)
    _, one = await call("GET", f"/endpoints/{id_}")
    assert (one["health"], one["failures"], one["ban_until"]) == ("well", 0, None)
    assert one["waiting"] == 0


async def test_nothing_of_others_exists(chain: Chain, scripted: Scripted, call: Call) -> None:
    """Neither in lists nor by its id, and nothing can be done about it."""
    id_ = await banned(chain, scripted)
    (delivery, *_) = await chain.deliveries()
    other = {"client_id": "client-2"}
    for name in ("endpoints", "deliveries", "events"):
        assert await call("GET", f"/{name}", **other) == (200, {name: [], "next": None})
        asked = f"/{name}?endpoint={id_}&plant={PLANT}"
        assert await call("GET", asked, **other) == (200, {name: [], "next": None})
    for method, path in (
        ("GET", f"/endpoints/{id_}"),
        ("GET", f"/endpoints/{id_}/losses"),
        ("POST", f"/endpoints/{id_}/lift-ban"),
        ("POST", f"/endpoints/{id_}/test"),
        ("POST", f"/endpoints/{id_}/replay"),
        ("GET", f"/deliveries/{delivery.id}"),
        ("POST", f"/deliveries/{delivery.id}/replay"),
    ):
        body: dict[str, Any] | None = (
            {} if path.endswith("replay") and "endpoints" in path else None
        )
        status, said = await call(method, path, body, **other)
        assert status == 404, path
        assert {**said, "code": ""} == {**UNKNOWN, "code": ""}
    assert (await chain.endpoint()).health(chain.clock.now()) == "banned"


async def test_lists_go_on_where_the_last_answer_ended(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    """Every thing once, in the order of the list, whatever the limit."""
    id_ = await banned(chain, scripted)
    await chain.subscribe("https://two.example/")
    for name, path in (
        ("endpoints", "/endpoints"),
        ("deliveries", f"/deliveries?endpoint={id_}"),
        ("events", f"/events?endpoint={id_}"),
        ("losses", f"/endpoints/{id_}/losses"),
    ):
        _, whole = await call("GET", path)
        assert whole["next"] is None
        and_ = "&" if "?" in path else "?"
        for limit in (1, 7):
            seen: list[Any] = []
            cursor = ""
            while True:
                _, part = await call("GET", f"{path}{and_}limit={limit}{cursor}")
                assert len(part[name]) <= limit
                seen += part[name]
                if part["next"] is None:
                    break
                cursor = f"&cursor={part['next']}"
            assert seen == whole[name], name


async def test_a_cursor_of_another_list_is_refused(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    id_ = await banned(chain, scripted)
    _, page = await call("GET", "/events?limit=1")
    _, deliveries = await call("GET", "/deliveries?limit=1")
    for path in ("/endpoints", "/deliveries", f"/endpoints/{id_}/losses"):
        assert (await call("GET", f"{path}?cursor={page['next']}"))[0] == 400
    assert (await call("GET", f"/events?cursor={deliveries['next']}"))[0] == 400
    for bad in (
        "x",
        "bnVsbA",
        "WzFd",
        "eyJhIjoxfQ",
        "WzFlNDAwXQ",
        "W3RydWVd",
        "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd",
    ):
        status, said = await call("GET", f"/events?cursor={bad}")
        assert (status, said["code"]) == (400, "query_parameter"), bad


async def test_deliveries_are_filtered(chain: Chain, scripted: Scripted, call: Call) -> None:
    id_ = await banned(chain, scripted)
    before = chain.clock.now()
    await chain.advance(10 * MINUTE)
    await chain.subscribe(URL, plant="plant-2")
    await chain.change("plant-2")
    await chain.settle()

    async def count(query: str) -> int:
        status, found = await call("GET", f"/deliveries?{query}&limit=200")
        assert status == 200, query
        return len(found["deliveries"])

    assert await count(f"endpoint={id_}") == 21
    assert await count("plant=plant-2") == 1
    assert await count(f"to={iso(before + 1)}") == 20
    assert await count(f"from={iso(before + 1)}") == 1
    assert await count("state=delivered") == 21
    assert await count("state=exhausted") == 0
    for bad in (
        "state=lost",
        "limit=0",
        "limit=201",
        "limit=x",
        "from=yesterday",
        "to=2026-13-01T00:00:00Z",
    ):
        assert (await call("GET", f"/deliveries?{bad}"))[0] == 400, bad


async def test_a_delivery_has_its_body_and_every_attempt(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    await chain.subscribe(URL)
    scripted.ok = False
    await chain.change()
    await chain.settle()
    scripted.ok = True
    await chain.advance(MINUTE)
    (delivery,) = await chain.deliveries()
    _, told = await call("GET", f"/deliveries/{delivery.id}")
    assert (told["state"], told["attempts"]) == ("delivered", 2)
    assert told["body"].encode() == delivery.body
    assert [each["number"] for each in told["attempted"]] == [1, 2]
    assert told["attempted"][0]["status"] != told["attempted"][1]["status"] == 200


async def test_a_second_click_replays_not_twice(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    await chain.subscribe(URL)
    await chain.change()
    await chain.settle()
    (delivery,) = await chain.deliveries()
    path = f"/deliveries/{delivery.id}/replay"
    once = {"headers": {"idempotency-key": "after deploy 118"}}
    for _ in range(3):
        assert await call("POST", path, **once) == (202, {"deliveries": 1, "losses": 0})
        await chain.settle()
    assert len(scripted.sequences(URL)) == 2
    # Without a key every click counts, but not while it is on its way.
    assert await call("POST", path) == (202, {"deliveries": 1, "losses": 0})
    assert await call("POST", path) == (202, {"deliveries": 0, "losses": 0})
    await chain.settle()
    assert len(scripted.sequences(URL)) == 3
    # After a day the key may be used anew.
    await chain.advance(25 * 60 * MINUTE)
    assert await call("POST", path, **once) == (202, {"deliveries": 1, "losses": 0})


async def test_a_range_is_replayed_once_for_each_key(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    id_ = await banned(chain, scripted)
    await chain.advance(5 * MINUTE)
    path, once = f"/endpoints/{id_}/replay", {"headers": {"idempotency-key": "k"}}
    first = await call("POST", path, {"state": "delivered"}, **once)
    assert first == (202, {"deliveries": 20, "losses": 0})
    await chain.settle()
    assert await call("POST", path, {"state": "delivered"}, **once) == first
    await chain.settle()
    assert len(scripted.sequences(URL)) == 20 + 20 + 20
    status, said = await call("POST", path, {}, **once)
    assert (status, said["code"]) == (409, "key_reused")
    assert await call("POST", path, {}) == (202, {"deliveries": 0, "losses": 2})
    assert await call("POST", path, {}) == (202, {"deliveries": 0, "losses": 0})
    _, lost = await call("GET", f"/endpoints/{id_}/losses")
    assert all(each["replayed_at"] for each in lost["losses"])
    span = {"from": "2026-13-01T00:00:00Z"}
    assert (await call("POST", path, span))[0] == 400


async def test_a_test_event_is_sent_once_for_each_key(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    """What was refused may be asked again under its key."""
    await chain.subscribe(URL)
    id_ = (await chain.endpoint()).id
    path, once = f"/endpoints/{id_}/test", {"headers": {"idempotency-key": "t"}}
    status, said = await call("POST", path, **once)
    assert (status, said["code"]) == (409, "no_event")
    assert said["message"].startswith("Nothing has happened yet")
    await chain.change()
    await chain.settle()
    status, sent = await call("POST", path, **once)
    assert status == 202
    assert await call("POST", path, **once) == (202, sent)
    await chain.settle()
    assert len(scripted.sequences(URL)) == 2
    _, told = await call("GET", f"/deliveries/{sent['id']}")
    assert (told["cause"], told["state"]) == ("test", "delivered")
    for bad in ("", "x" * 101):
        assert (await call("POST", path, headers={"idempotency-key": bad}))[0] == 400


async def test_events_tell_what_became_of_each(
    chain: Chain, scripted: Scripted, call: Call
) -> None:
    await banned(chain, scripted)
    _, found = await call("GET", "/events?limit=200")
    outcomes = [one["outcome"] for one in found["events"]]
    assert outcomes == ["waiting"] * 20 + ["lost"] * 2
    assert [one["sequence"] for one in found["events"]] == list(range(1, 23))
    assert '"sequence":22' in found["events"][-1]["body"]

"""What every answer carries, bodies of every kind, CORS, and records for statistics."""

import asyncio
import io
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from tests.gateway.conftest import KEY, PLANTS, PORTAL, STATUS, World
from workswith.contracts.binding import Answer
from workswith.gateway.settings import Settings
from workswith.kernel import log
from workswith.kernel.problem import Kind, Problem

ECHO = "/echo/resource"
Message = MutableMapping[str, Any]


async def nothing() -> Message:
    """Whoever asks for more of a call asks in vain."""
    raise AssertionError("nothing to receive")


async def test_every_answer_has_its_own_flow_id_and_the_log_knows_it(world: World) -> None:
    out = io.StringIO()
    log.configure(as_json=True, stream=out)
    try:
        world.answer = ValueError("boom")
        reply = await world.call()
        other = await world.call(key=None)
    finally:
        log.configure()
    flow = reply.header("x-flow-id")
    assert flow
    assert flow != other.header("x-flow-id")
    line = json.loads(out.getvalue().splitlines()[0])
    assert line["flow"] == flow
    assert KEY not in out.getvalue()


@pytest.mark.parametrize(
    ("answer", "body", "content_type"),
    [
        (Answer(body={"a": [1, "é"]}), '{"a":[1,"é"]}'.encode(), "application/json"),
        (Answer(body=b"<a/>", media_type="application/xml"), b"<a/>", "application/xml"),
        (Answer(), b"", None),
        (Answer(status=201), b"", None),
        (Answer(body=[]), b"[]", "application/json"),
    ],
)
async def test_bodies(world: World, answer: Answer, body: bytes, content_type: str) -> None:
    world.answer = answer
    reply = await world.call()
    assert (reply.status, reply.body) == (answer.status, body)
    assert reply.header("content-type") == content_type
    assert reply.header("content-length") == str(len(body))


async def test_no_content_has_neither_body_nor_length(world: World) -> None:
    world.answer = Answer(status=204, body={"ignored": 1})
    reply = await world.call()
    assert (reply.status, reply.body) == (204, b"")
    assert reply.header("content-length") is None


async def test_head_only_where_the_document_has_it(world: World) -> None:
    world.answer = Answer(body={"a": 1}, headers={"X-My-Sample": "This is a sample"})
    reply = await world.call("HEAD", ECHO)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.header("x-my-sample") == "This is a sample"
    assert (await world.call("HEAD", PLANTS)).status == 404


class TestBodies:
    async def test_in_pieces(self, world: World) -> None:
        await world.call("PUT", ECHO, body=[b"ab", b"", b"cd"])
        assert world.seen[0].raw == b"abcd"

    async def test_chunked(self, world: World) -> None:
        headers = {"Transfer-Encoding": "chunked", "Content-Length": "0"}
        del headers["Content-Length"]
        messages = [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"cd", "more_body": False},
        ]

        async def receive() -> Message:
            return messages.pop(0)

        await world.call("PUT", ECHO, headers=headers, receive=receive)
        assert world.seen[0].raw == b"abcd"

    async def test_the_limit_itself_is_allowed(self, world: World) -> None:
        assert (await world.call("PUT", ECHO, body=b"x" * 65_536)).status == 200
        reply = await world.call("PUT", ECHO, body=b"x" * 65_537)
        assert (reply.status, reply.body) == (400, b'{"statusCode":400,"message":"Bad request"}')

    async def test_a_huge_body_is_read_to_its_end_but_not_kept(self, world: World) -> None:
        pieces = [b"x" * 65_536] * 10
        assert (await world.call("PUT", ECHO, body=pieces)).status == 400

    async def test_an_endless_body_is_left(self, world: World) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

        reply = await world.call("PUT", ECHO, headers={"content-length": "1"}, receive=receive)
        assert reply.status == 400

    async def test_a_slow_body(self, world: World) -> None:
        world.build(Settings(body_seconds=0.01))

        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        async def receive() -> Message:
            return await never

        reply = await world.call("PUT", ECHO, headers={"content-length": "1"}, receive=receive)
        assert (reply.status, reply.body) == (
            408,
            b'{"statusCode":408,"message":"Request timeout"}',
        )

    async def test_a_caller_that_goes_away_gets_no_answer(self, world: World) -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        reply = await world.call("PUT", ECHO, headers={"content-length": "1"}, receive=receive)
        assert reply.status == 0
        assert world.seen == []

    async def test_a_call_without_a_body_does_not_wait_for_one(self, world: World) -> None:
        assert (await world.call(receive=nothing)).status == 200
        headers = {"content-length": "0", "content-type": "application/json"}
        assert (await world.call(headers=headers, receive=nothing)).status == 200


ASK = {"Origin": PORTAL, "Access-Control-Request-Method": "POST"}


class TestCors:
    async def test_the_preflight_needs_no_key(self, world: World) -> None:
        reply = await world.call("OPTIONS", STATUS, key=None, token=None, headers=ASK)
        assert (reply.status, reply.body) == (204, b"")
        assert reply.header("access-control-allow-origin") == PORTAL
        allowed = reply.header("access-control-allow-headers") or ""
        assert {"authorization", "ocp-apim-subscription-key", "content-type"} <= {
            name.strip().lower() for name in allowed.split(",")
        }
        assert world.seen == []

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", PORTAL + ".evil", ""])
    async def test_nobody_else_is_let_in(self, world: World, origin: str) -> None:
        ask = {**ASK, "Origin": origin}
        reply = await world.call("OPTIONS", STATUS, key=None, token=None, headers=ask)
        assert reply.status == 404
        assert reply.header("access-control-allow-origin") is None
        reply = await world.call(headers={"Origin": origin})
        assert reply.status == 200
        assert reply.header("access-control-allow-origin") is None

    @pytest.mark.parametrize(("key", "status"), [(KEY, 200), (None, 401)])
    async def test_the_portal_may_read_answers_and_errors(
        self, world: World, key: str | None, status: int
    ) -> None:
        reply = await world.call(key=key, headers={"Origin": PORTAL})
        assert reply.status == status
        assert reply.header("access-control-allow-origin") == PORTAL
        assert reply.header("vary") == "Origin"
        assert "X-Flow-Id" in (reply.header("access-control-expose-headers") or "")

    async def test_options_without_a_question_is_an_unknown_method(self, world: World) -> None:
        assert (await world.call("OPTIONS", PLANTS, headers={"Origin": PORTAL})).status == 404


class TestOptions:
    async def test_rate_limit_headers_when_asked_for(self, world: World) -> None:
        assert (await world.call()).header("ratelimit") is None
        world.build(Settings(rate_limit_headers=True))
        reply = await world.call()
        assert reply.header("ratelimit-policy") == '"day";q=500;w=86400'
        assert reply.header("ratelimit") == '"day";r=498;t=43200'
        assert (await world.call(key=None)).header("ratelimit") is None

    async def test_hints_when_asked_for_and_never_in_the_body(self, world: World) -> None:
        world.answer = Problem(
            Kind.UNREACHABLE, "offline", "Away.", hint="Plug it\r\nin: ’now’", debug="inner"
        )
        plain = await world.call()
        assert plain.header("x-error-hint") is None
        world.build(Settings(error_hints=True))
        hinted = await world.call()
        assert hinted.header("x-error-hint") == "Away. Plug it in: ?now?"
        assert hinted.body == plain.body
        world.answer = Problem(Kind.UNREACHABLE, "offline", "Gateway Offline", hint="Wait.")
        assert (await world.call()).header("x-error-hint") == "Gateway Offline. Wait."
        missing = await world.call(key=None)
        assert "Ocp-Apim-Subscription-Key" in (missing.header("x-error-hint") or "")

    async def test_another_anchor_of_the_day(self, world: World) -> None:
        world.build(Settings(rate_limit_headers=True), quota_anchor_minutes=13 * 60)
        assert (await world.call()).header("ratelimit") == '"day";r=499;t=3600'


async def test_records_say_who_called_what_and_how_it_ended(world: World) -> None:
    await world.call(target=STATUS)
    await world.call(key=None)
    await world.call(target="/nothing")
    await world.call(token="old")
    good, keyless, lost, expired = world.records
    assert (good.api, good.operation, good.method, good.status, good.code) == (
        "smarther-v2.0",
        "Get-Chronothermostat-Status",
        "GET",
        200,
        "",
    )
    assert (good.subscription_id, good.product_id, good.which) == ("s1", "kit", "primary")
    assert (good.client_id, good.account_id, good.at) == ("app", "user", world.clock.now())
    assert good.checks_us >= 0 <= good.handling_us
    assert (keyless.status, keyless.code, keyless.operation) == (401, "key_missing", "Plants")
    assert (lost.status, lost.api, lost.operation) == (404, "", "")
    assert (expired.code, expired.subscription_id, expired.account_id) == (
        "token_expired",
        "s1",
        "",
    )


async def test_a_call_with_everything_known_never_waits(world: World) -> None:
    """The hot path: no turn of the event loop, so no database and no lock."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": PLANTS,
        "raw_path": PLANTS.encode(),
        "query_string": b"",
        "headers": [
            (b"ocp-apim-subscription-key", KEY.encode()),
            (b"authorization", b"Bearer good"),
        ],
    }
    with pytest.raises(StopIteration):
        world.gateway(scope, nothing, send).send(None)
    assert sent[0]["status"] == 200


def test_which_paths_are_the_gateways(world: World) -> None:
    owns = world.gateway.owns
    assert owns("/echo")
    assert owns("/echo/resource")
    assert owns("/smarther/v2.0/plants")
    assert not owns("/")
    assert not owns("/echoes")
    assert not owns("/smarther")


async def test_other_protocols_are_refused(world: World) -> None:
    async def send(_message: Message) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match="websocket"):
        await world.gateway({"type": "websocket"}, nothing, send)

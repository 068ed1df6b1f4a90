"""What needs no waiting is answered by `Gateway.begin` itself; everything else is left to await."""

from functools import cache
from typing import Any

import pytest

from tests.gateway.conftest import DOCUMENTS, KEY, ORIGIN, PLANTS, World
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.gateway.asgi import Gateway
from workswith.gateway.settings import Settings
from workswith.kernel import log
from workswith.kernel.problem import Kind, Problem


class Server:
    """Takes whole answers, as ours does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answers: list[tuple[int, bytes]] = []

    def take(self, _send: Any, head: bytes, body: bytes) -> bool:
        self.answers.append((int(head.split(b" ", 2)[1]), body))
        return True

    def begin(self, *, key: str = KEY, body: bool = False) -> Any:
        headers = [(b"ocp-apim-subscription-key", key.encode()), (b"authorization", b"Bearer good")]
        scope = {
            "type": "http",
            "method": "GET",
            "path": PLANTS,
            "raw_path": PLANTS.encode(),
            "query_string": b"",
            "headers": headers + ([(b"content-length", b"1")] if body else []),
            "extensions": {"workswith.answer": self.take},
        }
        return self.world.gateway.begin(scope, self._receive, self._send)

    @staticmethod
    async def _send(_message: object) -> None:
        raise AssertionError("answers are taken whole")

    @staticmethod
    async def _receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": False}


_at_hand: list[World] = []


@cache
def _prompt() -> Api:
    """An API whose handlers need not wait; compiled once."""

    def handle(request: Request) -> Answer:
        world = _at_hand[0]
        world.seen.append(request)
        if isinstance(world.answer, Exception):
            raise world.answer
        return Answer(body={"a": 1})

    document = DOCUMENTS["smarther"]
    return bind(document, {operation.id: handle for operation in document.operations})


@pytest.fixture
def server(world: World) -> Server:
    """Keys and tokens are known, and the handlers need not wait."""
    world.subscriptions.remembers = world.tokens.remembers = True
    _at_hand[:] = [world]
    world.gateway = Gateway(
        [_prompt()],
        subscriptions=world.subscriptions,
        access_tokens=world.tokens,
        counter=world.counter,
        clock=world.clock,
        ident=world.ident,
        settings=Settings(),
        origin=ORIGIN,
        on_call=world.records.append,
    )
    return Server(world)


async def test_a_call_that_is_known_is_answered_when_it_has_begun(
    server: Server, world: World
) -> None:
    before = log.flow.get()
    for _ in range(2):  # the second one is recognised
        assert server.begin() is None
    assert server.answers == [(200, b'{"a":1}')] * 2
    assert [record.status for record in world.records] == [200, 200]
    assert world.records[0].flow != world.records[1].flow
    assert log.flow.get() == before, "whoever comes next on the connection has a flow of its own"


@pytest.mark.parametrize(
    ("problem", "status"),
    [(Problem(Kind.UNREACHABLE, "gateway_offline", "x"), 404), (ValueError("a bug"), 500)],
)
async def test_a_problem_is_answered_at_once_too(
    server: Server, world: World, problem: Exception, status: int
) -> None:
    world.answer = problem
    assert server.begin() is None
    assert [answer[0] for answer in server.answers] == [status]


async def test_the_quota_is_spent_either_way(server: Server, world: World) -> None:
    for _ in range(500):
        assert server.begin() is None
    assert server.begin() is None
    assert [status for status, _ in server.answers] == [200] * 500 + [403]


async def test_what_waits_is_left_to_await_and_happens_once(server: Server, world: World) -> None:
    world.subscriptions.remembers = False
    rest = server.begin()
    assert rest is not None
    assert server.answers == []
    await rest
    assert server.answers == [(200, b'{"a":1}')]
    assert len(world.seen) == len(world.records) == 1
    rest = server.begin(body=True)
    assert rest is not None, "a body has to be read"
    await rest
    assert len(world.seen) == len(world.records) == 2

"""What an endpoint answers, at once and rightly, in both kinds of server; and what it keeps."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import standardwebhooks
from aiohttp import web
from aiohttp.test_utils import TestServer

from workswith_client.errors import ConfigurationError, SignatureRefused
from workswith_client.webhooks import Receiver, Reply, asgi_app, verify
from workswith_client.webhooks.aiohttp import handler
from workswith_client.webhooks.signature import key

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
NOW = 1_772_434_800.0
HOOK = "/notifications/3f9c"


def event(number: int, plant: str = "p") -> dict[str, Any]:
    status = {"mode": "MANUAL", "sender": {"plant": {"id": plant, "module": {"id": "m"}}}}
    return {
        "id": f"event-{number}",
        "eventType": "DeviceToCloud",
        "eventTime": "2026-03-02T07:00:00Z",
        "data": {"chronothermostats": [status]},
    }


def body_of(*events: dict[str, Any]) -> bytes:
    return json.dumps(list(events)).encode()


def signed(body: bytes, id_: str = "d1", secret: str = SECRET, at: float = NOW) -> dict[str, str]:
    """By the library that others use."""
    value = standardwebhooks.Webhook(secret).sign(
        id_, datetime.fromtimestamp(at, UTC), body.decode()
    )
    return {"webhook-id": id_, "webhook-timestamp": str(int(at)), "webhook-signature": value}


def receiver(*secrets: str, **more: Any) -> Receiver:
    return Receiver(secrets, clock=lambda: NOW, **more)


def waiting(one: Receiver) -> list[str]:
    return [each.id for each in one._queue]


async def test_what_was_posted_is_read() -> None:
    one = receiver()
    assert one.take({}, body_of(event(1), event(2))) == Reply(200)
    assert (await one.get()).id == "event-1"
    reading = asyncio.create_task(one.get())
    assert (await reading).id == "event-2"
    later = asyncio.create_task(one.get())
    await asyncio.sleep(0)
    one.take({}, body_of(event(3)))
    assert (await later).id == "event-3"
    assert one.heard == {"p": NOW}


async def test_it_is_read_by_a_loop() -> None:
    one = receiver()
    one.take({}, body_of(event(1), event(2)))
    seen = []
    async for notification in one:
        seen.append(notification.id)
        if len(seen) == 2:
            break
    assert seen == ["event-1", "event-2"]


async def test_nothing_comes_twice() -> None:
    """A cloud sends again what was answered too late; with the same id."""
    one = receiver()
    for _ in range(3):
        assert one.take({}, body_of(event(1))) == Reply(200)
    assert waiting(one) == ["event-1"]
    two = receiver(SECRET)
    for _ in range(3):
        two.take(signed(body_of(event(1))), body_of(event(1)))
    two.take(signed(body_of(event(1)), "d2"), body_of(event(1)))
    assert len(waiting(two)) == 2, "two subscriptions have two deliveries of one event"


async def test_what_is_remembered_has_an_end() -> None:
    one = receiver(remembered=2)
    for number in (1, 2, 3, 1):
        one.take({}, body_of(event(number)))
    assert waiting(one) == ["event-1", "event-2", "event-3", "event-1"]


async def test_a_program_that_does_not_read() -> None:
    """The eldest goes, the cloud still hears 200, and it is known that something was missed."""
    one = receiver(waiting=2)
    for number in (1, 2, 3):
        assert one.take({}, body_of(event(number))).status == 200
    assert waiting(one) == ["event-2", "event-3"]
    assert one.missed == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"[1]", b"\xff", b"[" * 100_000])
async def test_what_is_no_notification(body: bytes) -> None:
    assert receiver().take({}, body).status == 400


async def test_too_much() -> None:
    assert receiver().take({}, b" " * 1_100_000).status == 413


async def test_a_question_is_answered() -> None:
    asked = [
        {
            "id": "q",
            "data": {"validationCode": "c0de"},
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        }
    ]
    reply = receiver().take({}, json.dumps(asked).encode())
    assert reply.status == 200
    assert json.loads(reply.body)["validationCode"] == "c0de"
    assert json.loads(reply.body)["validationResponse"] == "c0de"


async def test_signatures() -> None:
    body = body_of(event(1))
    one = receiver(SECRET)
    assert one.take(signed(body), body).status == 200
    assert one.take({}, body).status == 401
    assert one.take(signed(body, secret=OTHER), body).status == 401
    assert one.take(signed(body), body + b" ").status == 401
    assert one.take({**signed(body), "webhook-id": "d2"}, body).status == 401
    assert one.take({**signed(body), "webhook-signature": "v1,é"}, body).status == 401
    for minutes, status in ((-6, 401), (-4, 200), (4, 200), (6, 401)):
        assert one.take(signed(body, at=NOW + 60 * minutes), body).status == status


async def test_a_secret_that_is_replaced() -> None:
    """Both are good for a while: signatures by either, and requests with both signatures."""
    body = body_of(event(1))
    one = receiver(SECRET, OTHER)
    assert one.take(signed(body, secret=OTHER), body).status == 200
    both = signed(body)
    both["webhook-signature"] += " " + signed(body, secret=OTHER)["webhook-signature"]
    one.use_secrets([OTHER])
    assert one.take(both, body).status == 200
    assert one.take(signed(body), body).status == 401


def test_a_signature_gives_the_id() -> None:
    body = body_of(event(1))
    assert verify([key(SECRET)], signed(body, "d7"), body, NOW) == "d7"
    with pytest.raises(SignatureRefused):
        verify([], signed(body), body, NOW)
    with pytest.raises(ConfigurationError):
        key("whsec_not base64")


@asynccontextmanager
async def served(kind: str, one: Receiver) -> AsyncIterator[httpx2.AsyncClient]:
    if kind == "asgi":
        transport = httpx2.ASGITransport(asgi_app(one, HOOK))
        async with httpx2.AsyncClient(transport=transport, base_url="http://hook") as http:
            yield http
        return
    app = web.Application()
    app.router.add_post(HOOK, handler(one))
    async with TestServer(app) as server:
        base = f"http://127.0.0.1:{server.port}"
        async with httpx2.AsyncClient(base_url=base, timeout=60) as http:
            yield http


@pytest.mark.parametrize("kind", ["asgi", "aiohttp"])
async def test_a_server(kind: str) -> None:
    one = receiver(SECRET)
    body = body_of(event(1))
    async with served(kind, one) as http:
        begun = time.process_time()
        for number in range(20):
            answer = await http.post(HOOK, content=body, headers=signed(body, f"d{number}"))
            assert answer.status_code == 200
        assert (time.process_time() - begun) / 20 < 0.2, "far less than 750 ms, with nobody reading"
        assert (await http.post(HOOK, content=body)).status_code == 401
        assert (await http.post("/other", content=body)).status_code == 404
        assert (await http.get(HOOK)).status_code == 405
        assert (await http.post(HOOK, content=b" " * 1_100_000)).status_code == 413
    assert len(waiting(one)) == 20


async def test_the_life_of_an_asgi_server() -> None:
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await asgi_app(receiver())({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

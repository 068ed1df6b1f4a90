"""An API that asks for proof notifies nobody before it was given. [C2C-5]"""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.webhooks.chain import ACCOUNT, API, Chain, Ground
from workswith.kernel.clock import HOUR, SECOND
from workswith.webhooks.handshake import EVENT_TYPE, proves
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings

URL = "https://one.example/"


class Receiver:
    """Echoes the code in the member that it was told, or says something else."""

    def __init__(self) -> None:
        self.member = "validationCode"
        self.bodies: list[Any] = []

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        (event,) = msgspec.json.decode(body)
        self.bodies.append(event)
        code = event.get("data", {}).get("validationCode")
        answer = msgspec.json.encode({self.member: code}) if self.member else b"OK"
        return Sent(200, answer=answer)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def chain(ground: Ground, settings: Settings, receiver: Receiver) -> Chain:
    return Chain(ground, msgspec.structs.replace(settings, handshakes=(API,)), receiver)


async def states(chain: Chain) -> list[str]:
    return [one.state for one in await chain.subscriptions.of_account(ACCOUNT, API)]


@pytest.mark.parametrize("member", ["validationCode", "validationResponse"])
async def test_either_member_makes_it_active(chain: Chain, receiver: Receiver, member: str) -> None:
    receiver.member = member
    await chain.subscribe(URL)
    await chain.change()
    assert await states(chain) == ["pending"]
    assert (await chain.endpoint()).pending == 1
    await chain.settle()
    assert await states(chain) == ["active"]
    (challenge,) = receiver.bodies
    assert challenge["eventType"] == EVENT_TYPE
    await chain.change()
    await chain.settle()
    assert receiver.bodies[1]["sequence"] == 2, "what came before the proof is not delivered"


async def test_an_answer_without_the_code_is_a_failure_and_tried_again(
    chain: Chain, receiver: Receiver
) -> None:
    receiver.member = ""
    await chain.subscribe(URL)
    await chain.settle()
    assert await states(chain) == ["pending"]
    (delivery,) = await chain.deliveries()
    (attempt,) = await chain.attempts(delivery)
    assert (attempt.status, attempt.error, attempt.succeeded) == (200, "unproven", False)
    receiver.member = "validationResponse"
    await chain.advance(10 * SECOND)
    assert await states(chain) == ["active"]


async def test_one_that_never_proves_is_refused_and_may_ask_again(
    chain: Chain, receiver: Receiver
) -> None:
    receiver.member = ""
    await chain.subscribe(URL)
    await chain.advance(HOUR)
    assert await states(chain) == ["refused"]
    receiver.member = "validationCode"
    await chain.subscribe(URL)
    await chain.settle()
    assert await states(chain) == ["active"]


@pytest.mark.parametrize("answer", [b"", b"[]", b'"c"', b'{"validationCode":"x"}', b"\xff", b"{"])
def test_only_the_code_proves(answer: bytes) -> None:
    assert not proves(answer, "c")

"""The connection to a broker: where it goes, what the doctor finds, what it survives."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from tests.broker import Broker, mosquitto
from tests.patience import eventually
from tests.ports import held_port
from workswith.adapters.mqtt import Address, Connection, MqttBroker, proof_of
from workswith.adapters.mqtt_check import examine
from workswith.devices.gateways.settings import Settings


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("mqtt")
    with mosquitto(folder / "data", folder / "mosquitto") as running:
        yield running


def settings(broker: Broker, **other: Any) -> Settings:
    return Settings(**{"url": broker.url, "authority": str(broker.authority), **other})


def test_addresses() -> None:
    assert Address.parse("mqtts://u:p%40@b.example") == Address("b.example", 8883, True, "u", "p@")
    assert Address.parse("mqtt://localhost") == Address("localhost", 1883, False)
    for wrong in ("mqtt://b.example", "http://x", "mqtts://", "b.example:8883"):
        with pytest.raises(ValueError):
            Address.parse(wrong)


def test_a_proof_is_found_among_other_properties() -> None:
    assert proof_of({"user_property": [("x", "1"), ("mac", "m")]}) == "m"
    assert proof_of({}) == proof_of({"user_property": [("x", "1")]}) == ""


async def test_the_doctor_finds_a_good_broker_good(broker: Broker) -> None:
    verdicts = await examine(settings(broker))
    assert {one.item: one.state for one in verdicts} == {
        "encrypted": "good", "connection": "good", "shared subscriptions": "good",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"url": "mqtts://b.example:x"}, "address of the broker"),
        ({"authority": "/nowhere.pem"}, "address of the broker"),
        ({"url": f"mqtts://localhost:{held_port()}"}, "connection"),
        ({"authority": ""}, "connection"),
    ],
)
async def test_the_doctor_finds_what_is_wrong(
    broker: Broker, change: dict[str, str], item: str
) -> None:
    verdict = (await examine(settings(broker, **change)))[-1]
    assert (verdict.item, verdict.state) == (item, "failure")
    assert verdict.said


async def test_a_wrong_password_and_strict_rules_are_found(broker: Broker) -> None:
    wrong = broker.url.replace(Address.parse(broker.url).password, "wrong")
    verdict = (await examine(settings(broker, url=wrong)))[-1]
    assert (verdict.item, verdict.state) == ("connection", "failure")
    rules = broker.folder / "acl"
    before = rules.read_text()
    rules.write_text("user somebody\ntopic readwrite x\n")
    broker.read_again()
    try:
        verdict = (await examine(settings(broker)))[-1]
        assert (verdict.item, verdict.state) == ("shared subscriptions", "failure")
    finally:
        rules.write_text(before)
        broker.read_again()


async def test_what_was_not_taken_in_is_not_acknowledged(broker: Broker) -> None:
    """A message counts as taken when its handler has returned: the broker sends it again."""
    address = Address.parse(broker.url)
    context = ssl.create_default_context(cafile=str(broker.authority))
    came: list[bytes] = []
    holding, arrived = asyncio.Event(), asyncio.Event()

    async def hold(_topic: str, payload: bytes, _properties: dict[str, Any]) -> None:
        came.append(payload)
        arrived.set()
        await holding.wait()

    async def nothing(_topic: str, _payload: bytes, _properties: dict[str, Any]) -> None: ...

    first = Connection("slow", hold, session_expiry_interval=60)
    await first.open(address, context)
    first.subscribe("workswith/1/x/up/report")
    sender = Connection("sender", nothing)
    await sender.open(address, context)
    await sender.publish("workswith/1/x/up/report", b"once", "", qos=1)
    async with asyncio.timeout(10):
        await arrived.wait()
    first._client._connection._transport.abort()
    async with asyncio.timeout(10):
        await first.lost.wait()
    holding.set()
    arrived.clear()
    second = Connection("slow", hold, session_expiry_interval=60)
    await second.open(address, context)
    async with asyncio.timeout(10):
        await arrived.wait()
    assert came == [b"once", b"once"]
    for each in (first, second, sender):
        await each.close()


async def test_it_connects_again_by_itself(broker: Broker) -> None:
    mqtt = MqttBroker(Address.parse(broker.url), str(broker.authority), 1_024)
    heard: list[str] = []

    async def hear(topic: str, _payload: bytes, _proof: str) -> None:
        heard.append(topic)

    mqtt.start(hear, ("workswith/1/y/up/report",))

    async def works() -> bool:
        with contextlib.suppress(ConnectionError):
            await mqtt.publish("workswith/1/y/up/report", b"", "", sure=True)
        return bool(heard)

    await eventually(works)
    broker.stop()
    await eventually(lambda: not mqtt.connected)
    with pytest.raises(ConnectionError):
        await mqtt.publish("x", b"", "")
    broker.start()
    heard.clear()
    await eventually(works)
    await mqtt.close()


def test_the_broker_has_a_digest_of_the_password(broker: Broker) -> None:
    line = (broker.folder / "passwords").read_text()
    assert line.startswith("workswith:$7$")
    assert Address.parse(broker.url).password not in line
    assert (broker.folder / "passwords").stat().st_mode & 0o777 == 0o600

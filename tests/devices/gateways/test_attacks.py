"""Who is not who they say, says too much, or says nonsense: refused, and nothing else suffers."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.devices.gateways.conftest import OWNER, Site, keys, secret
from tests.patience import eventually
from workswith.adapters.mqtt import Address, Connection
from workswith.adapters.mqtt_gateway import ShutOut
from workswith.devices.gateways import protocol
from workswith.devices.gateways.authority import GatewayAuthority
from workswith.devices.gateways.desk import Credentials, secret_of
from workswith.devices.gateways.settings import Settings
from workswith.devices.homes.removal import erase_module, erase_plant
from workswith.devices.light import Command as LightCommand
from workswith.identity import audit

NONCE = "0123456789abcdef"


async def nothing(_topic: str, _payload: bytes, _properties: dict[str, Any]) -> None: ...


@pytest.fixture
def settings() -> Settings:
    return Settings(payload_bytes=8_192, messages_per_minute=120, modules=12)


class Raw:
    """A gateway without manners: certificate, secret and topic are what a test wants them to be."""

    def __init__(self, site: Site, credentials: Credentials, folder: Path) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.credentials = credentials
        self._site = site
        self._context = site.context(credentials, folder)
        self.connection = Connection(credentials.gateway_id, self._heard)
        site.open.append(self.connection)

    async def open(self) -> None:
        address = Address("localhost", self._site.broker.gateway_port, tls=True)
        await self.connection.open(address, self._context)
        self.connection.subscribe(protocol.down(self.credentials.gateway_id, "#"))

    async def say(self, what: str, payload: bytes, to: str = "", key: bytes = b"") -> None:
        topic = protocol.up(to or self.credentials.gateway_id, what)
        proof = protocol.mac(key or secret(self.credentials), topic, payload)
        await self.connection.publish(topic, payload, proof, qos=1)

    async def hello(self, *modules: protocol.Announced, nonce: str = NONCE) -> protocol.Welcome:
        self.heard.clear()
        await self.say("hello", protocol.encode(protocol.Hello(nonce, modules=list(modules))))
        await eventually(lambda: self.said("welcome"), "a welcome")
        found: protocol.Welcome = await self.said("welcome")
        return found

    async def said(self, what: str) -> Any:
        return next((one for name, one in self.heard if name == what), None)

    async def _heard(self, topic: str, payload: bytes, _properties: dict[str, Any]) -> None:
        what = topic.rpartition("/")[2]
        self.heard.append((what, protocol.decode(payload, protocol.DOWN[what])))


def light(name: str = "L1", **other: Any) -> protocol.Announced:
    reading = {"on": False, "level": None, "power": 0, "energy": 0}
    return protocol.Announced(name, "light", "Lampada", reading, **other)


def report(seq: int, *said: protocol.Said, session: int = 1) -> bytes:
    return protocol.encode(protocol.Report(session, seq, list(said)))


def on(**other: Any) -> protocol.Said:
    members = {"on": True, "level": None, "power": 40, "energy": 0, **other}
    return protocol.Said("L1", members)


async def raw(site: Site, folder: Path, name: str = "Raw") -> Raw:
    one = Raw(site, await site.add(name), folder)
    await one.open()
    return one


async def kinds_of_audit(site: Site) -> list[str]:
    return [one.kind for one in await audit.latest(site.database)]


async def all_is_well(site: Site, folder: Path) -> None:
    """Another gateway goes on as if nothing were."""
    gateway = site.gateway(await site.add("Good"), folder, "one_of_each")
    await site.connected(gateway)
    lamp = [one for one in await site.modules() if one.device == "light"][-1]
    await site.twin.command(OWNER, site.plant.id, lamp.id, LightCommand(on=True))


async def test_a_certificate_of_another_authority_is_refused_by_the_broker(
    site: Site, tmp_path: Path
) -> None:
    credentials = await site.add()
    forged = GatewayAuthority(tmp_path / "other").issue(credentials.gateway_id, 1)
    stranger = Credentials(
        credentials.gateway_id, "", forged.certificate, forged.key, credentials.secret, 0
    )
    with pytest.raises(ConnectionError):
        await Raw(site, stranger, tmp_path).open()
    assert await site.reach(credentials.gateway_id) == "offline"


async def test_no_certificate_is_no_connection(site: Site) -> None:
    connection = Connection("x", nothing)
    site.open.append(connection)
    context = ssl.create_default_context(cafile=str(site.broker.authority))
    address = Address("localhost", site.broker.gateway_port, tls=True)
    with pytest.raises(ConnectionError):
        await connection.open(address, context)


async def test_a_stolen_id_is_refused_by_the_broker(site: Site, tmp_path: Path) -> None:
    """Even who knows the secret of another gateway cannot write to its topics."""
    victim = await site.add("Victim")
    thief = await raw(site, tmp_path, "Thief")
    payload = protocol.encode(protocol.Hello(NONCE, modules=[light()]))
    await thief.say("hello", payload, to=victim.gateway_id, key=secret(victim))
    await thief.hello()  # what came after it has been taken in
    assert await site.modules() == []
    assert await site.reach(victim.gateway_id) == "offline"
    assert f"Denied PUBLISH from {thief.credentials.gateway_id}" in site.broker.log


async def test_a_stolen_id_is_refused_by_us_if_the_broker_lets_it_pass(
    site: Site, tmp_path: Path
) -> None:
    """As with access rules that are wrong: the message comes in by the port that may do all."""
    victim = await site.add("Victim")
    thief = await site.add("Thief")
    inside = Connection("inside", nothing)
    await inside.open(
        Address.parse(site.broker.url),
        ssl.create_default_context(cafile=str(site.broker.authority)),
    )
    topic = protocol.up(victim.gateway_id, "hello")
    payload = protocol.encode(protocol.Hello(NONCE, modules=[light()]))
    for proof in ("", "x", protocol.mac(secret(thief), topic, payload)):
        await inside.publish(topic, payload, proof, qos=1)

    async def noted() -> bool:
        return "gateway_forged" in await kinds_of_audit(site)

    await eventually(noted)
    assert await site.modules() == []
    right = protocol.mac(secret(victim), topic, payload)
    await inside.publish(topic, payload, right, qos=1)
    await eventually(site.modules)
    await inside.close()
    assert (await kinds_of_audit(site)).count("gateway_forged") == 1, "once a minute"


async def test_a_flood_is_kept_out(site: Site, tmp_path: Path) -> None:
    one = await raw(site, tmp_path)
    await one.hello(light())
    for n in range(400):
        await one.say("report", report(n + 1, on()))

    async def flooded() -> bool:
        return "gateway_flooded" in await kinds_of_audit(site)

    await eventually(flooded)
    async with asyncio.timeout(10):
        await one.connection.lost.wait()
    assert await site.reach(one.credentials.gateway_id) == "offline"
    (listed,) = await site.desk.every()
    assert listed.quarantined_until > site.clock.now()
    await all_is_well(site, tmp_path)


async def test_hellos_without_end_are_a_flood(site: Site, tmp_path: Path) -> None:
    """They are more work than reports: each counts as twenty."""
    one = await raw(site, tmp_path)
    for n in range(8):
        await one.say("hello", protocol.encode(protocol.Hello(f"{NONCE}{n}", modules=[light()])))

    async def flooded() -> bool:
        return "gateway_flooded" in await kinds_of_audit(site)

    await eventually(flooded)


async def test_nonsense_is_left_out(site: Site, tmp_path: Path) -> None:
    """Malformed, too long, out of range, of no module, of the wrong type: the stream goes on."""
    one = await raw(site, tmp_path)
    await one.hello(light())
    for payload in (b"", b"{", b"[]", b"\xff\xfe", b'{"session":"1"}', b"[" * 5_000, b"null"):
        for what in ("report", "alive", "bye", "answer/x", "nothing"):
            await one.say(what, payload)
    await one.say("hello", b"[" * 5_000)
    await one.say("hello", b'{"connection":1}')
    nul = protocol.encode(protocol.Hello(NONCE, hw_type="x")).replace(b'"x"', b'"\\u0000"')
    await one.say("hello", nul)
    await one.say("report", report(1, on(energy=2**62)))
    await one.say("report", report(2, on(power=10**18)))
    await one.say("report", report(3, on(power=-(10**30))))
    await one.say("report", report(4, protocol.Said("L9", {"on": True}), on(on="yes")))
    await one.say("report", report(5, on(at=2**52), on(at=-5), on(at=True)))
    deep = report(6, on(power=0, more=0)).replace(b'"more":0', b'"more":' + b"[" * 900 + b"]" * 900)
    await one.say("report", deep)
    await one.say("report", report(7, on(power=41)))

    async def there() -> bool:
        (module,) = await site.modules()
        snapshot = await site.twin.read(OWNER, site.plant.id, module.id)
        reading = snapshot.reading
        return bool(reading.power == 41 and reading.at <= site.clock.now())

    await eventually(there)


async def test_too_long_a_message_ends_the_connection(site: Site, tmp_path: Path) -> None:
    """The broker takes none above its limit, and we none above ours."""
    one = await raw(site, tmp_path)
    await one.hello(light())
    await one.say("report", report(1, on(extra="x" * 9_000)))
    await one.say("report", report(1, on(power=42)))

    async def there() -> bool:
        (module,) = await site.modules()
        snapshot = await site.twin.read(OWNER, site.plant.id, module.id)
        return bool(snapshot.reading.power == 42)

    await eventually(there)
    await one.say("report", report(2, on(extra="x" * 100_000)))
    async with asyncio.timeout(10):
        await one.connection.lost.wait()


async def test_what_cannot_be_taken_up_is_named(site: Site, tmp_path: Path) -> None:
    one = await raw(site, tmp_path)
    modules = [
        protocol.Announced("T1", "toaster", "Toast", {}),
        protocol.Announced("L2", "light", "", {"on": True, "level": None, "power": 1, "energy": 1}),
        protocol.Announced("L3", "light", "Lamp", {"on": 3}),
        *(light(f"M{n}") for n in range(13)),
    ]
    welcome = await one.hello(*modules)
    assert {refusal.module for refusal in welcome.refused} == {"T1", "L2", "L3", "M12"}
    assert len(await site.modules()) == 12
    again = await one.hello(protocol.Announced("M1", "plug", "Plug", {}), nonce=NONCE + "2")
    assert [refusal.module for refusal in again.refused] == ["M1"], "a lamp stays a lamp"


async def test_revoked_it_is_cut_off_and_stays_out(site: Site, tmp_path: Path) -> None:
    credentials = await site.add()
    gateway = site.gateway(credentials, tmp_path, "one_of_each")
    await site.connected(gateway)
    await site.desk.revoke(credentials.gateway_id)
    with pytest.raises(ShutOut):
        async with asyncio.timeout(20):
            await site.running.pop()
    assert await site.reach(credentials.gateway_id) == "offline"
    site.broker.read_again()
    refusals = site.broker.log.count("certificate verify failed")
    with pytest.raises(ConnectionError):
        await Raw(site, credentials, tmp_path).open()
    await eventually(
        lambda: site.broker.log.count("certificate verify failed") > refusals, "why it stays out"
    )
    await raw(site, tmp_path, "Another")  # which the list does not name
    assert "gateway_revoked" in await kinds_of_audit(site)


async def test_renewed_the_old_credentials_are_worth_nothing(site: Site, tmp_path: Path) -> None:
    old = await site.add()
    thief = Raw(site, old, tmp_path)
    await thief.open()
    await thief.hello(light())
    new = await site.desk.renew(old.gateway_id)
    async with asyncio.timeout(10):
        await thief.connection.lost.wait()
    assert secret(new) == secret_of(keys, old.gateway_id, 2) != secret(old)
    thief = Raw(site, old, tmp_path)
    await thief.open()  # until the broker reads the list again
    await thief.say("report", report(1, on()))

    async def noted() -> bool:
        return "gateway_forged" in await kinds_of_audit(site)

    await eventually(noted)
    await thief.connection.close()
    fresh = Raw(site, new, tmp_path)
    await fresh.open()
    welcome = await fresh.hello(light(), nonce=NONCE + "3")
    assert not welcome.refused
    (module,) = await site.modules()
    assert not (await site.twin.read(OWNER, site.plant.id, module.id)).reading.on


async def test_a_done_that_shows_nothing_is_not_done(site: Site, tmp_path: Path) -> None:
    """A gateway cannot make a caller believe what no report shows."""
    one = await raw(site, tmp_path)
    await one.hello(light())
    (module,) = await site.modules()
    sending = asyncio.create_task(
        site.hub.send(module.id, LightCommand(on=True), deadline=0.5, flow="")
    )
    await eventually(lambda: one.said("command"))
    command = await one.said("command")
    me = site.hub._calls._me
    liar = protocol.encode(protocol.Answer(command.id, "done"))
    await one.say(f"answer/{me}", liar)
    for other in (msgspec.structs.replace(command, id="unknown"),):
        await one.say(f"answer/{me}", protocol.encode(protocol.Answer(other.id, "busy")))
    assert await sending == "silent"


async def test_a_home_that_is_removed_takes_its_gateway_with_it(site: Site, tmp_path: Path) -> None:
    """The gateway goes on talking, and nobody listens; no row of it is in the way."""
    gateway = site.gateway(await site.add(), tmp_path, "one_of_each")
    await site.connected(gateway)
    await site.database.write(erase_plant, site.plant.id)
    assert gateway._devices is not None
    taken = site.broker.log.count("Received PUBACK from workswith-")
    gateway._buffer.add(gateway._devices.look(site.clock.now()))
    await eventually(
        lambda: site.broker.log.count("Received PUBACK from workswith-") > taken,
        "an acknowledgement of what it says",
    )
    assert await site.desk.every() == []


async def test_a_module_that_is_removed_comes_back_when_it_is_announced_again(
    site: Site, tmp_path: Path
) -> None:
    one = await raw(site, tmp_path)
    await one.hello(light("L1"), light("L2"))
    first, second = await site.modules()
    await site.database.write(erase_module, first.id)
    await one.say("report", report(1, on(power=5), protocol.Said("L2", on(power=6).reading)))

    async def there() -> bool:
        found = await site.twin.read(OWNER, site.plant.id, second.id)
        return bool(found.reading.power == 6)

    await eventually(there)
    await one.hello(light("L1"), light("L2"), nonce=NONCE + "4")
    assert len(await site.modules()) == 2

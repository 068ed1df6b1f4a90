"""The protocol in docs/gateways.md is the one that is spoken: its examples, its proof, its program."""

import asyncio
import json
import re
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from tests.devices.gateways.conftest import OWNER, Site
from tests.devices.gateways.conftest import broker as broker  # noqa: PLC0414 - fixtures
from tests.devices.gateways.conftest import settings as settings  # noqa: PLC0414
from tests.devices.gateways.conftest import site as site  # noqa: PLC0414
from tests.patience import eventually
from workswith.cli.gateway import command
from workswith.devices.gateways import mosquitto, protocol
from workswith.devices.gateways.settings import Settings
from workswith.devices.light import Command as LightCommand

PAGE = (Path(__file__).parents[2] / "docs/gateways.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {name: text for _, name, text in BLOCK.findall(PAGE)}
EXAMPLES = sorted(name for name in BLOCKS if name.startswith(("up/", "down/")))


def schemas() -> dict[str, dict[str, dict[str, Any]]]:
    done = CliRunner().invoke(command, ["schema"], catch_exceptions=False)
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(done.output)
    return found


def test_there_is_an_example_of_each_message() -> None:
    every = [*(f"up/{what}" for what in protocol.UP), *(f"down/{what}" for what in protocol.DOWN)]
    assert sorted(every) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_of_its_schema(name: str) -> None:
    way, _, what = name.partition("/")
    example = json.loads(BLOCKS[name])
    schema = schemas()[way][what]
    jsonschema_rs.validator_for(schema).validate(example)
    kind = {"up": protocol.UP, "down": protocol.DOWN}[way][what]
    read = protocol.decode(BLOCKS[name].encode(), kind)
    assert json.loads(protocol.encode(read)).keys() >= example.keys(), "no member is left over"


def test_the_proof_is_computed_as_described() -> None:
    topic, payload = BLOCKS["proven"].strip().split("\n")
    secret = urlsafe_b64decode(BLOCKS["secret"].strip() + "=")
    assert secret == bytes(range(32))
    assert protocol.mac(secret, topic, payload.encode()) == BLOCKS["mac"].strip()


def test_the_numbers_in_the_text_are_those_in_force() -> None:
    text = " ".join(PAGE.split())
    limits = Settings()
    assert f"at most {limits.payload_bytes // 1024} KiB" in text
    assert f"at most {protocol.WINDOW} may be under way" in text
    assert f"not acknowledged within {protocol.RESEND_SECONDS} seconds" in text
    assert f'"alive_seconds": {limits.alive_seconds},' in text
    assert f'"messages_per_minute": {limits.messages_per_minute},' in text
    assert f'"seconds": {limits.quarantine_minutes * 60}' in text


def test_the_rules_for_the_broker_are_printed(tmp_path: Path) -> None:
    words = ["broker-config", "--data", str(tmp_path)]
    printed = CliRunner().invoke(command, words, catch_exceptions=False).output
    assert mosquitto.ACL in printed
    for line in ("require_certificate true", "use_identity_as_username true", "crlfile"):
        assert line in printed


async def test_the_whole_gateway_works_as_it_stands(site: Site, tmp_path: Path) -> None:
    credentials = await site.add()
    program, kept, chain = (tmp_path / name for name in ("lamp.py", "gateway.json", "chain.pem"))
    program.write_text(BLOCKS["file=lamp.py"])
    kept.write_text(json.dumps({"gateway": credentials.gateway_id, "secret": credentials.secret}))
    chain.write_text(credentials.certificate + credentials.key)
    running = await asyncio.create_subprocess_exec(
        sys.executable, str(program), str(kept), "localhost", str(site.broker.gateway_port),
        str(site.broker.authority), str(chain),
    )  # fmt: skip
    try:
        (lamp,) = await eventually(site.modules)
        for on in (True, False, True):
            await site.twin.command(OWNER, site.plant.id, lamp.id, LightCommand(on=on))
            reading = (await site.twin.read(OWNER, site.plant.id, lamp.id)).reading
            assert (reading.on, reading.power) == (on, 9 * on)
        running.kill()
        await site.offline(credentials.gateway_id)
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()

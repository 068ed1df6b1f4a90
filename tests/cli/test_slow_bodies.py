"""A body that drips is ended in a bounded time, whoever of ours it is for; nothing breaks on it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.patience import WITHIN

STATUS = "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation/plants/{}/modules/parameter/id/value/{}"
PLACES = ["/token", "/signin", "/preferences", "/authorize", "api"]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Bodies may take half a second, at the gateway a quarter."""
    with Cloud(
        tmp_path_factory.mktemp("slow") / "data",
        WORKSWITH_HTTP_BODY_SECONDS="0.5",
        WORKSWITH_GATEWAY_BODY_SECONDS="0.25",
    ) as running:
        yield running


async def _drip(cloud: Cloud, path: str) -> bytes:
    """Everything that comes back until the server closes the connection."""
    headers = {"Host": "localhost", "Content-Type": "application/x-www-form-urlencoded"}
    if path == "api":
        plant = cloud.document["plants"][0]
        path = STATUS.format(plant["id"], plant["modules"][0]["id"])
        headers |= cloud.api_headers()
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", cloud.port)
    writer.write(f"POST {path} HTTP/1.1\r\n{head}Content-Length: 5000\r\n\r\n".encode())

    async def drip() -> None:
        while True:
            writer.write(b"a")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(WITHIN):
            received = await reader.readuntil(b"\r\n\r\n")
            try:
                return received + await reader.read()
            except ConnectionResetError:  # it had not read what was still on its way
                return received
    finally:
        dripping.cancel()
        writer.close()


@pytest.mark.parametrize("path", PLACES)
async def test_a_dripping_body_is_a_408_and_the_end_of_the_connection(
    cloud: Cloud, path: str
) -> None:
    answer = await _drip(cloud, path)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_who_has_its_answer_and_goes_on_dripping_is_ended_too(cloud: Cloud) -> None:
    answer = await _drip(cloud, "/nowhere")
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_nothing_of_that_is_an_error_of_ours(cloud: Cloud) -> None:
    """A slow client must not be able to fill the log with stack traces."""
    log = Path(cloud.log).read_text()
    assert "Traceback" not in log
    assert " error " not in log

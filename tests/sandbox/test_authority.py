"""The local authority: what it signs is accepted for this machine, and for nothing else."""

import asyncio
import ssl
import stat
from pathlib import Path

import pytest

from workswith.sandbox.authority import Authority
from workswith.sandbox.listener import Listener, Received, answer


async def _handshake(port: int, name: str, ca: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name
    )
    writer.write(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
    await writer.drain()
    answer = await reader.readuntil(b"OK")
    writer.close()
    return answer


async def test_a_program_that_trusts_it_reaches_localhost_by_name_and_address(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    received: list[bytes] = []
    certificate = authority.issue("server", "localhost", "127.0.0.1")

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        received.append(request.body)
        writer.write(answer())

    async with Listener(certificate, respond) as listener:
        port = int(listener.url.rpartition(":")[2])
        for name in ("localhost", "127.0.0.1"):
            said = await _handshake(port, name, authority.certificate_file)
            assert said.startswith(b"HTTP/1.1 200")
    assert received == [b"{}", b"{}"]


async def test_it_cannot_vouch_for_the_rest_of_the_world(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue("server", "api.example.com")

    async def respond(_request: Received, _writer: asyncio.StreamWriter) -> None:
        raise AssertionError("nothing gets through")

    async with Listener(certificate, respond) as listener:
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            await _handshake(
                int(listener.url.rpartition(":")[2]), "api.example.com", authority.certificate_file
            )


def test_it_is_made_once_and_its_keys_are_private(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.ensure()
    before = authority.certificate_file.read_bytes()
    certificate = Authority(tmp_path).issue("server", "localhost")
    assert authority.certificate_file.read_bytes() == before
    for key in (certificate.key, tmp_path / "authority.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600

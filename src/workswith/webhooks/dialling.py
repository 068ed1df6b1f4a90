"""From a target to a connection: resolved here, every address judged, a judged one dialled.

Judging and dialling share one answer of the resolver, so a name that changes its mind between two
questions gains nothing. With a forward proxy that is its duty (`tunnel`). [C2C-6]
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence
from ipaddress import ip_address

from workswith.kernel.settings import SettingsError

from . import tunnel
from .addresses import refused
from .connection import Connection, Deadlines, Over
from .resolving import Resolve, SystemResolver
from .settings import Reach, Settings
from .target import Target
from .tls import TlsProtocol
from .unable import Unable, ours


class Refused(Exception):
    """The host has an address that deliveries may not go to; the text says why."""


class Dialler:
    """Opens connections by the settings; ``over`` hears what they were answered."""

    def __init__(self, settings: Settings, over: Over, resolve: Resolve | None = None) -> None:
        """Raises `SettingsError` for what cannot be used."""
        self._reach: Reach = settings.reach
        self._system = SystemResolver()
        self._resolve = resolve or self._system
        self._proxy = tunnel.parse(settings.proxy)
        self._sources = _sources(settings.source_addresses)
        self._deadlines = Deadlines()
        self._over = over
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._authorities: asyncio.Future[None] | None = None
        self._tls.set_alpn_protocols(["http/1.1"])
        for file in settings.authorities:
            try:
                self._tls.load_verify_locations(file)
            except OSError as error:  # SSLError is one: not a certificate
                raise SettingsError(f"webhooks.authorities: {file}: {error.strerror}") from error

    async def dial(self, target: Target, budget: float) -> Connection:
        """Raises Refused, Unable, ``ssl.SSLError`` (certificate, handshake) or ``OSError``.

        Of the ``budget`` in seconds an address that does not answer takes its share only.
        """
        async with asyncio.timeout(budget):
            if self._proxy is not None:
                return await self._tunnel(self._proxy, target, budget)
            return await self._dial(target, budget)

    def asked(self) -> int:
        """How many of the connections that it made wait for an answer."""
        return len(self._deadlines)

    def close(self) -> None:
        """Cuts those that wait for an answer."""
        self._deadlines.close()
        self._system.close()

    async def _dial(self, target: Target, budget: float) -> Connection:
        end = asyncio.get_running_loop().time() + budget
        addresses = await self._resolve(target.host, target.port)
        for address in addresses:
            if reason := refused(address, self._reach):
                raise Refused(f"{address}: {reason}")
        failures: list[OSError] = []
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = (end - asyncio.get_running_loop().time()) / left
            try:
                async with asyncio.timeout(share):
                    return await self._connect(target, address)
            except ssl.SSLError:
                raise
            except OSError as error:
                failures.append(error)
        raise _failure(failures)

    async def _connect(self, target: Target, address: str) -> Connection:
        connection, protocol = await self._made(target)
        await asyncio.get_running_loop().create_connection(
            lambda: protocol, address, target.port, local_addr=self._source(address)
        )
        await _ready(protocol)
        return connection

    async def _tunnel(self, proxy: tunnel.Proxy, target: Target, budget: float) -> Connection:
        if _is_address(target.host) and (reason := refused(target.host, self._reach)):
            raise Refused(f"{target.host}: {reason}")
        connection, protocol = await self._made(target)
        transport = await tunnel.through(
            proxy,
            target.host,
            target.port,
            source=self._source,
            resolve=self._system,
            budget=budget,
        )
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        await _ready(protocol)
        return connection

    async def _made(self, target: Target) -> tuple[Connection, Connection | TlsProtocol]:
        """A connection, and what its transport speaks to."""
        connection = Connection(target, self._deadlines, self._over)
        if not target.tls:
            return connection, connection
        return connection, TlsProtocol(connection, await self._context(), _name(target))

    async def _context(self) -> ssl.SSLContext:
        if self._authorities is None:
            # At the first delivery: reading the system's authorities takes longer than the rest
            # of a start. In a thread, so that nothing but what is dialled waits for it.
            loop = asyncio.get_running_loop()
            self._authorities = loop.run_in_executor(None, self._tls.load_default_certs)
        if not self._authorities.done():
            await asyncio.wait([self._authorities])
        return self._tls

    def _source(self, address: str) -> tuple[str, int] | None:
        """From where to dial. Whoever fixes it has told receivers, so nothing goes from elsewhere."""
        if not self._sources:
            return None
        version = ip_address(address.partition("%")[0]).version
        if version not in self._sources:
            raise Unable(f"deliveries are not sent by IPv{version} here")
        return self._sources[version], 0


async def _ready(protocol: Connection | TlsProtocol) -> None:
    if isinstance(protocol, TlsProtocol):
        try:
            await protocol.ready
        except BaseException:
            protocol.abort()
            raise


def _name(target: Target) -> str:
    return target.host.rstrip(".")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _sources(addresses: Sequence[str]) -> dict[int, str]:
    """By the version of IP."""
    try:
        found: dict[int, str] = {ip_address(each).version: each for each in addresses}
    except ValueError as error:
        raise SettingsError(f"webhooks.source_addresses: {error}") from error
    if len(found) < len(addresses):
        raise SettingsError("webhooks.source_addresses: one of IPv4 and one of IPv6 at most")
    return found


def _failure(failures: Sequence[OSError]) -> OSError:
    """The last that had to do with the endpoint; otherwise that nothing could be done from here."""
    if not failures:
        return socket.gaierror(socket.EAI_NONAME, "no address")
    theirs = [error for error in failures if not ours(error)]
    if theirs:
        return theirs[-1]
    first = failures[0]
    return first if isinstance(first, Unable) else Unable(_reason(first))


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)

"""From a target to a connection: resolved here, every address judged, a judged one dialled.

Judging and dialling share one answer of the resolver, so a name that changes its mind between two
questions gains nothing. [C2C-6]
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from workswith.kernel.settings import SettingsError

from .addresses import refused
from .connection import Connection
from .settings import Reach
from .target import Target

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, in the order to try. Raises ``OSError`` when there are none."""

RESOLVER_THREADS = 16


class Refused(Exception):
    """The host has an address that deliveries may not go to; the text says why."""


class Dialler:
    """Opens connections; ``authorities`` are PEM files trusted beside the system's."""

    def __init__(
        self, reach: Reach, authorities: Sequence[str] = (), resolve: Resolve | None = None
    ) -> None:
        self._reach: Reach = reach
        self._resolve = resolve or SystemResolver()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._knows_the_system = False
        self._tls.set_alpn_protocols(["http/1.1"])
        for file in authorities:
            try:
                self._tls.load_verify_locations(file)
            except OSError as error:  # SSLError is one: not a certificate
                raise SettingsError(f"webhooks.authorities: {file}: {error.strerror}") from error

    async def dial(self, target: Target, budget: float) -> Connection:
        """Raises Refused, ``ssl.SSLError`` (certificate, handshake) or ``OSError``.

        Of the ``budget`` in seconds an address that does not answer takes its share only.
        """
        async with asyncio.timeout(budget):
            return await self._dial(target, budget)

    def close(self) -> None:
        if isinstance(self._resolve, SystemResolver):
            self._resolve.close()

    async def _dial(self, target: Target, budget: float) -> Connection:
        end = asyncio.get_running_loop().time() + budget
        addresses = await self._resolve(target.host, target.port)
        for address in addresses:
            if reason := refused(address, self._reach):
                raise Refused(f"{address}: {reason}")
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = (end - asyncio.get_running_loop().time()) / left
            try:
                async with asyncio.timeout(share):
                    return await self._connect(target, address)
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
        raise failure

    async def _connect(self, target: Target, address: str) -> Connection:
        if target.tls and not self._knows_the_system:
            # At the first delivery: reading the system's authorities takes longer than the rest
            # of a start.
            self._tls.load_default_certs()
            self._knows_the_system = True
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            Connection,
            address,
            target.port,
            ssl=self._tls if target.tls else None,
            server_hostname=target.host.rstrip(".") if target.tls else None,
        )
        return connection


class SystemResolver:
    """``getaddrinfo`` in threads of its own, so that slow name servers hold up nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await loop.run_in_executor(self._threads, ask)
        return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

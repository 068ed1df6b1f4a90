"""A way through the operator's forward proxy: ``CONNECT host:port`` (RFC 9110 section 9.3.6).

With a proxy, names are resolved by it and not here, so which addresses may be dialled is its duty:
an installation that has one lets nothing else out, and its rules are the ones that hold. What is
an address already, and not a name, is still judged before it is asked for. [C2C-6]
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import msgspec

from workswith.kernel.settings import SettingsError

from .resolving import Resolve
from .unable import Unable

Source = Callable[[str], tuple[str, int] | None]
"""From where to dial an address. Raises `Unable`."""

LARGEST = 8 * 1024
"""Bytes of the proxy's answer."""


class Proxy(msgspec.Struct, frozen=True):
    """Where it listens; ``credentials`` is the value of ``Proxy-Authorization`` or empty."""

    host: str
    port: int
    credentials: str = ""


class Unwilling(OSError):
    """The proxy did not connect to this endpoint; the text says what it answered."""


def parse(url: str) -> Proxy | None:
    """Reads ``http://[user:password@]host:port``. Raises `SettingsError`."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        port = None
    if not port or parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError("webhooks.proxy: it looks like http://proxy.example:3128")
    credentials = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = "Basic " + b64encode(pair.encode()).decode()
    return Proxy(parts.hostname, port, credentials)


async def through(
    proxy: Proxy,
    host: str,
    port: int,
    *,
    source: Source,
    resolve: Resolve,
    budget: float,
) -> asyncio.Transport:
    """A transport to ``host`` as the proxy opened it. Raises `Unwilling` or `Unable`.

    ``resolve`` is for the proxy's own name. Half of the ``budget`` in seconds is for reaching the
    proxy; who waits bounds the whole.
    """
    try:
        async with asyncio.timeout(budget / 2):
            transport, asking = await _reached(proxy, source, resolve)
    except OSError as error:
        why = str(error) or "no connection in time"
        raise Unable(f"the operator's forward proxy cannot be reached: {why}") from error
    name = f"[{host}]" if ":" in host else host
    lines = [f"CONNECT {name}:{port} HTTP/1.1", f"Host: {name}:{port}"]
    if proxy.credentials:
        lines.append(f"Proxy-Authorization: {proxy.credentials}")
    transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
    try:
        await asking.done
    except BaseException:
        transport.abort()
        raise
    return transport


async def _reached(
    proxy: Proxy, source: Source, resolve: Resolve
) -> "tuple[asyncio.Transport, _Asking]":
    """At the first of its addresses that takes a connection."""
    failure = OSError("its name has no address")
    for address in await resolve(proxy.host, proxy.port):
        try:
            return await asyncio.get_running_loop().create_connection(
                _Asking, address, proxy.port, local_addr=source(address)
            )
        except OSError as error:
            failure = error
    raise failure


class _Asking(asyncio.Protocol):
    """Until the head of the proxy's answer is there."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, rest = self._seen.partition(b"\r\n\r\n")
        if self.done.done():
            return
        if not end:
            if len(self._seen) > LARGEST:
                self.done.set_exception(
                    Unable("the operator's forward proxy does not end its answer")
                )
            return
        first = head.split(b"\r\n")[0].decode("latin-1")
        status = (first.split(" ")[1:2] or [""])[0]
        # Nobody behind the tunnel speaks first; what came with the answer is not to be trusted.
        if status.startswith("2") and not rest:
            self.done.set_result(None)
        elif status == "403" or status.startswith("5"):
            self.done.set_exception(Unwilling(f"the proxy answered {first[:80]}"))
        else:
            self.done.set_exception(Unable(f"the operator's forward proxy answered {first[:80]}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Unable("the operator's forward proxy ended the connection"))

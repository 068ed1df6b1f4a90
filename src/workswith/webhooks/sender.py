"""Posts one delivery to one endpoint and says how it went. Never raises, never follows.

Connections stay warm for the next delivery of the same endpoint: a new TLS connection costs 25 to
40 times a delivery on a warm one, and would use up the answer budget of a distant receiver. A warm
connection that the endpoint closed in the meantime, before a byte of answer, is replaced once
without counting anything.
"""

import asyncio
import os
import socket
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from workswith import __version__
from workswith.kernel import log
from workswith.kernel.problem import Problem
from workswith.kernel.words import N_

from .connection import Connection, Garbled, Late, Lost
from .dialling import Dialler, Refused
from .resolving import Resolve
from .settings import Settings
from .target import Target, parse
from .tunnel import Unwilling
from .unable import Unable

_log = log.get("webhooks")

USER_AGENT = f"WorksWith-Webhooks/{__version__}"
JSON = "application/json; charset=utf-8"
WARM_SECONDS = 55.0
"""Shorter than the 60 s after which common servers close."""

TIDY_SECONDS = 5.0
"""How often connections that were closed or idle for too long are looked for."""

COMPLAINT_SECONDS = 60.0
"""How often the log says that nothing can be sent from here."""

OUR_FAULT = "internal"
UNPROVEN = "unproven"
ERRORS = {
    "blocked": N_("The address may not be notified."),
    "dns": N_("The host name has no address."),
    "connect": N_("No connection to the endpoint."),
    "connect-timeout": N_("No connection within the time for connecting."),
    "proxy": N_("The forward proxy did not connect."),
    "tls": N_("The certificate is not trusted, or the TLS handshake failed."),
    "timeout": N_("No answer in time."),
    "reset": N_("The connection ended before an answer."),
    "garbled": N_("The answer is not HTTP."),
    UNPROVEN: N_("The answer does not name the validation code."),
    OUR_FAULT: N_("Our own fault; it does not count."),
}
"""The classes of failures without a status, with their sentence for pages."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What came of an attempt; ``error`` is empty or a key of `ERRORS`, times are real ms."""

    status: int | None
    error: str = ""
    connect_ms: float = 0.0
    answer_ms: float = 0.0
    answer: bytes = b""


class Sender:
    """Keeps idle connections by endpoint. ``resolve`` replaces the system's resolver."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._budget = settings.rules.answer_ms / 1000
        self._dialler = Dialler(settings, resolve)
        self._under_way = 0
        self._warm: OrderedDict[Connection, tuple[str, float]] = OrderedDict()
        self._by_endpoint: dict[str, list[Connection]] = {}
        self._tidied = 0.0
        self._complained = -COMPLAINT_SECONDS

    async def post(
        self,
        endpoint_id: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        media_type: str = JSON,
    ) -> Sent:
        """Posts bytes. Bounded by the connect and the answer budget."""
        self._under_way += 1
        try:
            target, head = _prepared(url, media_type, self._settings.allow_http)
            lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
            request = f"{head}{len(body)}\r\n{lines}\r\n".encode("ascii") + body
            warm = self._take(endpoint_id)
            if warm is not None:
                sent = await self._ask(endpoint_id, warm, request, 0.0)
                if sent is not None:
                    return sent
            return await self._dial_and_ask(endpoint_id, target, request)
        except Problem as error:
            return Sent(None, "blocked", answer=error.detail.encode())
        except Exception as error:
            # A fault of ours must end this attempt only, not the engine.
            _log.error("sending failed", endpoint=endpoint_id, exc_info=error)
            return Sent(None, OUR_FAULT)
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Cuts idle connections."""
        for connection in list(self._warm):
            self._forget(connection)
            connection.cut()
        self._dialler.close()

    async def _dial_and_ask(self, endpoint_id: str, target: Target, request: bytes) -> Sent:
        while self._warm and len(self._warm) + self._under_way > self._settings.sockets:
            self._drop(next(iter(self._warm)))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            fresh = await self._dialler.dial(target, self._settings.connect_ms / 1000)
        except (Refused, OSError, UnicodeError) as error:
            if isinstance(error, Unable):
                self._complain(str(error), loop.time())
            spent = (loop.time() - begun) * 1000
            return Sent(None, _class_of(error), spent, answer=_words(error))
        connect_ms = (loop.time() - begun) * 1000
        sent = await self._ask(endpoint_id, fresh, request, connect_ms)
        return sent or Sent(None, "reset", connect_ms)

    def _complain(self, why: str, now: float) -> None:
        """To the operator, whom it concerns, and not for every delivery."""
        if now - self._complained >= COMPLAINT_SECONDS:
            self._complained = now
            _log.error("nothing can be sent from here", why=why)

    async def _ask(
        self, endpoint_id: str, connection: Connection, request: bytes, connect_ms: float
    ) -> Sent | None:
        """``None``: the connection was gone before a byte of answer."""
        try:
            answer = await connection.ask(request, self._budget)
        except Late:
            return Sent(None, "timeout", connect_ms, self._settings.rules.answer_ms)
        except Garbled:
            return Sent(None, "garbled", connect_ms)
        except Lost as lost:
            return None if lost.silent else Sent(None, "reset", connect_ms)
        except asyncio.CancelledError:
            connection.cut()
            raise
        if connection.usable:
            self._keep(endpoint_id, connection)
        return Sent(answer.status, "", connect_ms, answer.seconds * 1000, answer.body)

    def _take(self, endpoint_id: str) -> Connection | None:
        idle = self._by_endpoint.get(endpoint_id)
        now = asyncio.get_running_loop().time()
        while idle:
            connection = idle.pop()  # the one used last
            _, since = self._warm.pop(connection)
            if connection.usable and now - since < WARM_SECONDS:
                return connection
            connection.cut()
        return None

    def _keep(self, endpoint_id: str, connection: Connection) -> None:
        now = asyncio.get_running_loop().time()
        self._warm[connection] = (endpoint_id, now)
        idle = self._by_endpoint.get(endpoint_id)
        if idle is None:
            self._by_endpoint[endpoint_id] = [connection]
        else:
            idle.append(connection)
        while len(self._warm) > self._settings.warm_connections:
            self._drop(next(iter(self._warm)))
        if now - self._tidied > TIDY_SECONDS:
            self._tidy(now)

    def _tidy(self, now: float) -> None:
        """Cuts what was idle for too long or has been closed by the other side."""
        self._tidied = now
        for connection, (_, since) in list(self._warm.items()):
            if now - since >= WARM_SECONDS or not connection.usable:
                self._drop(connection)
        for endpoint_id in [each for each, idle in self._by_endpoint.items() if not idle]:
            del self._by_endpoint[endpoint_id]

    def _drop(self, connection: Connection) -> None:
        self._forget(connection)
        connection.cut()

    def _forget(self, connection: Connection) -> None:
        endpoint_id, _ = self._warm.pop(connection)
        self._by_endpoint[endpoint_id].remove(connection)


@lru_cache(maxsize=10_000)
def _prepared(url: str, media_type: str, allow_http: bool) -> tuple[Target, str]:  # noqa: FBT001  a cache's key
    """Where to post and the beginning of the request, up to the length of its body."""
    target = parse(url, allow_http=allow_http)
    # Host first and title case: some receivers in the field expect nothing else.
    return target, (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.authority}\r\n"
        f"User-Agent: {USER_AGENT}\r\nAccept: */*\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: "
    )


def _class_of(error: Exception) -> str:
    if isinstance(error, Refused):
        return "blocked"
    if isinstance(error, Unable):
        return OUR_FAULT
    if isinstance(error, Unwilling):
        return "proxy"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "connect-timeout"
    return "dns" if isinstance(error, socket.gaierror | UnicodeError) else "connect"


def _words(error: Exception) -> bytes:
    """For the developer: why there is no connection, as far as that is not our own affair."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.encode()
    if isinstance(error, ssl.SSLError):
        return (error.reason or "").replace("_", " ").lower().encode()[:200]
    if isinstance(error, Refused | Unable | Unwilling):
        return str(error).encode()[:200]
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno).encode()
    return b""

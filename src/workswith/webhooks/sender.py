"""Posts one delivery to one endpoint and says how it went. Never raises, never follows.

A warm connection that the endpoint closed in the meantime, before a byte of answer, is replaced
once without counting anything.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Sequence
from functools import lru_cache

from workswith import __version__
from workswith.kernel import log
from workswith.kernel.problem import Problem

from .connection import Asked, Connection
from .dialling import Dialler, Refused
from .resolving import Resolve
from .sent import OUR_FAULT, Sent
from .settings import Settings
from .target import Target, parse
from .tunnel import Unwilling
from .unable import Unable
from .warm import Warm

_log = log.get("webhooks")

USER_AGENT = f"WorksWith-Webhooks/{__version__}"
JSON = "application/json; charset=utf-8"
COMPLAINT_SECONDS = 60.0
"""How often the log says that nothing can be sent from here."""


class Sender:
    """``resolve`` replaces the system's resolver."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._budget = settings.rules.answer_ms / 1000
        self._dialler = Dialler(settings, self._over, resolve)
        self._warm = Warm(settings.warm_connections)
        self._dialling = 0
        self._closed = False
        self._again: set[asyncio.Task[None]] = set()
        self._complained = -COMPLAINT_SECONDS

    def post(
        self,
        endpoint_id: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        media_type: str = JSON,
    ) -> Awaitable[Sent]:
        """Posts bytes. Bounded by the connect and the answer budget.

        On a warm connection they are written before this returns.
        """
        try:
            target, head = _prepared(url, media_type, self._settings.allow_http)
            lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
            request = f"{head}{len(body)}\r\n{lines}\r\n".encode("ascii") + body
            warm = self._warm.take(endpoint_id)
            if warm is not None:
                return warm.ask(request, self._budget)
        except Problem as error:
            return _known(Sent(None, "blocked", answer=error.detail.encode()))
        except Exception as error:
            return _known(_our_fault(endpoint_id, error))
        return self._dial_and_ask(endpoint_id, target, request)

    def close(self) -> None:
        """Cuts all connections."""
        self._closed = True
        self._warm.close()
        for task in self._again:
            task.cancel()
        self._dialler.close()

    async def _dial_and_ask(self, endpoint_id: str, target: Target, request: bytes) -> Sent:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._dialling += 1
        try:
            while self._warm and self._sockets() > self._settings.sockets:
                self._warm.make_room()
            fresh = await self._dialler.dial(target, self._settings.connect_ms / 1000)
        except (Refused, OSError, UnicodeError) as error:
            if isinstance(error, Unable):
                self._complain(str(error), loop.time())
            spent = (loop.time() - begun) * 1000
            return Sent(None, _class_of(error), spent, answer=_words(error))
        except Exception as error:
            return _our_fault(endpoint_id, error)
        finally:
            self._dialling -= 1
        fresh.endpoint_id = endpoint_id
        fresh.connect_ms = (loop.time() - begun) * 1000
        return await fresh.ask(request, self._budget)

    def _sockets(self) -> int:
        return len(self._warm) + self._dialler.asked() + self._dialling

    def _over(self, connection: Connection, asked: Asked, sent: Sent) -> None:
        """What came of a request, and who waits for it."""
        if connection.usable:
            self._warm.keep(connection)
        elif connection.warm and connection.silent and sent.error == "reset" and not self._closed:
            self._ask_again(connection, connection.request, asked)
            return
        if not asked.done():
            asked.set_result(sent)

    def _ask_again(self, gone: Connection, request: bytes, asked: Asked) -> None:
        async def ask() -> None:
            sent = await self._dial_and_ask(gone.endpoint_id, gone.target, request)
            if not asked.done():
                asked.set_result(sent)

        task = asyncio.create_task(ask())
        self._again.add(task)
        task.add_done_callback(self._again.discard)

    def _complain(self, why: str, now: float) -> None:
        """To the operator, whom it concerns, and not for every delivery."""
        if now - self._complained >= COMPLAINT_SECONDS:
            self._complained = now
            _log.error("nothing can be sent from here", why=why)


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


def _our_fault(endpoint_id: str, error: Exception) -> Sent:
    """It must end this attempt only, not the engine."""
    _log.error("sending failed", endpoint=endpoint_id, exc_info=error)
    return Sent(None, OUR_FAULT)


async def _known(sent: Sent) -> Sent:
    return sent

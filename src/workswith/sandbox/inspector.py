"""An HTTPS receiver to look at: what arrived, live in the browser, and how it answers. [SBX-3 SBX-5]

Every name is an endpoint of its own, made by its first use: ``{inspector}/inspect/{name}``. Each
answers well until it is told otherwise. A validation code is answered, so that it can be
subscribed everywhere. The last `KEPT` requests of a name are kept in memory.
"""

import asyncio
import json
import re
from collections.abc import Callable

from .authority import Certificate
from .inbox import BEHAVIOURS, Arrival, Inbox
from .inspector_page import BARE_HEADERS, bare_inbox
from .listener import Listener, Received, answer

NAMES = 1_000
PREFIX = "/inspect/"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ANSWERS = {"well": (200, b"OK"), "fail": (503, b"told to fail"), "move": (302, b"")}
SLOW_SECONDS = 2.0
DRIP_SECONDS = 0.1


class Inspector:
    """``now`` is the sandbox's clock. Listens on ``port``, or on any free one when that is taken."""

    def __init__(self, certificate: Certificate, now: Callable[[], int], *, port: int = 0) -> None:
        self._certificate = certificate
        self._now = now
        self._port = port
        self._listener: Listener | None = None
        self.inboxes: dict[str, Inbox] = {}

    async def start(self) -> None:
        for port in (self._port, 0):
            listener = Listener(self._certificate, self._respond, port=port)
            try:
                await listener.start()
            except (OSError, OverflowError):
                continue
            self._listener = listener
            return

    async def stop(self) -> None:
        if self._listener is not None:
            await self._listener.stop()

    def forget(self) -> None:
        """As if nothing had arrived and nothing been told."""
        self.inboxes.clear()

    def url(self, name: str = "") -> str:
        """Where an endpoint is to be subscribed."""
        return f"{self._listener.url if self._listener else ''}{PREFIX}{name}"

    def inbox(self, name: str) -> Inbox:
        """Made on first use. Raises ``ValueError`` for a name that no address can have."""
        if not _NAME.fullmatch(name):
            raise ValueError("a name has 1 to 64 letters, digits, dots, dashes or underscores")
        found = self.inboxes.get(name)
        if found is None:
            if len(self.inboxes) >= NAMES:  # the one that heard nothing for longest
                del self.inboxes[min(self.inboxes.values(), key=_latest).name]
            found = self.inboxes[name] = Inbox(name, self.url(name))
        return found

    def behave(self, name: str, behaviour: str) -> None:
        """Raises ``ValueError`` for anything that is not one of `BEHAVIOURS`."""
        if behaviour not in BEHAVIOURS:
            raise ValueError("an endpoint can be told to be: " + ", ".join(BEHAVIOURS))
        self.inbox(name).behaviour = behaviour

    async def _respond(self, request: Received, writer: asyncio.StreamWriter) -> None:
        path = request.path.partition("?")[0]
        name = path.removeprefix(PREFIX)
        if name == path or not _NAME.fullmatch(name):
            writer.write(answer(404, b"endpoints are at /inspect/{name}"))
            return
        inbox = self.inbox(name)
        if request.method == "GET":
            page = bare_inbox(inbox).encode()
            writer.write(answer(200, page, "text/html; charset=utf-8", BARE_HEADERS))
            return
        inbox.count += 1
        inbox.arrivals.appendleft(Arrival(inbox.count, self._now(), request, inbox.behaviour))
        await _answer(inbox.behaviour, request, writer)


async def _answer(behaviour: str, request: Received, writer: asyncio.StreamWriter) -> None:
    match behaviour:
        case "slow":
            await asyncio.sleep(SLOW_SECONDS)
            writer.write(answer())
        case "drip":
            for byte in answer(200, b"." * 10_000):
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(DRIP_SECONDS)
        case "reset":
            writer.transport.abort()
        case "vanish":
            await asyncio.Event().wait()
        case _:
            code = validation_code(request.body) if behaviour == "well" else None
            if code is None:
                writer.write(answer(*_ANSWERS[behaviour]))
            else:
                proof = json.dumps({"validationResponse": code, "validationCode": code})
                writer.write(answer(200, proof.encode(), "application/json"))


def validation_code(body: bytes) -> str | None:
    """The code of a handshake, if this is one."""
    try:
        code = json.loads(body)[0]["data"]["validationCode"]
    except (ValueError, LookupError, TypeError):
        return None
    return code if isinstance(code, str) else None


def _latest(inbox: Inbox) -> int:
    return inbox.arrivals[0].at if inbox.arrivals else 0

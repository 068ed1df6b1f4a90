"""An HTTPS receiver to look at: what arrived, live in the browser, and how it answers. [SBX-3 SBX-5]

Every name is an endpoint of its own, made by its first use: ``{inspector}/inspect/{name}``. Each
answers well until it is told otherwise. A validation code is answered, so that it can be
subscribed everywhere. The last `KEPT` requests of a name are kept in memory.
"""

import asyncio
import html
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from workswith.kernel.clock import iso

from .authority import Certificate
from .listener import Listener, Received, answer

KEPT = 5_000
SHOWN = 100
"""The latest so many stand on a page."""
NAMES = 1_000
PREFIX = "/inspect/"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ANSWERS = {"well": (200, b"OK"), "fail": (503, b"told to fail"), "move": (302, b"")}
BEHAVIOURS = {
    "well": "answers 200 at once",
    "slow": "answers 200 after two seconds",
    "fail": "answers 503",
    "move": "answers 302",
    "drip": "sends its answer byte by byte and never ends",
    "reset": "resets the connection",
    "vanish": "takes the request and never answers",
}
SLOW_SECONDS = 2.0
DRIP_SECONDS = 0.1
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request, when it came by the sandbox's clock, and how it was answered."""

    number: int
    at: int
    request: Received
    behaviour: str


@dataclass(slots=True)
class Inbox:
    """One endpoint."""

    name: str
    behaviour: str = "well"
    count: int = 0
    arrivals: deque[Arrival] = field(default_factory=lambda: deque(maxlen=KEPT))


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
            if len(self.inboxes) >= NAMES:
                del self.inboxes[next(iter(self.inboxes))]
            found = self.inboxes[name] = Inbox(name)
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
            page = inbox_page(self, inbox, forms=False)
            writer.write(answer(200, page.encode(), "text/html; charset=utf-8"))
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


def index_page(inspector: Inspector) -> str:
    """Every endpoint that was used since the start."""
    rows = "".join(
        f'<li><a href="inspect/{inbox.name}">{inbox.name}</a> · {inbox.count} · '
        f"{inbox.behaviour}</li>"
        for inbox in inspector.inboxes.values()
    )
    return _page(
        "Inspector",
        f"<p>Subscribe <code>{html.escape(inspector.url('any-name'))}</code>; every name is an "
        f"endpoint of its own.</p><ul>{rows or '<li>Nothing arrived yet.</li>'}</ul>",
    )


def inbox_page(inspector: Inspector, inbox: Inbox, *, forms: bool = True) -> str:
    """What arrived at one endpoint, the newest first; renews itself without a script."""
    buttons = "".join(
        f'<button name="behaviour" value="{name}"{" disabled" * (name == inbox.behaviour)}>'
        f"{name}</button> "
        for name in BEHAVIOURS
    )
    form = f'<form method="post" action="{inbox.name}">{buttons}</form>' if forms else ""
    arrivals = "".join(_arrival(each) for each in islice(inbox.arrivals, SHOWN))
    return _page(
        inbox.name,
        f"<p><code>{html.escape(inspector.url(inbox.name))}</code> "
        f"{BEHAVIOURS[inbox.behaviour]}.</p>{form}"
        f"<p role=status>{inbox.count} arrived.</p>{arrivals}",
    )


def _arrival(arrival: Arrival) -> str:
    try:
        body = json.dumps(json.loads(arrival.request.body), indent=2, ensure_ascii=False)
    except ValueError:
        body = arrival.request.body.decode("utf-8", "replace")
    headers = "\n".join(f"{name}: {value}" for name, value in arrival.request.headers.items())
    return (
        f"<details open><summary>#{arrival.number} · {iso(arrival.at)} · "
        f"{arrival.behaviour}</summary><pre>{html.escape(headers)}</pre>"
        f"<pre>{html.escape(body)}</pre></details>"
    )


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<title>{html.escape(title)}</title><meta http-equiv="refresh" content="2">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><style>'
        "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
        "color-scheme:light dark}pre{overflow:auto;padding:.5rem;border:1px solid #8886}"
        f"</style></head><body><main><h1>{html.escape(title)}</h1>{content}</main></body></html>"
    )

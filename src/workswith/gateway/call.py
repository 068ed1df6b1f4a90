"""A call on its way through the pipeline, and what the pipeline needs from others."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple, Protocol

import msgspec

from workswith.catalog.burst import Bursts
from workswith.catalog.keys import ActiveKey
from workswith.catalog.quota import Counter
from workswith.catalog.window import Window, Windows
from workswith.contracts.binding import Answer, Api, BoundOperation

from .settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Access(Protocol):
    """Whom a token stands for: the end-user, the application, and what was consented to."""

    @property
    def account_id(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def expires_at(self) -> int: ...


class AccessTokens(Protocol):
    def remembered(self, authorization: str | None, now: int, /) -> Access | None:
        """What `verify` would answer, if that is known without waiting."""

    async def verify(self, authorization: str | None, now: int, /) -> Access:
        """Takes the Authorization header; ``now`` in ms.

        Raises `Problem` UNAUTHENTICATED: token_missing, token_invalid, token_expired, id_token.
        """


class Subscriptions(Protocol):
    @property
    def known(self) -> Callable[[str], ActiveKey | None]:
        """What `find` would answer, if that is known without waiting."""

    @property
    def find(self) -> Callable[[str], Awaitable[ActiveKey | None]]:
        """Whose subscription key it is, if it opens anything."""


class Mount(NamedTuple):
    """An API where it is reached: below ``prefix``, which ends with a slash.

    ``tokens`` are its own, in place of those of users.
    """

    prefix: str
    api: Api
    key_challenge: str
    token_challenge: str
    tokens: AccessTokens | None = None


Mark = tuple[str, bytes, bytes | None, bytes | None]
"""Method, address, key and token: calls in which these are the same are alike."""
Match = tuple[Mount, BoundOperation, dict[str, str]]


class Parts(NamedTuple):
    """What the steps work with. ``matched`` remembers recent paths, since clients repeat them."""

    mounts: tuple[Mount, ...]
    known_key: Callable[[str], ActiveKey | None]
    find_key: Callable[[str], Awaitable[ActiveKey | None]]
    known_token: Callable[[str | None, int], Access | None]
    verify: Callable[[str | None, int], Awaitable[Access]]
    bursts: Bursts
    counter: Counter
    windows: Windows
    settings: Settings
    matched: dict[tuple[str, bytes], Match]


class Headers(Mapping[str, str]):
    """Lower-case names; decoded only when asked for. The caller's credentials are left out."""

    __slots__ = ("_raw",)
    HIDDEN = frozenset({"authorization", "ocp-apim-subscription-key", "cookie"})

    def __init__(self, raw: dict[bytes, bytes]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        if name in self.HIDDEN:
            raise KeyError(name)
        return self._raw[name.encode("latin-1", "replace")].decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        """As a mapping has it, without an exception for what is not there."""
        if name in self.HIDDEN:
            return default
        value = self._raw.get(name.encode("latin-1", "replace"))
        return default if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        names = (name.decode("latin-1") for name in self._raw)
        return (name for name in names if name not in self.HIDDEN)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Call:
    """What is known so far; each step adds to it. Times are in ns of `time.perf_counter_ns`."""

    __slots__ = (
        "access",
        "answer",
        "body",
        "bound",
        "changes",
        "flow",
        "handled_from",
        "handled_until",
        "headers",
        "key",
        "mark",
        "method",
        "mount",
        "now",
        "path",
        "query",
        "raw",
        "receive",
        "scope",
        "started",
        "used",
        "visible",
        "window",
    )

    bound: BoundOperation
    key: ActiveKey
    access: Access
    mark: Mark
    changes: int
    visible: Headers
    answer: Answer
    window: Window

    def __init__(self, scope: Scope, receive: Receive, flow: str, now: int, started: int) -> None:
        self.scope = scope
        self.receive = receive
        self.flow = flow
        self.now = now
        self.started = started
        self.handled_from = 0
        self.handled_until = 0
        self.method: str = scope["method"]
        lines = scope["headers"]
        headers: dict[bytes, bytes] = dict(lines)
        self.headers = headers if len(headers) == len(lines) else _combined(lines)
        self.mount: Mount | None = None
        self.path: dict[str, str] = {}
        self.query: dict[str, str] = {}
        self.raw = b""
        self.body: Any = None
        self.used = 0


def _combined(lines: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Lines of one name are one value (RFC 9110 section 5.3): two keys or tokens are none that we
    know, whichever of them somebody in front of us looked at.
    """
    headers: dict[bytes, bytes] = {}
    for name, value in lines:
        before = headers.get(name)
        headers[name] = value if before is None else b"%s, %s" % (before, value)
    return headers


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """One finished call, for statistics. What was not known when it ended is empty.

    ``at`` in ms UTC; ``code`` names the problem of a refused call; ``which`` is the key that was
    used; ``checks_us`` and ``handling_us`` are microseconds before and within the handler,
    ``sending_us`` those of rendering and of handing the answer to the server.
    """

    at: int
    flow: str
    api: str
    operation: str
    method: str
    status: int
    code: str
    subscription_id: str
    product_id: str
    which: str
    client_id: str
    account_id: str
    checks_us: int
    handling_us: int
    sending_us: int

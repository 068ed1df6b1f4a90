"""The protocol of real gateways, version 1: topics, payloads, proof. (``docs/gateways.md``)

Payloads are JSON (RFC 8259); members that are not known are ignored. Every message carries the MQTT
user property ``mac``, so that a broker whose access rules are wrong lets nobody speak for another.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from workswith.kernel.ident import b64url

PREFIX = "workswith/1"
EVERYBODY = f"{PREFIX}/all/down"
MAC = "mac"
WINDOW = 32
"""Reports that a gateway may have sent without their having been acknowledged."""
RESEND_SECONDS = 5
"""After this long without an acknowledgement a gateway sends again."""

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
"""How a gateway calls one of its modules: a serial number, an address on its bus."""
Nonce = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Text = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Ident = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Announced(Struct, frozen=True):
    """A module as its gateway presents it; ``reading`` is how it is now.

    ``setup`` is the number of the last setup that it has taken over and still has.
    """

    module: Name
    device: Text
    name: Text
    reading: dict[str, Any]
    configuration: dict[str, Any] = {}
    ambient: Text = ""
    hw_type: Text = ""
    fw: Number = 0
    reach: Literal["online", "offline"] = "online"
    setup: Number = 0


class Hello(Struct, frozen=True):
    """``up/hello``: the first message of a connection.

    ``session`` is the one to go on with; without ``modules`` they are as they were.
    """

    connection: Nonce
    session: Number = 0
    hw_type: Text = ""
    fw: Number = 0
    modules: Annotated[list[Announced], Meta(max_length=1_000)] | None = None


class Said(Struct, frozen=True):
    """What a module says; ``command`` is the id of the command that caused it."""

    module: Name
    reading: dict[str, Any] | None = None
    reach: Literal["online", "offline"] | None = None
    command: Ident = ""


class Report(Struct, frozen=True):
    """``up/report``: applied in the order of ``seq``, each once."""

    session: Count
    seq: Count
    reports: Annotated[list[Said], Meta(max_length=1_000)]


class Answer(Struct, frozen=True):
    """To the response topic of a command. ``report`` shows what it caused, if it was obeyed."""

    command: Ident
    outcome: Literal["done", "offline", "busy", "silent"]
    report: Report | None = None


class TakenOver(Struct, frozen=True):
    """``up/setup``: a module has taken a setup over, or cannot: ``refused`` says why."""

    module: Name
    version: Count
    refused: Text = ""


class Alive(Struct, frozen=True):
    """``up/alive``: nothing to say."""

    connection: Nonce


class Bye(Struct, frozen=True):
    """``up/bye``: the will of a connection, or its own good-bye."""

    connection: Nonce


class Refusal(Struct, frozen=True):
    module: str
    reason: str


class Welcome(Struct, frozen=True):
    """``down/welcome``: go on in ``session`` after ``seq``. ``time`` is ms since 1970 UTC."""

    connection: str
    session: int
    seq: int
    time: int
    rate: float
    alive_seconds: int
    messages_per_minute: int
    refused: Sequence[Refusal] = ()


class Ack(Struct, frozen=True):
    """``down/ack``: all reports of ``session`` up to ``seq`` are stored."""

    session: int
    seq: int


class Command(Struct, frozen=True):
    """``down/command``; ``within`` are the milliseconds until nobody waits any more."""

    id: str
    module: str
    command: dict[str, Any]
    within: int


class Setup(Struct, frozen=True):
    """``down/setup``: how a module is to be set up from now on. ``version`` counts the changes."""

    module: str
    version: int
    configuration: dict[str, Any]


class Again(Struct, frozen=True):
    """``down/again``: say hello once more."""


class Refused(Struct, frozen=True):
    """``down/refused``: nothing is taken from this gateway; after ``seconds`` (0: never) it is."""

    reason: Literal["revoked", "flood"]
    seconds: int = 0


class Clock(Struct, frozen=True):
    """``workswith/1/all/down/clock``: the cloud's clock was moved. ``rate`` 1 is real time."""

    time: int
    rate: float


UP: dict[str, type[Struct]] = {
    "hello": Hello,
    "report": Report,
    "alive": Alive,
    "bye": Bye,
    "answer": Answer,
    "setup": TakenOver,
}
DOWN: dict[str, type[Struct]] = {
    "welcome": Welcome,
    "ack": Ack,
    "command": Command,
    "setup": Setup,
    "again": Again,
    "refused": Refused,
    "clock": Clock,
}

T = TypeVar("T")


def up(gateway_id: str, what: str) -> str:
    return f"{PREFIX}/{gateway_id}/up/{what}"


def down(gateway_id: str, what: str) -> str:
    return f"{PREFIX}/{gateway_id}/down/{what}"


def parse(topic: str) -> tuple[str, str] | None:
    """(gateway id, what) of a topic that goes up; ``None`` for any other."""
    parts = topic.split("/")
    if len(parts) < 5 or "/".join(parts[:2]) != PREFIX or parts[3] != "up":
        return None
    return parts[2], parts[4]


def mac(secret: bytes, topic: str, payload: bytes) -> str:
    """Base64url of HMAC-SHA-256 (RFC 2104) over topic, line feed, payload."""
    return b64url(hmac.digest(secret, topic.encode() + b"\n" + payload, sha256))


def is_proven(secret: bytes, topic: str, payload: bytes, claimed: str) -> bool:
    return hmac.compare_digest(mac(secret, topic, payload).encode(), claimed.encode())


def encode(message: Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(payload: bytes, kind: type[T]) -> T:
    """Raises ``ValueError`` for what is not of this kind."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def schema(kind: type[Struct]) -> dict[str, Any]:
    """Its JSON Schema (2020-12)."""
    return msgspec.json.schema(kind)
